import { readEnvironment } from '../../../../../nodes/destinations/dynamics365/connection/credential.ts';

const APPLICATION = { tenantId: 'contoso.example', clientId: 'client', clientSecret: 'secret' };
const read = (environmentUrl: string, cloud = 'public') =>
	readEnvironment({ ...APPLICATION, environmentUrl, cloud }).origin;

it.each([
	['https://contoso.crm.dynamics.com', 'public'],
	['https://contoso.crm4.dynamics.com', 'public'],
	['https://contoso.api.crm4.dynamics.com', 'public'],
	['https://contoso.crm9.dynamics.com', 'public'],
	['https://contoso.crm.microsoftdynamics.us', 'usGovernment'],
	['https://contoso.crm.appsplatform.us', 'usGovernment'],
	['https://contoso.crm.dynamics.cn', 'china'],
	['https://crm.contoso.example', 'usGovernment'],
])('takes %s of the cloud %s', (environmentUrl, cloud) => {
	expect(read(environmentUrl, cloud)).toBe(environmentUrl);
});

it.each([
	'contoso.crm.dynamics.com',
	'CONTOSO.crm.dynamics.com/',
	' https://contoso.crm.dynamics.com/main.aspx?etn=lead&pagetype=entitylist ',
	'https://contoso.crm.dynamics.com/api/data/v9.2/',
	'https://contoso.crm.dynamics.com:443/#top',
])('takes the environment out of %s', (text) => {
	expect(read(text)).toBe('https://contoso.crm.dynamics.com');
});

it('is reached without TLS on this machine only', () => {
	expect(read('http://127.0.0.1:8080/x')).toBe('http://127.0.0.1:8080');
	for (const text of ['http://contoso.crm.dynamics.com', 'http://127.0.0.1.example', 'ftp://x/']) {
		expect(() => read(text)).toThrow('The Environment URL is not an https address');
	}
});

it('repeats nothing of an address that is rejected', () => {
	for (const text of ['https://kim:hush@contoso.crm.dynamics.com', 'https://hush hush/']) {
		expect(() => read(text)).toThrow(expect.objectContaining({ code: 'configuration' }));
		expect(() => read(text)).not.toThrow(/hush/);
	}
});

it('wants an authority for a cloud of one’s own', () => {
	expect(() => read('https://contoso.example', 'custom')).toThrow(/Authority Host/);
});
