/**
 * Signing in with an Entra application, for every destination that is a service of Microsoft's:
 * the fields of the credential, the clouds, and what Entra's errors mean.
 */
import type { ClientSecretCredential } from '../vendor/identity';
import { checkedUrl, configurationError, withoutSlash } from './addresses';
import { DestinationError, type DestinationErrorCode } from './destinationError';
import { HttpError, unreachable } from './httpClient';
import { textField } from './input';
import { cacheKey, type CacheKey, type Loader, ProcessCache } from './processCache';
import { pause, retryAfterOf } from './timeLimits';
import { environmentProxy, WITHOUT_REDIRECTS } from './azureNetwork';

/** The fields of a credential, checked. */
export interface EntraApplication {
	tenantId: string;
	clientId: string;
	clientSecret: string;
	cloud: EntraCloud;
	/** Of the cloud `custom` only. */
	authorityHost: string | undefined;
}

export type EntraCloud = 'china' | 'custom' | 'public' | 'usGovernment';

const CLOUDS: readonly string[] = [
	'china',
	'custom',
	'public',
	'usGovernment',
] satisfies EntraCloud[];

/** @throws DestinationError with the code `configuration` that names the field to correct */
export function readCloud(credential: Record<string, unknown>): EntraCloud {
	const cloud = textField(credential, 'cloud') || 'public';
	if (!CLOUDS.includes(cloud)) {
		throw configurationError('The Cloud is not one of Azure’s clouds', 'Choose one from the list.');
	}
	return cloud as EntraCloud;
}

/** @throws DestinationError with the code `configuration` that names the field to correct */
export function readEntraApplication(credential: Record<string, unknown>): EntraApplication {
	const tenantId = textField(credential, 'tenantId');
	const clientId = textField(credential, 'clientId');
	const clientSecret = textField(credential, 'clientSecret');
	for (const [value, name] of [
		[tenantId, 'Tenant ID'],
		[clientId, 'Client ID'],
		[clientSecret, 'Client Secret'],
	]) {
		if (value === '') {
			throw configurationError(
				`The ${name} is missing`,
				'Fill it in from the app registration in Entra.',
			);
		}
	}
	if (!/^[A-Za-z0-9.-]{1,253}$/.test(tenantId)) {
		throw configurationError(
			'The Tenant ID is neither a GUID nor a domain name',
			'Copy the Directory (tenant) ID from the app registration in Entra.',
		);
	}
	const cloud = readCloud(credential);
	const authorityHost = cloud === 'custom' ? readAuthorityHost(credential) : undefined;
	return { tenantId, clientId, clientSecret, cloud, authorityHost };
}

function readAuthorityHost(credential: Record<string, unknown>): string {
	const url = checkedUrl(textField(credential, 'authorityHost'), 'The Authority Host');
	// Microsoft's SDK takes no other, on this machine neither, and says so in words of its own.
	if (url.protocol !== 'https:') {
		throw configurationError(
			'The Authority Host is not an https address',
			'Use https:// so that secrets stay secret.',
		);
	}
	return withoutSlash(url);
}

/** What the SDKs of Azure's services take, with errors in words for the user. */
export interface EntraSignIn extends Pick<ClientSecretCredential, 'getToken'> {
	/** Has the next `getToken` ask Entra, where the service did not accept this token. */
	reject(token: string): void;
}

type AccessToken = Awaited<ReturnType<EntraSignIn['getToken']>>;
type TokenOptions = NonNullable<Parameters<EntraSignIn['getToken']>[1]>;

export interface EntraOptions {
	/** How often Entra is asked again when it can't be reached or is busy. */
	retries: number;
	/** Milliseconds, the longest wait before another attempt: where Entra asks for more, none is made. */
	maxRetryDelay?: number;
	/** Where tokens are kept; nowhere but in what is opened when absent. */
	cache?: ProcessCache;
}

/** Milliseconds before another attempt, where Entra does not ask for more. */
const RETRY_DELAY = 1_000;
/** Milliseconds. A token is not used for the last minutes of its hour: a request takes time. */
const TOKEN_RESERVE = 5 * 60_000;

/**
 * A sign-in that keeps its tokens. `getToken` throws a `DestinationError`, with a `retryAfter` where
 * another attempt may help; it ends when its `abortSignal` does.
 */
