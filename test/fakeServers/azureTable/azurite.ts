import { randomBytes } from 'node:crypto';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { startServer } from '../../../scripts/host/child.ts';
import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';
import { freePort } from '../../../scripts/host/ports.ts';
import { waitFor } from '../../../scripts/host/wait.ts';

const SCRIPT = path.join(PROJECT_ROOT, 'node_modules/azurite/dist/src/table/main.js');
/** Ready in 0.6 s on an idle machine; the rest is for a busy one. */
const START_TIMEOUT_MS = 180_000;
/** Another process can take the port between our look and Azurite's listen. */
const START_ATTEMPTS = 3;
const ACCOUNT_KEY_BYTES = 64;
/** Longer than any test: a client that a busy machine keeps waiting must not find its connection closed. */
const KEEP_ALIVE_S = 3_600;

export interface Azurite {
	connectionString: string;
	accountName: string;
	accountKey: string;
	/** `http://127.0.0.1:PORT/ACCOUNT`, what the SDKs call the account URL. */
	endpoint: string;
	port: number;
	pid: number;
	stop(): Promise<void>;
}

export interface AzuriteOptions {
	/** Files in PEM; Azurite then speaks HTTPS and takes Entra tokens (`--oauth basic`). */
	tls?: { certFile: string; keyFile: string };
	accountName?: string;
}

/** Starts Azurite's table service on a free port of 127.0.0.1, in memory, with an account key of its own. */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await startOnce(options);
		} catch (error) {
			if (attempt >= START_ATTEMPTS || !/EADDRINUSE/.test(String(error))) throw error;
		}
	}
}

async function startOnce({ tls, accountName = 'leadstest' }: AzuriteOptions): Promise<Azurite> {
	const accountKey = randomBytes(ACCOUNT_KEY_BYTES).toString('base64');
	const port = await freePort();
	const server = startServer({
		script: SCRIPT,
		args: [
			...['--tableHost', '127.0.0.1', '--tablePort', String(port)],
			...['--tableKeepAliveTimeout', String(KEEP_ALIVE_S)],
			...['--inMemoryPersistence', '--silent', '--disableTelemetry', '--skipApiVersionCheck'],
			...(tls ? ['--oauth', 'basic', '--cert', tls.certFile, '--key', tls.keyFile] : []),
		],
		env: { AZURITE_ACCOUNTS: `${accountName}:${accountKey}`, AZURITE_DB: undefined },
		// It insists on a folder to work in, though it writes nothing there.
		cwd: tmpdir(),
	});
	// In memory there is nothing to flush, and Azurite has no handler for SIGTERM anyway.
	const stop = () => server.kill();
	try {
		await waitFor(
			'Azurite did not come up',
			START_TIMEOUT_MS,
			async () => {
				if (server.hasExited()) {
					throw new Error(`Azurite ${await server.exited}.\n${server.tail()}`);
				}
				return (await accepts(port)) || undefined;
			},
			50,
		);
	} catch (error) {
		await stop();
		throw error;
	}
	const scheme = tls ? 'https' : 'http';
	// Azurite is reached by this name in the certificate where there is one, else by address.
	const endpoint = `${scheme}://${tls ? 'localhost' : '127.0.0.1'}:${port}/${accountName}`;
	return {
		connectionString:
			`DefaultEndpointsProtocol=${scheme};AccountName=${accountName};` +
			`AccountKey=${accountKey};TableEndpoint=${endpoint};`,
		accountName,
		accountKey,
		endpoint,
		port,
		pid: server.pid,
		stop,
	};
}

function accepts(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createConnection({ host: '127.0.0.1', port });
		socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
		socket.once('connect', () => socket.destroy());
	});
}
