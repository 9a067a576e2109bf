/**
 * Every operation on a destination, with an expression that throws in each parameter, entry of a
 * collection and field of the credential, for the first, the middle and the last item, under each
 * setting of On Error: every item has one outcome, on the right output, paired to it, and nothing is
 * done for the one that failed, by what the destination itself counts.
 */
import type {
	ICredentialDataDecryptedObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodePropertyOptions,
} from 'n8n-workflow';

import { MarketplaceLead } from '../../nodes/MarketplaceLead/MarketplaceLead.node';
import { outputsOf, runNode } from './engine';
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
	type Put,
} from './matrix';
import { SharedReferences } from './sharedReferences';
import { skipWaits } from './skippedWaits';
import { OTHER_WAYS, PLACES, type StartPlaces } from './places';
import { namesAt, type WritePlace } from './places/place';

const { description } = new MarketplaceLead();
const namesOf = (parameter: string): string[][] =>
	description.properties
		.filter(({ name }) => name === parameter)
		.map(({ options }) => (options as INodePropertyOptions[]).map(({ value }) => String(value)));
const WAYS = { ...PLACES, ...OTHER_WAYS };
const OPERATIONS = namesOf('operation').flat();
const [WRITTEN = [], READ = [], MARKED = []] = namesOf('destination');
const namesFor = (operation: string): string[] =>
	({ getLeads: READ, markAsHandled: MARKED })[operation] ?? [
		...WRITTEN,
		...Object.keys(OTHER_WAYS),
	];
/** Where the default is none that works with the fake servers, or asks for what takes long. */
const VALID = {
	field: 'lead',
	'fieldMapping.values.from': 'Region',
	leadFields: {
		email: '={{ $json.UserDetails.Email }}',
		lastName: '={{ $json.UserDetails.LastName }}',
		leadSource: '={{ $json.LeadSource }}',
	},
	'additionalFieldsByName.values.name': 'Region',
	'options.keepTestLead': true,
	'options.additionalColumns.values.column': 'jobtitle',
	'options.columns.values.column': 'mobilephone',
	organizationId: '00D000000000001',
	handledField: { __rl: true, mode: 'name', value: 'Handled__c' },
	handledColumn: { __rl: true, mode: 'name', value: 'contoso_handled' },
	pendingPicklistValue: 'Open - Not Contacted',
	handledPicklistValue: 'Working - Contacted',
	pendingChoice: '100000000',
	handledChoice: '100000001',
	myDomain: 'https://contoso.my.salesforce.com',
};

const ITEMS = [0, 1, 2];
let run = 0;

/** Leads that are new to the destination, one of which makes an expression throw. */
function items(failAt: number): INodeExecutionData[] {
	run += 1;
	return ITEMS.map((at) => {
		const lead = {
			UserDetails: { FirstName: 'Kim', LastName: `Run ${run}`, Email: `${at}.${run}@contoso.com` },
			LeadSource: 'SPZA-INS|contoso.crm',
		};
		const file = { data: '', mimeType: 'application/pdf' };
		return { json: { ...lead, lead, fail: at === failAt, odd: at === 1 }, binary: { file } };
	});
}

/** What later nodes may edit. */
const wholeOf = (list: INodeExecutionData[]) => list.map(({ json, binary }) => ({ json, binary }));

const pairedTo = ({ pairedItem }: INodeExecutionData): number[] =>
	[pairedItem as { item: number } | Array<{ item: number }>].flat().map(({ item }) => item);
/** Operations that do the same once for all items with the same settings. */
const ONCE = ['checkConnection', 'sendTestLead'];
const isFailed = ({ json }: INodeExecutionData) => Object.hasOwn(json, 'error');
const failedOf = (list: INodeExecutionData[]) => list.filter(isFailed).flatMap(pairedTo).sort();
const doneOf = (list: INodeExecutionData[]) => [
	...new Set(
		list
			.filter((item) => !isFailed(item))
			.flatMap(pairedTo)
			.sort(),
	),
];
const others = (failAt: number) => ITEMS.filter((at) => at !== failAt);

interface Tried {
	path: string;
	parameters: INodeParameters;
	credential: Record<string, unknown>;
}