export async function openEntra(
	application: EntraApplication,
	{ retries, maxRetryDelay = RETRY_DELAY, cache = new ProcessCache() }: EntraOptions,
): Promise<EntraSignIn> {
	const { tenantId, clientId, clientSecret, cloud, authorityHost } = application;
	const { AzureAuthorityHosts, ClientSecretCredential } = await import('../vendor/identity');
	const hosts = {
		public: AzureAuthorityHosts.AzurePublicCloud,
		usGovernment: AzureAuthorityHosts.AzureGovernment,
		china: AzureAuthorityHosts.AzureChina,
		custom: authorityHost,
	} satisfies Record<EntraCloud, string | undefined>;
	const host = hosts[cloud];
	const proxy = await environmentProxy();

	const attempt = async (scopes: string | string[], options: TokenOptions) => {
		const signal = options.abortSignal as AbortSignal | undefined;
		const seen: Seen = {};
		// Made anew for each attempt: after a 429 the SDK's memory responds in Entra's place.
		const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, {
			...(host === undefined ? {} : { authorityHost: host }),
			// An authority of one's own is not among those the public directory of authorities lists.
			disableInstanceDiscovery: cloud === 'custom',
			additionalPolicies: [watching(seen, signal, host), ...proxy],
			// The SDK's own retries wait as long as Entra asks, and know neither deadline nor signal.
			retryOptions: { maxRetries: 0 },
			...WITHOUT_REDIRECTS,
		});
		try {
			return await credential.getToken(scopes, options);
		} catch (error) {
			throw signal?.aborted ? late() : explainEntraError(error, seen);
		}
	};

	/** Those that were handed out, by which a service's rejection finds its key. */
	const used = new Map<string, [CacheKey<AccessToken>, AccessToken]>();
	return {
		async getToken(scopes, options = {}) {
			const key = cacheKey<AccessToken>('entra.token', application, [
				scopes,
				options.tenantId,
				options.claims,
			]);
			const loader: Loader<AccessToken> = {
				async load(abortSignal) {
					const value = await attempt(scopes, { ...options, abortSignal });
					return { value, until: value.expiresOnTimestamp - TOKEN_RESERVE };
				},
				timedOut: late,
			};
			const signal =
				(options.abortSignal as AbortSignal | undefined) ?? new AbortController().signal;
			for (let attempts = 0; ; attempts += 1) {
				try {
					const token = await cache.get(key, loader, signal);
					used.set(token.token, [key, token]);
					return token;
				} catch (error) {
					const asked = error instanceof DestinationError ? error.retryAfter : undefined;
					if (asked === undefined || attempts >= retries) throw error;
					const wait = Math.max(asked, RETRY_DELAY);
					if (wait > maxRetryDelay) throw error;
					if (!(await pause(wait, signal))) throw error;
				}
			}
		},
		reject(token) {
			const found = used.get(token);
			if (found) cache.drop(...found);
		},
	};
}

/** What came of the last request to Entra, which the SDK's errors leave out. */
export interface Seen {
	status?: number;
	retryAfter?: number | undefined;
	body?: string;
	/** Of the socket or of TLS, as Node names it, where no response came. */
	code?: string;
	/** Whether a response before it named another host, which was not asked. */
	isElsewhere?: boolean;
}

type Policies = Awaited<ReturnType<typeof environmentProxy>>;

/** Microsoft's own hosts for sign-ins, of which one names another: the SDK's `AzureAuthorityHosts` and their other names. */
const MICROSOFT: ReadonlySet<string> = new Set([
	'login.chinacloudapi.cn',
	'login.microsoft.com',
	'login.microsoftonline.com',
	'login.microsoftonline.us',
	'login.partner.microsoftonline.cn',
	'login.usgovcloudapi.net',
	'login.windows.net',
	'sts.windows.net',
]);

/** With those of regions, which the SDK takes where AZURE_REGIONAL_AUTHORITY_NAME says so. */
function isMicrosofts({ host }: URL): boolean {
	return MICROSOFT.has(host) || MICROSOFT.has(host.slice(host.indexOf('.') + 1));
}

/** Whether the Client Secret may go there: where tokens are, a response of the authority says. */
export function isOfAuthority(address: string, authority: string | undefined): boolean {
	const [url, own] = [URL.parse(address), URL.parse(authority ?? '')];
	if (url?.protocol !== 'https:') return false;
	if (url.origin === own?.origin) return true;
	return (own === null || isMicrosofts(own)) && isMicrosofts(url);
}

/**
 * Notes what comes back, and hands the signal on, which the SDK does not. Keeps the sign-in to the
 * authority's host.
 */
