/** Where the cursor is kept, and what of that n8n's modes and users may do to it. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { DynamicsPlace } from '../../support/places/dynamics365';
import { startDynamics } from '../../fakeServers/dynamics365/dynamics';
import { pollContext, variables } from '../../support/engine';
import type { TestPoller } from '../../support/engine';
import { SharedReferences } from '../../support/sharedReferences';
import { startEntraAuthority } from '../../fakeServers/entra/authority';
import type { EntraAuthority } from '../../fakeServers/entra/authority';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let authority: EntraAuthority;
let place: DynamicsPlace;
/** Milliseconds that have passed for the process. */
let passed = 0;

beforeAll(async () => {
	authority = await startEntraAuthority();
});
afterAll(async () => await authority.stop());
beforeEach(async () => {
	place = new DynamicsPlace(await startDynamics({ authority }));
	passed = 0;
	const started = performance.now();
	jest.spyOn(performance, 'now').mockImplementation(() => started + passed);
});
afterEach(async () => {
	jest.restoreAllMocks();
	await place.fakeServer.stop();
});

interface Trigger {
	/** n8n's process, as the object it has made of the node's class. */
	type?: MarketplaceLeadPollTrigger;
	id?: string;
	name?: string;
	parameters?: INodeParameters;
	credentials?: DynamicsPlace['credentials'];
	staticData?: IDataObject;
}

function trigger({ type = new MarketplaceLeadPollTrigger(), parameters, ...rest }: Trigger = {}) {
	return pollContext({
		type,
		parameters: { startFrom: 'all', ...place.parameters, ...parameters },
		credentials: place.credentials,
		...rest,
	});
}

function names(output: Awaited<ReturnType<TestPoller['poll']>>): string[] {
	return (output ?? [])
		.flat()
		.map(({ json }) => (json as { customer: { lastName: string } }).customer.lastName)
		.sort();
}

const NAME = 'Marketplace Lead CRM & Table Trigger';
const nodeData = (data: IDataObject, name = NAME) => data[`node:${name}`] as IDataObject;
const globalData = (data: IDataObject) => data.global as IDataObject;

it.each(['handedOver', 'markedInWorkflow'])(
	'no lead shares anything with another, of the same poll or of others (%s)',
	async (handledWhen) => {
		const marks = {
			markedBy: 'boolean',
			handledColumn: { __rl: true, mode: 'name', value: 'contoso_handled' },
		};
		const parameters = { handledWhen, ...marks, options: { includeRaw: true } };
		const seen = new SharedReferences();
		const poller = trigger({ parameters });
		const jsonsOf = async () => ((await poller.poll()) ?? []).flat().map(({ json }) => json);
		await place.insert([{ name: 'a' }, { name: 'b' }]);
		const first = await jsonsOf();
		await place.insert([{ name: 'c' }]);
		// The same leads once more, as another trigger reads them.
		const other = ((await trigger({ id: 'other', parameters }).poll()) ?? []).flat();
		const all = [...first, ...(await jsonsOf()), ...other.map(({ json }) => json)];
		expect(all).toHaveLength(6);
		expect(seen.in(all, 'leads')).toEqual([]);
	},
);

