/**
 * Every operation with an expression that throws in each of its parameters, for the first, the
 * middle and the last item, under each setting of On Error: every item has one outcome, on the
 * right output, paired to it.
 */
import type {
	INode,
	INodeExecutionData,
	INodeParameters,
	INodePropertyOptions,
} from 'n8n-workflow';

import { LeadSource } from '../../../nodes/LeadSource/LeadSource.node';
import { SEPARATE, SPLITS, type SplitName } from '../../../nodes/LeadSource/splits';
import {
	asNeither,
	asNothing,
	asText,
	cellsOf,
	differing,
	failing,
	isRequired,
	isTyped,
	labelOf,
	shownLabel,
	takesExpression,
	variantsOf,
} from '../../support/matrix';
import { SharedReferences } from '../../support/sharedReferences';
import { ProcessedStore } from '../../engine/LeadSource/processedStore';
import { items, outputs as outputsOf, row } from '../../engine/LeadSource/support';
import { startAzurite, type Azurite } from '../../fakeServers/azureTable/azurite.ts';
import { MarketplaceTable } from '../../fakeServers/azureTable/marketplaceTable.ts';

const { description } = new LeadSource();
const OPERATIONS = description.properties.find(({ name }) => name === 'operation')!
	.options as INodePropertyOptions[];

/** Where the default is none that works, or would make the leads alike. */
const VALID = {
	field: 'it',
	leadSource: '={{ $json.LeadSource }}',
	leadFields: {
		email: '={{ $json.UserDetails.Email }}',
		lastName: '={{ $json.UserDetails.LastName }}',
		leadSource: '={{ $json.LeadSource }}',
	},
	offerOutputs: { values: [{ offers: 'contoso.*', outputName: 'Contoso' }] },
	'offerOutputs.values.offers': 'contoso.*',
	'fieldMapping.values.from': 'RowKey',
	'fieldMapping.values.to': 'campaign',
	owners: { values: [{ email: 'ann@vendor.example' }] },
	'owners.values.email': 'ann@vendor.example',
	sender: 'Sam Sample',
	firstDay: '2026-03-01',
	lastDay: '2026-03-31',
};

/** One item comes out for all items whose settings are the same. */
const TOGETHER = ['createReport'];

let store: ProcessedStore;
let azurite: Azurite;
beforeAll(async () => {
	store = await ProcessedStore.open();
	azurite = await startAzurite();
});
afterAll(async () => {
	await azurite?.stop();
});
beforeEach(() => {
	store.rows.clear();
});

const leadAt = (at: number) =>
	row(String(at), `SPZA-PLT|contoso.crm${at}`, { Email: `${at}@contoso.com` });

function input(failAt: number): INodeExecutionData[] {
	const leads = [0, 1, 2].map((at) => {
		const lead = leadAt(at);
		return { ...lead, it: { ...lead }, fail: at === failAt, odd: at === 1 };
	});
	const file = { data: '', mimeType: 'application/pdf' };
	return items(...leads).map((item) => ({ ...item, binary: { file: { ...file } } }));
}

/** What the second input has: owners, or the first of the leads and another one. */
const OWNERS = [{ Name: 'Ann', Email: 'ann@vendor.example' }, { Owner: 'Ben' }];
const secondInputOf = ({ operation }: INodeParameters): INodeExecutionData[] =>
	operation === 'assignOwner' ? items(...OWNERS) : items(leadAt(0), leadAt(7));
const hasSecondInput = ({ operation, ownersFrom }: INodeParameters) =>
	operation === 'findMissingLeads' || (operation === 'assignOwner' && ownersFrom === 'input');

async function outputs(
	parameters: INodeParameters,
	given: INodeExecutionData[],
	onError?: INode['onError'],
	{
		connectionString = azurite.connectionString,
		beside,
	}: { connectionString?: string; beside?: INodeExecutionData[] | undefined } = {},
): Promise<INodeExecutionData[][]> {
	const signIn = { authentication: 'connectionString', connectionString };
	const isInAzure = parameters.historyStore === 'azureTable';
	const settings = isInAzure ? { credentials: { marketplaceLeadAzureTableApi: signIn } } : {};
	const secondInput =
		beside ?? (hasSecondInput(parameters) ? secondInputOf(parameters) : undefined);
	const execution = secondInput && { secondInput };
	return await outputsOf(parameters, given, onError, undefined, execution, settings);
}

