import { serviceError } from './errors.ts';
import type { ServiceErrorCode } from './errors.ts';
import type { SeenRequest } from './traffic.ts';
import type { UpstreamResponse } from './upstream.ts';

/** What goes wrong with one request. `refuse` stands for a response without asking Azurite. */
export type Fault =
	| { name: string; kind: 'refuse'; respond: () => UpstreamResponse }
	| { name: string; kind: 'cut'; where: 'beforeResponse' | 'beforeRequest' | 'inBody' }
	| { name: string; kind: 'garbage'; respond: (whole: UpstreamResponse) => UpstreamResponse }
	| {
			name: string;
			kind: 'slow';
			headersAfterMs: number;
			chunkBytes?: number;
			chunkEveryMs?: number;
	  };

/**
 * 503 ServerBusy: an account or partition over its request rate, or a partition moving to another
 * server. With `retryAfterSeconds` the response says how long to wait.
 */
export function serverBusy(options: { retryAfterSeconds?: number } = {}): Fault {
	return rejection('ServerBusy', options.retryAfterSeconds);
}

/** 429 TooManyRequests: the same from Cosmos DB's Table API or a gateway before the service. */
export function tooManyRequests(options: { retryAfterSeconds?: number } = {}): Fault {
	return rejection('TooManyRequests', options.retryAfterSeconds);
}

/** 500 OperationTimedOut: the 30 seconds for a whole request are over. Clients may try again. */
export function operationTimedOut(): Fault {
	return rejection('OperationTimedOut');
}

/** 403 AuthenticationFailed: wrong or rotated key, expired SAS, or a clock 15 minutes off. */
export function authenticationFailed(): Fault {
	return rejection('AuthenticationFailed');
}

/** 403 AuthorizationFailure: the account's firewall keeps this caller out, whatever its key. */
export function authorizationFailure(): Fault {
	return rejection('AuthorizationFailure');
}

/** 400 TooManyProperties: the columns of a row would be more than 252. */
export function tooManyProperties(): Fault {
	return rejection('TooManyProperties');
}

/** 404 TableNotFound: Microsoft's connector makes the table with the first lead. */
export function tableNotFound(): Fault {
	return rejection('TableNotFound');
}

/** The connection is reset before the request is carried out. */
export function cutBeforeRequest(): Fault {
	return { name: 'cutBeforeRequest', kind: 'cut', where: 'beforeRequest' };
}

/** The connection is reset before any response. The request was carried out all the same. */
export function cutBeforeResponse(): Fault {
	return { name: 'cutBeforeResponse', kind: 'cut', where: 'beforeResponse' };
}

/** The connection ends in the middle of a body whose length the headers had announced. */
export function cutInBody(): Fault {
	return { name: 'cutInBody', kind: 'cut', where: 'inBody' };
}

/** Something that Azure would not send, with status 200 or another, as from a proxy: without Azure's headers. */
export function garbage(what: {
	status?: number;
	headers: Readonly<Record<string, string>>;
	body: (whole: Buffer) => Buffer;
}): Fault {
	const respond = ({ body }: UpstreamResponse): UpstreamResponse => ({
		status: what.status ?? 200,
		headers: { ...what.headers },
		body: what.body(body),
	});
	return { name: 'garbage', kind: 'garbage', respond };
}

/** The headers come late, as from a query that uses the whole time it is given. */
export function slowResponse(headersAfterMs: number): Fault {
	return { name: 'slowResponse', kind: 'slow', headersAfterMs };
}

/** The headers come at once and the body in pieces, as over a congested line. */
export function tricklingBody(options: { chunkBytes: number; chunkEveryMs: number }): Fault {
	return { name: 'tricklingBody', kind: 'slow', headersAfterMs: 0, ...options };
}

function rejection(code: ServiceErrorCode, retryAfterSeconds?: number): Fault {
	const headers: Record<string, string> =
		retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
	return { name: code, kind: 'refuse', respond: () => serviceError(code, '', headers) };
}

export interface ScriptedFault {
	fault: Fault;
	/** Which requests it is meant for; every request without it. See {@link queries}. */
	when?: (request: SeenRequest) => boolean;
	/** Requests meant that pass before it strikes: 1 for "the second". 0 without it. */
	skip?: number;
	/** How many of them it strikes; 1 without it, `Infinity` for all. */
	times?: number;
}

/** For {@link ScriptedFault.when}: the pages of listings, not the writes or look-ups around them. */
export function queries(request: SeenRequest): boolean {
	return request.kind === 'query';
}

/** Faults in waiting. The first that is due strikes, and only that one counts the request as struck. */
export class FaultScript {
	private entries: Array<Required<ScriptedFault>> = [];

	/** Replaces what was in waiting. */
	set(faults: readonly ScriptedFault[]): void {
		this.entries = faults.map((entry) => ({ when: () => true, skip: 0, times: 1, ...entry }));
	}

	/** How often the script has yet to strike, leaving out what strikes for ever. */
	get unspent(): number {
		const finite = this.entries.filter(({ times }) => Number.isFinite(times));
		return finite.reduce((sum, { times }) => sum + times, 0);
	}

	strike(request: SeenRequest): Fault | undefined {
		for (const entry of this.entries) {
			if (entry.times <= 0 || !entry.when(request)) continue;
			if (entry.skip > 0) {
				entry.skip--;
				continue;
			}
			entry.times--;
			return entry.fault;
		}
		return undefined;
	}
}
