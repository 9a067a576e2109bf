import type { INodeParameters } from 'n8n-workflow';

import type { Comparison } from '../../../nodes/lead';
import { items, outputs, row } from './support';

const find = (more: object = {}) => ({ operation: 'findMissingLeads', ...more }) as INodeParameters;
/** A row of Partner Center's export. */
const exported = (email: string, time = '2026-03-01T08:00:00Z', more: object = {}) => ({
	'Customer email': email,
	'Lead source': 'AzureMarketplace-INS|contoso.crm',
	LeadCreationDateTime: time,
	...more,
});
/** The same lead as a destination has it. */
const there = (email: string, time = '2026-03-01T08:00:00Z', offer = 'contoso.crm') =>
	row(email, `AzureMarketplace-INS|${offer}`, { Email: email }, { CreatedTime: time });
const given = items(exported('kim@contoso.com'), exported('lou@contoso.com'), exported('max@a.io'));
const crm = items(there('KIM@contoso.com', '2026-03-01T20:00:00Z'), there('other@contoso.com'));
const emailsOf = (list: Array<{ json: object }> = []) =>
	list.map(({ json }) => (json as { customer: { email: string } }).customer.email);
const comparisonsOf = (list: Array<{ json: object }> = []) =>
	list.map(({ json }) => (json as { comparison: Comparison }).comparison);

const compare = async (parameters: INodeParameters, second = crm, first = given) =>
	await outputs(parameters, first, undefined, undefined, { secondInput: second });

it('separates what is missing from what is there, each with the reason', async () => {
	const [missing, found] = await compare(find());
	expect(emailsOf(missing)).toEqual(['lou@contoso.com', 'max@a.io']);
	expect(emailsOf(found)).toEqual(['kim@contoso.com']);
	expect(comparisonsOf(missing)[0]).toEqual({
		isMissing: true,
		why: 'There is no lead of this customer.',
		found: { id: '', createdAt: '' },
	});
	expect(comparisonsOf(found)).toEqual([
		{
			isMissing: false,
			why: 'A lead of the same customer and offer, 12 hours apart.',
			found: { id: 'p/KIM%40contoso.com', createdAt: '2026-03-01T20:00:00.000Z' },
		},
	]);
	expect([missing, found].map((list) => list?.map(({ pairedItem }) => pairedItem))).toEqual([
		[{ item: 1 }, { item: 2 }],
		[{ item: 0 }],
	]);
	expect(Object.keys(missing![0]!.json)[0]).toBe('comparison');
	const one = await compare(find({ separateOutputs: false }));
	expect(one.map((output) => emailsOf(output))).toEqual([
		['kim@contoso.com', 'lou@contoso.com', 'max@a.io'],
	]);
});

it('compares within the hours of each item', async () => {
	const hours = find({ withinHours: '={{ $json.hours }}' });
	const rows = [11, 12, '13'].map((limit) =>
		exported('kim@contoso.com', undefined, { hours: limit }),
	);
	const [missing, found] = await compare(hours, crm, items(...rows));
	expect([missing?.length, found?.length]).toEqual([1, 2]);
});

it('counts as missing once what the list holds twice, as exports of several tabs do', async () => {
	const list = items(
		exported('lou@contoso.com', undefined, { Status: 'New' }),
		exported('LOU@contoso.com', '2026-03-01 08:00:00', { Status: 'Closed' }),
		exported('lou@contoso.com', '2026-03-09T08:00:00Z'),
		exported('kim@contoso.com', '2026-03-01T21:00:00Z'),
	);
	const [missing, found] = await compare(find(), crm, list);
	expect([missing, found].map((output) => output?.map(({ pairedItem }) => pairedItem))).toEqual([
		[{ item: 0 }, { item: 2 }],
		[{ item: 1 }, { item: 3 }],
	]);
	expect(comparisonsOf(found).map(({ why }) => why)).toEqual([
		'The same lead stands in the list before, at the same time.',
		'A lead of the same customer and offer, 60 minutes apart.',
	]);
});

it('maps the fields of the first input only', async () => {
	const mapping = find({ fieldMapping: { values: [{ from: 'Wer', to: 'email' }] } });
	const rows = items({ ...exported(''), Wer: 'kim@contoso.com' });
	const second = items({ ...there('kim@contoso.com'), Wer: 'somebody@else.io' });
	const [missing, found] = await compare(mapping, second, rows);
	expect([emailsOf(missing), emailsOf(found)]).toEqual([[], ['kim@contoso.com']]);
});

it('takes leads that were parsed before, in lists too', async () => {
	const [parsed] = await outputs({ operation: 'parseLeads' }, crm);
	const [missing] = await compare(find(), parsed);
	expect(emailsOf(missing)).toEqual(['lou@contoso.com', 'max@a.io']);
	const list = items({ leads: parsed!.map(({ json }) => json) });
	const asked = find({ readLeadFrom: 'field', field: 'leads' });
	expect((await compare(asked, crm, list)).map((output) => emailsOf(output))).toEqual([
		[],
		['kim@contoso.com', 'other@contoso.com'],
	]);
});

it('finds everything missing where the second input says that there is nothing', async () => {
	const [missing, found] = await compare(find(), items({}));
	expect([missing?.length, found?.length]).toEqual([3, 0]);
});

it.each([
	['is nothing there', [], /^There is nothing to compare the leads with/],
	[
		'is no lead',
		items(there('a@b.io'), { nonsense: 1 }),
		/^Item 1 of the second input holds no lead/,
	],
])('calls no lead missing where in the second input there %s', async (_name, second, message) => {
	await expect(compare(find(), second)).rejects.toThrow(message);
	const [missing, failed] = await outputs(find(), given, 'continueRegularOutput', undefined, {
		secondInput: second,
	});
	expect(missing).toEqual([]);
	expect(failed).toHaveLength(3);
	expect(failed![0]!.json).toMatchObject({ error: expect.stringMatching(message) });
});

it('calls an item missing that it could not read by no means', async () => {
	const first = items({ nonsense: 1 }, exported('lou@contoso.com'));
	const [missing, rest] = await outputs(find(), first, 'continueRegularOutput', undefined, {
		secondInput: crm,
	});
	expect(emailsOf(missing)).toEqual(['lou@contoso.com']);
	expect(rest).toMatchObject([{ json: { error: expect.any(String) }, pairedItem: { item: 0 } }]);
});

it('refuses Execute Once, which would leave a single lead to compare with', async () => {
	const run = async (onError?: 'continueRegularOutput') =>
		await outputs(
			find(),
			items(exported('kim@contoso.com')),
			onError,
			undefined,
			{ secondInput: crm },
			{
				executeOnce: true,
			},
		);
	await expect(run()).rejects.toThrow('"Execute Once" leaves a single item');
	const [missing] = await run('continueRegularOutput');
	expect(missing).toEqual([]);
});
