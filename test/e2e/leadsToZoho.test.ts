/** The example for Zoho CRM on a real n8n, with n8n's own HTTP Request node and Zoho credential. */
import { FakeZoho } from '../fakeServers/zoho/zoho.ts';
import { asVendor, sharedHost } from './support/host.ts';
import { asking, LeadExample, leadOf } from './support/leadExample.ts';

let zoho: FakeZoho;
let example: LeadExample;

beforeAll(async () => {
	const host = await sharedHost();
	zoho = await new FakeZoho().start(asVendor(host.outside, 'www.zohoapis.com'));
	// As n8n keeps it once somebody has signed in.
	const credential = await host.rest.createCredential('zohoOAuth2Api', 'Zoho', {
		...{ clientId: '1000.client', clientSecret: 'secret' },
		authUrl: 'https://accounts.zoho.com/oauth/v2/auth',
		accessTokenUrl: 'https://accounts.zoho.com/oauth/v2/token',
		oauthTokenData: { access_token: zoho.accessToken, token_type: 'Bearer', refresh_token: 'r' },
	});
	example = await LeadExample.activate(host, 'leads-to-zoho.json', asking(credential));
});

afterAll(async () => {
	await zoho?.stop();
	await example?.remove();
});

const inZoho = (email: string) => [...zoho.leads.values()].filter(({ Email }) => Email === email);

it('makes a lead with all that Zoho has a place for, and no other of the same address', async () => {
	await example.succeed(leadOf('Fabrikam', {}, { Description: '"Ünïcode"\n漢字' }));
	expect(inZoho('kim@fabrikam.example')).toEqual([
		{
			Email: 'kim@fabrikam.example',
			First_Name: 'Kim',
			Last_Name: 'Sample',
			Company: 'Fabrikam',
			Phone: '+14255550100',
			Designation: 'Buyer',
			Country: 'US',
			Website: 'fabrikam.example',
			Lead_Source: 'Azure Marketplace',
			Description: expect.stringMatching(
				/^\d{4}-\d\d-\d\d Azure Marketplace: .*, Contoso Gateway\nStage: initialInterest\n"Ünïcode"\n漢字$/,
			),
		},
	]);
	const more = { Email: 'KIM@fabrikam.example', Phone: '', Title: '' };
	await example.succeed(leadOf('Fabrikam', more, { LeadSource: 'SPZA', ActionCode: 'PLT' }));
	expect(inZoho('kim@fabrikam.example')).toMatchObject([
		{
			Phone: '+14255550100',
			Designation: 'Buyer',
			Lead_Source: 'AppSource',
			Description: expect.stringMatching(
				/AppSource[^]*Stage: active\n\n[^]*Azure Marketplace[^]*漢字$/,
			),
		},
	]);
	const [{ Description: before } = {}] = inZoho('kim@fabrikam.example');
	expect([zoho.leads.size, before?.match(/AppSource/g)?.length]).toEqual([1, 1]);
});

it('leaves name and company that Zoho has, and gives those that it must have', async () => {
	zoho.insert({ Email: 'kim@contoso.example', Last_Name: 'Muster', Company: 'Contoso AG' });
	zoho.insert({ Email: 'lou@contoso.example', Last_Name: 'lou@contoso.example', Company: 'C' });
	const info = { Email: 'info@contoso.example' };
	await example.succeed(
		leadOf('Contoso'),
		leadOf('Contoso', { Email: 'lou@contoso.example', FirstName: 'Lou' }),
		leadOf('Contoso', { ...info, FirstName: 'Ann' }, { Description: 'Of Ann' }),
		leadOf('Contoso', { ...info, FirstName: 'Ben' }, { Description: 'Of Ben' }),
		leadOf('', { Email: 'ann.sample@gmail.com', FirstName: '', LastName: '' }),
	);
	expect(inZoho('kim@contoso.example')).toMatchObject([
		{ Last_Name: 'Muster', Company: 'Contoso AG', Country: 'US' },
	]);
	// Half of a name is not changed, and an address in the place of one is none.
	expect(inZoho('kim@contoso.example')[0]).not.toHaveProperty('First_Name');
	expect(inZoho('lou@contoso.example')).toMatchObject([{ First_Name: 'Lou', Last_Name: 'Sample' }]);
	expect(inZoho('info@contoso.example')).toMatchObject([
		{ Description: expect.stringMatching(/Of Ann[^]*Of Ben|Of Ben[^]*Of Ann/) },
	]);
	expect(inZoho('ann.sample@gmail.com')).toMatchObject([
		{ Last_Name: 'ann.sample@gmail.com', Company: 'Unknown' },
	]);
});

it('asks for nothing where nobody may be contacted, or there is no address', async () => {
	const before = zoho.server.requests.length;
	await example.succeed(
		leadOf('Quiet', { Email: 'kim@quiet.example' }),
		leadOf('Quiet', { Email: 'kim@quiet.example' }, { LeadSource: 'SPZA', ActionCode: 'DNC' }),
		leadOf('T', {}, { Description: 'MSFT_TEST_636573304831318844' }),
		leadOf('Nowhere', { Email: '***@nowhere.example' }),
	);
	expect(zoho.server.requests.length).toBe(before);
});

it('tries again where Zoho is busy, and fails with the reason where it does not take a lead', async () => {
	zoho.fault({ kind: 'refused', why: 'throttled' }, { times: 2 });
	await example.succeed(leadOf('Adatum'));
	expect(inZoho('kim@adatum.example')).toHaveLength(1);
	zoho.invalidEmails.add('kim@wrong.example');
	const { status, error } = await example.run(leadOf('Wrong'));
	expect([status, error?.message]).toEqual([
		'error',
		'Zoho did not take the lead kim@wrong.example: invalid data {"api_name":"Email"}',
	]);
});
