import { startAzurite } from '../../test/fakeServers/azureTable/azurite.ts';
import type { Azurite } from '../../test/fakeServers/azureTable/azurite.ts';
import { startFaultProxy } from '../../test/fakeServers/azureTable/faultProxy.ts';
import {
	MarketplaceTable,
	marketplaceRows,
} from '../../test/fakeServers/azureTable/marketplaceTable.ts';
import { PROJECT_ROOT, serverNode } from '../host/paths.ts';
import { run } from '../host/run.ts';
import { bundleChild } from './bundleChild.ts';
import type { DrainOrder, DrainReport, DrainSide } from './drainChild.ts';
import type { Part, Result } from './part.ts';
import { count, ratios, spread, threeDigits } from './statistics.ts';

interface Table {
	name: string;
	rows: number;
}

/** The rates are those of the smaller one. */
const TABLE: Table = { name: 'MarketplaceLeads20k', rows: 20_000 };
const LARGE_TABLE: Table = { name: 'MarketplaceLeads200k', rows: 200_000 };
const TABLES = [TABLE, LARGE_TABLE];
/** Most leads a poll: the default, and the most that the node takes. */
const LIMITS = [1_000, 10_000];
const SIDES: DrainSide[] = ['bare', 'parsed', ...LIMITS];
const ROUNDS = 7;
/** Rows made at a time: all 200,000 at once would take memory for nothing. */
const INSERT_CHUNK = 10_000;
const BYTES_PER_MB = 1024 ** 2;
const BYTES_PER_KB = 1024;

/** Drains a table in a process of its own. */
type Drain = (
	storage: DrainOrder['storage'],
	table: Table,
	sides: DrainSide[],
) => Promise<DrainReport>;

/** Draining a table through the trigger's poll, against listing it with the bare SDK. */
export const drain: Part = async ({ built, progress }) => {
	const azurite = await startAzurite();
	try {
		for (const table of TABLES) await fill(azurite, table, progress);
		const script = await bundleChild('drainChild', built.workFolder);
		const drainTable: Drain = async (storage, { name, rows }, sides) => {
			const { accountKey, accountName, connectionString, endpoint } = storage;
			const order: DrainOrder = {
				packageFolder: built.folder,
				storage: { accountKey, accountName, connectionString, endpoint },
				table: name,
				rows,
				sides,
			};
			const printed = await run(serverNode(), [script, JSON.stringify(order)], {
				cwd: PROJECT_ROOT,
				name: 'The process that drains a table',
			});
			return JSON.parse(printed) as DrainReport;
		};
		const results: Result[] = [];
		progress('rates');
		results.push(...(await rates(azurite, drainTable)));
		for (const table of TABLES) {
			progress(`rows read and memory for ${count(table.rows)} rows`);
			results.push(...(await readAndMemory(azurite, table, drainTable)));
		}
		return results;
	} finally {
		await azurite.stop();
	}
};

async function fill(
	azurite: Azurite,
	{ name, rows }: Table,
	progress: (message: string) => void,
): Promise<void> {
	const table = await new MarketplaceTable(azurite, name).create();
	for (let from = 0; from < rows; from += INSERT_CHUNK) {
		progress(`inserting ${rows} rows (${Math.round((from / rows) * 100)} %)`);
		await table.insert(marketplaceRows(Math.min(INSERT_CHUNK, rows - from), from));
	}
}

/** In one process: a round to warm up, then the rounds that count, every other one backwards. */
async function rates(azurite: Azurite, drainTable: Drain): Promise<Result[]> {
	const rounds = Array.from({ length: ROUNDS }, (_, round) =>
		round % 2 === 0 ? SIDES : SIDES.toReversed(),
	);
	const { drains } = await drainTable(azurite, TABLE, [...SIDES, ...rounds.flat()]);
	const counted = drains.slice(SIDES.length);
	const rowsASecond = (wanted: DrainSide) =>
		counted.filter(({ side }) => side === wanted).map(({ seconds }) => TABLE.rows / seconds);
	const row = (limit: number, other: DrainSide, name: string, aim: string): Result => {
		const [ours, others] = [rowsASecond(limit), rowsASecond(other)];
		return {
			measure: `Draining ${count(TABLE.rows)} rows, ${count(limit)} a poll`,
			ours: `${spread(ours, threeDigits)} rows/s`,
			other: `${name} ${spread(others, threeDigits)} rows/s`,
			ratio: spread(ratios(ours, others)),
			aim,
		};
	};
	return [
		...LIMITS.map((limit) => row(limit, 'bare', 'bare SDK', '≥ 0.8')),
		...LIMITS.map((limit) => row(limit, 'parsed', 'SDK and `parseLead`', '')),
	];
}

/**
 * Rows read over the wire, and the most memory above a process that has loaded the same and read
 * nothing. Apart from the rates: counting on the way takes time.
 */
async function readAndMemory(azurite: Azurite, table: Table, drainTable: Drain): Promise<Result[]> {
	const proxy = await startFaultProxy(azurite);
	try {
		const idle = await drainTable(proxy, table, []);
		const measure = async (side: DrainSide) => {
			const before = proxy.counts();
			const { drains, peakMemory } = await drainTable(proxy, table, [side]);
			return {
				read: proxy.counts(before).rows,
				memory: Math.round((peakMemory - idle.peakMemory) / BYTES_PER_MB),
				cursor: Math.round(Math.max(...drains.map((drain) => drain.cursorBytes)) / BYTES_PER_KB),
			};
		};
		const bare = await measure('bare');
		const results: Result[] = [];
		for (const limit of LIMITS) {
			const ours = await measure(limit);
			const leads = `${count(table.rows)} leads, ${count(limit)} a poll`;
			results.push(
				{
					measure: `Rows read for ${leads}`,
					ours: count(ours.read),
					other: `bare SDK ${count(bare.read)}`,
					ratio: (ours.read / bare.read).toFixed(2),
					aim: 'each once',
				},
				{
					measure: `Peak memory for ${leads}`,
					ours: `${ours.memory} MB (cursor ${count(ours.cursor)} kB)`,
					other: `bare SDK ${bare.memory} MB`,
					ratio: (ours.memory / bare.memory).toFixed(2),
					aim: '',
				},
			);
		}
		return results;
	} finally {
		await proxy.stop();
	}
}