/** All that can be an expression, the fields of the credential included. */
function triedAt(
	place: WritePlace,
	operation: string,
	put: Put = failing,
	into = takesExpression,
): Tried[] {
	const { destination } = place;
	const isReading = operation === 'getLeads';
	const isMarking = operation === 'markAsHandled';
	const options = {
		...(isMarking ? {} : isReading ? place.readingOptions : place.options),
		...(operation === 'checkConnection' && { keepTestLead: true }),
	};
	const given = {
		operation,
		destination,
		...(isMarking ? place.marking : place.writing),
		...(isReading ? { returnAll: true } : {}),
	};
	const credential = place.credential;
	const shown = variantsOf(description, given).filter(
		({ readLeadFrom, environment }) => readLeadFrom !== 'text' && isHere(environment),
	);
	const cells = shown.flatMap((variant) =>
		cellsOf(
			description,
			{ ...variant, options },
			{
				valid: { ...VALID, ...place.valid },
				put,
				into,
			},
		),
	);
	// The parts of a lead are read by one line, in whatever field they stand.
	const tried = cells.filter(({ path }) => !/^leadFields\.(?!email$)/.test(path));
	// Where several choices show a parameter, the first of them, which is the default.
	const byPath = new Map(tried.toReversed().map((cell) => [cell.path, cell]));
	const inParameters = [...byPath.values()].map((cell) => ({ ...cell, credential }));
	const parameters = { ...given, options } as INodeParameters;
	const inCredential = Object.entries(credential)
		.filter(([, value]) => typeof value === 'string')
		.map(([name, value]) => ({
			path: `credential.${name}`,
			parameters,
			credential: { ...credential, [name]: put(value) },
		}));
	return [...inParameters, ...inCredential];
}

/** Salesforce's own addresses, to which a form may go, are none of a fake server. */
const isHere = (environment: unknown) => [undefined, 'myDomain'].includes(environment as string);

async function execute(
	place: WritePlace,
	{ parameters, credential }: Tried,
	failAt: number,
	onError: INode['onError'],
	given = items(failAt),
): Promise<INodeExecutionData[][]> {
	const node = {
		type: new MarketplaceLead(),
		parameters,
		credentials: { [place.credentialType]: credential as ICredentialDataDecryptedObject },
		...(onError && { onError }),
	};
	return outputsOf(await runNode(node, given));
}

/** What names a parameter in a message besides its label. */
const NAMED: Readonly<Record<string, string>> = {
	'fieldMapping.values.from': 'Field 1 of "Field Mapping"',
	'options.columns.values.column': 'Columns (Offer Title)',
	'options.additionalColumns.values.column': 'Additional Columns',
	leadId: '"id"',
	leadDestination: '"destination"',
};

const isMapperOrCredential = (path: string) => /^credential\.|\.value$/.test(path);

/**
 * Declares the tests of a destination, by the name of its places.
 *
 * @param atLeast cells that there have to be: an expression in a parameter, an item for which it throws or
 * differs, and a setting of On Error
 */
