import { randomBytes } from 'node:crypto';

import { startAzurite } from '../../test/fakeServers/azureTable/azurite.ts';
import type { Azurite } from '../../test/fakeServers/azureTable/azurite.ts';
import { installCommunityPackages } from './community.ts';
import { N8n } from './n8n.ts';
import type { N8nHost, N8nOptions } from './n8n.ts';
import { RestClient } from './rest.ts';
import type { Owner } from './rest.ts';

/** n8n wants a letter in upper case and a digit; the rest is chance. */
const newPassword = () => `L1${randomBytes(12).toString('base64url')}`;

/** A running n8n with our package, a signed-in owner, and a storage account beside it. */
export class Environment<Host extends N8nHost = N8n> {
	readonly n8n: Host;
	readonly azurite: Azurite;
	readonly owner: Owner;
	rest: RestClient;

	private constructor(n8n: Host, azurite: Azurite, owner: Owner) {
		this.n8n = n8n;
		this.azurite = azurite;
		this.owner = owner;
		this.rest = new RestClient(n8n.baseUrl);
	}

	/** Leaves nothing behind if any part of it does not come up. */
	static async start(options: N8nOptions & { tarballs: string[] }): Promise<Environment> {
		return await Environment.startOn(() => N8n.create(options), options.tarballs);
	}

	/** The same on an n8n of another making. */
	static async startOn<Host extends N8nHost>(
		create: () => Promise<Host>,
		tarballs: string[],
	): Promise<Environment<Host>> {
		const azurite = await startAzurite();
		let n8n: Host | undefined;
		try {
			n8n = await create();
			if (tarballs.length > 0) await installCommunityPackages(n8n.nodesFolder, tarballs);
			await n8n.start();
			const owner = { email: 'owner@leads.example', password: newPassword() };
			const environment = new Environment(n8n, azurite, owner);
			await environment.rest.setUpOwner(owner);
			return environment;
		} catch (error) {
			await n8n?.remove();
			await azurite.stop();
			throw error;
		}
	}

	get baseUrl(): string {
		return this.n8n.baseUrl;
	}

	get webhookUrl(): string {
		return this.n8n.webhookUrl;
	}

	/** Starts n8n again after `n8n.stop()` or `n8n.kill()`, and signs in. */
	async restart(): Promise<void> {
		await this.n8n.start();
		this.rest = new RestClient(this.n8n.baseUrl);
		await this.rest.login(this.owner);
	}

	async stop(): Promise<void> {
		await Promise.all([this.n8n.remove(), this.azurite.stop()]);
	}
}
