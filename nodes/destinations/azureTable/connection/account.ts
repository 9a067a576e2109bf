import type {
	TableClient,
	TableServiceClient,
	TableServiceClientOptions,
} from '../../../vendor/dataTables';
import { quote } from '../../../lead/text';
import { environmentProxy, WITHOUT_REDIRECTS } from '../../azureNetwork';
import { checkedUrl, configurationError, trimSlashes, withoutSlash } from '../../addresses';
import { textField } from '../../input';
import {
	openEntra,
	readCloud,
	readEntraApplication,
	type EntraCloud,
	type EntraSignIn,
} from '../../entra';
import type { ProcessCache } from '../../processCache';
import { unexpectedResponse } from '../../unexpectedResponse';
import { responseCheck } from './responseCheck';

/** Milliseconds. Longer waits between the SDK's retries would outlast a poll. */
const MAX_RETRY_DELAY = 8_000;
/** The SDK's own number; every try of a refused connection takes it seconds. */
const RETRIES = 3;

const TABLE_HOSTS: Readonly<Record<Exclude<EntraCloud, 'custom'>, string>> = {
	public: 'table.core.windows.net',
	usGovernment: 'table.core.usgovcloudapi.net',
	china: 'table.core.chinacloudapi.cn',
};

/** A storage account with a way to sign in: makes the SDK's clients, which hold no connection. */
export interface StorageAccount {
	/** `https://<account>.table.core.windows.net`, without a signature. */
	readonly url: string;
	/** The one table the sign-in is made for; `undefined` where it is for the account. */
	readonly onlyTable?: string | undefined;
	table(name: string): TableClient;
	service(): TableServiceClient;
}

export interface AccountOptions {
	/** How often the SDK tries again; 0 to get the first response. */
	retries?: number;
	/** Where tokens of Entra are kept beyond the execution; nowhere when absent. */
	cache?: ProcessCache | undefined;
}

/**
 * Makes the account from the credential's fields.
 *
 * @throws DestinationError with code `configuration` that names the field to mend
 */
export async function openAccount(
	credential: Record<string, unknown>,
	{ retries = RETRIES, cache }: AccountOptions = {},
): Promise<StorageAccount> {
	const options: TableServiceClientOptions = {
		retryOptions: { maxRetries: retries, maxRetryDelayInMs: MAX_RETRY_DELAY },
		additionalPolicies: [...(await environmentProxy()), responseCheck()],
		...WITHOUT_REDIRECTS,
	};
	const authentication = textField(credential, 'authentication') || 'connectionString';
	switch (authentication) {
		case 'connectionString':
			return await fromConnectionString(textField(credential, 'connectionString'), options);
		case 'accountKey':
			return await fromAccountKey(
				tableUrl(credential),
				accountName(credential),
				textField(credential, 'accountKey'),
				options,
			);
		case 'sas':
			return await fromSas(textField(credential, 'sasUrl'), options);
		case 'entra':
			return await fromEntra(credential, options, cache);
		default:
			throw configurationError(
				`${quote(authentication)} is not a way to sign in to Azure Table Storage`,
				'Choose one of the ways listed under Authentication in the credential.',
			);
	}
}

async function fromConnectionString(
	text: string,
	options: TableServiceClientOptions,
): Promise<StorageAccount> {
	if (text === '') {
		throw configurationError('The connection string is empty', CONNECTION_STRING_HELP);
	}
	if (/usedevelopmentstorage=true/i.test(text)) {
		const { TableClient, TableServiceClient } = await import('../../../vendor/dataTables');
		// The SDK writes into the options it is given.
		const service = TableServiceClient.fromConnectionString(text, { ...options });
		return {
			url: service.url,
			table: (name) => TableClient.fromConnectionString(text, name, { ...options }),
			service: () => service,
		};
	}
	const part = (name: string) => connectionStringPart(text, name);
	const account = part('AccountName');
	const sas = part('SharedAccessSignature');
	const endpoint = part('TableEndpoint');
	if (sas !== '') {
		if (endpoint === '') {
			throw configurationError(
				'The connection string has no TableEndpoint',
				CONNECTION_STRING_HELP,
			);
		}
		return await fromSas(`${trimSlashes(endpoint)}/?${sas.replace(/^\?/, '')}`, options);
	}
	if (account === '') {
		throw configurationError('The connection string has no AccountName', CONNECTION_STRING_HELP);
	}
	const protocol = part('DefaultEndpointsProtocol') || 'https';
	const suffix = part('EndpointSuffix') || 'core.windows.net';
	const url = checkedUrl(
		endpoint || `${protocol}://${account}.table.${suffix}`,
		'The table endpoint of the connection string',
	);
	return await fromAccountKey(url, account, part('AccountKey'), options);
}

async function fromAccountKey(
	url: URL,
	account: string,
	key: string,
	options: TableServiceClientOptions,
): Promise<StorageAccount> {
	if (key === '') {
		throw configurationError(
			'The account key is missing',
			'Copy key1 or key2 from the storage account, Security + networking, Access keys.',
		);
	}
	if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key)) {
		throw configurationError(
			'The account key is not in Base64',
			'Copy key1 or key2 whole from the storage account, Security + networking, Access keys.',
		);
	}
	const { AzureNamedKeyCredential, TableClient, TableServiceClient } =
		await import('../../../vendor/dataTables');
	const signIn = new AzureNamedKeyCredential(account, key);
	const text = withoutSlash(url);
	// An emulator on this machine; the SDK asks to be told.
	const all = { ...options, allowInsecureConnection: url.protocol === 'http:' };
	return {
		url: text,
		table: (name) => new TableClient(text, name, signIn, all),
		service: () => new TableServiceClient(text, signIn, all),
	};
}

