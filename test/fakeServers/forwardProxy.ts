/** A forward proxy with a sign-in, as companies have: `proxy-chain` in a process of its own. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { startServer } from '../../scripts/host/child.ts';
import { freePort } from '../../scripts/host/ports.ts';
import { waitFor } from '../../scripts/host/wait.ts';

const START_TIMEOUT_MS = 180_000;

export interface ForwardProxy {
	/** `http://user:password@127.0.0.1:PORT`, what HTTPS_PROXY is set to. */
	url: string;
	/** One line a connection that was let through, e.g. `CONNECT crm.example:443`. */
	logFile: string;
	stop(): Promise<void>;
}

/**
 * It finds every host on this machine, at the port that was asked for, or at another.
 *
 * @param ports where `host:port` is in truth, for servers that go by a name of the world outside
 */
export async function startForwardProxy(
	ports: Readonly<Record<string, number>> = {},
): Promise<ForwardProxy> {
	const folder = mkdtempSync(path.join(tmpdir(), 'proxy-'));
	const logFile = path.join(folder, 'log');
	writeFileSync(logFile, '');
	const signIn = `user:${randomBytes(12).toString('hex')}`;
	const port = await freePort();
	const server = startServer({
		script: path.join(import.meta.dirname, 'forwardProxy/proxyServer.ts'),
		args: [String(port), logFile],
		env: { PROXY_SIGN_IN: signIn, PROXY_PORTS: JSON.stringify(ports) },
	});
	const stop = async () => {
		await server.kill();
		rmSync(folder, { recursive: true, force: true });
	};
	try {
		await waitFor('The proxy did not come up', START_TIMEOUT_MS, async () => {
			if (server.hasExited()) throw new Error(`It ${await server.exited}.\n${server.tail()}`);
			return /ready/.test(server.tail()) || undefined;
		});
	} catch (error) {
		await stop();
		throw error;
	}
	return { url: `http://${signIn}@127.0.0.1:${port}`, logFile, stop };
}

/** Whom the proxy was asked for since it began, each once. */
export function hostsAskedOf(logFile: string): string[] {
	const lines = readFileSync(logFile, 'utf8').split('\n');
	return [...new Set(lines.filter((line) => line !== ''))].sort();
}