export function matrixOf(name: keyof typeof WAYS, atLeast: number): void {
	describe(name, () => {
		skipWaits();
		let cells = 0;
		let runs = 0;

		const operations = OPERATIONS.filter((operation) => namesFor(operation).includes(name));
		describe.each(operations)('%s', (operation) => {
			let places: Awaited<ReturnType<StartPlaces>>;
			let place: WritePlace;
			beforeAll(async () => {
				places = await WAYS[name]();
				place = await places.newPlace();
				runs += 1;
				// Something to read, and a table to count in.
				await create(-1);
			});

			/** Leads that are there, one of which makes an expression throw. */
			async function create(failAt: number): Promise<INodeExecutionData[]> {
				const { destination } = place;
				const given = { operation: 'createLeads', destination, ...place.writing };
				const parameters = { ...given, options: place.options } as INodeParameters;
				const tried = { path: '', parameters, credential: place.credential };
				const [created = []] = await execute(place, tried, -1, undefined);
				return created.map(({ json: { written } }, at) => {
					const { id } = written as { id: string };
					const lead = { customer: { lastName: `Run ${run}` } };
					const file = { data: '', mimeType: 'application/pdf' };
					const json = { id, destination, lead, fail: at === failAt, odd: at === 1 };
					return { json, binary: { file } };
				});
			}
			const itemsFor = async (failAt: number) =>
				operation === 'markAsHandled' ? await create(failAt) : items(failAt);

			afterAll(async () => {
				await place?.stop();
				await places?.stop();
			});

			it('each item has its outcome, whatever throws', async () => {
				const writes = operation !== 'getLeads';
				const writtenOfTwo = ONCE.includes(operation) ? 1 : 2;
				const count = async () => {
					if (operation === 'markAsHandled') return (await place.marked?.()) ?? 0;
					return writes ? (await namesAt(place)).length : 0;
				};
				for (const tried of triedAt(place, operation)) {
					for (const failAt of ITEMS) {
						const where = [tried.path, failAt];
						cells += 3;
						const before = await count();
						const [regular = []] = await execute(
							place,
							tried,
							failAt,
							'continueRegularOutput',
							await itemsFor(failAt),
						);
						expect([where, failedOf(regular)]).toEqual([where, [failAt]]);
						const told = regular.find(isFailed)?.json;
						const label = tried.path.startsWith('credential.')
							? 'the credential'
							: `"${shownLabel(description, tried.parameters, tried.path)}"`;
						expect([where, told?.['error'] ?? told?.['message']]).toEqual([
							where,
							expect.stringContaining(`expression in ${label} `),
						]);
						expect([where, doneOf(regular)]).toEqual([where, others(failAt)]);
						const between = await count();
						expect([where, between - before]).toEqual([where, writes ? writtenOfTwo : 0]);

						// n8n puts the error output behind those of the node.
						const [done = [], ...further] = await execute(
							place,
							tried,
							failAt,
							'continueErrorOutput',
							await itemsFor(failAt),
						);
						const apart = further.at(-1) ?? [];
						expect([where, failedOf(apart)]).toEqual([where, [failAt]]);
						expect([where, doneOf(done)]).toEqual([where, others(failAt)]);
						expect([where, apart.length, failedOf(done)]).toEqual([where, 1, []]);

						const last = await count();
						const left = await itemsFor(failAt);
						const stopped = execute(place, tried, failAt, 'stopWorkflow', left);
						await expect(stopped).rejects.toMatchObject({ context: { itemIndex: failAt } });
						// Those that write in batches write all others first.
						const expected = operation === 'checkConnection' ? 0 : writtenOfTwo;
						expect([where, (await count()) - last]).toEqual([where, writes ? expected : 0]);
					}
				}
			});

			it('each item has its outcome, whatever differs for one, and none shares anything', async () => {
				const seen = new SharedReferences();
				for (const tried of triedAt(place, operation, differing)) {
					cells += 1;
					const given = await itemsFor(-1);
					seen.in(wholeOf(given), 'input');
					const [went = []] = await execute(place, tried, -1, 'continueRegularOutput', given);
					const outcomes = [...failedOf(went), ...doneOf(went)].sort();
					// Of other leads there may be none to get.
					const expected = operation === 'getLeads' ? outcomes.filter((at) => at !== 1) : outcomes;
					const all = operation === 'getLeads' ? others(1) : ITEMS;
					expect([tried.path, expected]).toEqual([tried.path, all]);
					const failed = failedOf(went).filter((at) => at !== 1);
					expect([tried.path, failed]).toEqual([tried.path, []]);
					const whole = wholeOf(went.filter((item) => !isFailed(item)));
					expect([tried.path, seen.in(whole, tried.path)]).toEqual([tried.path, []]);
				}
			});

			it('what is required and comes out empty fails its item alone, and is named', async () => {
				const triedWith = (put: Put) =>
					triedAt(place, operation, put, isRequired).filter(
						({ path }) => !isMapperOrCredential(path),
					);
				for (const tried of asNothing.flatMap(triedWith)) {
					cells += 1;
					const given = await itemsFor(-1);
					const [went = []] = await execute(place, tried, -1, 'continueRegularOutput', given);
					const { [tried.path.split('.')[0]!]: value } = tried.parameters;
					const where = [tried.path, JSON.stringify(value)];
					const failed = went.filter(isFailed).flatMap(pairedTo);
					expect([where, failed.filter((at) => at !== 1)]).toEqual([where, []]);
					// A check reports what is wrong with the settings as what did not pass.
					const { error, message } = went.find((item) => pairedTo(item).includes(1))?.json ?? {};
					const label = NAMED[tried.path] ?? labelOf(description, tried);
					expect([where, error ?? message]).toEqual([where, expect.stringContaining(label)]);
					if (operation === 'checkConnection') continue;
					const stopped = execute(place, tried, -1, 'stopWorkflow', await itemsFor(-1));
					await expect(stopped).rejects.toMatchObject({ context: { itemIndex: 1 } });
				}
			});

			it('a number, true and false may be text, and what is neither is named', async () => {
				const outcomesOf = async (tried: Tried): Promise<INodeExecutionData[]> => {
					cells += 1;
					const given = await itemsFor(-1);
					const [went = []] = await execute(place, tried, -1, 'continueRegularOutput', given);
					return went;
				};
				const triedWith = (put: Put) =>
					triedAt(place, operation, put, isTyped).filter(({ path }) => !isMapperOrCredential(path));
				for (const tried of triedWith(asText)) {
					expect([tried.path, failedOf(await outcomesOf(tried))]).toEqual([tried.path, []]);
				}
				for (const tried of asNeither.flatMap(triedWith)) {
					const failed = (await outcomesOf(tried)).filter(isFailed);
					const where = [tried.path, tried.parameters];
					expect([where, failed.flatMap(pairedTo)]).toEqual([where, [1]]);
					expect(failed[0]?.json['error']).toContain(labelOf(description, tried));
				}
			});
		});

		it('is as large as it was', () => {
			// Of a part of it alone there is nothing to say.
			if (runs < operations.length) return;
			process.stdout.write(`The matrix of Marketplace Lead has ${cells} cells for ${name}.\n`);
			expect(cells).toBeGreaterThanOrEqual(atLeast);
		});
	});
}

/** Names of all parameters that the matrix holds, of any destination. */
export function parametersInMatrix(): string[] {
	return OPERATIONS.flatMap((operation) =>
		namesFor(operation)
			.filter((name) => !Object.hasOwn(OTHER_WAYS, name))
			.flatMap((destination) =>
				variantsOf(description, { operation, destination }).flatMap((variant) =>
					cellsOf(description, variant, { valid: VALID }).map(({ path }) => path.split('.')[0]!),
				),
			),
	);
}