/** Where an item goes that failed, when it goes on with the others. */
function outputOfFailed({ operation, outputs: split, separateOutputs }: INodeParameters): number {
	if (operation === 'parseLeads') {
		if (split === 'offer') return 1;
		return typeof split === 'string' && Object.hasOwn(SPLITS, split)
			? SPLITS[split as SplitName].leftover
			: 0;
	}
	const isApart = Object.hasOwn(SEPARATE, String(operation)) && separateOutputs !== false;
	return isApart ? 1 : 0;
}

/** What later nodes may edit. */
const wholeOf = (list: INodeExecutionData[]) => list.map(({ json, binary }) => ({ json, binary }));

const pairedTo = (item: INodeExecutionData): number[] =>
	[item.pairedItem ?? []].flat().map((pair) => (pair as { item: number }).item);
const isFailed = ({ json }: INodeExecutionData) => Object.hasOwn(json, 'error');

/** An input shows no parameter of its own, so nothing else would choose it. */
const BY_INPUT = { operation: 'assignOwner', ownersFrom: 'input' };
const variants = [
	...OPERATIONS.flatMap(({ value }) => variantsOf(description, { operation: value })),
	...variantsOf(description, BY_INPUT),
];
const cells = variants.flatMap((variant) =>
	cellsOf(description, variant, { valid: VALID }).map(
		({ path, parameters }) => [path, JSON.stringify(variant), parameters] as const,
	),
);

it('holds every parameter of every operation that can be an expression', () => {
	const paths = new Set(cells.map(([path]) => path.split('.')[0]!));
	const fixed = ['notice', 'fixedCollection'];
	for (const { name, type, noDataExpression } of description.properties) {
		if (noDataExpression !== true && !fixed.includes(type)) expect(paths).toContain(name);
	}
});

const same = (value: unknown) => value;

/** One outcome for each item, paired to it, on the output where it belongs. */
function expectOutcomes(
	went: INodeExecutionData[][],
	failed: number[],
	outputOfFailed: number,
	isTogether = false,
): void {
	expect(went.flat().flatMap(pairedTo).sort()).toEqual([0, 1, 2]);
	for (const [index, output] of went.entries()) {
		for (const item of output) {
			const pairs = pairedTo(item);
			expect(pairs.map((at) => failed.includes(at))).toEqual(pairs.map(() => isFailed(item)));
			if (isFailed(item) || !isTogether) expect(pairs).toHaveLength(1);
			if (isFailed(item)) expect(index).toBe(outputOfFailed);
		}
	}
}

describe.each(cells)('%s of %s', (path, _variant, parameters) => {
	const isTogether = TOGETHER.includes(String(parameters.operation));

	it('gives every item its outcome while nothing fails, and none shares anything', async () => {
		const given = input(-1);
		const seen = new SharedReferences();
		seen.in(wholeOf(given), 'input');
		const went = await outputs(parameters, given);
		expectOutcomes(went, [], -1, isTogether);
		expect(seen.in(wholeOf(went.flat()), 'output')).toEqual([]);
	});

	it.each([0, 1, 2])('fails item %i alone', async (failAt) => {
		const regular = await outputs(parameters, input(failAt), 'continueRegularOutput');
		expectOutcomes(regular, [failAt], outputOfFailed(parameters), isTogether);
		const label = shownLabel(description, parameters, path);
		const told = regular.flat().find(isFailed)?.json['error'];
		expect(told).toContain(`The expression in "${label}" can't be evaluated: `);
		store.rows.clear();
		const apart = await outputs(parameters, input(failAt), 'continueErrorOutput');
		expectOutcomes(apart, [failAt], apart.length - 1, isTogether);
		store.rows.clear();
		const stopped = outputs(parameters, input(failAt), 'stopWorkflow');
		await expect(stopped).rejects.toMatchObject({ context: { itemIndex: failAt } });
		// Nothing is noted of an execution that ends before it.
		expect([...store.rows.keys()]).toEqual([]);
	});
});

