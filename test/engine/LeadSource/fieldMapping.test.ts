/** Rows of any table become leads by the parameter Field Mapping, in each operation that reads items. */
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { LeadSource } from '../../../nodes/LeadSource/LeadSource.node';
import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { readExample } from '../../../scripts/host/demo';
import { LeadReceiver } from '../../fakeServers/https/leadReceiver';
import { outputsOf, runNode } from '../../support/engine';
import { ProcessedStore } from './processedStore';
import { items, outputs } from './support';

const row = (name: string, more: object = {}) => ({
	Kontakt: name,
	Postfach: `${name}@contoso.com`,
	Herkunft: 'SPZA-PLT|contoso.crm',
	Region: 'EMEA',
	...more,
});

const map = (...pairs: [from: string, to: string][]) => ({
	values: pairs.map(([from, to]) => ({ from, to })),
});

const MAPPING = map(['Kontakt', 'fullName'], ['Postfach', 'email'], ['Herkunft', 'leadSource']);

const jsons = (output: INodeExecutionData[] | undefined) => (output ?? []).map(({ json }) => json);

let store: ProcessedStore;
beforeAll(async () => {
	store = await ProcessedStore.open();
});
beforeEach(() => {
	store.rows.clear();
});

describe.each(['parseLeads', 'removeRepeats', 'composeFollowUp'])('%s', (operation) => {
	const run = async (input: object[], parameters: INodeParameters = {}) =>
		await outputs(
			{ operation, sender: 'Sam', simplify: false, fieldMapping: MAPPING, ...parameters },
			items(...input),
		);

	it('reads rows by it', async () => {
		const [first] = await run([row('kim'), row('sam')]);
		expect(jsons(first)).toMatchObject(
			['kim', 'sam'].map((name) => ({
				leadSource: 'SPZA-PLT|contoso.crm',
				customer: { fullName: name, email: `${name}@contoso.com` },
				properties: { Region: 'EMEA' },
				warnings: [],
			})),
		);
	});

	it('reads rows in a field by it, named from the item or from the row', async () => {
		for (const prefix of ['', 'rows[0].', 'rows[1].']) {
			store.rows.clear();
			const fieldMapping = map(
				[`${prefix}Kontakt`, 'fullName'],
				[`${prefix}Postfach`, 'email'],
				[`${prefix}Herkunft`, 'leadSource'],
			);
			const input = { rows: [row('kim'), row('sam')] };
			const [first] = await run([input], { readLeadFrom: 'field', field: 'rows', fieldMapping });
			expect(jsons(first)).toMatchObject([
				{ customer: { email: 'kim@contoso.com' } },
				{ customer: { email: 'sam@contoso.com' } },
			]);
		}
	});

	it('reads the body of the built-in Webhook by it', async () => {
		const webhook = { headers: {}, params: {}, query: {}, body: row('kim') };
		const fieldMapping = map(
			['body.Postfach', 'email'],
			['body.Kontakt', 'fullName'],
			['body.Herkunft', 'leadSource'],
		);
		const [first] = await run([webhook], { fieldMapping });
		expect(jsons(first)).toMatchObject([{ customer: { fullName: 'kim' }, warnings: [] }]);
	});

	it('may be another for each item', async () => {
		const input = [row('kim'), { Anders: 'sam@contoso.com', which: 'Anders' }];
		const fieldMapping = map(['={{ $json.which ?? "Postfach" }}', 'email']);
		const went = await run(input, { fieldMapping });
		const emails = jsons(went.flat()).map(({ customer }) => (customer as { email: string }).email);
		expect(emails.sort()).toEqual(['kim@contoso.com', 'sam@contoso.com']);
	});

	it('hides no opt-out, and finds one by a name of its own', async () => {
		const input = [
			row('a', { DoNotContact: 'yes' }),
			row('b', { Gesperrt: 'x' }),
			row('c', { Gesperrt: 'nein' }),
		];
		const fieldMapping = map(
			...MAPPING.values.map(({ from, to }): [string, string] => [from, to]),
			['DoNotContact', 'company'],
			['Gesperrt', 'doNotContact'],
		);
		const went = await run(input, { fieldMapping });
		const allowed = jsons(went.flat()).map(({ contactAllowed, customer }) => [
			(customer as { fullName: string }).fullName,
			contactAllowed,
		]);
		expect(allowed.sort()).toEqual([
			['a', false],
			['b', false],
			['c', true],
		]);
	});

	it.each([
		[map([' ', 'email']), 'Field 1 of "Field Mapping" has no name'],
		[map(['Postfach', 'email'], ['Kontakt', 'name']), 'Field 2 of "Field Mapping" has no lead'],
		[map(['={{ $json.missing }}', 'email']), 'Field 1 of "Field Mapping" has no name'],
	])('does not go on with an entry that is not whole', async (fieldMapping, message) => {
		await expect(run([row('kim')], { fieldMapping })).rejects.toThrow(message);
	});
});

