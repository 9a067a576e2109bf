/** A server at an address that n8n's SSRF protection blocks, as loopback is on its list by default. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export class InsideServer {
	/** How often somebody has connected. */
	connections = 0;
	/** Paths that were asked for. */
	requests: string[] = [];
	private readonly server = createServer(({ url = '' }, response) => {
		this.requests.push(url);
		if (url.startsWith('/moved')) {
			response.writeHead(302, { location: `${this.origin}/elsewhere` });
		} else response.writeHead(418);
		response.end();
	}).on('connection', () => (this.connections += 1));

	static async start(): Promise<InsideServer> {
		const inside = new InsideServer();
		await new Promise<void>((resolve) => inside.server.listen(0, '127.0.0.1', resolve));
		return inside;
	}

	get origin(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	forget(): void {
		this.connections = 0;
		this.requests = [];
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}
}