describe.each(variants.map((variant) => [JSON.stringify(variant), variant] as const))(
	'%s',
	(_, variant) => {
		it('shares nothing between runs, nor with what came in on either input', async () => {
			const seen = new SharedReferences();
			for (const options of [{ includeRaw: true, includeSheetRow: true }, {}, {}]) {
				store.rows.clear();
				const [cell] = cellsOf(description, variant, { valid: VALID, put: same });
				const { parameters } = cell ?? { parameters: variant };
				const given = input(-1);
				const beside = hasSecondInput(parameters) ? secondInputOf(parameters) : undefined;
				seen.in(wholeOf([...given, ...(beside ?? [])]), 'input');
				const all = { ...parameters, ...(parameters.options !== undefined && { options }) };
				const went = await outputs(all, given, undefined, { beside });
				expect(went.flat().filter(isFailed)).toEqual([]);
				expect(seen.in(wholeOf(went.flat()), 'output')).toEqual([]);
			}
		});
	},
);

/** What is required and comes out empty for one item. */
const empty = asNothing.flatMap((put) =>
	variants.flatMap((variant) =>
		cellsOf(description, variant, { valid: VALID, put, into: isRequired }).map(
			(cell) => [cell.path, JSON.stringify(variant), cell] as const,
		),
	),
);
/** What names a parameter in a message besides its label. */
const NAMED: Readonly<Record<string, string>> = {
	'fieldMapping.values.from': 'Field 1 of "Field Mapping"',
	leadSource: 'lead source is empty',
};

describe.each(empty)('%s of %s, which is required and comes out empty', (path, _variant, cell) => {
	it('fails its item alone, and is named', async () => {
		const { parameters } = cell;
		const went = await outputs(parameters, input(-1), 'continueRegularOutput');
		const isTogether = TOGETHER.includes(String(parameters.operation));
		expectOutcomes(went, [1], outputOfFailed(parameters), isTogether);
		const error = went.flat().find(isFailed)?.json['error'];
		expect(error).toContain(NAMED[path] ?? labelOf(description, cell));
		store.rows.clear();
		const stopped = outputs(parameters, input(-1), 'stopWorkflow');
		await expect(stopped).rejects.toMatchObject({ context: { itemIndex: 1 } });
		expect([...store.rows.keys()]).toEqual([]);
	});
});

describe.each(['removeRepeats', 'clearRepeats'])('the credential of %s', (operation) => {
	let other: Azurite;
	beforeAll(async () => {
		other = await startAzurite();
	});
	afterAll(async () => await other?.stop());

	const parametersFor = (table: string): INodeParameters => ({
		operation,
		historyStore: 'azureTable',
		historyTable: { __rl: true, mode: 'name', value: `${operation}${table}` },
	});
	const rowsIn = async (account: Azurite, { historyTable }: INodeParameters) => {
		const table = new MarketplaceTable(account, (historyTable as { value: string }).value);
		return (await table.exists()) ? (await table.list()).length : 0;
	};

	it.each([0, 1, 2])('fails item %i alone', async (failAt) => {
		const credential = { connectionString: failing(azurite.connectionString) };
		const run = async (onError: INode['onError'], table: string) =>
			await outputs(parametersFor(table), input(failAt), onError, credential);
		const regular = await run('continueRegularOutput', `Regular${failAt}`);
		expectOutcomes(regular, [failAt], outputOfFailed({ operation }));
		const apart = await run('continueErrorOutput', `Apart${failAt}`);
		expectOutcomes(apart, [failAt], apart.length - 1);
		await expect(run('stopWorkflow', `Stopped${failAt}`)).rejects.toMatchObject({
			context: { itemIndex: failAt },
		});
		expect(await rowsIn(azurite, parametersFor(`Stopped${failAt}`))).toBe(0);
	});

	it('takes each item’s lead into the account that is its own', async () => {
		const parameters = parametersFor('Both');
		const [theirs, one] = [other.connectionString, azurite.connectionString].map((text) =>
			JSON.stringify(text),
		);
		const credential = { connectionString: `={{ $json.odd ? ${theirs} : ${one} }}` };
		const noting = { ...parameters, operation: 'removeRepeats' };
		const went = await outputs(noting, input(-1), undefined, credential);
		expectOutcomes(went, [], -1);
		const rows = [await rowsIn(azurite, parameters), await rowsIn(other, parameters)];
		expect(rows[1]).toBeGreaterThan(0);
		expect(rows[0]).toBe(2 * rows[1]!);
		if (operation === 'removeRepeats') return;
		expectOutcomes(await outputs(parameters, input(-1), undefined, credential), [], -1);
		const left = [await rowsIn(azurite, parameters), await rowsIn(other, parameters)];
		expect(left).toEqual([0, 0]);
	});
});

