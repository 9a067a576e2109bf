/**
 * `npm run test:faults [-- OPTIONS]`: kills a real n8n while other things go wrong, and counts what
 * became of the leads.
 *
 * --n8n=regular|queue   in n8n's regular mode (default) or in queue mode
 * --destinations=azureTable|crms|https|all
 * --seed=N --kills=N --leads=N   lives of n8n, each of which ends with a kill, and leads in each life
 *                       for each workflow
 * --minutes=N           no further life after so many, where a machine is too busy for all of them
 * --faults=NAME,NAME    instead of all
 * --every=N             a fault in one of so many lives (2)
 * --retries             in the end, retry what crashed, as a person would
 * --results=FILE        add what was counted to this file, and show the sum of all runs in it
 * --logs=FOLDER         keep there what n8n's processes print
 * --built               with what dist/ holds
 * --short               what .ci/run does: few kills, a locked database and a page of garbage
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { localCertificate } from '../test/fakeServers/entra/certificate.ts';
import { startEntraAuthority } from '../test/fakeServers/entra/authority.ts';
import { AzureAccount, AzureStore } from './faults/azureTables.ts';
import { startDynamicsStore, startSalesforceStore, type CrmStore } from './faults/crms.ts';
import { activate, countOf, Lives, type Delivery, type Plan } from './faults/delivery.ts';
import { Endpoint } from './faults/endpoint.ts';
import { queueHost, regularHost, type Host } from './faults/hosts.ts';
import type { Scene } from './faults/kinds.ts';
import { randomFrom } from './faults/random.ts';
import { append, isKept, readRuns, summary, type Run } from './faults/results.ts';
import { Sink } from './faults/sink.ts';
import { SmallDisk } from './faults/smallDisk.ts';
import { WAYS } from './faults/workflows.ts';
import { build, withTarball } from './host/build.ts';
import { ensureN8n } from './host/cache.ts';
import { Environment } from './host/environment.ts';
import { N8n } from './host/n8n.ts';
import { findQueuePrograms } from './host/queue/programs.ts';
import { QueueN8n } from './host/queue/queueN8n.ts';
import { temporaryFolder } from './host/temporary.ts';
import { command, step } from './host/terminal.ts';

const SHORT = { lives: 3, leads: 30, faults: ['database locked', 'destination sends garbage'] };
/** Hours that a certificate is past its end. */
const EXPIRED = 1;

const { values } = parseArgs({
	options: {
		n8n: { type: 'string', default: 'regular' },
		destinations: { type: 'string', default: 'azureTable' },
		seed: { type: 'string', default: '1' },
		kills: { type: 'string', default: '12' },
		every: { type: 'string', default: '2' },
		leads: { type: 'string', default: '30' },
		minutes: { type: 'string', default: 'Infinity' },
		faults: { type: 'string' },
		retries: { type: 'boolean', default: false },
		results: { type: 'string' },
		logs: { type: 'string' },
		built: { type: 'boolean', default: false },
		short: { type: 'boolean', default: false },
	},
});

