import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export type Headers = Record<string, string | string[] | undefined>;

export interface UpstreamResponse {
	status: number;
	headers: Headers;
	body: Buffer;
}

export interface Forwarded {
	method: string;
	/** Path and query as they go on the wire. */
	url: string;
	headers: IncomingHttpHeaders;
	body: Buffer;
}

/**
 * Headers of one connection, not of the message; lengths are set anew, and without
 * `accept-encoding` the responses stay readable.
 */
const DROPPED_HEADERS = [
	...['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade'],
	...['content-length', 'accept-encoding', 'expect'],
];

/** The emulator behind the proxy. `Host` is passed on, so that URLs in its responses name the proxy. */
export class Upstream {
	private readonly agent = new Agent({ keepAlive: true });
	private readonly origin: URL;

	constructor(endpoint: string) {
		this.origin = new URL(endpoint);
		if (this.origin.protocol !== 'http:') {
			throw new Error(`The fault proxy speaks plain HTTP only, not ${this.origin.protocol}`);
		}
	}

	/** The whole response, whatever its status. Rejects when the emulator does not respond. */
	send({ method, url, headers, body }: Forwarded): Promise<UpstreamResponse> {
		return new Promise((resolve, reject) => {
			const outgoing = request(
				{
					agent: this.agent,
					hostname: this.origin.hostname,
					port: this.origin.port,
					method,
					path: url,
					headers: {
						...messageHeaders(headers),
						...(body.length > 0 ? { 'content-length': body.length } : {}),
					},
				},
				(incoming) => {
					const chunks: Buffer[] = [];
					incoming
						.on('data', (chunk: Buffer) => chunks.push(chunk))
						.on('error', reject)
						.on('end', () =>
							resolve({
								status: incoming.statusCode ?? 0,
								headers: messageHeaders(incoming.headers),
								body: Buffer.concat(chunks),
							}),
						);
				},
			);
			outgoing.on('error', reject).end(body);
		});
	}

	close(): void {
		this.agent.destroy();
	}
}

function messageHeaders(headers: IncomingHttpHeaders): Headers {
	const kept = Object.entries(headers).filter(([name]) => !DROPPED_HEADERS.includes(name));
	return Object.fromEntries(kept);
}
