/**
 * What the fake servers for vendors' services have in common: a real HTTP server with a clock
 * that can be turned, bad days that can be scripted, and a count of what it sent. What the response
 * says is the vendor's part. Erasable TypeScript without imports from `nodes`: `npm start` runs it as it is.
 */
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Fault, Traffic } from './faults.ts';

export interface FakeRequest {
	method: string;
	/** With the fake server's own origin, whatever host the client named. */
	url: URL;
	/** By lower-case name. */
	headers: Readonly<Record<string, string>>;
	body: string;
}

export interface FakeResponse {
	status: number;
	headers?: Readonly<Record<string, string>>;
	/** Text as it is, anything else as JSON. */
	body?: unknown;
	/** How many leads the response holds; `undefined` for a response that is no page of leads. */
	records?: number;
}

export interface FakeVendor {
	/** Whether the request asks for a page of leads: those are what faults strike. */
	asksForLeads(request: FakeRequest): boolean;
	respond(request: FakeRequest): FakeResponse | Promise<FakeResponse>;
	/** How the vendor turns a caller away. */
	refuse(fault: Fault & { kind: 'refused' }): FakeResponse;
}

export interface FakeServerOptions {
	/** Serves HTTPS with these, in PEM. */
	tls?: { key: string; cert: string };
	/** The name it goes by, where it is not reached by the address it listens on. */
	host?: string;
	/** Whether it goes by `host` alone, because something before it knows its port. */
	hidesPort?: boolean;
	/** 0, the default, for any free one. */
	port?: number;
}

interface ScriptedFault {
	fault: Fault;
	skip: number;
	times: number;
	/** Whether it strikes requests of any kind, not only those for leads. */
	any: boolean;
}

export class FakeServer {
	/** Every request, newest last, for tests that look at what was asked. */
	readonly requests: FakeRequest[] = [];
	private readonly vendor: FakeVendor;
	private readonly server: Server;
	private readonly protocol: string;
	private readonly host: string;
	private readonly hidesPort: boolean;
	private readonly stopping = new AbortController();
	private faults: ScriptedFault[] = [];
	private actions: Array<{ skip: number; action: () => void }> = [];
	private turned = 0;
	private allTraffic: Traffic = { requests: 0, records: 0 };

	private constructor(
		vendor: FakeVendor,
		{ tls, host = '127.0.0.1', hidesPort = false }: FakeServerOptions,
	) {
		this.vendor = vendor;
		this.host = host;
		this.hidesPort = hidesPort;
		const serve = (request: IncomingMessage, response: ServerResponse): void => {
			this.serve(request, response).catch((cause: unknown) => {
				// A fake server that breaks must not look like a vendor that does.
				console.error('The fake server could not respond to', request.method, request.url, cause);
				response.destroy();
			});
		};
		this.protocol = tls ? 'https' : 'http';
		this.server = tls ? createHttpsServer(tls, serve) : createHttpServer(serve);
		// Never closed for being idle: a process that a busy machine keeps waiting would send on a
		// connection that is closed by then, which no test asked for.
		this.server.keepAliveTimeout = 0;
	}

	static async start(vendor: FakeVendor, options: FakeServerOptions = {}): Promise<FakeServer> {
		const fakeServer = new FakeServer(vendor, options);
		await new Promise<void>((resolve, reject) => {
			fakeServer.server.once('error', reject);
			fakeServer.server.listen(options.port ?? 0, '127.0.0.1', resolve);
		});
		return fakeServer;
	}

	/** `http://127.0.0.1:<port>`, or https with TLS, or another host. */
	get origin(): string {
		return `${this.protocol}://${this.host}${this.hidesPort ? '' : `:${this.port}`}`;
	}

	/** Where it listens on this machine. */
	get port(): number {
		return (this.server.address() as AddressInfo).port;
	}

	/** The vendor's clock, epoch milliseconds. */
	now(): number {
		return Date.now() + this.turned;
	}

	pass(milliseconds: number): void {
		this.turned += milliseconds;
	}

	/** Strikes pages of leads: the first from now on, or a later `page`; once, or `times`. Replaces earlier ones. */
	fault(fault: Fault, { page = 0, times = 1 }: { page?: number; times?: number } = {}): void {
		this.faults = [{ fault, skip: page, times, any: false }];
	}

