/** A real n8n in queue mode: main, workers and a webhook processor, each a machine of its own. */
import { randomBytes } from 'node:crypto';
import { rm, symlink } from 'node:fs/promises';

import { N8n, type N8nHost, type N8nOptions } from '../n8n.ts';
import type { QueuePrograms } from './programs.ts';
import { QueueServices } from './services.ts';

const WORKERS = 2;

export interface QueueOptions extends N8nOptions {
	programs: QueuePrograms;
	workers?: number;
}

/**
 * Every process has a user folder, a port and a life of its own, and shares with the others what
 * machines would share: the database, the queue, the encryption key and the installed packages.
 */
export class QueueN8n implements N8nHost {
	readonly services: QueueServices;
	readonly main: N8n;
	readonly webhook: N8n;
	readonly workers: readonly N8n[];

	private constructor(services: QueueServices, main: N8n, webhook: N8n, workers: N8n[]) {
		this.services = services;
		this.main = main;
		this.webhook = webhook;
		this.workers = workers;
	}

	/** Starts PostgreSQL and Redis, and makes the folders; of n8n nothing runs yet. */
	static async create({
		programs,
		workers = WORKERS,
		...options
	}: QueueOptions): Promise<QueueN8n> {
		const services = await QueueServices.start(programs);
		const made: N8n[] = [];
		try {
			const env = {
				...services.env,
				N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
				OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
				...options.env,
			};
			const create = async (role: NonNullable<N8nOptions['role']>, more = {}) => {
				const n8n = await N8n.create({ ...options, role, env: { ...env, ...more } });
				made.push(n8n);
				const [first] = made;
				if (first && first !== n8n) {
					await rm(n8n.nodesFolder, { recursive: true });
					await symlink(first.nodesFolder, n8n.nodesFolder, 'dir');
				}
				return n8n;
			};
			// What the processor takes, main need not: as behind a reverse proxy that tells the paths apart.
			const main = await create('main', { N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true' });
			const webhook = await create('webhook');
			const all: N8n[] = [];
			for (let at = 0; at < workers; at++) all.push(await create('worker'));
			return new QueueN8n(services, main, webhook, all);
		} catch (error) {
			await Promise.all(made.map(async (n8n) => await n8n.remove()));
			await services.remove();
			throw error;
		}
	}

	get nodesFolder(): string {
		return this.main.nodesFolder;
	}

	get baseUrl(): string {
		return this.main.baseUrl;
	}

	get webhookUrl(): string {
		return this.webhook.baseUrl;
	}

	/** Main first: it brings the database up to date, which the others expect to be. */
	async start(): Promise<void> {
		await this.main.start();
		await Promise.all([this.webhook, ...this.workers].map(async (n8n) => await n8n.start()));
	}

	async stop(): Promise<void> {
		await Promise.all(this.processes().map(async (n8n) => await n8n.stop()));
	}

	async kill(): Promise<void> {
		await Promise.all(this.processes().map(async (n8n) => await n8n.kill()));
	}

	async remove(): Promise<void> {
		await Promise.all(this.processes().map(async (n8n) => await n8n.remove()));
		await this.services.remove();
	}

	private processes(): N8n[] {
		return [this.main, this.webhook, ...this.workers];
	}
}
