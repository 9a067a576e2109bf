/** An n8n whose processes are killed, and started again as a supervisor does. */
import type { N8n } from '../host/n8n.ts';
import type { QueueN8n } from '../host/queue/queueN8n.ts';
import type { QueueServices } from '../host/queue/services.ts';
import { oneOf } from './random.ts';

export interface Host {
	readonly kind: 'queue' | 'regular';
	readonly services?: QueueServices;
	/** What each of its processes has printed, all lives together. */
	readonly logFiles: readonly string[];
	/** Kills some of the processes that run, at once, and says which; `undefined` where none runs. */
	kill(random: () => number): Promise<string | undefined>;
	/** Kills what the others go on without, where there is any: a worker. */
	killOne?(random: () => number): Promise<string>;
	/** Starts every process that does not run. */
	start(): Promise<void>;
	/** Whether the process that polls says that it can work: its database may be stuck. */
	isReady(): Promise<boolean>;
	/** Kills the process that polls, and starts it again, as a liveness probe has it done. */
	restart(): Promise<void>;
	/** Makes the clock of its machines jump to what the file says that the processes know. */
	tellClock(): void;
}

export function regularHost(n8n: N8n): Host {
	return {
		kind: 'regular',
		logFiles: [n8n.logFile],
		async kill() {
			if (!n8n.isRunning) return undefined;
			await n8n.kill();
			return 'n8n';
		},
		start: async () => await startIfDown(n8n),
		isReady: async () => await n8n.isReady(),
		restart: async () => await restart(n8n),
		tellClock: () => signal(n8n),
	};
}

/** @param posts whether leads come through the webhook processor, which is then killed as well */
export function queueHost({ main, webhook, workers, services }: QueueN8n, posts: boolean): Host {
	const processes = { main: [main], worker: workers.slice(0, 1), workers: [...workers] };
	const victims = {
		main: processes.main,
		'a worker': processes.worker,
		'all workers': processes.workers,
		'main and all workers': [main, ...workers],
		'the webhook processor': [webhook],
	};
	/** Main most often: it polls. */
	const ofPolls = ['main', 'main', 'a worker', 'all workers', 'main and all workers'] as const;
	const chances = posts ? ([...ofPolls, 'the webhook processor'] as const) : ofPolls;
	return {
		kind: 'queue',
		services,
		logFiles: [main, webhook, ...workers].map(({ logFile }) => logFile),
		async kill(random) {
			const running = chances.filter((name) => victims[name].every(({ isRunning }) => isRunning));
			if (running.length === 0) return undefined;
			const victim = oneOf(random, running);
			await Promise.all(victims[victim].map(async (n8n) => await n8n.kill()));
			return victim;
		},
		async killOne(random) {
			await oneOf(random, workers).kill();
			return 'a worker';
		},
		async start() {
			await startIfDown(main);
			await Promise.all([webhook, ...workers].map(startIfDown));
		},
		isReady: async () => await main.isReady(),
		restart: async () => await restart(main),
		tellClock: () => [main, ...workers].forEach(signal),
	};
}

async function startIfDown(n8n: N8n): Promise<void> {
	if (n8n.isRunning) return;
	// It may have left by itself, and its helpers with it or not.
	await n8n.kill();
	await n8n.start();
}

async function restart(n8n: N8n): Promise<void> {
	await n8n.kill();
	await n8n.start();
}

function signal({ pid, isRunning }: N8n): void {
	if (isRunning && pid !== undefined) process.kill(pid, 'SIGUSR2');
}