it('Merge Leads merges rows by it', async () => {
	const parameters = { operation: 'mergeLeads', fieldMapping: MAPPING };
	const went = await outputs(parameters, items(row('kim'), row('kim', { Region: 'APAC' })));
	expect(jsons(went[0])).toMatchObject([
		{ customer: { fullName: 'kim', email: 'kim@contoso.com' }, contactAllowed: true },
	]);
});

it('Create Leads writes rows by it', async () => {
	const receiver = await LeadReceiver.start();
	const run = await runNode(
		{
			type: new MarketplaceLead(),
			parameters: {
				operation: 'createLeads',
				destination: 'https',
				fieldMapping: MAPPING,
				options: { allowHttpOnLocalhost: true },
			},
			credentials: { marketplaceLeadHttpsApi: receiver.credential },
		},
		items(row('kim')),
	);
	expect(jsons(outputsOf(run)[0])).toMatchObject([{ written: { outcome: 'created' } }]);
	expect([...receiver.leads.values()]).toMatchObject([
		{ UserDetails: { Email: 'kim@contoso.com' }, LeadSource: 'SPZA' },
	]);
	await receiver.stop();
});

it('tells once which fields of the first row are in nobody’s mapping', async () => {
	const parameters = { operation: 'parseLeads', fieldMapping: MAPPING };
	const input = items(row('kim', { Segment: 'SMB', 'Email Opt Out': '0' }), row('sam'));
	const run = await runNode({ type: new LeadSource(), parameters }, input);
	const [task] = Object.values(run.data.resultData.runData).at(-1) ?? [];
	expect(task?.hints?.map(({ message }) => message)).toEqual([
		'Fields that are not mapped are kept as properties of the lead: "Region", "Segment"',
	]);
});

it('names the mapping where an item holds nothing that is known', async () => {
	const failed = outputs({ operation: 'parseLeads' }, items({ Kontakt: 'kim' }));
	await expect(failed).rejects.toMatchObject({
		description: expect.stringContaining('"Field Mapping"'),
	});
});

it('the example reads a CSV of Partner Center', async () => {
	const { nodes } = await readExample('leads-from-csv.json');
	const { parameters } = nodes.find(({ name }) => name === 'Rows to Leads')!;
	const input = items({
		'Customer name': 'Kim Sample',
		'Customer email': 'kim@contoso.com',
		'Company name': 'Contoso',
		LeadCreationDateTime: '2026-03-01T12:00:00Z',
		Source: 'AzureMarketplace-INS|contoso.crm',
	});
	const [allowed] = await outputs(parameters as INodeParameters, input);
	expect(jsons(allowed)).toMatchObject([
		{
			source: { code: 'AzureMarketplace' },
			customer: { fullName: 'Kim Sample', email: 'kim@contoso.com', company: 'Contoso' },
			createdAt: '2026-03-01T12:00:00.000Z',
			warnings: [],
		},
	]);
});