describe('in the default mode', () => {
	it('a node that is renamed goes on', async () => {
		await place.insert([{ name: 'a' }, { name: 'b' }]);
		const first = trigger();
		expect(names(await first.poll())).toEqual(['a', 'b']);
		const renamed = trigger({ name: 'Leads', staticData: first.kept() });
		expect(names(await renamed.poll())).toEqual([]);
		await place.insert([{ name: 'c' }]);
		expect(names(await renamed.poll())).toEqual(['c']);
		// And back: what is left under the old name is older.
		const back = trigger({ staticData: renamed.kept() });
		expect(names(await back.poll())).toEqual([]);
	});

	it('a cursor that an earlier version kept goes on, by the name and from now', async () => {
		await place.insert([{ name: 'a' }]);
		const first = trigger();
		await first.poll();
		const { cursor } = nodeData(first.kept());
		await place.insert([{ name: 'b' }]);
		const named = trigger({ staticData: { [`node:${NAME}`]: { cursor } } as IDataObject });
		expect(names(await named.poll())).toEqual(['b']);

		place.pass(2_000);
		const now = trigger({ parameters: { startFrom: 'now' } });
		expect(names(await now.poll())).toEqual([]);
		const start = nodeData(now.kept()).cursor as IDataObject;
		await place.insert([{ name: 'c' }]);
		const starts = { 'node-0': start, other: start };
		const goesOn = trigger({
			parameters: { startFrom: 'now' },
			staticData: { global: { marketplaceLeadStarts: starts, mine: 1 } },
		});
		expect(names(await goesOn.poll())).toEqual(['c']);
		expect(globalData(goesOn.kept())).toMatchObject({
			mine: 1,
			marketplaceLeadStarts: { other: start },
		});
		expect(Object.keys(globalData(goesOn.kept()).marketplaceLeadStarts as object)).toEqual([
			'other',
		]);
	});

	it('two nodes of a workflow have one each, also where their names are exchanged', async () => {
		await place.insert([{ name: 'a' }]);
		const one = trigger({ id: 'one', name: 'One' });
		expect(names(await one.poll())).toEqual(['a']);
		await place.insert([{ name: 'b' }]);
		const two = trigger({ id: 'two', name: 'Two', staticData: one.kept() });
		expect(names(await two.poll())).toEqual(['a', 'b']);
		await place.insert([{ name: 'c' }]);
		expect(names(await two.poll())).toEqual(['c']);
		const exchanged = trigger({ id: 'one', name: 'Two', staticData: two.kept() });
		expect(names(await exchanged.poll())).toEqual(['b', 'c']);
		const other = trigger({ id: 'two', name: 'One', staticData: exchanged.kept() });
		expect(names(await other.poll())).toEqual([]);
	});

	it('a copy begins anew, and so does a new node under the name of one that was removed', async () => {
		await place.insert([{ name: 'a' }]);
		const first = trigger();
		await first.poll();
		const copy = trigger({ id: 'copy', name: `${NAME}1`, staticData: first.kept() });
		expect(names(await copy.poll())).toEqual(['a']);
		const another = trigger({ id: 'another', staticData: first.kept() });
		expect(names(await another.poll())).toEqual(['a']);
		expect(names(await another.poll())).toEqual([]);
	});

	it.each<[string, (data: IDataObject) => void]>([
		[
			'removes everything',
			(data) => Object.keys(data).forEach((key) => Reflect.deleteProperty(data, key)),
		],
		['puts a text there', (data) => (data.marketplaceLeadCursors = 'mine')],
		['puts a list there', (data) => (data.marketplaceLeadCursors = ['mine'])],
		['puts null there', (data) => (data.marketplaceLeadCursors = null as never)],
		[
			'puts null in its place',
			(data) => (data.marketplaceLeadCursors = { 'node-0': null as never }),
		],
		[
			'damages it',
			(data) => (data.marketplaceLeadCursors = { 'node-0': { cursor: { revision: 9 } } }),
		],
	])('a Code node that %s costs nothing', async (_, damage) => {
		await place.insert([{ name: 'a' }]);
		const first = trigger();
		await first.poll();
		const data = first.kept();
		globalData(data).theirs = { count: 7 };
		const theirs = jsonCopy(globalData(data).theirs);
		damage(globalData(data));
		const left = 'theirs' in globalData(data);
		await place.insert([{ name: 'b' }]);
		const next = trigger({ staticData: data });
		expect(names(await next.poll())).toEqual(['b']);
		expect(names(await next.poll())).toEqual([]);
		expect(globalData(next.kept()).theirs).toEqual(left ? theirs : undefined);
		// Mended: a rename costs nothing either.
		expect(names(await trigger({ name: 'New', staticData: next.kept() }).poll())).toEqual([]);
	});

	it('keeps one entry of the workflow’s data, and not of every node there ever was', async () => {
		const removed = Object.fromEntries(
			Array.from({ length: 150 }, (__, index) => [`gone-${index}`, { cursor: {} }]),
		);
		const poller = trigger({
			staticData: { global: { theirs: 1, marketplaceLeadCursors: removed } as IDataObject },
		});
		await poller.poll();
		const { marketplaceLeadCursors, ...rest } = globalData(poller.kept());
		expect(rest).toEqual({ theirs: 1 });
		expect(Object.keys(marketplaceLeadCursors as object)).toHaveLength(100);
		expect(Object.keys(marketplaceLeadCursors as object).at(-1)).toBe('node-0');
	});

	it('n8n sees that it has to save', async () => {
		await place.insert([{ name: 'a' }]);
		const poller = trigger({ staticData: trigger().kept() });
		Object.assign(poller.workflow.staticData, { __dataChanged: false });
		await poller.poll();
		expect(poller.workflow.staticData.__dataChanged).toBe(true);
	});
});

