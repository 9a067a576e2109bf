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

describe('bytes that are not UTF-8', () => {
	const LATIN_1 = Buffer.from(JSON_TEXT, 'latin1');
	const WARNING =
		'The body was not in UTF-8 and was read as Windows-1252: letters with accents and those of other scripts may be wrong.';
	const parsed = { body: JSON.parse(LATIN_1.toString('utf8')) as unknown };

	it.each(['text/plain', 'application/json', 'application/hal+json', undefined])(
		'are read with a warning under %s',
		async (type) => {
			const input = await readLeadsOf({ ...request(type, LATIN_1), ...parsed });
			expect(input).toEqual({ ok: true, records: [LEAD], isList: false, warnings: [WARNING] });
		},
	);

	it.each([
		['application/json; charset=latin1', LATIN_1, LEAD],
		['text/plain; charset=windows-1252', LATIN_1, LEAD],
		[
			'text/json; charset=shift_jis',
			Buffer.from('{"Email":"\x83e\x83X\x83g"}', 'latin1'),
			'テスト',
		],
		['text/json; charset=utf-16le', Buffer.from('{"Email":"é"}', 'utf16le'), 'é'],
	])('are read by their charset, without one: %s', async (type, bytes, expected) => {
		const input = await readLeadsOf({ ...request(type, bytes), ...parsed });
		const found = typeof expected === 'string' ? { Email: expected } : expected;
		expect(input).toEqual({ ok: true, records: [found], isList: false });
	});

	it('are told of where the charset is wrong', async () => {
		const input = await readLeadsOf(request('text/json; charset=utf-8', LATIN_1));
		expect(input).toMatchObject({ ok: true, records: [LEAD], warnings: [WARNING] });
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
