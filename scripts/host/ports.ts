import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that a system gives to whoever asks for any (32768 and up on Linux, 49152 elsewhere):
 * no server that asks for any port gets one of these between our look and our use.
 */
const LOWEST = 20_000;
const HIGHEST = 32_767;
const ATTEMPTS = 50;

/** A port of 127.0.0.1 that nobody listens on; two that look at the same instant may still get the same. */
export async function freePort(): Promise<number> {
	for (let attempt = 1; ; attempt++) {
		const port = randomInt(LOWEST, HIGHEST + 1);
		try {
			const server = createServer().listen(port, '127.0.0.1');
			await once(server, 'listening');
			server.close();
			await once(server, 'close');
			return port;
		} catch (error) {
			if (attempt >= ATTEMPTS) throw error;
		}
	}
}
