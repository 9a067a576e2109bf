import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Server } from 'node:tls';

export interface Certificate {
	cert: string;
	key: string;
}

/** HTTPS before a local server that speaks HTTP: with a certificate that can expire, and able to go away. */
export class Gateway {
	private server: Server | undefined;
	private readonly sockets = new Set<Socket>();
	private readonly target: number;
	private certificate: Certificate;
	private port = 0;

	private constructor(target: number, certificate: Certificate) {
		this.target = target;
		this.certificate = certificate;
	}

	/** @param target the port of the server behind it */
	static async start(target: number, certificate: Certificate): Promise<Gateway> {
		const gateway = new Gateway(target, certificate);
		await gateway.comeBack();
		return gateway;
	}

	get origin(): string {
		return `https://localhost:${this.port}`;
	}

	/** What it shows from the next connection on; the ones that are open are ended. */
	show(certificate: Certificate): void {
		this.certificate = certificate;
		this.server?.setSecureContext(certificate);
		this.endConnections();
	}

	/** Nobody listens any more: connections are refused. */
	async leave(): Promise<void> {
		const { server } = this;
		this.server = undefined;
		if (!server) return;
		const closed = new Promise<void>((resolve) => server.close(() => resolve()));
		this.endConnections();
		await closed;
	}

	/** Listens again, on the port it had. */
	async comeBack(): Promise<void> {
		if (this.server) return;
		const server = createServer(this.certificate, (socket) => {
			const behind = connect({ host: '127.0.0.1', port: this.target });
			for (const [one, other] of [
				[socket, behind],
				[behind, socket],
			] as const) {
				// Either end may leave at any time, which the other one is to see.
				one.on('error', () => other.destroy());
				one.on('close', () => other.destroy());
				one.pipe(other);
			}
		});
		// A client that does not like the certificate.
		server.on('tlsClientError', () => undefined);
		server.on('connection', (socket: Socket) => {
			this.sockets.add(socket);
			socket.on('close', () => this.sockets.delete(socket));
		});
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject).listen(this.port, '127.0.0.1', resolve);
		});
		this.port = (server.address() as AddressInfo).port;
		this.server = server;
	}

	private endConnections(): void {
		for (const socket of this.sockets) socket.destroy();
	}
}
