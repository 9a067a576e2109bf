/** PostgreSQL and Redis for an n8n in queue mode, each with data and a port of its own. */
import { randomBytes } from 'node:crypto';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import path from 'node:path';

import { startServer, type ServerProcess } from '../child.ts';
import { freePort } from '../ports.ts';
import { temporaryFolder, type TemporaryFolder } from '../temporary.ts';
import { waitFor } from '../wait.ts';
import { run, type QueuePrograms } from './programs.ts';

/** Both are up within a second on an idle machine; the rest is for a busy one. */
const START_TIMEOUT_MS = 180_000;
/** Another process can take a port between our look and the program's listen. */
const START_ATTEMPTS = 3;
const USER = 'n8n';

/** Redis and PostgreSQL, which can be stopped, cut off and started again, each by itself. */
export class QueueServices {
	readonly postgres: Service;
	readonly redis: Service;
	private readonly folder: TemporaryFolder;
	private readonly password: string;

	private constructor(
		folder: TemporaryFolder,
		password: string,
		services: { postgres: Service; redis: Service },
	) {
		this.folder = folder;
		this.password = password;
		this.postgres = services.postgres;
		this.redis = services.redis;
	}

	static async start(programs: QueuePrograms): Promise<QueueServices> {
		const password = randomBytes(24).toString('hex');
		const made: Service[] = [];
		const folder = await temporaryFolder('queue', () => {
			for (const service of made) service.killNow();
		});
		const { user } = programs;
		const [data, redisData] = [path.join(folder.path, 'postgres'), path.join(folder.path, 'redis')];
		await mkdir(redisData);
		await mkdir(data);
		const passwordFile = path.join(folder.path, 'password');
		await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
		if (user) {
			for (const owned of [folder.path, data, passwordFile]) await chown(owned, user.uid, user.gid);
		}
		await run(
			programs.initdb,
			[
				...['-D', data, '-U', USER, '--auth', 'scram-sha-256', '--pwfile', passwordFile],
				...['--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
			],
			{ ...user, cwd: folder.path },
		);
		const postgres = new Service({
			name: 'PostgreSQL',
			program: programs.postgres,
			// Nothing has to outlive the machine, so it need not wait for the disk.
			args: (port) => [
				...['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'],
				...['-c', 'unix_socket_directories=', '-c', 'fsync=off', '-c', 'max_connections=200'],
			],
			readyLine: /ready to accept connections/,
			user,
			cwd: folder.path,
		});
		const redis = new Service({
			name: 'Redis',
			program: programs.redis,
			args: (port) => [
				...['--port', String(port), '--bind', '127.0.0.1', '--requirepass', password],
				// As an operator keeps it who wants no job to be lost when Redis restarts.
				...['--dir', redisData, '--appendonly', 'yes', '--save', ''],
			],
			readyLine: /Ready to accept connections/,
			user: undefined,
			cwd: folder.path,
		});
		made.push(postgres, redis);
		const services = new QueueServices(folder, password, { postgres, redis });
		try {
			await Promise.all([postgres.start(), redis.start()]);
		} catch (error) {
			await services.remove();
			throw error;
		}
		return services;
	}

	/** n8n's settings by which its processes reach both. */
	get env(): Record<string, string> {
		return {
			EXECUTIONS_MODE: 'queue',
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(this.postgres.port),
			DB_POSTGRESDB_DATABASE: 'postgres',
			DB_POSTGRESDB_USER: USER,
			DB_POSTGRESDB_PASSWORD: this.password,
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: String(this.redis.port),
			QUEUE_BULL_REDIS_PASSWORD: this.password,
		};
	}

	/** Ends both and deletes what they kept. */
	async remove(): Promise<void> {
		await Promise.all([this.postgres.kill(), this.redis.kill()]);
		await this.folder.remove();
	}
}

interface ServiceOptions {
	name: string;
	program: string;
	args: (port: number) => string[];
	/** What it prints once it takes connections. */
	readyLine: RegExp;
	user: QueuePrograms['user'];
	cwd: string;
}

/** One of the two; it keeps its port when it is started again. */
class Service {
	port = 0;
	private process: ServerProcess | undefined;
	private readonly options: ServiceOptions;

	constructor(options: ServiceOptions) {
		this.options = options;
	}

	async start(): Promise<void> {
		for (let attempt = 1; ; attempt++) {
			const isFirst = this.port === 0;
			try {
				this.port ||= await freePort();
				return await this.startOnce();
			} catch (error) {
				await this.kill();
				const isTaken = /in use|EADDRINUSE/.test(String(error));
				if (attempt >= START_ATTEMPTS || !isTaken || !isFirst) throw error;
				this.port = 0;
			}
		}
	}

	/** As `systemctl stop` does. */
	async stop(): Promise<void> {
		// Of PostgreSQL's signals, the one that ends clients' connections too.
		await this.process?.stop('SIGINT');
		this.process = undefined;
	}

	/** As a power cut does. */
	async kill(): Promise<void> {
		await this.process?.kill();
		this.process = undefined;
	}

	killNow(): void {
		this.process?.killNow();
	}

	private async startOnce(): Promise<void> {
		const { name, program, args, readyLine, user, cwd } = this.options;
		const server = startServer({
			script: path.join(import.meta.dirname, 'program.cjs'),
			args: [String(user?.uid ?? ''), String(user?.gid ?? ''), program, ...args(this.port)],
			cwd,
		});
		this.process = server;
		await waitFor(`${name} did not come up`, START_TIMEOUT_MS, async () => {
			if (server.hasExited()) throw new Error(`${name} ${await server.exited}.\n${server.tail()}`);
			return (readyLine.test(server.tail()) && (await accepts(this.port))) || undefined;
		}).catch((error: unknown) => {
			throw new Error(`${String(error)}\n${server.tail()}`, { cause: error });
		});
	}
}

function accepts(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createConnection({ host: '127.0.0.1', port });
		socket.once('error', () => resolve(false));
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
	});
}
