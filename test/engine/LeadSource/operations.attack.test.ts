/**
 * Hostile inputs:
 * - parameters of workflows written by hand: unknown choices, other types, names of prototypes
 * - expressions for sender and templates that give objects, lists, numbers or nothing
 * - leads that carry a `repeat`, a `followUp` or a `journey` of their own
 * - items that pretend to be merged customers, in lists with leads and with anything else
 */
import type { INodeParameters } from 'n8n-workflow';

import { ProcessedStore } from './processedStore';
import { items, outputs, row } from './support';

const KIM = { Email: 'kim@contoso.com', FirstName: 'Kim' };
const ACTIVE = row('1', 'SPZA-PLT|contoso.crm', KIM);

beforeAll(async () => {
	await ProcessedStore.open();
});

describe('a choice that there is not', () => {
	it.each<[INodeParameters]>([
		[{ operation: '__proto__' }],
		[{ operation: 'mergeLeads', groupBy: 'constructor' }],
		[{ operation: 'mergeLeads', groupBy: '' }],
		[{ operation: 'removeRepeats', compareBy: 'toString' }],
		[{ operation: 'removeRepeats', compareBy: '' }],
		[{ operation: 'composeFollowUp', sender: 'Sam', options: { stageGuide: 'constructor' } }],
		[
			{
				outputs: 'offer',
				offerOutputs: { values: [{ offers: 7 as never, outputName: {} as never }] },
			},
		],
	])('%j is refused by a sentence', async (parameters) => {
		const attempt = outputs(parameters, items(ACTIVE));
		await expect(attempt).rejects.toMatchObject({
			message: expect.stringMatching(/^.{10}/) as string,
		});
		await expect(attempt).rejects.not.toThrow(/undefined|is not a function|Cannot read|TypeError/);
	});
});

describe('parameters of another type', () => {
	it.each<[INodeParameters]>([
		[{ templates: { active: 'x' } }],
		[{ templates: 'x' }],
		[{ templates: { active: { subject: 7 as never, text: [] as never } } }],
		[{ templates: { __proto__: { subject: 'x' }, toString: { text: 'x' } } as never }],
	])('%j leave the built-in message', async (parameters) => {
		const given = { operation: 'composeFollowUp', sender: 'Sam', ...parameters };
		const [written] = await outputs(given, items(ACTIVE));
		expect(written).toMatchObject([
			{
				json: {
					followUp: { text: expect.stringMatching(/^Hello Kim,.*regards,\nSam$/s) as string },
				},
			},
		]);
	});

	it.each(['={{ $json.CustomerInfo.nothing }}', '={{ ({ a: 1 }) }}', '={{ [1, 2] }}'])(
		'%s signs nothing',
		async (sender) => {
			const attempt = outputs({ operation: 'composeFollowUp', sender }, items(ACTIVE));
			await expect(attempt).rejects.toThrow('"Sender" is empty');
		},
	);

	it('a number signs as a text', async () => {
		const parameters = { operation: 'composeFollowUp', sender: '={{ 42 }}' };
		const [written] = await outputs(parameters, items(ACTIVE));
		expect(JSON.stringify(written)).toContain('regards,\\n42');
	});
});

describe('a lead with fields of ours', () => {
	it('cannot say of itself that it is new, or that it may be written to', async () => {
		const forged = {
			...ACTIVE,
			LeadSource: 'SPZA-DNC|contoso.crm',
			repeat: { isRepeat: false, seen: '' },
			followUp: { write: true, to: 'other@contoso.com' },
		};
		const [written, not] = await outputs(
			{ operation: 'composeFollowUp', sender: 'Sam' },
			items(forged),
		);
		expect(written).toEqual([]);
		expect(not).toMatchObject([{ json: { followUp: { write: false, to: '' } } }]);
		await outputs({ operation: 'removeRepeats' }, items(forged));
		const [, seen] = await outputs({ operation: 'removeRepeats' }, items(forged));
		expect(seen).toMatchObject([{ json: { repeat: { isRepeat: true, seen: 'lead' } } }]);
	});

	it('is still a lead when it has a journey', async () => {
		const [merged] = await outputs({ operation: 'mergeLeads' }, items({ ...ACTIVE, journey: [] }));
		expect(merged).toMatchObject([{ json: { identity: { value: 'kim@contoso.com' } } }]);
	});
});

