import { startAzurite } from '../../test/fakeServers/azureTable/azurite.ts';
import { startDynamics } from '../../test/fakeServers/dynamics365/dynamics.ts';
import { startEntraAuthority } from '../../test/fakeServers/entra/authority.ts';
import { startFaultProxy } from '../../test/fakeServers/azureTable/faultProxy.ts';
import { LeadReceiver } from '../../test/fakeServers/https/leadReceiver.ts';
import { startMarketo } from '../../test/fakeServers/marketo/marketo.ts';
import { startSalesforce } from '../../test/fakeServers/salesforce/salesforce.ts';
import { PROJECT_ROOT, serverNode } from '../host/paths.ts';
import { run } from '../host/run.ts';
import { bundleChild } from './bundleChild.ts';
import type { Part, Result } from './part.ts';
import { count, interleave, ratios, spread, threeDigits } from './statistics.ts';
import type { WriteOrder, WriteReport, WriteSide } from './writeOrder.ts';

const LEADS = 5_000;
const ROUNDS = 3;
/** Leads written before the clock runs: code that V8 has not compiled yet is no measure. */
const WARM_UP = 250;
const BYTES_PER_MB = 1024 ** 2;

/** What leads are written into, and how many requests it has had. */
interface Target {
	displayName: string;
	client: string;
	order: Pick<WriteOrder, 'client' | 'credential' | 'credentialType' | 'options' | 'parameters'>;
	requests(): number;
	stop(): Promise<void>;
}

type Start = () => Promise<Target>;

/** Writing leads by the node, against the client a developer would take, with its own batch call. */
export const writeLeads: Part = async ({ built, progress }) => {
	const authority = await startEntraAuthority();
	try {
		const script = await bundleChild('writeChild', built.workFolder);
		const env = { ...process.env, NODE_EXTRA_CA_CERTS: authority.tls.certFile };
		const write: Write = async ({ displayName, order: how }, side, warmUp) => {
			const order: WriteOrder = { packageFolder: built.folder, leads: LEADS, warmUp, side, ...how };
			const printed = await run(serverNode(), [script, JSON.stringify(order)], {
				cwd: PROJECT_ROOT,
				env,
				name: `The process that writes into ${displayName}`,
			});
			return JSON.parse(printed) as WriteReport;
		};
		const results: Result[] = [];
		const starts: Start[] = [
			startTable,
			() => startDynamicsTarget(authority),
			startReceiver,
			startMarketoTarget,
			startSalesforceTarget,
		];
		for (const start of starts) {
			results.push(...(await measure(start, write, progress)));
		}
		return results;
	} finally {
		await authority.stop();
	}
};

type Write = (target: Target, side: WriteSide, warmUp: number) => Promise<WriteReport>;

/** Every run is a process of its own with a place of its own, where nothing is yet. */
async function measure(
	start: Start,
	write: Write,
	progress: (message: string) => void,
): Promise<Result[]> {
	const names = { displayName: '', client: '' };
	const runOn = async (side: WriteSide, warmUp: number) => {
		const target = await start();
		Object.assign(names, { displayName: target.displayName, client: target.client });
		progress(`${target.displayName}, ${side}`);
		try {
			const report = await write(target, side, warmUp);
			return { ...report, rate: LEADS / report.seconds, requests: target.requests() };
		} finally {
			await target.stop();
		}
	};
	const rateOf = async (side: WriteSide) => (await runOn(side, WARM_UP)).rate;
	const rates = await interleave<WriteSide>(ROUNDS, {
		ours: async () => await rateOf('ours'),
		bare: async () => await rateOf('bare'),
	});
	const [ours, bare] = [await runOn('ours', 0), await runOn('bare', 0)];

	const { displayName, client } = names;
	const what = `writing ${count(LEADS)} leads`;
	const memory = ({ peakMemory }: WriteReport) => Math.round(peakMemory / BYTES_PER_MB);
	return [
		{
			measure: `${displayName}: ${what}`,
			ours: `${spread(rates.ours, threeDigits)} leads/s`,
			other: `${client} ${spread(rates.bare, threeDigits)} leads/s`,
			ratio: spread(ratios(rates.ours, rates.bare)),
			aim: '',
		},
		{
			measure: `${displayName}: requests for ${what}`,
			ours: count(ours.requests),
			other: `${client} ${count(bare.requests)}`,
			ratio: (ours.requests / bare.requests).toFixed(2),
			aim: '≤ 1.5, and a look-up a call',
		},
		{
			measure: `${displayName}: peak memory for ${what}`,
			ours: `${memory(ours)} MB`,
			other: `${client} ${memory(bare)} MB, the engine loaded too`,
			ratio: (ours.peakMemory / bare.peakMemory).toFixed(2),
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
			credentialType: 'marketplaceLeadAzureTableApi',
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
	const fakeServer = await startDynamics({ authority });
	return ofFakeServer('Dynamics 365', '`dynamics-web-api`', fakeServer, {
		client: 'dynamics365',
		parameters: { ...fakeServer.parameters },
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
			options: { allowHttpOnLocalhost: true },
		},
		requests: () => receiver.server.requests.length,
		stop: async () => await receiver.stop(),
	};
}

/** By the batch call: a form takes a call for each lead, of which the node makes 50 in 20 seconds. */
async function startMarketoTarget(): Promise<Target> {
	const fakeServer = await startMarketo();
	return ofFakeServer('Marketo', '`axios`', fakeServer, {
		client: 'marketo',
		parameters: { ...fakeServer.parameters, marketoMethod: 'upsertPerson' },
	});
}

async function startSalesforceTarget(): Promise<Target> {
	const fakeServer = await startSalesforce();
	return ofFakeServer('Salesforce', '`jsforce`', fakeServer, {
		client: 'salesforce',
		parameters: { ...fakeServer.parameters, salesforceMethod: 'restApi' },
	});
}

interface FakeCrm {
	credentialType: string;
	credential: object;
	server: { requests: readonly unknown[] };
	stop(): Promise<void>;
}

function ofFakeServer(
	displayName: string,
	client: string,
	fakeServer: FakeCrm,
	order: Pick<WriteOrder, 'client' | 'parameters'>,
): Target {
	const { credentialType, credential, server } = fakeServer;
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
		stop: async () => await fakeServer.stop(),
	};
}
