/**
 * Signing in with an Entra application, for every destination that is a service of Microsoft's:
 * the fields of the credential, the clouds, and what Entra's refusals mean.
 */
import type { ClientSecretCredential } from '../vendor/identity';
import { checkedUrl, notSetUp, withoutSlash } from './address';
import { environmentProxy } from './azureNetwork';
import { DestinationError, textField } from './types';

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

export interface EntraOptions {
	/** How often the SDK tries again when Entra can't be reached or is busy. */
	retries: number;
	/** Milliseconds, the most between two tries. */
	maxRetryDelay?: number;
}

/** @throws DestinationError with reason `configuration` that names the field to mend */
export function readCloud(credential: Record<string, unknown>): EntraCloud {
	const cloud = textField(credential, 'cloud') || 'public';
	if (!CLOUDS.includes(cloud)) {
		throw notSetUp('The cloud is not one of Azure’s', 'Choose one listed under Cloud.');
	}
	return cloud as EntraCloud;
}

/** @throws DestinationError with reason `configuration` that names the field to mend */
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
			throw notSetUp(`The ${name} is missing`, 'Fill it in from the app registration in Entra.');
		}
	}
	if (!/^[A-Za-z0-9.-]+$/.test(tenantId)) {
		throw notSetUp(
			'The Tenant ID is neither a GUID nor a domain name',
			'Copy the Directory (tenant) ID from the app registration in Entra.',
		);
	}
	const cloud = readCloud(credential);
	const authorityHost =
		cloud === 'custom'
			? withoutSlash(
					checkedUrl(textField(credential, 'authorityHost'), 'The Authority Host', {
						secretInUrl: true,
					}),
				)
			: undefined;
	return { tenantId, clientId, clientSecret, cloud, authorityHost };
}

/** The SDK's sign-in, which keeps its token. Its refusals are for `explainEntraRefusal`. */
export async function openEntra(
	{ tenantId, clientId, clientSecret, cloud, authorityHost }: EntraApplication,
	{ retries, maxRetryDelay }: EntraOptions,
): Promise<ClientSecretCredential> {
	const { AzureAuthorityHosts, ClientSecretCredential } = await import('../vendor/identity');
	const hosts = {
		public: AzureAuthorityHosts.AzurePublicCloud,
		usGovernment: AzureAuthorityHosts.AzureGovernment,
		china: AzureAuthorityHosts.AzureChina,
		custom: authorityHost,
	} satisfies Record<EntraCloud, string | undefined>;
	const host = hosts[cloud];
	return new ClientSecretCredential(tenantId, clientId, clientSecret, {
		...(host === undefined ? {} : { authorityHost: host }),
		// An authority of one's own is not among those the public directory of authorities lists.
		disableInstanceDiscovery: cloud === 'custom',
		additionalPolicies: await environmentProxy(),
		retryOptions: {
			maxRetries: retries,
			...(maxRetryDelay === undefined ? {} : { maxRetryDelayInMs: maxRetryDelay }),
		},
	});
}

type Explanation = readonly [message: string, description: string];

/** Codes of Entra: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const BY_CODE: Readonly<Record<string, Explanation>> = {
	'7000215': ['The Client Secret is wrong', 'Copy the secret’s value (not its ID) anew.'],
	'7000222': ['The Client Secret has expired', 'Make a new one in the app registration.'],
	'700016': [
		'The Client ID is not known in this tenant',
		'Copy the Application (client) ID, and check that the Tenant ID is that of its directory.',
	],
	'90002': ['The Tenant ID is not known', 'Copy the Directory (tenant) ID from Entra.'],
	'900023': ['The Tenant ID is not one', 'Copy the Directory (tenant) ID from Entra.'],
	'7000112': ['The Entra application is disabled', 'Enable it under Enterprise applications.'],
	'500011': [
		'Entra knows no service of this address in the tenant',
		'Check the address in the credential, and that the Tenant ID is that of the directory it belongs to.',
	],
	'650052': [
		'The tenant has no subscription to the service',
		'Check the address in the credential, and that the Tenant ID is that of the directory it belongs to.',
	],
	'53003': [
		'A Conditional Access policy keeps the application out',
		'Let the application sign in from the address of n8n: Entra, Protection, Conditional Access.',
	],
};

/**
 * What the SDK threw because of Entra, in words for the user; `undefined` for anything else. Never
 * repeats what Entra says, which quotes what was sent.
 */
export function explainEntraRefusal(error: unknown): DestinationError | undefined {
	if (!(error instanceof Error)) return undefined;
	const { name, message } = error;
	const { statusCode } = error as { statusCode?: unknown };
	const code = /AADSTS(\d+)/.exec(message)?.[1];
	if (code !== undefined) {
		const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
		return refused(
			known ?? [
				`Entra refused the application's sign-in (AADSTS${code})`,
				'Look the code up in Microsoft’s list of AADSTS codes, and check tenant, client ID and secret.',
			],
			'401',
		);
	}
	const isEntras = /^(Authentication|AggregateAuthentication|CredentialUnavailable)/.test(name);
	return isEntras
		? refused(NO_TOKEN, typeof statusCode === 'number' ? String(statusCode) : undefined)
		: undefined;
}

/** Entra was asked and gave neither a token nor a code that says why. */
export function noEntraToken(): DestinationError {
	return refused(NO_TOKEN, undefined);
}

const NO_TOKEN: Explanation = [
	'Entra did not give the application a token',
	'Check tenant, client ID and secret, and that n8n can reach the authority host.',
];

function refused(
	[message, description]: Explanation,
	httpCode: string | undefined,
): DestinationError {
	return new DestinationError(message, { description, reason: 'authentication', httpCode });
}
