import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { startServer } from '../../../scripts/host/child.ts';
import { freePort } from '../../../scripts/host/ports.ts';
import { waitFor } from '../../../scripts/host/wait.ts';
import { localCertificate } from './certificate.ts';
import type { EntraApplication, EntraFault } from './authorityServer.ts';

const START_TIMEOUT_MS = 180_000;
/** `CONTROL` of the server, which is a script of its own and can't be loaded here. */
const CONTROL = '/control/fault';

export interface EntraAuthority {
	/** `https://localhost:PORT`. */
	host: string;
	application: EntraApplication;
	/** Certificate and key for any other local server: this process trusts it until `stop`. */
	tls: { certFile: string; keyFile: string };
	stop(): Promise<void>;
}

interface Counts {
	requests: number;
	signIns: number;
}

/** The same, where the one who started it can make it misbehave. */
export interface FakeEntra extends EntraAuthority {
	/** The next so many requests get this instead of their response. */
	fault(fault: EntraFault): Promise<void>;
	/** How many requests came since the last fault was set. */
	requests(): Promise<number>;
	/** How many of them asked for a token. */
	signIns(): Promise<number>;
}

/**
 * Starts a fake server for Entra with one application in one tenant, and trusts its certificate, which
 * is good for more hosts (`*.leads.example`) where other servers share it.
 */
export async function startEntraAuthority(hosts: readonly string[] = []): Promise<FakeEntra> {
	const folder = mkdtempSync(path.join(tmpdir(), 'entra-'));
	const tls = { certFile: path.join(folder, 'cert.pem'), keyFile: path.join(folder, 'key.pem') };
	const { cert, key } = localCertificate(hosts);
	writeFileSync(tls.certFile, cert);
	writeFileSync(tls.keyFile, key, { mode: 0o600 });
	const trusted = getCACertificates('default');
	setDefaultCACertificates([...trusted, cert]);

	const application: EntraApplication = {
		tenantId: randomUUID(),
		clientId: randomUUID(),
		clientSecret: `right~${randomUUID()}`,
		expiredSecret: `expired~${randomUUID()}`,
	};
	const port = await freePort();
	const server = startServer({
		script: path.join(import.meta.dirname, 'authorityServer.ts'),
		args: [String(port), tls.certFile, tls.keyFile],
		env: { ENTRA_APPLICATION: JSON.stringify(application) },
	});
	const stop = async () => {
		setDefaultCACertificates(trusted);
		await server.kill();
		rmSync(folder, { recursive: true, force: true });
	};
	const host = `https://localhost:${port}`;
	try {
		await waitFor('The authority did not come up', START_TIMEOUT_MS, async () => {
			if (server.hasExited()) throw new Error(`It ${await server.exited}.\n${server.tail()}`);
			return /ready/.test(server.tail()) || undefined;
		});
	} catch (error) {
		await stop();
		throw error;
	}
	const control = async (fault?: EntraFault): Promise<Counts> =>
		await new Promise((resolve, reject) => {
			const method = fault ? 'PUT' : 'GET';
			// Without keep-alive: what this process did meanwhile can have taken longer than a connection is kept.
			const options = { method, ca: readFileSync(tls.certFile), agent: false };
			request(`${host}${CONTROL}`, options, async (response) => {
				const chunks: Buffer[] = [];
				for await (const chunk of response) chunks.push(chunk as Buffer);
				const text = Buffer.concat(chunks).toString('utf8');
				resolve(JSON.parse(text) as Counts);
			})
				.on('error', reject)
				.end(fault && JSON.stringify(fault));
		});
	return {
		host,
		application,
		tls,
		fault: async (fault) => {
			await control(fault);
		},
		requests: async () => (await control()).requests,
		signIns: async () => (await control()).signIns,
		stop,
	};
}
