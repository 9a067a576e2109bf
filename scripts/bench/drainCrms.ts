import { startEntraAuthority } from '../../test/fakeServers/entra/authority.ts';
import { startCrms } from '../../test/fakeServers/leadDestinations.ts';
import type { FakeDestination } from '../../test/fakeServers/leadDestinations.ts';
import { PROJECT_ROOT, serverNode } from '../host/paths.ts';
import { run } from '../host/run.ts';
import { bundleChild } from './bundleChild.ts';
import type { CrmOrder, CrmReport, CrmSide } from './crmOrder.ts';
import type { Part, Result } from './part.ts';
import { count, ratios, spread, threeDigits } from './statistics.ts';

const LEADS = 20_000;
/** Most leads a poll: the default, and the most that the node takes. */
const LIMITS = [1_000, 10_000];
const ROUNDS = 5;
const BYTES_PER_MB = 1024 ** 2;

const CLIENTS: Readonly<Record<string, string>> = {
	dynamics365: '`dynamics-web-api`',
	marketo: '`axios`',
	salesforce: '`jsforce`',
};

/** Draining a CRM through the trigger's poll, against the client a developer would take. */
export const drainCrms: Part = async ({ built, progress }) => {
	const authority = await startEntraAuthority();
	let crms: FakeDestination[] = [];
	try {
		crms = await startCrms({ authority });
		const script = await bundleChild('drainCrmChild', built.workFolder);
		const results: Result[] = [];
		for (const crm of crms) {
			progress(`${crm.displayName}: inserting ${count(LEADS)} leads`);
			await crm.insert(
				Array.from({ length: LEADS }, (_, at) => ({
					name: `Sample ${at}`,
					leadSource: 'AzureMarketplace-INS|contoso.gateway',
				})),
			);
			const drain = async (sides: CrmOrder['sides']): Promise<CrmReport> => {
				const order: CrmOrder = {
					packageFolder: built.folder,
					destination: crm.name,
					credentialType: crm.credentialType,
					credential: { ...crm.credential } as Record<string, string>,
					parameters: { ...crm.parameters },
					leads: LEADS,
					sides,
				};
				const printed = await run(serverNode(), [script, JSON.stringify(order)], {
					cwd: PROJECT_ROOT,
					env: { ...process.env, NODE_EXTRA_CA_CERTS: authority.tls.certFile },
					name: `The process that drains ${crm.displayName}`,
				});
				return JSON.parse(printed) as CrmReport;
			};
			progress(`${crm.displayName}: rates`);
			results.push(...(await rates(crm, drain)));
			progress(`${crm.displayName}: requests and memory`);
			results.push(...(await requestsAndMemory(crm, drain)));
		}
		return results;
	} finally {
		await Promise.all(crms.map(async (crm) => await crm.stop()));
		await authority.stop();
	}
};

type Drain = (sides: CrmOrder['sides']) => Promise<CrmReport>;

/** In one process: a round to warm up, then the rounds that count, every other one backwards. */
async function rates({ name, displayName }: FakeDestination, drain: Drain): Promise<Result[]> {
	const sides: CrmOrder['sides'] = LIMITS.flatMap((limit) => [
		{ by: 'bare', limit },
		{ by: 'poll', limit },
	]);
	const rounds = Array.from({ length: ROUNDS }, (_, round) =>
		round % 2 === 0 ? sides : sides.toReversed(),
	).flat();
	const { seconds } = await drain([...sides, ...rounds]);
	const rateOf = (by: CrmSide['by'], limit: number) =>
		seconds
			.slice(sides.length)
			.filter((_, at) => rounds[at]?.by === by && rounds[at].limit === limit)
			.map((time) => LEADS / time);
	return LIMITS.map((limit) => ({
		measure: `${displayName}: draining ${count(LEADS)} leads, ${count(limit)} a poll`,
		ours: `${spread(rateOf('poll', limit), threeDigits)} leads/s`,
		other: `${CLIENTS[name]} ${spread(rateOf('bare', limit), threeDigits)} leads/s`,
		ratio: spread(ratios(rateOf('poll', limit), rateOf('bare', limit))),
		aim: '',
	}));
}

/** Apart from the rates: a process of its own for each, for its memory. */
async function requestsAndMemory(crm: FakeDestination, drain: Drain): Promise<Result[]> {
	const { name, displayName } = crm;
	const idle = await drain([]);
	const loaded = Math.round(idle.peakMemory / BYTES_PER_MB);
	const measure = async (side: CrmSide) => {
		const before = crm.traffic();
		const { peakMemory } = await drain([side]);
		const memory = Math.round(peakMemory / BYTES_PER_MB);
		return { ...crm.traffic(before), memory };
	};
	const results: Result[] = [];
	for (const limit of LIMITS) {
		const bare = await measure({ by: 'bare', limit });
		const ours = await measure({ by: 'poll', limit });
		const what = `${count(LEADS)} leads, ${count(limit)} a poll`;
		results.push(
			{
				measure: `${displayName}: requests for ${what}`,
				ours: `${count(ours.requests)} (${count(ours.records)} leads read)`,
				other: `${CLIENTS[name]} ${count(bare.requests)}`,
				ratio: (ours.requests / bare.requests).toFixed(2),
				aim: '≤ 1.3, each lead once',
			},
			{
				measure: `${displayName}: peak memory for ${what}`,
				ours: `${ours.memory} MB (${loaded} MB to load the engine)`,
				other: `${CLIENTS[name]} ${bare.memory} MB`,
				ratio: (ours.memory / bare.memory).toFixed(2),
				aim: '',
			},
		);
	}
	return results;
}
