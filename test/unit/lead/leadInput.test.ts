import { parseLead, readLeadInput } from '../../../nodes/lead';
import { record, sampleRecord } from './support';

const SEND = 'Send one lead or a list of leads as JSON.';
const NO_FIELDS = 'holds none of the fields of a lead (UserDetails, LeadSource, ActionCode, …).';

describe('readLeadInput takes', () => {
	it.each([
		['the lead source alone', { LeadSource: 'SPZA' }],
		['an email address alone', { email: 'a@b.com' }],
		['UserDetails alone', { userdetails: {} }],
		['a form', { lead_source: 'x', oid: '1' }],
		['keys with separators', { 'Lead Source': 'x' }],
		['empty fields', { FirstName: '' }],
	])('%s', (_name, lead) => {
		expect(readLeadInput(lead)).toEqual({ ok: true, records: [lead], isList: false });
		expect(readLeadInput(JSON.stringify(lead))).toEqual({
			ok: true,
			records: [lead],
			isList: false,
		});
	});

	it('a list of leads', () => {
		const list = [record(), sampleRecord('https-test-lead'), parseLead(record())];
		expect(readLeadInput(list)).toEqual({ ok: true, records: list, isList: true });
		expect(readLeadInput(JSON.stringify(list))).toMatchObject({ ok: true, isList: true });
		expect(readLeadInput(Array(1_000).fill(record()))).toMatchObject({ ok: true });
	});

	it('a lead that was parsed before', () => {
		const lead = parseLead(7);
		expect(readLeadInput(lead)).toEqual({ ok: true, records: [lead], isList: false });
	});

	it.each(['SPZA-INS|contoso.crm', ' AzureMarketplace ', 'Moonbase-DNC|x', '"SPZA-INS|a.b"'])(
		'the lead source string %j',
		(text) => {
			const record = text.replaceAll('"', '').trim();
			expect(readLeadInput(text)).toEqual({ ok: true, records: [record], isList: false });
		},
	);
});

describe('readLeadInput refuses', () => {
	it.each([
		['nothing', undefined, `The body is empty. ${SEND}`],
		['null', null, `The body is empty. ${SEND}`],
		['no text', '', `The body is empty. ${SEND}`],
		['blank text', ' \n\ufeff ', `The body is empty. ${SEND}`],
		['JSON null', 'null', `The body is empty. ${SEND}`],
		['a number', 7, `The body is a number. ${SEND}`],
		['a JSON number', '7', `The body is a number. ${SEND}`],
		['a truth value', true, `The body is a boolean. ${SEND}`],
		['text', 'hello', `The body is text, but not JSON. ${SEND}`],
		['half a lead', '{"LeadSource":"SPZA"', `The body is text, but not JSON. ${SEND}`],
		['text in text', '"hello"', `The body is text, but not JSON. ${SEND}`],
		[
			'text in text in text',
			'"\\"\\\\\\"a\\\\\\"\\""',
			`The body is a text within a text. ${SEND}`,
		],
		['an empty object', {}, `The body ${NO_FIELDS}`],
		['an object of something else', { hello: 'world' }, `The body ${NO_FIELDS}`],
		['fields that anything has', { title: 'x', id: 1 }, `The body ${NO_FIELDS}`],
		['an empty list', [], 'The list of leads is empty.'],
	])('%s', (_name, body, problem) => {
		expect(readLeadInput(body)).toEqual({ ok: false, problems: [problem] });
	});

	it('a list as a whole, and says of each entry what is wrong', () => {
		expect(readLeadInput([record(), 'SPZA', { a: 1 }, null, [record()], record()])).toEqual({
			ok: false,
			problems: [
				'Lead 2 of the list is not an object.',
				`Lead 3 of the list ${NO_FIELDS}`,
				'Lead 4 of the list is not an object.',
				'Lead 5 of the list is not an object.',
			],
		});
	});

	it('more than it can say, with the first sentences and a count', () => {
		const input = readLeadInput(Array(1_000).fill(7));
		if (input.ok) throw new Error('The list was taken.');
		expect(input.problems).toHaveLength(21);
		expect(input.problems.at(-1)).toBe('And 980 more like these.');
	});

	it('more than 1,000 leads at once', () => {
		expect(readLeadInput(Array(1_001).fill(record()))).toEqual({
			ok: false,
			problems: ['The list has 1001 leads, and 1000 can be taken at once. Send it in parts.'],
		});
	});
});
