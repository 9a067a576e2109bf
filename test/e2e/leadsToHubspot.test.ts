/**
 * The example for HubSpot on a real n8n, with n8n's own HTTP Request node and HubSpot credential: what is
 * in HubSpot afterwards. Where HUBSPOT_DEFINITIONS names a folder that has HubSpot's definitions
 * (docs/vendor-facts.md), each call and each response is held against them.
 */
import type { Execution } from '../../scripts/host/rest.ts';
import { HubspotDefinitions } from '../fakeServers/hubspot/definitions.ts';
import { FakeHubspot } from '../fakeServers/hubspot/hubspot.ts';
import { asVendor, sharedHost } from './support/host.ts';
import { asking, LeadExample, leadOf } from './support/leadExample.ts';

const folder = process.env['HUBSPOT_DEFINITIONS'] || undefined;
const ifDefined = folder === undefined ? it.skip : it;

let host: Awaited<ReturnType<typeof sharedHost>>;
let hubspot: FakeHubspot;
let example: LeadExample;

beforeAll(async () => {
	host = await sharedHost();
	hubspot = await new FakeHubspot().start(asVendor(host.outside, 'api.hubapi.com'));
	const credential = await host.rest.createCredential(
		'hubspotAppToken',
		'HubSpot',
		hubspot.credential,
	);
	example = await LeadExample.activate(host, 'leads-to-hubspot.json', asking(credential));
});

afterAll(async () => {
	await hubspot?.stop();
	await example?.remove();
});

const contact = (email: string) => hubspot.all('contacts').find((one) => one['email'] === email);
const company = (name: string) => hubspot.all('companies').filter((one) => one['name'] === name);
/** Names of the nodes that a lead got to. */
const isTaken = (name: string, { runs }: Execution) =>
	(runs[name]?.[0]?.data?.main[0] ?? []).length > 0;

it('makes a contact and a company of a lead, with all that HubSpot has a place for', async () => {
	const description = 'It\'s for "all" of us\nPlease call';
	await example.succeed(
		leadOf('Fabrikam', { Phone: '+1 425 555 0100' }, { Description: description }),
	);
	const made = contact('kim@fabrikam.example');
	expect(made).toEqual({
		id: expect.any(String),
		email: 'kim@fabrikam.example',
		firstname: 'Kim',
		lastname: 'Sample',
		phone: '+14255550100',
		jobtitle: 'Buyer',
		company: 'Fabrikam',
		country: 'US',
		website: 'fabrikam.example',
		message: expect.stringMatching(
			/^\d{4}-\d\d-\d\d Azure Marketplace: .+, Contoso Gateway\nIt's for "all" of us\nPlease call$/,
		),
		lifecyclestage: 'lead',
		createdate: expect.any(String),
	});
	expect(company('Fabrikam')).toEqual([
		{
			id: expect.any(String),
			name: 'Fabrikam',
			domain: 'fabrikam.example',
			country: 'US',
			lifecyclestage: 'lead',
			createdate: expect.any(String),
		},
	]);
	expect([...hubspot.associations]).toEqual([`${made!.id} ${company('Fabrikam')[0]!.id}`]);
});

it('makes neither twice, moves the stage forward, and empties nothing', async () => {
	const before = contact('kim@fabrikam.example')!;
	const bought = { LeadSource: 'AzureMarketplace', ActionCode: 'PLT' };
	await example.succeed(
		leadOf('Fabrikam', { Email: 'KIM@Fabrikam.example', Phone: '', Title: '' }, bought),
	);
	expect(hubspot.all('contacts')).toHaveLength(1);
	expect(contact('kim@fabrikam.example')).toMatchObject({
		id: before.id,
		phone: '+14255550100',
		jobtitle: 'Buyer',
		message: expect.stringMatching(/^\d{4}-\d\d-\d\d Azure Marketplace[^]*\n\n[^]*Please call$/),
		lifecyclestage: 'opportunity',
	});
	expect(company('Fabrikam')).toMatchObject([{ lifecyclestage: 'opportunity' }]);
	// Interest again takes nobody back.
	await example.succeed(leadOf('Fabrikam'));
	expect(contact('kim@fabrikam.example')).toMatchObject({ lifecyclestage: 'opportunity' });
	expect([hubspot.all('companies').length, hubspot.associations.size]).toEqual([1, 1]);
});

it('leaves alone what somebody has filled in, and stages of their own', async () => {
	hubspot.insert('companies', {
		name: 'Contoso AG (key account)',
		domain: 'contoso.example',
		country: 'DE',
	});
	hubspot.insert('contacts', { email: 'kim@contoso.example', lifecyclestage: 'customer' });
	hubspot.insert('contacts', { email: 'lou@contoso.example', lifecyclestage: 'other' });
	await example.succeed(leadOf('Contoso', {}, { ActionCode: 'PLT' }));
	await example.succeed(leadOf('Contoso', { Email: 'lou@contoso.example' }, { ActionCode: 'PLT' }));
	expect(contact('kim@contoso.example')).toMatchObject({ lifecyclestage: 'customer' });
	expect(contact('lou@contoso.example')).toMatchObject({
		lifecyclestage: 'other',
		firstname: 'Kim',
	});
	expect(company('Contoso')).toEqual([]);
	expect(company('Contoso AG (key account)')).toMatchObject([
		{ country: 'DE', domain: 'contoso.example' },
	]);
});

