import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import type { Azurite } from './azurite.ts';
import { serviceError } from './faultProxy/errors.ts';
import { respondToQuery } from './faultProxy/paging.ts';
import type { PagingFaults } from './faultProxy/paging.ts';
import { selectedColumns } from './faultProxy/row.ts';
import type { Row, RowKeys } from './faultProxy/row.ts';
import { FaultScript } from './faultProxy/script.ts';
import type { Fault, ScriptedFault } from './faultProxy/script.ts';
import { isOurs } from './faultProxy/token.ts';
import { Traffic } from './faultProxy/traffic.ts';
import type { AuthKind, Counts, SeenRequest } from './faultProxy/traffic.ts';
import { Upstream } from './faultProxy/upstream.ts';
import type { UpstreamResponse, Forwarded } from './faultProxy/upstream.ts';
import { RowView } from './faultProxy/view.ts';
import { partitionsIn, partitionsOf, throttledResponse } from './partitionRates.ts';
import type { PartitionRates, Throttling } from './partitionRates.ts';

export * from './faultProxy/script.ts';
export type { PagingFaults } from './faultProxy/paging.ts';
export type { Row, RowKeys } from './faultProxy/row.ts';
export type { AuthKind, Counts, SeenRequest } from './faultProxy/traffic.ts';

/**
 * Stands before Azurite's table service and plays what Azure documents and Azurite never does.
 * With nothing switched on, every request goes straight through, so that rows can be counted at
 * little cost. As soon as rows are hidden, Timestamps rewritten or {@link FaultProxy.paging} is
 * set, the proxy responds to queries itself out of Azurite's rows; each page then reads the table from
 * the page's first row on, which suits tables of some ten thousand rows.
 */
export async function startFaultProxy(
	azurite: Pick<Azurite, 'accountName' | 'accountKey' | 'endpoint'>,
): Promise<FaultProxy> {
	const upstream = new Upstream(azurite.endpoint);
	const server = createServer();
	// Never closed for being idle, as with the other fake servers.
	server.keepAliveTimeout = 0;
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject).listen(0, '127.0.0.1', resolve);
	});
	return new FaultProxy(azurite, server, upstream);
}

export class FaultProxy {
	readonly accountName: string;
	readonly accountKey: string;
	readonly endpoint: string;
	readonly connectionString: string;

	/** How pages end; undefined leaves it to Azurite. `{}` gives whole pages, paged by the proxy. */
	paging: PagingFaults | undefined;

	/** What partitions take; as much as Azurite does when undefined. */
	rates: PartitionRates | undefined;

	/**
	 * Clock skew between service and client: added to the `Date` of every response. Timestamps stay;
	 * {@link rewriteTimestamp} moves those.
	 */
	clockOffsetMs = 0;

	/** Called with each request as it comes. */
	onRequest: ((request: SeenRequest) => void) | undefined;

	private readonly server: Server;
	private readonly upstream: Upstream;
	private readonly view = new RowView();
	private readonly faultScript = new FaultScript();
	private readonly traffic = new Traffic();
	private readonly stopping = new AbortController();

	/** Use {@link startFaultProxy}. */
	constructor(
		azurite: Pick<Azurite, 'accountName' | 'accountKey' | 'endpoint'>,
		server: Server,
		upstream: Upstream,
	) {
		this.server = server;
		this.upstream = upstream;
		this.accountName = azurite.accountName;
		this.accountKey = azurite.accountKey;
		const { port } = server.address() as AddressInfo;
		this.endpoint = `http://127.0.0.1:${port}${new URL(azurite.endpoint).pathname}`;
		this.connectionString =
			`DefaultEndpointsProtocol=http;AccountName=${this.accountName};` +
			`AccountKey=${this.accountKey};TableEndpoint=${this.endpoint};`;
		server.on('request', (request, response) => {
			// A client may leave at any time; whoever writes to it then hears of it by themselves.
			response.on('error', () => response.destroy());
			this.serve(request, response).catch((error: unknown) => this.giveUp(error, response));
		});
	}

	/**
	 * Late rows: these are in the table but in no response until released, as if their commit took
	 * until then. They keep the Timestamp of when they were written, so they surface in the past.
	 * Keys can be hidden before their rows are written.
	 */
	hide(keys: readonly RowKeys[]): void {
		this.view.hide(keys);
	}