/** The same places with a value that is another one for the middle item. */
const different = variants.flatMap((variant) =>
	cellsOf(description, variant, { valid: VALID, put: differing }).map(
		({ path, parameters }) => [path, JSON.stringify(variant), parameters] as const,
	),
);

describe.each(different)('%s of %s, which differs for one item', (_path, _variant, parameters) => {
	it('gives every item its outcome, and the others theirs', async () => {
		const went = await outputs(parameters, input(-1), 'continueRegularOutput');
		expect(went.flat().flatMap(pairedTo).sort()).toEqual([0, 1, 2]);
		const failed = went.flat().filter(isFailed).flatMap(pairedTo);
		expect(failed.filter((at) => at !== 1)).toEqual([]);
	});
});

/** What n8n takes no expression for is the same for all items, but can be anything all the same. */
const fixed = variants.flatMap((variant) =>
	cellsOf(description, variant, {
		valid: VALID,
		put: () => 'nonsense',
		into: (property) => !takesExpression(property),
	}).map(({ path, parameters }) => [path, JSON.stringify(variant), parameters] as const),
);

describe.each(fixed)('nonsense for %s of %s', (_path, _variant, parameters) => {
	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'with %s leaves every item one outcome',
		async (onError) => {
			const went = await outputs(parameters, input(-1), onError);
			expect(went.flat().flatMap(pairedTo).sort()).toEqual([0, 1, 2]);
			const failed = went.flat().filter(isFailed);
			expect([0, 3]).toContain(failed.length);
			if (failed.length === 0) {
				// Nor passed on as they came, which is how n8n goes on after a node that throws.
				const isRaw = went.flat().some(({ json }) => Object.hasOwn(json, 'fail'));
				expect(isRaw).toBe(parameters.operation === 'clearRepeats');
				return;
			}
			// What a message says without it, a user could look for in any parameter.
			if (_path === 'readLeadFrom') {
				for (const { json } of failed) expect(json['error']).toContain('"Read Lead From"');
			}
			const apart =
				onError === 'continueErrorOutput' ? went.length - 1 : outputOfFailed(parameters);
			expect(went[apart]).toHaveLength(3);
		},
	);
});

it('is as large as it was', () => {
	const [items, settings] = [3, 3];
	const count =
		cells.length * (1 + items * settings) +
		different.length +
		fixed.length * 2 +
		empty.length * 2 +
		variants.length;
	process.stdout.write(`The matrix of Lead Source has ${count} cells.\n`);
	expect(count).toBeGreaterThan(5_200);
});

/** What comes out as text, as nothing and as nonsense where a number or a switch belongs. */
describe.each(
	[asText, ...asNeither].flatMap((put, at) =>
		variants.flatMap((variant) =>
			cellsOf(description, variant, { valid: VALID, put, into: isTyped })
				// Owners are rows of a table as well, where an empty list is an empty cell.
				.filter(({ path }) => !path.startsWith('owners.'))
				.map((cell) => [cell.path, at, JSON.stringify(variant), cell] as const),
		),
	),
)('%s (%i) of %s', (_path, at, _variant, cell) => {
	it(at === 0 ? 'is understood as text' : 'fails its item alone, and is named', async () => {
		const went = await outputs(cell.parameters, input(-1), 'continueRegularOutput');
		const failed = went.flat().filter(isFailed);
		expect(failed.flatMap(pairedTo)).toEqual(at === 0 ? [] : [1]);
		if (at > 0) expect(failed[0]?.json['error']).toContain(labelOf(description, cell));
	});
});
