import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { startServer } from './child.ts';
import type { ServerProcess } from './child.ts';
import { serverNode } from './paths.ts';
import { freePort } from './ports.ts';
import { run } from './run.ts';
import { temporaryFolder } from './temporary.ts';
import type { TemporaryFolder } from './temporary.ts';
import { waitFor } from './wait.ts';

/** The first start migrates the database: 25 s on 2 idle cores, far more on busy ones. */
const START_TIMEOUT_MS = 600_000;
/** Another process can take a port between our look and n8n's listen. */
const START_ATTEMPTS = 3;
const READY_LINE = {
	main: /Editor is now accessible via/,
	webhook: /Webhook listener waiting for requests/,
	worker: /n8n worker is now ready/,
};
const COMMAND = { main: 'start', webhook: 'webhook', worker: 'worker' };

export interface N8nOptions {
	/** A complete install, see `ensureN8n`. */
	install: string;
	/** The Node that runs n8n; the project's own unless another is named. */
	node?: string;
	/** On top of the settings below; undefined takes a setting away. */
	env?: Record<string, string | undefined>;
	/** Options of Node's for n8n's process, e.g. `--require`; by its user folder where they name it. */
	nodeOptions?: string[] | ((userFolder: string) => string[]);
	/** Which of the processes of queue mode it is; outside of that, main does it all. */
	role?: keyof typeof COMMAND;
}

/** An n8n of one process or of several. */
export interface N8nHost {
	/** Where an administrator installs community packages by hand. */
	readonly nodesFolder: string;
	/** Where the editor and the REST API are. */
	readonly baseUrl: string;
	/** Where leads are sent to. */
	readonly webhookUrl: string;
	/** Starts it and waits until it takes webhooks; on the ports it had before, if it had any. */
	start(): Promise<void>;
	stop(): Promise<void>;
	kill(): Promise<void>;
	remove(): Promise<void>;
}

/**
 * A real n8n with a user folder of its own, on 127.0.0.1. It can be stopped or cut off and started
 * again on the same folder and port, as an operator's would be.
 */
export class N8n implements N8nHost {
	private readonly folder: TemporaryFolder;
	private readonly options: N8nOptions;
	private process: ServerProcess | undefined;
	private port = 0;
	private brokerPort = 0;

	private constructor(folder: TemporaryFolder, options: N8nOptions) {
		this.folder = folder;
		this.options = options;
	}

	/** Makes the user folder; nothing runs yet. */
	static async create(options: N8nOptions): Promise<N8n> {
		const folder = await temporaryFolder('n8n', () => n8n.process?.killNow());
		const n8n = new N8n(folder, options);
		await mkdir(n8n.nodesFolder, { recursive: true });
		return n8n;
	}

	get userFolder(): string {
		return this.folder.path;
	}

	/** Where an administrator installs community packages by hand. */
	get nodesFolder(): string {
		return path.join(this.userFolder, '.n8n', 'nodes');
	}

	get logFile(): string {
		return path.join(this.userFolder, 'n8n.log');
	}