	/** Shows hidden rows: the given ones, or all. */
	release(keys?: readonly RowKeys[]): void {
		this.view.release(keys);
	}

	/**
	 * The Timestamp a row is returned with and filtered by, ISO 8601 with up to seven digits; the
	 * function gets the stored row, and undefined keeps its own. Lets rows be years old, share an
	 * instant, or differ by 100 ns, which the service tells apart and Azurite does not.
	 */
	set rewriteTimestamp(rewrite: ((row: Row) => string | undefined) | undefined) {
		this.view.rewriteTimestamp = rewrite;
	}

	get rewriteTimestamp(): ((row: Row) => string | undefined) | undefined {
		return this.view.rewriteTimestamp;
	}

	/** Sets the faults that strike single requests, in place of those set before. */
	script(faults: readonly ScriptedFault[]): void {
		this.faultScript.set(faults);
	}

	/** How often the script has yet to strike; above 0, a test did not get where it meant to. */
	get unspentFaults(): number {
		return this.faultScript.unspent;
	}

	/** Every fault off; the log and counts stay. */
	reset(): void {
		this.paging = undefined;
		this.rates = undefined;
		this.onRequest = undefined;
		this.clockOffsetMs = 0;
		this.rewriteTimestamp = undefined;
		this.release();
		this.script([]);
	}

	/** Every request so far, in order of arrival. */
	get requests(): readonly SeenRequest[] {
		return this.traffic.log;
	}

	/** Counts in total, or since an earlier result of this method. */
	counts(since?: Counts): Counts {
		return this.traffic.counts(since);
	}

	get authKinds(): ReadonlySet<AuthKind> {
		return new Set(this.requests.map(({ auth }) => auth));
	}

	/** Ends open connections too. Azurite goes on. */
	async stop(): Promise<void> {
		this.stopping.abort();
		await new Promise<void>((resolve, reject) => {
			this.server.close((error) => (error ? reject(error) : resolve()));
			this.server.closeAllConnections();
		});
		this.upstream.close();
	}

