import type { DeliveredRequest } from '../../../nodes/MarketplaceLeadTrigger/webhookBody';
import { readLeadsOf } from '../../../nodes/MarketplaceLeadTrigger/webhookBody';

const LEAD = {
	UserDetails: { FirstName: 'Zoë' },
	LeadSource: 'AzureMarketplace',
	ActionCode: 'INS',
};
const JSON_TEXT = JSON.stringify(LEAD);

function request(contentType: string | undefined, rawBody: Buffer | string): DeliveredRequest {
	const [type, charset] = (contentType ?? '').split('; charset=');
	return {
		rawBody: Buffer.from(rawBody as string),
		...(contentType === undefined ? {} : { contentType: type, encoding: charset ?? 'utf-8' }),
	};
}

async function problemsOf(delivered: DeliveredRequest): Promise<string> {
	const input = await readLeadsOf(delivered);
	return input.ok ? 'no problems' : input.problems.join(' ');
}

describe('bodies that n8n has parsed', () => {
	it('are taken as they are, without looking at the bytes', async () => {
		const delivered = { ...request('application/json', '{"not": "looked at"}'), body: LEAD };
		expect(await readLeadsOf(delivered)).toEqual({ ok: true, records: [LEAD], isList: false });
	});

	it('may hold a list', async () => {
		const delivered = { ...request('application/json', '[…]'), body: [LEAD, LEAD] };
		expect(await readLeadsOf(delivered)).toEqual({ ok: true, records: [LEAD, LEAD], isList: true });
	});

	it('may be a Web-to-Lead form', async () => {
		const form = { oid: '00D', lead_source: 'SPZA-PLT|a.b', email: 'a@b.example', last_name: 'B' };
		const delivered = { ...request('application/x-www-form-urlencoded', 'oid=00D'), body: form };
		expect(await readLeadsOf(delivered)).toEqual({ ok: true, records: [form], isList: false });
	});
});

describe('JSON under any other name', () => {
	it.each([
		'application/vnd.microsoft.lead+json',
		'application/json ',
		'text/json',
		'text/plain',
		'text/html',
		'application/octet-stream',
		'application/jsonp',
		undefined,
	])('%s', async (type) => {
		const input = await readLeadsOf({ ...request(type, JSON_TEXT), body: undefined });
		expect(input).toEqual({ ok: true, records: [LEAD], isList: false });
	});

	it.each([
		['a byte order mark', request('text/json', `\ufeff${JSON_TEXT}`)],
		[
			'UTF-16 with its mark',
			request('text/json; charset=utf-16le', Buffer.from(`\ufeff${JSON_TEXT}`, 'utf16le')),
		],
		['Latin 1', request('text/json; charset=iso-8859-1', Buffer.from(JSON_TEXT, 'latin1'))],
		['a charset nobody knows', request('text/json; charset=x-klingon', JSON_TEXT)],
	])('with %s', async (_name, delivered) => {
		const input = await readLeadsOf(delivered);
		expect(input).toEqual({ ok: true, records: [LEAD], isList: false });
	});

	it('is read from the request where n8n has not done so', async () => {
		const delivered: DeliveredRequest = {
			contentType: 'text/json',
			async readRawBody() {
				await Promise.resolve();
				delivered.rawBody = Buffer.from(JSON_TEXT);
			},
		};
		expect(await readLeadsOf(delivered)).toMatchObject({ ok: true, records: [LEAD] });
	});
});

describe('bodies that are no lead', () => {
	it.each([
		['a form', { ...request('application/x-www-form-urlencoded', 'a=b'), body: { a: 'b' } }],
		['XML', { ...request('application/xml', '<a/>'), body: { a: '' } }],
		['XML under another name', { ...request('application/soap+xml', '<a/>'), body: { a: '' } }],
		['files', { ...request('multipart/form-data', ''), body: { data: {}, files: {} } }],
		['nothing', request('application/json', '')],
		['nothing without a type', request(undefined, '')],
	])('%s: is told to send JSON', async (_name, delivered) => {
		expect(await problemsOf(delivered)).toContain('"Content-Type: application/json"');
	});

	it('a request without bytes or body', async () => {
		expect(await problemsOf({})).toMatch(/empty/);
	});

	it('does not read files off the wire', async () => {
		const readRawBody = jest.fn();
		expect(await problemsOf({ contentType: 'multipart/mixed', readRawBody })).toContain(
			'multipart/mixed',
		);
		expect(readRawBody).not.toHaveBeenCalled();
	});
});
