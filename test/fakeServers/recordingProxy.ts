/** Stands before a fake server and keeps each exchange as it went over the wire. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Exchange {
	method: string;
	url: URL;
	/** By lower-case name. */
	headers: Readonly<Record<string, string>>;
	body: string;
	status: number;
	responseBody: string;
}

export interface RecordingProxy {
	/** `http://127.0.0.1:<port>` */
	readonly origin: string;
	/** Oldest first. */
	readonly exchanges: readonly Exchange[];
	stop(): Promise<void>;
}

/** Headers between two machines, which the next connection has of its own. */
const HOP_BY_HOP = /^(?:connection|content-length|host|keep-alive|transfer-encoding)$/;

/** @param target origin of the server behind it */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
	const exchanges: Exchange[] = [];
	const server = createServer((incoming, outgoing) => {
		pass(incoming, outgoing).catch((cause: unknown) => {
			console.error('The proxy could not pass on', incoming.method, incoming.url, cause);
			outgoing.destroy();
		});
	});
	const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
		const chunks: Buffer[] = [];
		for await (const chunk of incoming) chunks.push(chunk as Buffer);
		const body = Buffer.concat(chunks).toString('utf8');
		const { method = 'GET' } = incoming;
		const headers = Object.fromEntries(
			Object.entries(incoming.headers)
				.filter(([name]) => !HOP_BY_HOP.test(name))
				.map(([name, value]) => [name, String(value)]),
		);
		const url = new URL(incoming.url ?? '/', target);
		const response = await fetch(url, {
			method,
			headers,
			redirect: 'manual',
			...(body === '' ? {} : { body }),
		});
		const responseBody = await response.text();
		exchanges.push({ method, url, headers, body, status: response.status, responseBody });
		const passed = [...response.headers].filter(
			([name]) => !HOP_BY_HOP.test(name) && name !== 'content-encoding',
		);
		outgoing.writeHead(response.status, Object.fromEntries(passed)).end(responseBody);
	};
	// Never closed for being idle, as with the fake servers.
	server.keepAliveTimeout = 0;
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', resolve);
	});
	return {
		origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		exchanges,
		async stop() {
			server.closeAllConnections();
			await new Promise<void>((resolve) => server.close(() => resolve()));
		},
	};
}