	private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
		const seen = this.traffic.open(incoming);
		this.onRequest?.(seen);
		const fault = this.faultScript.strike(seen);
		if (fault) seen.fault = fault.name;
		const request = await wholeRequest(incoming);
		if (fault?.kind === 'cut' && fault.where === 'beforeRequest') {
			response.socket?.resetAndDestroy();
			return;
		}
		const whole =
			fault?.kind === 'refuse' ? fault.respond() : await this.rateLimited(seen, request);
		const upstreamResponse = fault?.kind === 'garbage' ? fault.respond(whole) : whole;
		await this.deliver(upstreamResponse, response, seen, fault);
	}

	/** The response, or that it was too much for a partition. */
	private async rateLimited(seen: SeenRequest, request: Forwarded): Promise<UpstreamResponse> {
		const { rates } = this;
		if (!rates) return await this.respond(seen, request);
		const throttled = (throttling: Throttling): UpstreamResponse => {
			seen.fault = throttling;
			return throttledResponse(throttling);
		};
		// Which rows a listing reads is known when they are read.
		if (seen.kind === 'query') {
			const response = await this.respond(seen, request);
			if (response.status !== 200) return response;
			const { value } = JSON.parse(response.body.toString('utf8')) as { value: Row[] };
			const throttling = rates.take(partitionsOf(value));
			return throttling ? throttled(throttling) : response;
		}
		const throttling = rates.take(partitionsIn(seen.path, request.body.toString('utf8')));
		if (throttling === 'serverBusy') return throttled(throttling);
		const response = await this.respond(seen, request);
		return throttling ? throttled(throttling) : response;
	}

	private async respond(seen: SeenRequest, request: Forwarded): Promise<UpstreamResponse> {
		const { pathname, searchParams: search } = new URL(request.url, 'http://localhost');
		const send = (changed: URLSearchParams) =>
			this.upstream.send({ ...request, url: `${pathname}?${queryText(changed)}` });
		if (seen.kind === 'query' && (this.paging || this.view.isOn || isOurs(search))) {
			const view = (row: Row) => this.view.see(row);
			return await respondToQuery({ search, send, view, faults: this.paging ?? {} });
		}
		if (seen.kind === 'row' && this.view.isOn) return await this.respondToRow(search, send);
		return await this.upstream.send(request);
	}

	private async respondToRow(
		search: URLSearchParams,
		send: (search: URLSearchParams) => Promise<UpstreamResponse>,
	): Promise<UpstreamResponse> {
		const whole = new URLSearchParams(search);
		whole.delete('$select');
		const response = await send(whole);
		if (response.status !== 200) return response;
		const row = this.view.see(JSON.parse(response.body.toString('utf8')) as Row);
		if (!row) return serviceError('ResourceNotFound');
		return { ...response, body: Buffer.from(JSON.stringify(selectedColumns(row, search))) };
	}

	private async deliver(
		upstreamResponse: UpstreamResponse,
		response: ServerResponse,
		seen: SeenRequest,
		fault: Fault | undefined,
	): Promise<void> {
		if (fault?.kind === 'cut' && fault.where === 'beforeResponse') {
			response.socket?.resetAndDestroy();
			return;
		}
		if (fault?.kind === 'slow') await this.pause(fault.headersAfterMs);
		const { body, status } = upstreamResponse;
		seen.status = status;
		response.writeHead(status, this.headers(upstreamResponse));
		if (fault?.kind === 'cut') {
			await write(response, body.subarray(0, Math.floor(body.length / 2)));
			response.destroy();
			return;
		}
		const chunkBytes = (fault?.kind === 'slow' && fault.chunkBytes) || body.length || 1;
		for (let at = 0; at < body.length && !response.destroyed; at += chunkBytes) {
			if (at > 0 && fault?.kind === 'slow') await this.pause(fault.chunkEveryMs ?? 0);
			// Before the last piece: with it the client goes on, and a test may read the counts.
			const isLast = at + chunkBytes >= body.length;
			const isPage = seen.kind === 'query' && status === 200 && fault?.kind !== 'garbage';
			if (isLast && isPage) seen.rows = rowCount(upstreamResponse);
			await write(response, body.subarray(at, at + chunkBytes));
		}
		response.end();
	}

	private headers({
		status,
		headers,
		body,
	}: UpstreamResponse): Record<string, string | string[] | number> {
		const { date, ...rest } = headers;
		const now = typeof date === 'string' ? Date.parse(date) : Date.now();
		const kept = Object.entries(rest).flatMap(([name, value]) =>
			value === undefined ? [] : [[name, value] as const],
		);
		return {
			...Object.fromEntries(kept),
			date: new Date(now + this.clockOffsetMs).toUTCString(),
			// RFC 9110 forbids a length here.
			...(status === 204 || status === 304 ? {} : { 'content-length': body.length }),
		};
	}

	private async pause(ms: number): Promise<void> {
		await delay(ms, undefined, { signal: this.stopping.signal });
	}

	/** Something broke that no test asked for: the client must not take it for one of the faults. */
	private giveUp(error: unknown, response: ServerResponse): void {
		if (this.stopping.signal.aborted || response.headersSent || response.destroyed) {
			response.destroy();
			return;
		}
		const { status, headers, body } = serviceError(
			'InternalError',
			`Fault proxy: ${String(error)}`,
		);
		response.writeHead(status, headers).end(body);
	}
}

async function wholeRequest(incoming: IncomingMessage): Promise<Forwarded> {
	const chunks: Buffer[] = [];
	for await (const chunk of incoming) chunks.push(chunk as Buffer);
	const { method = 'GET', url = '/', headers } = incoming;
	return { method, url, headers, body: Buffer.concat(chunks) };
}

/** `+` for a space is a habit of HTML forms; Azure wants `%20`. */
function queryText(search: URLSearchParams): string {
	return search.toString().replaceAll('+', '%20');
}

function rowCount(response: UpstreamResponse): number {
	const { value } = JSON.parse(response.body.toString('utf8')) as { value: unknown[] };
	return value.length;
}

async function write(response: ServerResponse, chunk: Buffer): Promise<void> {
	if (chunk.length === 0) return;
	await new Promise<void>((resolve, reject) => {
		response.write(chunk, (error) => (error ? reject(error) : resolve()));
	});
}