it('makes one company of colleagues whose leads come together, though HubSpot finds new ones late', async () => {
	hubspot.isIndexed = false;
	await example.succeed(
		leadOf('Tailspin', { Email: 'ann@tailspin.example' }),
		leadOf('Tailspin Toys', { Email: 'ben@tailspin.example' }),
		leadOf('Solo', { Email: 'cem.sample@gmail.com', Company: 'Solo GmbH' }),
		leadOf('Nobody', { Email: 'dora.sample@gmail.com', Company: '' }),
	);
	hubspot.isIndexed = true;
	const [tailspin, ...others] = hubspot
		.all('companies')
		.filter(({ domain }) => domain === 'tailspin.example');
	const [solo] = company('Solo GmbH');
	expect(others).toEqual([]);
	const pairs = ['ann@tailspin.example', 'ben@tailspin.example', 'cem.sample@gmail.com'].map(
		(email) => contact(email)!.id,
	);
	expect([...hubspot.associations].slice(-3).sort()).toEqual(
		[
			`${pairs[0]} ${tailspin!.id}`,
			`${pairs[1]} ${tailspin!.id}`,
			`${pairs[2]} ${solo!.id}`,
		].sort(),
	);
	expect(contact('dora.sample@gmail.com')).toMatchObject({ firstname: 'Kim' });
	expect(solo).not.toHaveProperty('domain');
});

it('loses nothing of several people behind one address, nor the furthest stage of a company', async () => {
	const email = { Email: 'info@wingtip.example' };
	await example.succeed(
		leadOf('Wingtip', { ...email, FirstName: 'Ann' }, { ActionCode: 'PLT', Description: 'Of Ann' }),
		leadOf('Wingtip', { ...email, FirstName: 'Ben' }, { Description: 'Of Ben' }),
		leadOf('Relecloud', { Email: 'kim@relecloud.example' }),
		leadOf('Relecloud', { Email: 'lou@relecloud.example' }, { ActionCode: 'PLT' }),
	);
	expect(contact('info@wingtip.example')).toMatchObject({
		message: expect.stringMatching(/Of Ann[^]*Of Ben|Of Ben[^]*Of Ann/),
		lifecyclestage: 'opportunity',
	});
	expect(company('Relecloud')).toMatchObject([{ lifecyclestage: 'opportunity' }]);
});

it('writes nothing of who must not be contacted, of tests, and of nobody', async () => {
	const before = [hubspot.all('contacts'), hubspot.all('companies'), hubspot.exchanges.length];
	const quiet = await example.run(
		leadOf('Quiet', { Email: 'kim@quiet.example' }, { ActionCode: 'INS' }),
		leadOf('Quiet', { Email: 'kim@quiet.example' }, { LeadSource: 'SPZA', ActionCode: 'DNC' }),
	);
	expect([quiet.status, isTaken('Do Not Contact', quiet)]).toEqual(['success', true]);
	const test = await example.run(leadOf('T', {}, { Description: 'MSFT_TEST_636573304831318844' }));
	expect([test.status, isTaken('Do Not Contact', test)]).toEqual(['success', true]);
	const nobody = await example.run(leadOf('Nowhere', { Email: '***@nowhere.example' }));
	expect([nobody.status, isTaken('Look at It Yourself', nobody)]).toEqual(['success', true]);
	expect([hubspot.all('contacts'), hubspot.all('companies'), hubspot.exchanges.length]).toEqual(
		before,
	);
});

it('tries again where HubSpot is busy', async () => {
	hubspot.fault({ kind: 'refused', why: 'throttled' }, { times: 2 });
	await example.succeed(leadOf('Adatum'));
	expect(contact('kim@adatum.example')).toBeDefined();
});

it('fails with the reason where HubSpot does not take a contact', async () => {
	hubspot.invalidEmails.add('kim@wrong.example');
	const { status, error } = await example.run(leadOf('Wrong'));
	expect(status).toBe('error');
	expect(error?.message).toMatch(/^HubSpot did not take the contact kim@wrong\.example: .*invalid/);
});

ifDefined(
	'asks HubSpot for nothing that is not defined, and the fake server responds as defined',
	() => {
		const definitions = HubspotDefinitions.read(folder!);
		const called = new Set(hubspot.exchanges.map((exchange) => definitions.nameOf(exchange)));
		expect([...called].sort()).toEqual([
			'PATCH /crm/v3/objects/companies/{companyId}',
			'POST /crm/v3/objects/companies',
			'POST /crm/v3/objects/companies/search',
			'POST /crm/v3/objects/contacts/batch/read',
			'POST /crm/v3/objects/contacts/batch/upsert',
			'PUT /crm/v4/objects/{fromObjectType}/{fromObjectId}/associations/default/{toObjectType}/{toObjectId}',
		]);
		const violations = hubspot.exchanges.flatMap((exchange) => definitions.check(exchange));
		expect([...new Set(violations)]).toEqual([]);

		// They would have told what is not as it should be.
		const [one] = hubspot.exchanges.filter(({ url }) => url.pathname.endsWith('/search'));
		const { limit: _, ...body } = JSON.parse(one!.body) as Record<string, unknown>;
		expect(
			definitions.check({ ...one!, body: JSON.stringify({ ...body, limits: 1 }) }),
		).toHaveLength(2);
		expect(
			definitions.check({ ...one!, responseBody: JSON.stringify({ results: [] }) }),
		).toHaveLength(1);
		expect(definitions.check({ ...one!, method: 'PUT' })).toHaveLength(1);
	},
);
