import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { ScanningTable } from '../../test/fakeServers/azureTable/scanningTable.ts';
import { startEntraAuthority } from '../../test/fakeServers/entra/authority.ts';
import type { FakeEntra } from '../../test/fakeServers/entra/authority.ts';
import { startCrms } from '../../test/fakeServers/leadDestinations.ts';
import type { LeadDestination } from '../../test/fakeServers/leadDestinations.ts';
import type { Traffic } from '../../test/fakeServers/faults.ts';
import { PROJECT_ROOT, serverNode } from '../host/paths.ts';
import { run } from '../host/run.ts';
import { bundleChild } from './bundleChild.ts';
import type { IdleOrder, IdleReport, PollFigures } from './idleChild.ts';
import type { BenchContext, Part, Result } from './part.ts';
import { count, median } from './statistics.ts';

const OLD_LEADS = [5_000, 100_000];
const FILTERS: Readonly<Record<string, object>> = {
	'without filters': {},
	'with filters': { sources: ['AzureMarketplace'], offers: 'contoso.*' },
};
const LEAD_SOURCE = 'AzureMarketplace-INS|contoso.gateway';
const ROUNDS = 5;
/** Leads made at a time: all of them at once would take memory for nothing. */
const INSERT_CHUNK = 10_000;
const DAY = 86_400_000;
/** The most that the node takes. */
const MAX_LEADS = 10_000;

interface Server extends Omit<LeadDestination, 'badCredential'> {
	traffic(): Traffic;
	stop(): Promise<void>;
}

/** Polls that find nothing or one lead, through the trigger's poll, behind a history of old leads. */
export const idle: Part = async (context) => {
	const authority = await startEntraAuthority();
	const results: Result[] = [];
	try {
		const script = await bundleChild('idleChild', context.built.workFolder);
		for (const oldLeads of OLD_LEADS) {
			const servers = await startServers(authority, oldLeads);
			try {
				for (const server of servers) {
					await fill(server, oldLeads, context);
					results.push(...(await measure(server, { authority, oldLeads, script, context })));
				}
			} finally {
				await Promise.all(servers.map(async (server) => await server.stop()));
			}
		}
		return results;
	} finally {
		await authority.stop();
	}
};

async function startServers(authority: FakeEntra, oldLeads: number): Promise<Server[]> {
	const table = await ScanningTable.start({ oldRows: { leads: oldLeads } });
	const { connectionString } = table;
	return [
		{
			name: 'azureTable',
			displayName: 'Azure Table',
			credentialType: 'marketplaceLeadAzureTableApi',
			credential: { authentication: 'connectionString', connectionString },
			parameters: {
				destination: 'azureTable',
				table: { __rl: true, mode: 'name', value: 'leads' },
			},
			insert: async (leads) => await table.insert(leads),
			traffic: () => table.traffic(),
			stop: async () => await table.stop(),
		},
		...(await startCrms({ authority })),
	];
}

/** The table has its old rows already. */
async function fill({ name, displayName, insert }: Server, leads: number, context: BenchContext) {
	if (name === 'azureTable') return;
	context.progress(`${displayName}: inserting ${count(leads)} leads`);
	const first = Date.now() - 60 * DAY;
	for (let from = 0; from < leads; from += INSERT_CHUNK) {
		await insert(
			Array.from({ length: Math.min(INSERT_CHUNK, leads - from) }, (_, at) => ({
				name: `Sample ${from + at}`,
				leadSource: LEAD_SOURCE,
				// A month of them, the last one a month ago.
				writtenAt: Math.floor(first + (30 * DAY * (from + at)) / leads),
				createdAt: Math.floor(first + (30 * DAY * (from + at)) / leads),
			})),
		);
	}
}

interface Measuring {
	authority: FakeEntra;
	oldLeads: number;
	script: string;
	context: BenchContext;
}

async function measure(server: Server, measuring: Measuring): Promise<Result[]> {
	const { authority, oldLeads, script, context } = measuring;
	const results: Result[] = [];
	for (const [title, filters] of Object.entries(FILTERS)) {
		const what = `${server.displayName}, ${count(oldLeads)} old leads, ${title}`;
		context.progress(what);
		const control = await startControl(server, authority);
		try {
			const order: IdleOrder = {
				packageFolder: context.built.folder,
				credentialType: server.credentialType,
				credential: { ...server.credential } as Record<string, string>,
				parameters: {
					...server.parameters,
					filters,
					maxLeads: MAX_LEADS,
					// Azure's old rows are none of Microsoft's: reading them first says nothing.
					startFrom: server.name === 'azureTable' ? 'now' : 'all',
				},
				control: control.address,
				keptFile: path.join(context.built.workFolder, `${server.name}.json`),
				goesOn: false,
				rounds: ROUNDS,
			};
			const once = async (goesOn: boolean): Promise<IdleReport> => {
				const printed = await run(serverNode(), [script, JSON.stringify({ ...order, goesOn })], {
					cwd: PROJECT_ROOT,
					env: { ...process.env, NODE_EXTRA_CA_CERTS: authority.tls.certFile },
					name: `The process that polls ${server.displayName}`,
				});
				return JSON.parse(printed) as IdleReport;
			};
			const here = await once(false);
			const elsewhere = await once(true);
			const isScanned = server.name === 'azureTable';
			results.push(
				line(`${what}: first poll`, [here.first], `${count(here.polls)} polls until all is read`),
				line(
					`${what}: idle poll`,
					[here.second, ...here.idle],
					'',
					isScanned ? 'one for each 1,000 rows' : 'later ones 1 request',
				),
				line(
					`${what}: idle poll in a fresh process`,
					[elsewhere.first],
					'',
					isScanned ? '' : '2 requests',
				),
				line(`${what}: poll with one new lead`, here.withLead),
			);
		} finally {
			control.stop();
		}
	}
	return results;
}

/** Requests and rows of the second poll where it makes others than later ones. */
function line(measure: string, polls: readonly PollFigures[], other = '', aim = ''): Result {
	const all = (of: (figures: PollFigures) => number): string =>
		[...new Set(polls.map((figures) => count(of(figures))))].join(', then ');
	const time = median(polls.map(({ milliseconds }) => milliseconds));
	const ours = `requests ${all(({ requests }) => requests)}; rows ${all(({ rows }) => rows)}; ${count(Math.round(time))} ms`;
	return { measure, ours, other, ratio: '', aim };
}

/** Where the measured process asks what was sent so far, and has a lead written. */
async function startControl(server: Server, authority: FakeEntra) {
	// Sign-ins of Entra are requests too.
	await authority.fault({ kind: 'cut', times: 0 });
	let written = 0;
	const http = createServer(async (request, response) => {
		if (request.method === 'POST') {
			await server.insert([{ name: `New ${(written += 1)}`, leadSource: LEAD_SOURCE }]);
		}
		const { requests, records } = server.traffic();
		const signIns = await authority.signIns();
		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify({ requests: requests + signIns, rows: records }));
	});
	await new Promise<void>((resolve) => {
		http.listen(0, '127.0.0.1', resolve);
	});
	const { port } = http.address() as AddressInfo;
	return {
		address: `http://127.0.0.1:${port}`,
		stop: () => {
			http.closeAllConnections();
			http.close();
		},
	};
}
