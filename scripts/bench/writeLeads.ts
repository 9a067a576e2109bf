import { startAzurite } from '../../test/support/azurite.ts';
import { startDynamics } from '../../test/support/dynamics365/dynamics.ts';
import { startEntraAuthority } from '../../test/support/entra/authority.ts';
import { startFaultProxy } from '../../test/support/faultProxy.ts';
import { LeadReceiver } from '../../test/support/leadReceiver.ts';
import { startMarketo } from '../../test/support/marketo/marketo.ts';
import { startSalesforce } from '../../test/support/salesforce/salesforce.ts';
import { PROJECT_ROOT, serverNode } from '../host/paths.ts';
import { run } from '../host/run.ts';
import { bundleChild } from './bundleChild.ts';
import type { Part, Result } from './part.ts';
import { count, ratios, spread, threeDigits } from './statistics.ts';
import type { WriteOrder, WriteReport, WriteSide } from './writeChild.ts';

const LEADS = 5_000;
const ROUNDS = 5;
const BYTES_PER_MB = 1024 ** 2;

/** What leads are written into, and how many requests it has had. */
interface Target {
	displayName: string;
	client: string;
	order: Pick<WriteOrder, 'client' | 'credential' | 'credentialType' | 'options' | 'parameters'>;
	requests(): number;
	stop(): Promise<void>;
}

/** Writing leads by the node, against the client a developer would take, with its own batch call. */
export const writeLeads: Part = async ({ built, progress }) => {
	const authority = await startEntraAuthority();
	const results: Result[] = [];
	try {
		const script = await bundleChild('writeChild', built.workFolder);
		const env = { ...process.env, NODE_EXTRA_CA_CERTS: authority.tls.certFile };
		for (const start of [
			startTable,
			() => startDynamicsTarget(authority),
			startReceiver,
			startMarketoTarget,
			startSalesforceTarget,
		]) {
			const target = await start();
			try {
				const write = async (sides: WriteSide[]): Promise<WriteReport> => {
					const order: WriteOrder = {
						packageFolder: built.folder,
						leads: LEADS,
						sides,
						...target.order,
					};
					const printed = await run(serverNode(), [script, JSON.stringify(order)], {
						cwd: PROJECT_ROOT,
						env,
						name: `The process that writes into ${target.displayName}`,
					});
					return JSON.parse(printed) as WriteReport;
				};
				progress(target.displayName);
				results.push(...(await measure(target, write)));
			} finally {
				await target.stop();
			}
		}
		return results;
	} finally {
		await authority.stop();
	}
};

/** Every round writes leads of its own into a place that keeps what earlier ones wrote. */
async function measure(
	target: Target,
	write: (sides: WriteSide[]) => Promise<WriteReport>,
): Promise<Result[]> {
	const { displayName, client } = target;
	const sides: WriteSide[] = ['ours', 'bare'];
	const requestsOf = async (side: WriteSide): Promise<number> => {
		const before = target.requests();
		await write([side]);
		return target.requests() - before;
	};
	const [ours, bare] = [await requestsOf('ours'), await requestsOf('bare')];

	const rounds = Array.from({ length: ROUNDS }, (_, round) =>
		round % 2 === 0 ? sides : sides.toReversed(),
	).flat();
	const { seconds, peakMemory } = await write([...sides, ...rounds]);
	const rateOf = (side: WriteSide): number[] =>
		seconds
			.slice(sides.length)
			.filter((_, at) => rounds[at] === side)
			.map((time) => LEADS / time);
	const what = `writing ${count(LEADS)} leads`;
	return [
		{
			measure: `${displayName}: ${what}`,
			ours: `${spread(rateOf('ours'), threeDigits)} leads/s`,
			other: `${client} ${spread(rateOf('bare'), threeDigits)} leads/s`,
			ratio: spread(ratios(rateOf('ours'), rateOf('bare'))),
			aim: '',
		},
		{
			measure: `${displayName}: requests for ${what}`,
			ours: `${count(ours)} (peak memory ${Math.round(peakMemory / BYTES_PER_MB)} MB with both)`,
			other: `${client} ${count(bare)}`,
			ratio: (ours / bare).toFixed(2),
			aim: '',
		},
	];
}

async function startTable(): Promise<Target> {
	const azurite = await startAzurite();
	// It counts; what goes through it is as it was.
	const proxy = await startFaultProxy(azurite);
	return {
		displayName: 'Azure Table',
		client: '`@azure/data-tables`',
		order: {
			client: 'azureTable',
			credentialType: 'azureTableApi',
			credential: { authentication: 'connectionString', connectionString: proxy.connectionString },
			parameters: {
				destination: 'azureTable',
				table: { __rl: true, mode: 'name', value: 'MarketplaceLeads' },
			},
			options: {},
		},
		requests: () => proxy.counts().requests,
		async stop() {
			await proxy.stop();
			await azurite.stop();
		},
	};
}

async function startDynamicsTarget(
	authority: Awaited<ReturnType<typeof startEntraAuthority>>,
): Promise<Target> {
	const standIn = await startDynamics({ authority });
	return ofStandIn('Dynamics 365', '`dynamics-web-api`', standIn, {
		client: 'dynamics365',
		parameters: { ...standIn.parameters },
	});
}

async function startReceiver(): Promise<Target> {
	const receiver = await LeadReceiver.start();
	const { credentialType, credential } = receiver;
	return {
		displayName: 'HTTPS endpoint',
		client: '`axios`',
		order: {
			client: 'https',
			credentialType,
			credential,
			parameters: { destination: 'https' },
			options: { allowLoopback: true },
		},
		requests: () => receiver.server.requests.length,
		stop: async () => await receiver.stop(),
	};
}

/** By the batch call; a form is submitted in a call for each lead, at the 5 a second that Marketo takes. */
async function startMarketoTarget(): Promise<Target> {
	const standIn = await startMarketo();
	return ofStandIn('Marketo', '`axios`', standIn, {
		client: 'marketo',
		parameters: { ...standIn.parameters, marketoMethod: 'upsertPerson' },
	});
}

async function startSalesforceTarget(): Promise<Target> {
	const standIn = await startSalesforce();
	return ofStandIn('Salesforce', '`jsforce`', standIn, {
		client: 'salesforce',
		parameters: { ...standIn.parameters, method: 'restApi' },
	});
}

interface StandIn {
	credentialType: string;
	credential: object;
	server: { requests: readonly unknown[] };
	stop(): Promise<void>;
}

function ofStandIn(
	displayName: string,
	client: string,
	standIn: StandIn,
	order: Pick<WriteOrder, 'client' | 'parameters'>,
): Target {
	const { credentialType, credential, server } = standIn;
	return {
		displayName,
		client,
		order: {
			...order,
			credentialType,
			credential: { ...credential } as Record<string, string>,
			options: {},
		},
		requests: () => server.requests.length,
		stop: async () => await standIn.stop(),
	};
}