await command(async () => {
	const isQueue = oneOfNames('--n8n', values.n8n, ['regular', 'queue']) === 'queue';
	const destinations = oneOfNames('--destinations', values.destinations, [
		'azureTable',
		'crms',
		'https',
		'all',
	]);
	const takes = (name: string) => destinations === name || destinations === 'all';
	const tell = (line: string) => process.stdout.write(`${line}\n`);
	const plan: Plan = {
		seed: Number(values.seed),
		lives: values.short ? SHORT.lives : Number(values.kills),
		everyLives: Number(values.every),
		time: Number(values.minutes) * 60_000,
		leadsPerLife: values.short ? SHORT.leads : Number(values.leads),
		faults: values.short ? SHORT.faults : values.faults?.split(','),
		retries: values.retries,
		tell,
	};
	if (!values.built) await step('Build', build);
	const install = await step('n8n', ensureN8n);
	const random = randomFrom(plan.seed);
	const ends: Array<() => Promise<void>> = [];
	try {
		const folder = await temporaryFolder('faults');
		ends.push(async () => await folder.remove());
		const authority = await startEntraAuthority();
		ends.push(async () => await authority.stop());
		const certificates = {
			valid: localCertificate(),
			expired: localCertificate([], Date.now() - EXPIRED * 3_600_000),
		};
		const trusted = path.join(folder.path, 'trusted.pem');
		const clockFile = path.join(folder.path, 'clock');
		await writeFile(clockFile, '0');
		const entra = await readFile(authority.tls.certFile, 'utf8');
		const { valid, expired } = certificates;
		await writeFile(trusted, [valid.cert, expired.cert, entra].join('\n'));
		const options = {
			install,
			env: {
				NODE_EXTRA_CA_CERTS: trusted,
				FAULTS_CLOCK: clockFile,
			},
			nodeOptions: ['--require', path.join(import.meta.dirname, 'faults/clock.cjs')],
		};
		const disk = isQueue ? undefined : await SmallDisk.mount(path.join(folder.path, 'disk'));
		ends.push(async () => await disk?.unmount());
		if (!isQueue && !disk) tell('Without a full disk: this user may not mount a file system.');
		const environment = await withTarball(async (tarball) => {
			if (isQueue) {
				const programs = await findQueuePrograms();
				if (typeof programs === 'string') throw new Error(programs);
				return await Environment.startOn(
					async () => await QueueN8n.create({ ...options, programs }),
					[tarball],
				);
			}
			return await Environment.startOn(async () => {
				const n8n = await N8n.create(options);
				await disk?.holds(path.dirname(n8n.nodesFolder));
				await mkdir(n8n.nodesFolder, { recursive: true });
				return n8n;
			}, [tarball]);
		});
		ends.push(async () => await environment.stop());

		const { n8n, azurite, rest } = environment;
		const host = n8n instanceof QueueN8n ? queueHost(n8n, takes('https')) : regularHost(n8n);
		ends.push(async () => {
			await n8n.kill();
			if (values.logs !== undefined) await keepLogs(host, values.logs);
		});
		const sink = await Sink.start();
		ends.push(async () => await sink.kill());
		const accounts: AzureAccount[] = [];
		const crms: CrmStore[] = [];
		const deliveries: Delivery[] = [];
		if (takes('crms')) {
			for (const way of WAYS) {
				if (way.handledWhen === 'handedOver' || way.history) continue;
				for (const crm of [await startSalesforceStore(), await startDynamicsStore(authority)]) {
					ends.push(async () => await crm.stop());
					crms.push(crm);
					deliveries.push(await activate(rest, way, crm, sink.origin));
				}
			}
		}
		if (takes('azureTable')) {
			// The second for those that have a cursor: its clock is not turned.
			for (let at = 0; at < 2; at += 1) {
				const account = await AzureAccount.start(azurite, certificates, random);
				ends.push(async () => await account.stop());
				accounts.push(account);
			}
			const [acknowledged, cursors] = accounts as [AzureAccount, AzureAccount];
			for (const way of WAYS) {
				const account = way.handledWhen === 'handedOver' ? cursors : acknowledged;
				const store = await AzureStore.create(
					...([account, azurite, `Leads${way.name}`, way.history !== undefined] as const),
				);
				deliveries.push(await activate(rest, way, store, sink.origin));
			}
		}
		const databaseFile =
			n8n instanceof N8n ? path.join(n8n.userFolder, '.n8n', 'database.sqlite') : undefined;
		const scene: Scene = { host, accounts, crms, sink, random, clockFile, databaseFile, disk };
		const endpoint = takes('https')
			? await Endpoint.activate(rest, environment.webhookUrl, sink, randomFrom(plan.seed))
			: undefined;
		ends.push(async () => await endpoint?.stop());
		const lives = new Lives(scene, deliveries, plan);
		endpoint?.start();
		await lives.run(async () => await endpoint?.stop());
		await rest.login(environment.owner);
		const run: Run = {
			n8n: host.kind,
			seed: plan.seed,
			kills: Object.fromEntries(lives.kills),
			faults: Object.fromEntries(lives.faults),
			counts: [],
		};
		for (const delivery of deliveries) {
			run.counts.push(await countOf(delivery, { scene, rest, retries: plan.retries }));
		}
		if (endpoint) run.counts.push(await endpoint.count(sink, rest, plan.retries));
		tell(`Seed ${plan.seed}, n8n in ${host.kind} mode:\n${summary([run])}`);
		if (values.results !== undefined) {
			await append(values.results, run);
			const runs = await readRuns(values.results);
			tell(`All ${runs.length} runs of ${values.results}:\n${summary(runs)}`);
		}
		if (isKept(run)) return 0;
		tell('Acknowledged delivery has lost leads, left some pending, or let a repeat through.');
		return 1;
	} finally {
		for (const end of ends.reverse()) await end();
	}
});

async function keepLogs({ logFiles, kind }: Host, folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	for (const [at, file] of logFiles.entries()) {
		await copyFile(file, path.join(folder, `${kind}-${values.seed}-${at}.log`));
	}
}

function oneOfNames(option: string, given: string, names: readonly string[]): string {
	if (names.includes(given)) return given;
	throw new Error(`${option} is one of ${names.join(', ')}, not "${given}"`);
}
