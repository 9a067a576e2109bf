/**
 * n8n's rules on where requests may go (`N8N_SSRF_PROTECTION_ENABLED` and its lists). Our clients and
 * the vendors' SDKs open connections themselves, so each request is held against them here.
 */
import type { AgentOptions } from 'node:http';
import { HttpError } from './httpError';

/** The part of n8n's filter that is used; n8n-workflow calls it NodeEgressFilter. */
export interface EgressFilter {
	/** Resolves the address's host. What is not `ok` may not be asked; throws where DNS doesn't work. */
	validateUrl(url: string): Promise<{ ok: boolean }>;
	/** Looks names up and throws for an address that may not be asked. Absent where nothing can tell. */
	createSecureLookup?(): NonNullable<AgentOptions['lookup']>;
}

/**
 * n8n has one filter in a process, by its environment, and hands it to every node that runs. So it is
 * kept for the process: no request can miss it by being made somewhere that nobody handed it to.
 */
let current: EgressFilter | undefined;

/** From now on, this process's requests keep to this filter. */
export function keepTo(filter: EgressFilter): void {
	current = filter;
}

function isCurrent(filter: EgressFilter): boolean {
	return current === filter;
}

/** Does something while requests keep to a filter, unless n8n's own is known. */
export async function keepingTo<T>(filter: EgressFilter, work: () => Promise<T>): Promise<T> {
	if (current) return await work();
	current = filter;
	try {
		return await work();
	} finally {
		// A node may have been handed n8n's own meanwhile.
		if (isCurrent(filter)) current = undefined;
	}
}

/**
 * For an agent that connects directly: a name can be resolved to another address when the connection
 * is made than when it was checked. An agent to a proxy has none: where the proxy is, n8n's
 * administrator says. Requests fail with the code `EGRESS_BLOCKED`, whatever client makes them.
 */
export function secureLookup(): Pick<AgentOptions, 'lookup'> {
	const lookup = current?.createSecureLookup?.();
	if (!lookup) return {};
	return {
		lookup: (hostname, options, done) => {
			lookup(hostname, options, (error, ...found) => {
				done(error && isBlocked(error) ? blocked() : error, ...found);
			});
		},
	};
}

/** @throws HttpError with the code `EGRESS_BLOCKED`, or that of DNS */
export async function checkEgress(url: string): Promise<void> {
	if (!current) return;
	let verdict: { ok: boolean };
	try {
		verdict = await current.validateUrl(url);
	} catch (error) {
		throw isBlocked(error) ? blocked() : new HttpError(codeOf(error));
	}
	if (!verdict.ok) throw blocked();
}

/** Whether an error is the filter's. */
export function isBlocked(error: unknown): boolean {
	// By name: n8n's classes are not ours to load.
	return error instanceof Error && /^SsrfBlocked(?:Hostname|Ip)Error$/.test(error.name);
}

function blocked(): HttpError {
	return new HttpError('EGRESS_BLOCKED');
}

function codeOf(error: unknown): string {
	const { code } = (error ?? {}) as { code?: unknown };
	return typeof code === 'string' ? code : 'ENOTFOUND';
}
