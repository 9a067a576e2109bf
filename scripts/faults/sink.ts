import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A lead as the workflow posts it. */
interface Posted {
	id: string;
	destination: string;
	attempt?: number;
}

/** What a workflow's path at the sink has taken of one lead. */
export interface Taken {
	times: number;
	/** The highest hand-over that it came with. */
	attempt: number;
}

/** What the leads are for: takes each by HTTP and counts, outside n8n, how often it came. */
export class Sink {
	/** By path and lead id. */
	readonly taken = new Map<string, Map<string, Taken>>();
	/** Whether it responds with 503 for the time being. */
	isBroken = false;
	/** Called with each request as it comes. */
	onRequest: () => void = () => undefined;
	private server: Server | undefined;
	private port = 0;

	static async start(): Promise<Sink> {
		const sink = new Sink();
		await sink.comeBack();
		return sink;
	}

	get origin(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	of(path: string): Map<string, Taken> {
		const taken = this.taken.get(path) ?? new Map<string, Taken>();
		this.taken.set(path, taken);
		return taken;
	}

	/** Starts it, or starts it again where it was; what it took before it still has. */
	async comeBack(): Promise<void> {
		if (this.server) return;
		const server = createServer((request, response) => {
			this.onRequest();
			json(request)
				.then((body) => this.take(request.url ?? '', body as Posted, response))
				// The caller was killed in the middle of it.
				.catch(() => response.destroy());
		});
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject).listen(this.port, '127.0.0.1', resolve);
		});
		this.port = (server.address() as AddressInfo).port;
		this.server = server;
	}

	/** As if it were killed: what it was about to respond to gets no response, and nobody listens. */
	async kill(): Promise<void> {
		const { server } = this;
		this.server = undefined;
		if (!server) return;
		const closed = new Promise((resolve) => server.close(resolve));
		server.closeAllConnections();
		await closed;
	}

	private take(path: string, { id, destination, attempt = 1 }: Posted, to: ServerResponse): void {
		if (this.isBroken) {
			to.writeHead(503).end();
			return;
		}
		const taken = this.of(path);
		const { times, attempt: last } = taken.get(id) ?? { times: 0, attempt: 0 };
		taken.set(id, { times: times + 1, attempt: Math.max(attempt, last) });
		to.writeHead(200, { 'content-type': 'application/json' });
		to.end(JSON.stringify({ id, destination }));
	}
}