function watching(
	seen: Seen,
	signal: AbortSignal | undefined,
	authority: string | undefined,
): Policies[number] {
	return {
		position: 'perCall',
		policy: {
			name: 'watchEntra',
			async sendRequest(request, next) {
				delete seen.status;
				delete seen.code;
				delete seen.isElsewhere;
				if (!isOfAuthority(request.url, authority)) {
					seen.isElsewhere = true;
					throw new HttpError('ELSEWHERE');
				}
				if (signal) {
					const own = request.abortSignal as AbortSignal | undefined;
					request.abortSignal = own ? AbortSignal.any([own, signal]) : signal;
				}
				try {
					const response = await next(request);
					seen.status = response.status;
					seen.retryAfter = retryAfterOf(response.headers.get('retry-after'));
					seen.body = (response.bodyAsText ?? '').slice(0, MAX_ERROR_TEXT);
					return response;
				} catch (error) {
					seen.code = codeOf(error);
					throw error;
				}
			},
		},
	};
}

/** Characters. Entra's errors have some hundred; a page in its place can have any number. */
const MAX_ERROR_TEXT = 10_000;

function codeOf(error: unknown): string {
	const { code } = (error ?? {}) as { code?: unknown };
	return typeof code === 'string' ? code : 'UNKNOWN';
}

type Explanation = readonly [message: string, description: string];

const COPY_TENANT = 'Copy the Directory (tenant) ID from the app registration in Entra.';
const UNKNOWN_SERVICE =
	'Check the address in the credential, and that the Tenant ID is that of the directory it belongs to.';
const UNKNOWN_TENANT: Explanation = [
	'The Tenant ID is not known',
	`${COPY_TENANT} If it is right, check that the directory is in the cloud chosen under Cloud.`,
];
const OTHER_CLOUD: Explanation = [
	'The tenant belongs to another cloud than the one chosen',
	'Choose the cloud of the directory under Cloud in the credential.',
];
const CONSENT: Explanation = [
	'The application lacks an administrator’s consent in this tenant',
	'Let an administrator grant it: Entra, Enterprise applications, the application, Permissions, Grant admin consent.',
];
const CONDITIONAL_ACCESS: Explanation = [
	'A Conditional Access policy blocks the application',
	'Allow the application to sign in from the IP address of n8n: Entra, Protection, Conditional Access.',
];

/**
 * Codes of Entra: https://learn.microsoft.com/entra/identity-platform/reference-error-codes. Some are
 * not in that list, only in what publishers and Microsoft's own support quote (7000229).
 */
const BY_CODE: Readonly<Record<string, Explanation>> = {
	'7000215': [
		'The Client Secret is wrong',
		'Copy the secret’s value (not its ID) from Certificates & secrets in the app registration; it is shown only once, so create a new one if it is lost.',
	],
	'7000216': ['The Client Secret is missing', 'Copy the secret’s value into the credential.'],
	'7000218': ['The Client Secret is missing', 'Copy the secret’s value into the credential.'],
	'7000222': [
		'The Client Secret has expired',
		'Create a new one under Certificates & secrets in the app registration, and copy its value into the credential.',
	],
	'700016': [
		'The Client ID is not known in this tenant',
		'Copy the Application (client) ID, and check that the Tenant ID is that of its directory.',
	],
	'7000229': [
		'The application is not in this tenant',
		'The tenant has no enterprise application (service principal) for it: check that the Tenant ID is that of the application’s directory, or let an administrator add it to this one.',
	],
	'90099': [
		'The application is not in this tenant',
		'Let an administrator of the tenant add it, or check that the Tenant ID is that of the application’s directory.',
	],
	'90002': UNKNOWN_TENANT,
	'90019': UNKNOWN_TENANT,
	'50059': UNKNOWN_TENANT,
	'900021': UNKNOWN_TENANT,
	'900023': ['The Tenant ID is invalid', COPY_TENANT],
	'5000224': [
		'Microsoft has closed the tenant',
		'An administrator of the directory has to ask Microsoft’s support.',
	],
	'5000225': [
		'Microsoft has closed the tenant',
		'An administrator of the directory has to ask Microsoft’s support.',
	],
	'90038': OTHER_CLOUD,
	'900382': OTHER_CLOUD,
	'900432': OTHER_CLOUD,
	'7000112': ['The Entra application is disabled', 'Enable it under Enterprise applications.'],
	'1000031': [
		'The Entra application can’t be used at this time',
		'Look at it under Enterprise applications: it may be disabled, or an administrator has to allow it.',
	],
	'500011': ['The tenant has no service with this address', UNKNOWN_SERVICE],
	'50001': ['The tenant has no service with this address', UNKNOWN_SERVICE],
	'500014': [
		'The service is disabled in this tenant',
		'Look under Enterprise applications whether it is enabled, and whether a subscription has ended.',
	],
	'650052': ['The tenant has no subscription to the service', UNKNOWN_SERVICE],
	'650057': ['The tenant has no service with this address', UNKNOWN_SERVICE],
	'65001': CONSENT,
	'650056': CONSENT,
	'90008': CONSENT,
	'90094': CONSENT,
	'50105': [
		'The application is not assigned to the service',
		'The service takes only applications that are assigned to it: Entra, Enterprise applications, the service, Users and groups; or turn off Assignment required there.',
	],
	'501051': [
		'The application is not assigned to the service',
		'The service takes only applications that are assigned to it: Entra, Enterprise applications, the service, Users and groups; or turn off Assignment required there.',
	],
	'53003': CONDITIONAL_ACCESS,
	'530003': CONDITIONAL_ACCESS,
	'530032': CONDITIONAL_ACCESS,
};

