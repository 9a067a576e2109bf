/** The example for Pipedrive on a real n8n, with n8n's own HTTP Request node and Pipedrive credential. */
import { FakePipedrive } from '../fakeServers/pipedrive/pipedrive.ts';
import { asVendor, sharedHost } from './support/host.ts';
import { asking, LeadExample, leadOf } from './support/leadExample.ts';

let host: Awaited<ReturnType<typeof sharedHost>>;
let pipedrive: FakePipedrive;
let example: LeadExample;

beforeAll(async () => {
	host = await sharedHost();
	pipedrive = await new FakePipedrive().start(asVendor(host.outside, 'api.pipedrive.com'));
	const credential = await host.rest.createCredential(
		'pipedriveApi',
		'Pipedrive',
		pipedrive.credential,
	);
	example = await LeadExample.activate(host, 'leads-to-pipedrive.json', asking(credential));
});

afterAll(async () => {
	await pipedrive?.stop();
	await example?.remove();
});

const person = (email: string) =>
	[...pipedrive.persons.values()].find(({ emails }) => emails.some(({ value }) => value === email));
const notesOf = (email: string) =>
	[...pipedrive.notes.values()].filter(({ person_id: id }) => id === person(email)?.id);
const channel = (value: string) => [{ value, primary: true, label: 'work' }];

it('makes a person, an organization and a note of a lead', async () => {
	await example.succeed(
		leadOf('Fabrikam <Ltd>', { Email: 'kim@fabrikam.example' }, { Description: 'a & b\n<c>' }),
	);
	const [organization] = [...pipedrive.organizations.values()];
	expect(organization).toMatchObject({ name: 'Fabrikam <Ltd>' });
	expect(person('kim@fabrikam.example')).toMatchObject({
		name: 'Kim Sample',
		emails: channel('kim@fabrikam.example'),
		phones: channel('+14255550100'),
		org_id: organization!.id,
	});
	expect(notesOf('kim@fabrikam.example').map(({ content }) => content)).toEqual([
		expect.stringMatching(
			/^\d{4}-\d\d-\d\d Azure Marketplace: .*, Contoso Gateway<br>Stage: initialInterest<br>Buyer, US<br>a &amp; b<br>&lt;c>$/,
		),
	]);
});

it('adds no note twice, also where a person has more of them than Pipedrive gives at once', async () => {
	const before = notesOf('kim@fabrikam.example').length;
	for (let at = 0; at < 120; at++) {
		pipedrive.notes.set(-1_000 + at, {
			id: -1_000 + at,
			person_id: person('kim@fabrikam.example')!.id,
			content: `Call ${at}`,
		});
	}
	const lead = leadOf('Fabrikam <Ltd>', { Email: 'kim@fabrikam.example' }, { ActionCode: 'PLT' });
	await example.succeed(lead);
	await example.succeed(lead);
	expect(notesOf('kim@fabrikam.example')).toHaveLength(before + 120 + 1);
	for (let at = 0; at < 120; at++) pipedrive.notes.delete(-1_000 + at);
});

it('keeps several people behind one address apart, and makes nothing of them twice', async () => {
	const info = { Email: 'info@wingtip.example' };
	const leads = ['Ann', 'Ben'].map((FirstName) =>
		leadOf('Wingtip', { ...info, FirstName }, { Description: `Of ${FirstName}` }),
	);
	await example.succeed(...leads);
	const made = () =>
		[...pipedrive.persons.values()]
			.filter(({ emails }) => emails.some(({ value }) => value === info.Email))
			.map(({ id, name }) => [
				name,
				[...pipedrive.notes.values()]
					.filter(({ person_id: person }) => person === id)
					.map(({ content }) => /Of \w+/.exec(content)?.[0]),
			]);
	expect(made().sort()).toEqual([
		['Ann Sample', ['Of Ann']],
		['Ben Sample', ['Of Ben']],
	]);
	await example.succeed(...leads.toReversed());
	expect(made().flat(2)).toHaveLength(4);
});

it('makes nothing twice, also of colleagues whose leads come together', async () => {
	const before = [pipedrive.persons.size, pipedrive.organizations.size, pipedrive.notes.size];
	const lead = leadOf(
		'Fabrikam <Ltd>',
		{ Email: 'KIM@fabrikam.example' },
		{ Description: 'a & b\n<c>' },
	);
	await example.succeed(lead);
	expect([pipedrive.persons.size, pipedrive.organizations.size, pipedrive.notes.size]).toEqual(
		before,
	);
	await example.succeed(
		leadOf('Tailspin', { Email: 'ann@tailspin.example' }),
		leadOf('TAILSPIN', { Email: 'ben@tailspin.example' }),
		leadOf(
			'Tailspin',
			{ Email: 'ann@tailspin.example' },
			{ LeadSource: 'SPZA', ActionCode: 'PLT' },
		),
		leadOf('', { Email: 'dora.sample@gmail.com' }),
	);
	const tailspin = [...pipedrive.organizations.values()].filter(({ name }) =>
		/tailspin/i.test(name),
	);
	expect(tailspin).toHaveLength(1);
	for (const email of ['ann@tailspin.example', 'ben@tailspin.example']) {
		expect(person(email)).toMatchObject({ org_id: tailspin[0]!.id });
	}
	expect(notesOf('ann@tailspin.example')).toHaveLength(1);
	expect(notesOf('ann@tailspin.example')[0]!.content).toContain('Stage: active');
	expect(person('dora.sample@gmail.com')).toMatchObject({ org_id: null });
});

it('leaves alone what somebody has filled in', async () => {
	const other = pipedrive.addOrganization('Another');
	pipedrive.addPerson({
		...{ name: 'Dr. Kim', emails: channel('kim@contoso.example'), org_id: other },
		phones: [{ value: '030 1', primary: true, label: 'mobile' }],
	});
	await example.succeed(leadOf('Contoso'));
	expect(person('kim@contoso.example')).toMatchObject({
		name: 'Dr. Kim',
		emails: channel('kim@contoso.example'),
		phones: [{ value: '030 1', primary: true, label: 'mobile' }],
		org_id: other,
	});
	expect(notesOf('kim@contoso.example')).toHaveLength(1);
});

it('asks for nothing where nobody may be contacted, or there is no address', async () => {
	const before = pipedrive.server.requests.length;
	await example.succeed(
		leadOf('Quiet', { Email: 'kim@quiet.example' }),
		leadOf('Quiet', { Email: 'kim@quiet.example' }, { LeadSource: 'SPZA', ActionCode: 'DNC' }),
		leadOf('T', {}, { Description: 'MSFT_TEST_636573304831318844' }),
		leadOf('Nowhere', { Email: '***@nowhere.example' }),
	);
	expect(pipedrive.server.requests.length).toBe(before);
});

it('tries again where Pipedrive is busy', async () => {
	pipedrive.fault({ kind: 'refused', why: 'throttled' }, { times: 2 });
	await example.succeed(leadOf('Adatum'));
	expect(person('kim@adatum.example')).toBeDefined();
});
