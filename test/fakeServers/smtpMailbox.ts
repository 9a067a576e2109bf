/** A mail server that keeps what it is given: as much of SMTP (RFC 5321) as a client without a sign-in needs. */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface Mail {
	to: string[];
	subject: string;
	/** The body as it was meant, of a mail with one part. */
	text: string;
}

export class SmtpMailbox {
	/** Oldest first. */
	readonly mails: Mail[] = [];
	private readonly sockets = new Set<Socket>();
	private readonly server: Server;

	private constructor() {
		this.server = createServer((socket) => {
			this.sockets.add(socket);
			socket.on('close', () => this.sockets.delete(socket));
			socket.on('error', () => socket.destroy());
			this.serve(socket);
		});
	}

	static async start(): Promise<SmtpMailbox> {
		const mailbox = new SmtpMailbox();
		await new Promise<void>((resolve, reject) => {
			mailbox.server.once('error', reject);
			mailbox.server.listen(0, '127.0.0.1', resolve);
		});
		return mailbox;
	}

	/** For n8n's credential of the type `smtp`. */
	get credential(): Record<string, unknown> {
		const { port } = this.server.address() as AddressInfo;
		return {
			host: '127.0.0.1',
			port,
			secure: false,
			disableStartTls: true,
			user: '',
			password: '',
		};
	}

	async stop(): Promise<void> {
		for (const socket of this.sockets) socket.destroy();
		await new Promise<void>((resolve) => this.server.close(() => resolve()));
	}

	private serve(socket: Socket): void {
		let pending = '';
		let data: string[] | undefined;
		let to: string[] = [];
		const say = (line: string) => socket.write(`${line}\r\n`);
		const take = (line: string): void => {
			if (data !== undefined) {
				if (line !== '.') {
					data.push(line.startsWith('.') ? line.slice(1) : line);
					return;
				}
				this.mails.push(readMail(to, data));
				[data, to] = [undefined, []];
				say('250 2.0.0 Ok');
				return;
			}
			const command = line.slice(0, 4).toUpperCase();
			if (command === 'RCPT') to.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
			if (command === 'DATA') data = [];
			if (command === 'DATA') say('354 End data with <CR><LF>.<CR><LF>');
			else if (command === 'QUIT') socket.end('221 2.0.0 Bye\r\n');
			else if (['EHLO', 'HELO', 'MAIL', 'RCPT', 'RSET', 'NOOP'].includes(command))
				say('250 2.1.0 Ok');
			else say('502 5.5.2 Command not recognized');
		};
		say('220 mail.example ESMTP');
		socket.setEncoding('utf8').on('data', (text: string) => {
			const lines = (pending + text).split('\r\n');
			pending = lines.pop() ?? '';
			for (const line of lines) take(line);
		});
	}
}

function readMail(to: string[], lines: readonly string[]): Mail {
	const end = lines.indexOf('');
	const headers = lines
		.slice(0, end)
		.join('\n')
		.replace(/\n[ \t]+/g, ' ')
		.split('\n');
	const header = (name: string) =>
		headers.find((line) => line.toLowerCase().startsWith(`${name}: `))?.slice(name.length + 2) ??
		'';
	const body = lines.slice(end + 1).join('\n');
	const encoding = header('content-transfer-encoding').toLowerCase();
	if (encoding === 'base64') {
		return { to, subject: header('subject'), text: Buffer.from(body, 'base64').toString('utf8') };
	}
	const text = encoding === 'quoted-printable' ? unquoted(body) : body;
	return { to, subject: header('subject'), text };
}

function unquoted(text: string): string {
	const bytes = text
		.replace(/=\n/g, '')
		.replace(/=([0-9A-F]{2})/gi, (_, code: string) =>
			String.fromCharCode(Number.parseInt(code, 16)),
		);
	return Buffer.from(bytes, 'latin1').toString('utf8');
}