/** Codes of the same list by which Entra is too busy for the tenant or this very request. */
const BUSY_CODES = new Set(['50196', '90055']);
/** Codes of the same list that say "try again", whatever the status. */
const PASSING_CODES = new Set(['90006', '90012', '90024', '90033', '90090', '90091']);

/** Milliseconds that Entra's own throttling asks for, where it does not say. */
const THROTTLED_WAIT = 60_000;

const TRY_AGAIN = 'This says nothing about the credential: try again in a moment.';

/**
 * Why there is no token, by the last response of Entra and the SDK's error. Never repeats what
 * Entra says, which quotes what was sent.
 */
export function explainEntraError(error: unknown, seen: Seen): DestinationError {
	const { status, body = '', code, isElsewhere } = seen;
	if (isElsewhere) {
		return entraError(
			[
				'Entra’s response sends the sign-in to another host than the credential',
				'The Client Secret was not sent there. Check the cloud or authority host in the credential, and that no proxy responds in Entra’s place.',
			],
			{ code: 'unexpectedResponse' },
		);
	}
	if (code !== undefined) return unreachableEntra(code);
	const told = entraCode(body) ?? entraCode(error instanceof Error ? error.message : '');
	const retryAfter = seen.retryAfter;
	if (status === 429 || (told !== undefined && BUSY_CODES.has(told))) {
		return entraError(
			[
				'Entra is throttling the application’s sign-ins',
				`${TRY_AGAIN} If it happens often, run the workflow less often, or use an application for each workflow.`,
			],
			// A 429 counts until it ends, and asking sooner lengthens it.
			{ code: 'throttled', status, retryAfter: retryAfter ?? THROTTLED_WAIT },
		);
	}
	if (status === 407) return unreachableEntra('PROXY_AUTHENTICATION');
	const isDown = status !== undefined && (status >= 500 || status === 408);
	if (isDown || (told !== undefined && PASSING_CODES.has(told))) {
		return entraError(['Entra is not available at the moment', TRY_AGAIN], {
			code: 'unreachable',
			status,
			retryAfter: retryAfter ?? 0,
		});
	}
	if (told !== undefined) {
		const known = Object.hasOwn(BY_CODE, told) ? BY_CODE[told] : undefined;
		return entraError(
			known ?? [
				`Entra did not let the application sign in (AADSTS${told})`,
				'Look the code up in Microsoft’s list of AADSTS codes, and check tenant, client ID and secret.',
			],
			{ code: 'authentication', status: 401 },
		);
	}
	// A page of a proxy, a captive portal, an authority host that is something else.
	return entraError(
		[
			`Unexpected response from Entra${status === undefined ? '' : ` (status ${status})`}`,
			'Check the cloud or authority host in the credential, and that no proxy or firewall responds in Entra’s place.',
		],
		{ code: 'unexpectedResponse', status },
	);
}

function entraCode(text: string): string | undefined {
	return /AADSTS(\d{3,10})\b/.exec(text.slice(0, MAX_ERROR_TEXT))?.[1];
}

function unreachableEntra(code: string): DestinationError {
	const told = unreachable(new HttpError(code), 'Entra', 'signIn').with({ mayBeDone: false });
	if (told.httpCode === '407' || told.retryAfter === undefined) return told;
	return entraError(
		[
			told.message,
			`${TRY_AGAIN} Check that n8n may reach Entra’s address for sign-ins (network, proxy, firewall), and the authority host where the cloud is a custom one.`,
		],
		{ code: told.code, retryAfter: told.retryAfter },
	);
}

function late(): DestinationError {
	return unreachableEntra('ABORTED');
}

function entraError(
	[message, description]: Explanation,
	details: {
		code: DestinationErrorCode;
		status?: number | undefined;
		retryAfter?: number | undefined;
	},
): DestinationError {
	const { code, status, retryAfter } = details;
	return new DestinationError(message, {
		description,
		code,
		operation: 'signIn',
		// Whatever the sign-in was for was not sent.
		mayBeDone: false,
		httpCode: status === undefined ? undefined : String(status),
		retryAfter,
	});
}
