import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import {
	DestinationError,
	type DestinationErrorDetails,
	type DestinationOperation,
} from './destinationError';
import { checkEgress, secureLookup } from './egress';
import { HttpError } from './httpError';
import { openProxies } from './proxies';
import { timeOfHeader } from './timeLimits';
import { unexpectedResponse } from './unexpectedResponse';

export { HttpError };

/** Bytes. More than any page of leads has; what is larger is no response of these services. */
const MAX_BODY = 64 * 1024 * 1024;
/** Milliseconds after which a connection that nobody uses is closed. */
const IDLE_TIME = 15_000;

/** The service's clock by the header `Date`, in whole seconds as epoch milliseconds; `undefined` if untold. */
export function serviceTimeOf({ headers }: Pick<HttpResponse, 'headers'>): number | undefined {
	return timeOfHeader(headers['date']);
}

export interface HttpRequest {
	method: 'DELETE' | 'GET' | 'HEAD' | 'PATCH' | 'POST' | 'PUT';
	url: string;
	headers?: Readonly<Record<string, string>>;
	body?: string;
	signal: AbortSignal;
}

export interface HttpResponse {
	status: number;
	/** By lower-case name; several values of a name are joined by a comma. */
	headers: Readonly<Record<string, string>>;
	body: string;
}

export interface HttpClient {
	/**
	 * Sends a request; every status is a response, a redirect too: what it points to is not asked,
	 * because the request's secrets are for the host they were given for.
	 *
	 * @throws HttpError when there is no response
	 */
	send(request: HttpRequest): Promise<HttpResponse>;
}

/**
 * A client for one execution. It goes through the proxy that `openProxies` tells for each address, and
 * trusts the certificates of NODE_EXTRA_CA_CERTS, as Node does by itself.
 */
export async function openHttp(): Promise<HttpClient> {
	const { axios, isAxiosError } = await import('../vendor/axios');
	const proxyFor = await openProxies();
	const idle = { keepAlive: true, timeout: IDLE_TIME };
	// Not the global ones, in which n8n sets a proxy of its own: the proxy would be asked for itself.
	const agents = (options: object) => ({
		httpAgent: new HttpAgent({ ...idle, ...options }),
		httpsAgent: new HttpsAgent({ ...idle, ...options }),
	});
	// Without axios' own look at the environment, which would name a proxy for this machine, too.
	const direct = { ...agents(secureLookup()), proxy: false } as const;
	const proxied = agents({});
	const client = axios.create({
		adapter: 'http',
		maxRedirects: 0,
		validateStatus: null,
		responseType: 'text',
		// The body as it came: who asked knows what it should be.
		transformResponse: (body: unknown) => body,
		maxContentLength: MAX_BODY,
		maxBodyLength: MAX_BODY,
	});
	return {
		async send({ method, url, headers = {}, body, signal }) {
			await checkEgress(url);
			try {
				const response = await client.request<unknown>({
					method,
					url,
					headers: { ...headers },
					data: body,
					signal,
					...(proxyFor(url) === '' ? direct : proxied),
				});
				if (response.status === 407) throw new HttpError('PROXY_AUTHENTICATION');
				return {
					status: response.status,
					headers: plainHeaders(response.headers),
					body: typeof response.data === 'string' ? response.data : '',
				};
			} catch (error) {
				if (error instanceof HttpError) throw error;
				if (signal.aborted) throw new HttpError('ABORTED');
				if (isAxiosError(error)) throw new HttpError(error.code ?? 'UNKNOWN');
				throw new HttpError(codeOf(error));
			}
		},
	};
}

/** Certificates that can't be trusted: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|_TLS_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH/;

/** What becomes of the work where nothing better can be told. */
export const WHAT_NEXT: Readonly<Record<DestinationOperation, string>> = {
	read: 'Nothing is lost: the next poll goes on where this one stopped.',
	signIn: 'Try again in a moment.',
	write: 'Write the lead again: where it is there already, nothing is written twice.',
};

/**
 * What to tell where no response came; `service` names who did not respond, as in "Salesforce" or
 * "the endpoint".
 */
export function unreachable(
	{ code }: HttpError,
	service: string,
	operation: DestinationOperation = 'read',
): DestinationError {
	const subject = service.charAt(0).toUpperCase() + service.slice(1);
	const told = (
		message: string,
		description: string,
		details: Partial<DestinationErrorDetails> = {},
	) => new DestinationError(message, { code: 'unreachable', description, operation, ...details });
	if (code === 'ABORTED' || code === 'ETIMEDOUT' || code === 'ECONNABORTED') {
		return told(`${subject} did not respond in time`, WHAT_NEXT[operation], { code: 'timeout' });
	}
	if (code === 'EGRESS_BLOCKED') {
		return told(
			`n8n’s SSRF protection blocks requests to ${service}`,
			'The address is on a list of n8n’s, or its name leads to one that is. If it may be reached, n8n’s administrator can add it to N8N_SSRF_ALLOWED_HOSTNAMES or N8N_SSRF_ALLOWED_IP_RANGES.',
			{ code: 'configuration', mayBeDone: false },
		);
	}
	if (code === 'PROXY_AUTHENTICATION') {
		return told(
			`The proxy on the way to ${service} asks for a sign-in`,
			'Put the proxy’s user name and password into HTTPS_PROXY (http://user:password@host:port) where n8n is started.',
			{ httpCode: '407', mayBeDone: false },
		);
	}
	if (CERTIFICATE.test(code)) {
		return told(
			`The certificate of ${service} is not one n8n trusts (${code})`,
			'Where a proxy or server has a certificate authority of its own, start n8n with NODE_EXTRA_CA_CERTS naming its certificate.',
			{ mayBeDone: false },
		);
	}
	if (code === 'ENOTFOUND') {
		return told(
			`The host of ${service} is not known`,
			'Check the address in the credential, and that n8n may resolve names.',
			{ mayBeDone: false },
		);
	}
	if (code === 'Z_DATA_ERROR') {
		return unexpectedResponse(service, 'it could not be decompressed').with({ operation });
	}
	return told(
		`${subject} could not be reached (${shown(code)})`,
		'Check the address in the credential, and that n8n may reach it (network, proxy, firewall).',
		{ retryAfter: 0, mayBeDone: !NEVER_SENT.test(code) },
	);
}

/** Connections that never came to be: nothing was sent over them. */
const NEVER_SENT = /^(?:ECONNREFUSED|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** A code in full, or nothing of a text that is none. */
function shown(code: string): string {
	return /^\w{1,60}$/.test(code) ? code : 'no response';
}

function codeOf(error: unknown): string {
	const { code } = (error ?? {}) as { code?: unknown };
	return typeof code === 'string' ? code : 'UNKNOWN';
}

function plainHeaders(headers: object): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).flatMap(([name, value]): Array<[string, string]> => {
			if (Array.isArray(value)) return [[name.toLowerCase(), value.join(', ')]];
			return value === undefined || value === null ? [] : [[name.toLowerCase(), String(value)]];
		}),
	);
}
