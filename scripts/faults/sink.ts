import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A delivery as the sink took it. */
interface Posted {
	id: string;
	attempt?: number;
}

/** What the leads are for: takes each by HTTP and counts, outside n8n, how often it came. */
export class Sink {
	/** By path, how often each id was taken. */
	readonly taken = new Map<string, Map<string, number>>();
	/** Paths that answer 503 for the time being. */
	readonly down = new Set<string>();
	private readonly listeners = new Set<() => void>();
	private readonly server: Server;

	private constructor(server: Server) {
		this.server = server;
	}

	static async start(): Promise<Sink> {
		const server = createServer();
		const sink = new Sink(server);
		server.on('request', (request, response) => {
			void (async () => {
				const path = request.url ?? '';
				const { id } = (await json(request)) as Posted;
				for (const listener of sink.listeners) listener();
				if (sink.down.has(path)) {
					response.writeHead(503).end();
					return;
				}
				const counts = sink.taken.get(path) ?? new Map<string, number>();
				sink.taken.set(path, counts);
				counts.set(id, (counts.get(id) ?? 0) + 1);
				response.writeHead(200, { 'content-type': 'application/json' });
				response.end(JSON.stringify({ id, destination: 'azureTable' }));
			})().catch(() => response.destroy());
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return sink;
	}

	get origin(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** Resolves with the next request, or when the time is up. */
	async nextRequest(milliseconds: number): Promise<void> {
		await new Promise<void>((resolve) => {
			const done = () => {
				clearTimeout(timer);
				this.listeners.delete(done);
				resolve();
			};
			const timer = setTimeout(done, milliseconds);
			this.listeners.add(done);
		});
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}
}