	/** Strikes one request of any kind, the first from now on being 0. Replaces earlier ones. */
	faultAny(fault: Fault, request: number): void {
		this.faults = [{ fault, skip: request, times: 1, any: true }];
	}

	/** Does something just before a page of leads is sent: the first from now on, or a later one. */
	meanwhile(action: () => void, { page = 0 }: { page?: number } = {}): void {
		this.actions.push({ skip: page, action });
	}

	faultsLeft(): number {
		return this.faults.reduce((left, { times }) => left + times, 0);
	}

	traffic(since: Traffic = { requests: 0, records: 0 }): Traffic {
		const { requests, records } = this.allTraffic;
		return { requests: requests - since.requests, records: records - since.records };
	}

	async stop(): Promise<void> {
		this.stopping.abort();
		this.server.closeAllConnections();
		await new Promise<void>((resolve) => {
			this.server.close(() => resolve());
		});
	}

	private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of incoming) chunks.push(chunk as Buffer);
		const headers = Object.fromEntries(
			Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
		);
		const request: FakeRequest = {
			method: incoming.method ?? 'GET',
			url: new URL(incoming.url ?? '/', this.origin),
			headers,
			body: Buffer.concat(chunks).toString('utf8'),
		};
		this.requests.push(request);
		this.allTraffic.requests += 1;

		const asksForLeads = this.vendor.asksForLeads(request);
		if (asksForLeads) this.doMeanwhile();
		const isMeant = this.faults[0]?.any === true || asksForLeads;
		const fault = isMeant ? this.nextFault() : undefined;
		if (fault?.kind === 'cut' && fault.where === 'beforeResponse') {
			response.destroy();
			return;
		}
		if (fault?.kind === 'slow') {
			await sleep(fault.milliseconds, undefined, { signal: this.stopping.signal }).catch(
				() => undefined,
			);
			if (response.destroyed || this.stopping.signal.aborted) return;
		}
		const fakeResponse =
			fault?.kind === 'refused' ? this.vendor.refuse(fault) : await this.vendor.respond(request);
		if (fault?.kind === 'garbage') {
			const { status = 200, headers: garbageHeaders, body } = fault.what;
			const whole = Buffer.from(
				typeof fakeResponse.body === 'string'
					? fakeResponse.body
					: JSON.stringify(fakeResponse.body),
			);
			await this.send(response, { status, headers: garbageHeaders }, false, body(whole));
			return;
		}
		if (fault?.kind === 'cut' && fault.where === 'afterTaking') {
			response.destroy();
			return;
		}
		await this.send(response, fakeResponse, fault?.kind === 'cut');
	}

	private async send(
		response: ServerResponse,
		fakeResponse: FakeResponse,
		cut: boolean,
		instead?: Buffer,
	): Promise<void> {
		const { status, headers = {}, body = '', records } = fakeResponse;
		const isText = typeof body === 'string';
		const bytes = instead ?? Buffer.from(isText ? body : JSON.stringify(body), 'utf8');
		response.writeHead(status, {
			date: new Date(this.now()).toUTCString(),
			...(isText ? {} : { 'content-type': 'application/json;charset=UTF-8' }),
			'content-length': bytes.length,
			...headers,
		});
		if (cut) {
			response.write(bytes.subarray(0, bytes.length >> 1));
			await sleep(20);
			response.destroy();
			return;
		}
		response.end(bytes);
		this.allTraffic.records += records ?? 0;
	}

	private doMeanwhile(): void {
		const due = this.actions.filter(({ skip }) => skip === 0);
		this.actions = this.actions.filter(({ skip }) => skip > 0);
		for (const entry of this.actions) entry.skip -= 1;
		for (const { action } of due) action();
	}

	private nextFault(): Fault | undefined {
		const scripted = this.faults[0];
		if (scripted === undefined || scripted.times <= 0) return undefined;
		if (scripted.skip > 0) {
			scripted.skip -= 1;
			return undefined;
		}
		scripted.times -= 1;
		return scripted.fault;
	}
}