async function fromSas(
	sasUrl: string,
	options: TableServiceClientOptions,
): Promise<StorageAccount> {
	const url = checkedUrl(sasUrl, 'The SAS URL');
	const signature = url.search.slice(1);
	if (!url.searchParams.has('sig')) {
		throw configurationError(
			'The SAS URL has no signature (sig=…)',
			'Copy the whole Table service SAS URL from the storage account, Shared access signature.',
		);
	}
	url.search = '';
	const { AzureSASCredential, TableClient, TableServiceClient } =
		await import('../../../vendor/dataTables');
	const signIn = new AzureSASCredential(signature);
	const all = { ...options, allowInsecureConnection: url.protocol === 'http:' };
	const onlyTable = new URLSearchParams(signature).get('tn') ?? undefined;
	const text = withoutTable(withoutSlash(url), onlyTable);
	return {
		url: text,
		onlyTable,
		table: (name) => new TableClient(text, name, signIn, all),
		service: () => new TableServiceClient(text, signIn, all),
	};
}

async function fromEntra(
	credential: Record<string, unknown>,
	options: TableServiceClientOptions,
	cache?: ProcessCache,
): Promise<StorageAccount> {
	const url = tableUrl(credential);
	const application = readEntraApplication(credential);
	const { TableClient, TableServiceClient } = await import('../../../vendor/dataTables');
	const { maxRetries = RETRIES, maxRetryDelayInMs = MAX_RETRY_DELAY } = options.retryOptions ?? {};
	const entra = await openEntra(application, {
		retries: maxRetries,
		maxRetryDelay: maxRetryDelayInMs,
		...(cache && { cache }),
	});
	const signIn = {
		async getToken(...given: Parameters<typeof entra.getToken>) {
			checkAudience([given[0]].flat(), url);
			// The SDK would keep it too, and go on with it after the service has rejected it.
			return { ...(await entra.getToken(...given)), expiresOnTimestamp: 0 };
		},
	};
	const additionalPolicies = [...(options.additionalPolicies ?? []), signingInAgain(entra)];
	const text = withoutSlash(url);
	return {
		url: text,
		table: (name) => new TableClient(text, name, signIn, { ...options, additionalPolicies }),
		service: () => new TableServiceClient(text, signIn, { ...options, additionalPolicies }),
	};
}

/** What tables are for in Entra: https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory */
const AUDIENCES: ReadonlySet<string> = new Set([
	'https://storage.azure.com',
	'https://cosmos.azure.com',
]);

/**
 * The SDK asks for a token for whatever service a response with status 401 names, and sends it there: it
 * would hand a CRM's or a directory's to whoever responds in the storage account's place.
 *
 * @throws DestinationError for any other than tables, or this very address
 */
function checkAudience(scopes: readonly string[], { origin }: URL): void {
	for (const scope of scopes) {
		const asked = URL.parse(scope)?.origin ?? '';
		if (asked === origin || AUDIENCES.has(asked)) continue;
		throw unexpectedResponse(
			'Azure Table Storage',
			'it asks for a sign-in to another service',
			401,
			'signIn',
		);
	}
}

type AdditionalPolicy = NonNullable<TableServiceClientOptions['additionalPolicies']>[number];

/** Asks Entra for another token, once for a request, where the service does not accept the one at hand. */
function signingInAgain(entra: EntraSignIn): AdditionalPolicy {
	return {
		// Around the SDK's own signing, which then takes the other one.
		position: 'perCall',
		policy: {
			name: 'signInAgain',
			async sendRequest(request, next) {
				try {
					return await next(request);
				} catch (error) {
					const { statusCode } = Object(error) as { statusCode?: unknown };
					const [, token] = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '') ?? [];
					if (statusCode !== 401 || token === undefined) throw error;
					entra.reject(token);
					return await next(request);
				}
			},
		},
	};
}

const CONNECTION_STRING_HELP =
	'Copy the connection string whole from the storage account, Security + networking, Access keys.';

function connectionStringPart(text: string, name: string): string {
	for (const element of text.split(';')) {
		const at = element.indexOf('=');
		if (at > 0 && element.slice(0, at).trim().toLowerCase() === name.toLowerCase()) {
			return element.slice(at + 1).trim();
		}
	}
	return '';
}

function accountName(credential: Record<string, unknown>): string {
	const name = textField(credential, 'accountName');
	if (!/^[a-z0-9]{3,24}$/.test(name)) {
		throw configurationError(
			'The account name is not that of a storage account',
			'It has 3 to 24 lower-case letters and digits: the first part of the account’s address.',
		);
	}
	return name;
}

function tableUrl(credential: Record<string, unknown>): URL {
	const cloud = readCloud(credential);
	if (cloud === 'custom') {
		return checkedUrl(textField(credential, 'tableEndpoint'), 'The Table Endpoint');
	}
	const host = TABLE_HOSTS[cloud];
	return checkedUrl(`https://${accountName(credential)}.${host}`, 'The table endpoint');
}

/** A SAS URL made for one table ends with the table's name, which the SDK wants apart. */
function withoutTable(url: string, table: string | undefined): string {
	const end = `/${table ?? ''}`.toLowerCase();
	return table && url.toLowerCase().endsWith(end) ? url.slice(0, -end.length) : url;
}