describe('in the durable mode', () => {
	it('only what n8n stores with the execution counts', async () => {
		await place.insert([{ name: 'a' }]);
		const poller = trigger();
		const first = await poller.durable({});
		expect(names(first.output)).toEqual(['a']);
		// Stored apart from its execution it could be ahead of it.
		expect(globalData(poller.kept())).toEqual({});
		// The execution could not be stored, and n8n gives the old copy again.
		const restarted = trigger({ staticData: poller.kept() });
		expect(names((await restarted.durable({})).output)).toEqual(['a']);
		expect(
			names((await trigger({ staticData: poller.kept() }).durable(first.kept)).output),
		).toEqual([]);
	});

	it('a cursor of the default mode goes on, and is not gone back to', async () => {
		await place.insert([{ name: 'a' }]);
		const classic = trigger();
		await classic.poll();
		const data = classic.kept();
		await place.insert([{ name: 'b' }]);
		const seeded = await trigger({ staticData: data }).durable(nodeData(data));
		expect(names(seeded.output)).toEqual(['b']);
		// Renamed just before: n8n seeds with nothing.
		expect(names((await trigger({ name: 'N', staticData: data }).durable({})).output)).toEqual([
			'b',
		]);
		const next = await trigger({ name: 'N', staticData: data }).durable(seeded.kept);
		expect(names(next.output)).toEqual([]);
	});

	it.each<[string, INodeParameters]>([
		['from now', { startFrom: 'now' }],
		['from a date by an expression', { startFrom: 'date', startDate: '={{ $now }}' }],
	])(
		'a start %s survives an empty activation that n8n stores nothing of',
		async (_, parameters) => {
			const activated = trigger({ parameters });
			expect((await activated.durable({}, 'activate')).output).toBeNull();
			await place.insert([{ name: 'between' }]);
			const next = await trigger({ parameters, staticData: activated.kept() }).durable({});
			expect(names(next.output)).toEqual(['between']);
		},
	);

	it('two polls that read the same copy hand the leads over once', async () => {
		await place.insert([{ name: 'a' }, { name: 'b' }]);
		const type = new MarketplaceLeadPollTrigger();
		const [one, two] = await Promise.all([
			trigger({ type }).durable({}),
			trigger({ type }).durable({}),
		]);
		expect([...names(one.output), ...names(two.output)].sort()).toEqual(['a', 'b']);
		const [handedOver, skipped] = one.output === null ? [two, one] : [one, two];
		expect(skipped).toEqual({ output: null, kept: {} });
		// Before n8n has stored the first.
		expect((await trigger({ type }).durable({})).output).toBeNull();
		await place.insert([{ name: 'c' }]);
		expect(names((await trigger({ type }).durable(handedOver.kept)).output)).toEqual(['c']);
	});

	it('what n8n dropped comes again after a minute', async () => {
		await place.insert([{ name: 'a' }]);
		const type = new MarketplaceLeadPollTrigger();
		expect(names((await trigger({ type }).durable({})).output)).toEqual(['a']);
		passed += MINUTE - 1_000;
		expect((await trigger({ type }).durable({})).output).toBeNull();
		passed += 1_001;
		expect(names((await trigger({ type }).durable({})).output)).toEqual(['a']);
	});

	it('empty polls hold nothing up, nor do another worker, node, start or workflow', async () => {
		const type = new MarketplaceLeadPollTrigger();
		await trigger({ type }).durable({});
		await place.insert([{ name: 'a' }]);
		expect(names((await trigger({ type }).durable({})).output)).toEqual(['a']);
		const anew = async (given: Trigger) => names((await trigger(given).durable({})).output);
		expect(await anew({})).toEqual(['a']);
		expect(await anew({ type, id: 'other' })).toEqual(['a']);
		const early = { startFrom: 'date', startDate: '2001-01-01' };
		expect(await anew({ type, parameters: early })).toEqual(['a']);
		const other = trigger({ type });
		Object.assign(other.workflow, { id: 'other' });
		expect(names((await other.durable({})).output)).toEqual(['a']);
	});
});

