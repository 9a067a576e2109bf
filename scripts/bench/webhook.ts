import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { ensureN8n } from '../host/cache.ts';
import { Environment } from '../host/environment.ts';
import type { RestClient } from '../host/rest.ts';
import { waitFor } from '../host/wait.ts';
import type { LoadOrder, LoadReport } from './load.ts';
import type { Part, Result } from './part.ts';
import { interleave, ratios, spread } from './statistics.ts';
import { packTenLines } from './tenLines.ts';
import { makeTargets, TARGETS } from './webhookTargets.ts';
import type { Target, TargetName, Targets } from './webhookTargets.ts';

const CONNECTIONS = 5;
const ROUNDS = 5;
const SLICE_MS = 2_000;
/** The first calls of a workflow load its nodes and compile them. */
const WARM_UP_MS = 1_500;
/** Executions of one slice that still run would be paid for by the next one. */
const PAUSE_MS = 300;
const SETTLE_TIMEOUT_MS = 60_000;

/** The settings of n8n that decide on its rate; see docs/performance.md. */
const ENGINES: Record<string, Record<string, string>> = {
	'default settings': {},
	'lazy isolates': { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' },
	'legacy engine': { N8N_EXPRESSION_ENGINE: 'legacy' },
};

type Rates = Record<TargetName, number[]>;

/** Leads a second through a real n8n, ours against the least trigger there can be. */
export const webhook: Part = async ({ built, progress }) => {
	const install = await ensureN8n(progress);
	progress('starting n8n');
	const env: Record<string, string | undefined> = {};
	const environment = await Environment.start({
		install,
		tarballs: [built.tarball, await packTenLines(built.workFolder)],
		env,
	});
	const sender = fork(path.join(import.meta.dirname, 'load.ts'));
	try {
		const targets = await makeTargets(environment);
		const results: Result[] = [];
		for (const [engine, settings] of Object.entries(ENGINES)) {
			progress(`n8n with ${engine}`);
			await environment.n8n.stop();
			for (const name of Object.keys(env)) env[name] = undefined;
			Object.assign(env, settings);
			await environment.restart();
			results.push(...table(engine, await measure(sender, targets)));
		}
		progress('counting executions');
		for (const target of Object.values(targets)) await checkExecutions(environment.rest, target);
		return results;
	} finally {
		sender.kill();
		await environment.stop();
	}
};

async function measure(sender: ChildProcess, targets: Targets): Promise<Rates> {
	const slice = async (name: TargetName, milliseconds: number): Promise<number> => {
		const target = targets[name];
		const { url, headers } = target;
		const report = await send(sender, { url, headers, connections: CONNECTIONS, milliseconds });
		target.sent += report.requests;
		if (report.errors.length > 0) {
			throw new Error(`"${TARGETS[name]}" refused leads: ${report.errors.join('; ')}`);
		}
		await sleep(PAUSE_MS);
		return report.requests / report.seconds;
	};
	const names = Object.keys(targets) as TargetName[];
	for (const name of names) await slice(name, WARM_UP_MS);
	const sides = names.map((name) => [name, () => slice(name, SLICE_MS)]);
	return await interleave(
		ROUNDS,
		Object.fromEntries(sides) as Record<TargetName, () => Promise<number>>,
	);
}

async function send(sender: ChildProcess, order: LoadOrder): Promise<LoadReport> {
	return await new Promise((resolve, reject) => {
		const onExit = () => reject(new Error('The process that sends leads has ended.'));
		sender.once('exit', onExit);
		sender.once('message', (report) => {
			sender.removeListener('exit', onExit);
			resolve(report as LoadReport);
		});
		sender.send(order);
	});
}

function table(engine: string, rates: Rates): Result[] {
	const perSecond = (name: TargetName) => `${spread(rates[name], (rate) => rate.toFixed(0))}/s`;
	const row = (name: TargetName, other: TargetName, aim = ''): Result => ({
		measure: `${TARGETS[name]}, ${engine}`,
		ours: perSecond(name),
		other: `${TARGETS[other]} ${perSecond(other)}`,
		ratio: spread(ratios(rates[name], rates[other])),
		aim,
	});
	return [
		row('ours', 'plain', '≥ 0.95'),
		row('oursSecret', 'plain', '≥ 0.95'),
		row('oursSecret', 'webhookSecret'),
		row('ours', 'webhook'),
		row('webhookLeadSource', 'webhook'),
	];
}

/** Every lead that was accepted has to have become an execution that went well. */
async function checkExecutions(rest: RestClient, { workflowId, sent }: Target): Promise<void> {
	const filter = JSON.stringify({ workflowId, status: ['success'] });
	let count = 0;
	await waitFor(
		'The executions',
		SETTLE_TIMEOUT_MS,
		async () => {
			({ count } = await rest.get<{ count: number }>('/rest/executions', {
				params: { limit: 1, filter },
			}));
			return count === sent ? true : undefined;
		},
		1_000,
	).catch(() => {
		throw new Error(`${sent} leads were accepted, and ${count} executions went well.`);
	});
}