	get baseUrl(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	get webhookUrl(): string {
		return this.baseUrl;
	}

	/** Of n8n's own process, for measuring it; undefined while it does not run. */
	get pid(): number | undefined {
		return this.process?.pid;
	}

	/** Whether it was started and has not ended since, by itself or by us. */
	get isRunning(): boolean {
		return this.process?.hasExited() === false;
	}

	/** Whether it says that it can work: that its database responds, for one. */
	async isReady(): Promise<boolean> {
		return await isReady(this.baseUrl);
	}

	/** Starts n8n and waits until it takes webhooks; on the port it had before, if it had one. */
	async start(): Promise<void> {
		for (let attempt = 1; ; attempt++) {
			try {
				this.port ||= await freePort();
				this.brokerPort ||= await freePort();
				return await this.startOnce();
			} catch (error) {
				await this.kill();
				if (attempt >= START_ATTEMPTS || !/EADDRINUSE|already in use/.test(String(error))) {
					throw error;
				}
				this.port = this.brokerPort = 0;
			}
		}
	}

	private async startOnce(): Promise<void> {
		const server = startServer({
			script: path.join(this.options.install, 'node_modules/n8n/bin/n8n'),
			args: [COMMAND[this.role]],
			env: this.environment(),
			cwd: this.userFolder,
			logFile: this.logFile,
			...(this.options.node ? { node: this.options.node } : {}),
			nodeOptions: this.nodeOptions(),
		});
		this.process = server;
		let ready = false;
		await waitFor('n8n did not come up', START_TIMEOUT_MS, async () => {
			if (server.hasExited()) {
				throw new Error(
					`n8n ${await server.exited}. Its last words:\n${withoutMigrations(server.tail())}`,
				);
			}
			ready ||= await isReady(this.baseUrl);
			// It responds before the active workflows listen; this line comes after that was begun.
			return (ready && READY_LINE[this.role].test(server.tail())) || undefined;
		}).catch((error: unknown) => {
			throw new Error(`${String(error)}\n${withoutMigrations(server.tail())}`, { cause: error });
		});
	}

	/** Runs a command of n8n's, such as `export:workflow`, beside it on the same data; gives what it printed. */
	async command(...args: string[]): Promise<string> {
		const script = path.join(this.options.install, 'node_modules/n8n/bin/n8n');
		return await run(this.options.node ?? serverNode(), [...this.nodeOptions(), script, ...args], {
			cwd: this.userFolder,
			env: {
				...process.env,
				...this.environment(),
				N8N_RUNNERS_BROKER_PORT: String(await freePort()),
			},
			name: `n8n ${args[0]}`,
		});
	}

	/** As `systemctl stop` does: n8n ends what it is doing. */
	async stop(): Promise<void> {
		await this.process?.stop();
		this.process = undefined;
	}

	/** As a power cut does. */
	async kill(): Promise<void> {
		await this.process?.kill();
		this.process = undefined;
	}

	/** Stops n8n and deletes its user folder. */
	async remove(): Promise<void> {
		await this.kill();
		await this.folder.remove();
	}

	/** The end of what n8n printed in this run, without the hundreds of lines on migrations. */
	tail(): string {
		return withoutMigrations(this.process?.tail() ?? '');
	}

	private get role(): keyof typeof COMMAND {
		return this.options.role ?? 'main';
	}

	private nodeOptions(): string[] {
		const { nodeOptions = [] } = this.options;
		return typeof nodeOptions === 'function' ? nodeOptions(this.userFolder) : nodeOptions;
	}

	private environment(): Record<string, string | undefined> {
		return {
			...withoutUserSettings(),
			NODE_ENV: 'production',
			N8N_USER_FOLDER: this.userFolder,
			// n8n leaves a folder for uploads where temporary files go.
			TMPDIR: this.userFolder,
			N8N_LISTEN_ADDRESS: '127.0.0.1',
			N8N_HOST: '127.0.0.1',
			N8N_PORT: String(this.port),
			// A worker has no other port than the one that says how it is.
			...(this.role === 'worker' ? workerHealth(this.port) : {}),
			N8N_RUNNERS_BROKER_PORT: String(this.brokerPort),
			// The editor is reached over plain HTTP, where a browser drops a secure cookie.
			N8N_SECURE_COOKIE: 'false',
			GENERIC_TIMEZONE: 'UTC',
			// n8n starts its task runner as "node", which has to be this one too.
			PATH: [path.dirname(this.options.node ?? serverNode()), process.env['PATH']].join(
				path.delimiter,
			),
			N8N_PYTHON_ENABLED: 'false',
			...NO_OUTSIDE_CALLS,
			...withoutModule('mcp-registry', this.options.install),
			...this.options.env,
		};
	}
}

function workerHealth(port: number): Record<string, string> {
	return {
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
	};
}

/** A demo and a test have nobody to report to, and have to work where there is no internet. */
const NO_OUTSIDE_CALLS: Record<string, string> = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	// The list of packages that n8n's makers have vetted, fetched for the editor's node search.
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
};

/** Switches off a part of n8n that calls outside; an n8n that does not have it would not start with that. */
function withoutModule(name: string, install: string): Record<string, string> {
	const folder = path.join(install, 'node_modules/n8n/dist/modules', name);
	return existsSync(folder) ? { N8N_DISABLED_MODULES: name } : {};
}

/**
 * The settings of an n8n that the user runs elsewhere must not reach this one (a database, an
 * encryption key), nor a proxy its calls on 127.0.0.1, nor jest's NODE_OPTIONS its Node.
 */
function withoutUserSettings(): Record<string, undefined> {
	const foreign =
		/^(N8N_|DB_|EXECUTIONS_|QUEUE_|CREDENTIALS_|NODES_|WEBHOOK_URL$|NODE_OPTIONS$|JEST_|npm_|(https?|all)_proxy$)/i;
	return Object.fromEntries(
		Object.keys(process.env)
			.filter((name) => foreign.test(name))
			.map((name) => [name, undefined]),
	);
}

async function isReady(baseUrl: string): Promise<boolean> {
	try {
		return (await fetch(`${baseUrl}/healthz/readiness`)).ok;
	} catch {
		// Nobody listens yet.
		return false;
	}
}

function withoutMigrations(log: string): string {
	return log.replace(/^.*(Starting|Finished) migration .*\n/gm, '');
}