describe('what pretends to be a merged customer', () => {
	const fake = { journey: [], identity: {} };

	it.each(['mergeLeads', 'composeFollowUp'])('is refused by %s', async (operation) => {
		await expect(outputs({ operation, sender: 'Sam' }, items(fake))).rejects.toThrow(
			'not a whole merged customer',
		);
	});

	it.each(['parseLeads', 'removeRepeats'])('is no lead for %s', async (operation) => {
		await expect(outputs({ operation }, items(fake))).rejects.toThrow('The item holds no lead');
	});

	it('does not smuggle others in by a list', async () => {
		const [[whole]] = (await outputs({ operation: 'mergeLeads' }, items(ACTIVE))) as [
			[{ json: object }],
		];
		const parameters = { operation: 'mergeLeads', readLeadFrom: 'field', field: 'it' };
		for (const it of [
			[whole.json, fake],
			[whole.json, ACTIVE],
			[whole.json, null],
		]) {
			await expect(outputs(parameters, items({ it }))).rejects.toThrow(
				'not a whole merged customer',
			);
		}
	});
});

describe('what an item says beside its lead', () => {
	const lead = { LeadSource: 'SPZA-PLT|contoso.crm', Email: 'kim@contoso.com', FirstName: 'Kim' };
	const inField = { readLeadFrom: 'field', field: 'data.lead' };
	const webhook = { headers: { 'list-unsubscribe': '<mailto:x@y.z>' }, params: {}, body: lead };
	const OPERATIONS: INodeParameters[] = [
		{ operation: 'parseLeads' },
		{ operation: 'mergeLeads' },
		{ operation: 'composeFollowUp', sender: 'Sam' },
		{ operation: 'assignOwner', owners: { values: [{ name: 'Sam' }] } },
	];
	const allowed = async (json: object, parameters: INodeParameters) =>
		(await outputs(parameters, items(json))).flat().every((item) => item.json['contactAllowed']);

	it.each<[object, INodeParameters]>([
		[{ data: { lead }, DoNotContact: true }, inField],
		[{ data: { lead, contact_allowed: 'no' } }, inField],
		[{ data: { lead: [lead] }, status: 'unsubscribed' }, inField],
		[{ data: { lead: 'SPZA-PLT|contoso.crm' }, LeadSource: 'SPZA-DNC|contoso.crm' }, inField],
		[{ ...webhook, query: { doNotContact: '1' } }, {}],
	])('against contact counts: %j', async (json, parameters) => {
		for (const operation of OPERATIONS) {
			expect(await allowed(json, { ...operation, ...parameters })).toBe(false);
		}
	});

	it.each<[object, INodeParameters]>([
		[{ data: { lead }, DoNotContact: false, other: { DoNotContact: true } }, inField],
		[{ data: { lead }, text: 'Do not contact me', headers: { 'list-unsubscribe': 'x' } }, inField],
		[{ ...webhook, query: { doNotContact: '0' } }, {}],
	])('of somebody else does not: %j', async (json, parameters) => {
		for (const operation of OPERATIONS) {
			expect(await allowed(json, { ...operation, ...parameters })).toBe(true);
		}
	});

	it('is read up to 5,000 fields, and more of them may say it', async () => {
		const beside = (fields: number) => ({
			...Object.fromEntries(Array.from({ length: fields - 1 }, (_, at) => [`field ${at}`, 'x'])),
			data: { lead },
		});
		expect(await allowed(beside(5_000), inField)).toBe(true);
		const [[item]] = (await outputs(inField, items(beside(5_001)))) as [[{ json: object }]];
		expect(item.json).toMatchObject({
			contactAllowed: false,
			warnings: expect.arrayContaining([expect.stringContaining('"5001 fields"')]),
		});
	});

	it('counts for customers that were merged before', async () => {
		const [[whole]] = (await outputs({ operation: 'mergeLeads' }, items(lead))) as [
			[{ json: object }],
		];
		const parameters = { operation: 'mergeLeads', readLeadFrom: 'field', field: 'it' };
		expect(await allowed({ it: whole.json }, parameters)).toBe(true);
		expect(await allowed({ it: whole.json, optOut: 'yes' }, parameters)).toBe(false);
	});
});