describe('an environment that an expression in the credential names', () => {
	let other: DynamicsPlace;
	beforeEach(async () => {
		other = new DynamicsPlace(await startDynamics({ authority }));
	});
	afterEach(async () => {
		await other.fakeServer.stop();
	});

	const MARKED = {
		handledWhen: 'markedInWorkflow',
		markedBy: 'boolean',
		handledColumn: { __rl: true, mode: 'name', value: 'contoso_handled' },
	};
	/** n8n keeps the credential's ID, whatever its expression gives. */
	const byExpression = (parameters: INodeParameters, staticData: IDataObject = {}) => {
		const credential = { ...place.credential, environmentUrl: '={{ $vars.environment }}' };
		const credentials = { [place.credentialType]: credential };
		const poller = trigger({ parameters, credentials, staticData });
		return {
			poller,
			async poll(at: DynamicsPlace): Promise<string[]> {
				variables['environment'] = String(at.credential['environmentUrl']);
				return names(await poller.poll());
			},
		};
	};

	it.each([
		['from all', { startFrom: 'all' }],
		['as long as leads are pending', MARKED],
	])('is gone on with where it was, by turns (%s)', async (_, parameters) => {
		await place.insert([{ name: 'a' }]);
		await other.insert([{ name: 'b' }]);
		const { poll } = byExpression(parameters);
		expect([await poll(place), await poll(other)]).toEqual([['a'], ['b']]);
		expect([await poll(place), await poll(other)]).toEqual([[], []]);
		await place.insert([{ name: 'c' }]);
		await other.insert([{ name: 'd' }]);
		expect([await poll(other), await poll(place)]).toEqual([['d'], ['c']]);
		expect([await poll(other), await poll(place)]).toEqual([[], []]);
	});

	it('loses none of a start from now', async () => {
		const { poll } = byExpression({ startFrom: 'now' });
		expect([await poll(place), await poll(other)]).toEqual([[], []]);
		place.pass(MINUTE);
		await place.insert([{ name: 'while the other was read' }]);
		place.pass(MINUTE);
		expect(await poll(other)).toEqual([]);
		expect(await poll(place)).toEqual(['while the other was read']);
	});

	it('begins anew where a person chooses another credential', async () => {
		await place.insert([{ name: 'a' }]);
		const first = byExpression({ startFrom: 'all' });
		expect(await first.poll(place)).toEqual(['a']);
		const chosen = trigger({ credentials: other.credentials, staticData: first.poller.kept() });
		await other.insert([{ name: 'b' }]);
		expect(names(await chosen.poll())).toEqual(['b']);
		const back = byExpression({ startFrom: 'all' }, chosen.kept());
		expect(await back.poll(place)).toEqual(['a']);
	});
});

describe('a start date by an expression', () => {
	const from = (startDate: string) => ({ startFrom: 'date', startDate });
	/** One poll a minute, with a lead written before each. */
	async function minutes(parameters: INodeParameters, count: number): Promise<string[][]> {
		const poller = trigger({ parameters });
		const came: string[][] = [];
		const began = Date.now();
		for (let minute = 0; minute < count; minute += 1) {
			if (minute > 0) await place.insert([{ name: `lead ${String(minute).padStart(2, '0')}` }]);
			came.push(names(await poller.poll()));
			place.pass(MINUTE);
			jest.spyOn(Date, 'now').mockReturnValue(began + (minute + 1) * MINUTE);
		}
		return came;
	}
	const each = (count: number) =>
		Array.from({ length: count - 1 }, (_, index) => [`lead ${String(index + 1).padStart(2, '0')}`]);

	it.each(['={{ $now }}', "={{ $now.startOf('minute') }}", '={{ $now.minus({ days: 1 }) }}'])(
		'is taken at the first poll: %s',
		async (expression) => {
			await place.insert([{ name: 'old', writtenAt: place.now() - 3 * DAY }]);
			expect(await minutes(from(expression), 6)).toEqual([[], ...each(6)]);
		},
	);

	it('begins anew when it is changed', async () => {
		await place.insert([{ name: 'old', writtenAt: place.now() - 3 * DAY }]);
		const first = trigger({ parameters: from('={{ $now.minus({ days: 1 }) }}') });
		expect(names(await first.poll())).toEqual([]);
		const parameters = from('={{ $now.minus({ days: 5 }) }}');
		const changed = trigger({ parameters, staticData: first.kept() });
		expect(names(await changed.poll())).toEqual(['old']);
		expect(names(await changed.poll())).toEqual([]);
	});

	it.each(['={{ "soon" }}', '={{ undefined }}', '={{ "2026-02-30" }}'])(
		'that gives no date is refused: %s',
		async (expression) => {
			const poller = trigger({ parameters: from(expression) });
			await expect(poller.poll()).rejects.toThrow('"Start Date" is not a date');
		},
	);
});

function jsonCopy<Value>(value: Value): Value {
	return JSON.parse(JSON.stringify(value)) as Value;
}
