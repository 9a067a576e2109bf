/**
 * Every secret that a user gives to n8n for this package, right and wrong, in use by every node: none of
 * them, and no token got by one, is found afterwards in what n8n has written: its log at the level debug,
 * its database (executions, static data, credentials), its event logs, its temporary files.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import { AzureNamedKeyCredential, generateAccountSas } from '@azure/data-tables';

import { withTarball } from '../../scripts/host/build.ts';
import { ensureN8n } from '../../scripts/host/cache.ts';
import { PACKAGE } from '../../scripts/host/demo.ts';
import { Environment } from '../../scripts/host/environment.ts';
import type { CredentialRef } from '../../scripts/host/rest.ts';
import { mark, secretsIn } from '../../scripts/publishing/secrets.ts';
import { LeadReceiver } from '../fakeServers/https/leadReceiver.ts';
import { CRMS, startOutside } from '../fakeServers/outside.ts';
import type { Outside } from '../fakeServers/outside.ts';
import { agreedTo } from '../support/browserGrant.ts';
import { httpsLead, send } from '../e2e/support/send.ts';
import type { SendOptions } from '../e2e/support/send.ts';
import {
	chain,
	itemsOf,
	leadSource,
	leadTrigger,
	LiveWorkflow,
	node,
	pollsFrom,
	withCredential,
	type Parameters,
} from '../e2e/support/workflows.ts';

const TIMEOUT_MS = 1_200_000;
const HOUR = 3_600_000;
/** n8n's own, at the level debug: the proxy's address with its password. docs/network.md says so. */
const OF_N8N = /^.*\bInstalling global HTTP proxy agents\b.*$/gm;
const TELLS_REFUSED = { options: { outputRefused: true } };
type Data = Record<string, unknown>;

interface Variant {
	type: string;
	name: string;
	data: Data;
	/** Of Marketplace Lead, and of the poll trigger where the destination is polled. */
	parameters: Parameters;
	isPolled: boolean;
	/** Whether n8n has a Test button for it: it has none where somebody signs in with the browser. */
	isTested?: boolean;
}

interface CredentialType {
	name: string;
	extends?: string[];
	properties: Array<{ name: string; typeOptions?: { password?: boolean } }>;
}

let outside: Outside;
let receiver: LeadReceiver;
let environment: Environment;
let passwordFields: Map<string, string[]>;
const secrets = new Set<string>();
const control = `control-${randomBytes(12).toString('hex')}`;
const shared = `shared-${randomBytes(16).toString('hex')}`;

beforeAll(async () => {
	const install = await ensureN8n(() => undefined);
	outside = await startOutside();
	receiver = await LeadReceiver.start();
	receiver.secret = mark();
	environment = await withTarball(async (tarball) =>
		Environment.start({
			install,
			tarballs: [tarball],
			env: { ...outside.env, N8N_LOG_LEVEL: 'debug', N8N_LOG_OUTPUT: 'console' },
		}),
	);
	const types = await environment.rest.get<CredentialType[]>('/types/credentials.json');
	const propertiesOf = (type: CredentialType): CredentialType['properties'] => [
		...types.filter(({ name }) => type.extends?.includes(name)).flatMap(propertiesOf),
		...type.properties,
	];
	passwordFields = new Map(
		types.map((type) => [
			type.name,
			propertiesOf(type).flatMap(({ name, typeOptions }) => (typeOptions?.password ? [name] : [])),
		]),
	);
}, TIMEOUT_MS);

afterAll(async () => {
	await environment?.stop();
	await receiver?.stop();
	await outside?.stop();
});

/** Each way to sign in, working. */
async function variants(): Promise<Variant[]> {
	const { storage, storageCredential, entra, salesforce, crms } = outside;
	const { accountName, accountKey } = storage;
	const table = {
		destination: 'azureTable',
		table: { __rl: true, mode: 'name', value: 'MarkedSecrets' },
	};
	const endpoint = /TableEndpoint=([^;]*)/.exec(String(storageCredential['connectionString']))![1]!;
	const sas = generateAccountSas(new AzureNamedKeyCredential(accountName, accountKey), {
		expiresOn: new Date(Date.now() + HOUR),
		permissions: { query: true, write: true, delete: true, list: true, add: true, update: true },
	});
	const custom = { cloud: 'custom', tableEndpoint: endpoint, accountName };
	const azure: Array<[string, Data]> = [
		['connection string', { ...storageCredential }],
		['account key', { authentication: 'accountKey', accountKey, ...custom }],
		['SAS', { authentication: 'sas', sasUrl: `${endpoint}/?${sas}` }],
		['Entra', { authentication: 'entra', ...custom, ...entra }],
	];
	return [
		...azure.map(([name, data]) => ({
			...{ type: 'marketplaceLeadAzureTableApi', name: `Azure by ${name}`, data },
			...{ parameters: table, isPolled: true },
		})),
		...CRMS.flatMap((crm) => {
			const { credentialType: type, credential, parameters } = crms[crm];
			const all = crm === 'salesforce' ? salesforce : [credential];
			return all.map((data, at) => ({
				...{ type, name: `${crm} ${at}`, data: { ...data }, parameters: { ...parameters } },
				isPolled: true,
			}));
		}),
		...(await byBrowser()),
		{
			type: receiver.credentialType,
			name: 'Receiver',
			data: { ...receiver.credential, headerName: 'X-Api-Key', headerValue: mark() },
			parameters: { destination: 'https', options: { allowHttpOnLocalhost: true } },
			isPolled: false,
		},
	];
}

/** As n8n has them after somebody signed in, with a token that has ended: n8n renews it when it is used. */
async function byBrowser(): Promise<Variant[]> {
	const { crms, entra, salesforce } = outside;
	const { authorityHost, tenantId, clientId, clientSecret } = entra;
	const { environmentUrl } = crms.dynamics365.credential;
	const endpoints = `${authorityHost}/${tenantId}/oauth2/v2.0`;
	const dynamics = await agreedTo({
		authUrl: `${endpoints}/authorize`,
		accessTokenUrl: `${endpoints}/token`,
		scope: `openid offline_access ${String(environmentUrl)}/user_impersonation`,
		clientId: clientId!,
		clientSecret: clientSecret!,
	});
	const { refreshToken, consumerKey, consumerSecret, ...organisation } = salesforce.at(-1)!;
	const { environment, myDomain } = organisation;
	const ended = (refresh: unknown) => {
		const tokens = { access_token: mark(), refresh_token: String(refresh) };
		for (const token of Object.values(tokens)) secrets.add(token);
		return tokens;
	};
	return [
		{
			type: 'marketplaceLeadDynamics365OAuth2Api',
			data: {
				...{ environmentUrl, cloud: 'custom', authorityHost, tenantId, clientId, clientSecret },
				oauthTokenData: ended(dynamics['refresh_token']),
			},
			parameters: crms.dynamics365.parameters,
		},
		{
			type: 'marketplaceLeadSalesforceOAuth2Api',
			data: {
				...{ environment, myDomain, clientId: consumerKey, clientSecret: consumerSecret },
				oauthTokenData: {
					...ended(refreshToken),
					instance_url: myDomain,
					id: `${String(myDomain)}/id/${outside.organisationId}/005000000000001AAA`,
				},
			},
			parameters: crms.salesforce.parameters,
		},
	].map(({ parameters, ...rest }) => ({
		...rest,
		name: `${String(parameters['destination'])} by browser`,
		parameters: { ...parameters, authentication: 'oAuth2' },
		isPolled: true,
		isTested: false,
	}));
}

/** The parts of a field that are the secret, by themselves. */
function partsThatAreSecret(value: string): string[] {
	const parts =
		/AccountKey=([^;]+)/.exec(value)?.[1] ??
		(/^https?:/.test(value)
			? [...new URL(value).searchParams].find(([name]) => /^(?:sig|code)$/.test(name))?.[1]
			: undefined);
	if (parts !== undefined) return [parts];
	// A key in PEM is searched by its lines: between them there are ends of lines of one kind or another.
	if (value.includes('-----BEGIN')) {
		return value.split('\n').filter((line) => line.length > 40 && !line.startsWith('-'));
	}
	return [value];
}

/** The same value with another secret in it. */
function withMark(value: string): string {
	const isBase64 = value.includes('AccountKey=') || /^[\w+/]{86}==$/.test(value);
	const another = isBase64 ? randomBytes(64).toString('base64') : mark();
	const [old = ''] = partsThatAreSecret(value);
	if (value.includes('-----BEGIN')) return value.replace(old, randomBytes(48).toString('base64'));
	return value.includes(old)
		? value.replace(old, another)
		: value.replace(encodeURIComponent(old), encodeURIComponent(another));
}

function* withEachSecretWrong(variant: Variant): Generator<Variant> {
	for (const field of passwordFields.get(variant.type) ?? []) {
		const value = variant.data[field];
		if (typeof value !== 'string' || value === '') continue;
		const data = { ...variant.data, [field]: withMark(value) };
		yield { ...variant, name: `${variant.name}, wrong ${field}`, data };
	}
}

/** Everything a credential can be used for: the Test button, a poll, and every operation on a lead. */
async function use(variant: Variant, endpoint: CredentialRef, works: boolean): Promise<void> {
	const { rest } = environment;
	const { type, name, data, parameters, isTested = true } = variant;
	for (const field of passwordFields.get(type)!) {
		const value = data[field];
		if (typeof value === 'string')
			for (const secret of partsThatAreSecret(value)) secrets.add(secret);
	}
	const credential = await rest.createCredential(type, name, data);
	const tested = isTested && (await rest.testCredential(type, data, credential)).status;
	const onLead = (operation: string) => ({
		...withCredential(
			node(operation, `${PACKAGE}.marketplaceLead`, { operation, ...parameters }),
			credential,
		),
		onError: 'continueRegularOutput',
		alwaysOutputData: true,
	});
	const operations = ['createLeads', 'checkConnection', 'sendTestLead'];
	const live = await LiveWorkflow.activate(
		environment,
		chain(
			name,
			withCredential(leadTrigger(), endpoint),
			...[...operations, ...(variant.isPolled ? ['getLeads'] : [])].map(onLead),
		),
	);
	const lead = httpsLead(`${name} ${control}`);
	expect(await send(live.url(), lead, { code: shared })).toMatchObject({ status: 200 });
	const [execution] = await live.executions(1, TIMEOUT_MS);
	const reports = execution!.runs['checkConnection']?.[0]?.data?.main[0]?.map(({ json }) => json);
	const isHttps = parameters['destination'] === 'https';
	// An HTTPS endpoint has no way to be asked without a lead: the test looks at the address only.
	const testedAs = works || isHttps ? 'OK' : 'Error';
	expect([name, tested]).toEqual([name, isTested && testedAs]);
	// Nor does it ask for the header that is wrong.
	const isOk = works || (isHttps && !name.includes('endpointUrl'));
	expect([name, reports]).toEqual([name, [expect.objectContaining({ ok: isOk })]]);
	if (!variant.isPolled) return;
	const polls = await rest.createWorkflow(
		chain(`Poll ${name}`, withCredential(pollsFrom(parameters), credential), leadSource('Parse')),
	);
	expect([name, (await rest.activate(polls)).status]).toEqual([
		name,
		works ? 'published' : 'failed',
	]);
}

/** Every file that n8n has written, but for the package itself. */
function* filesIn(folder: string): Generator<string> {
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		const file = path.join(folder, entry.name);
		if (entry.isFile()) yield file;
		else if (entry.isDirectory() && entry.name !== 'node_modules') yield* filesIn(file);
	}
}

const formsOf = (secret: string) => [
	secret,
	encodeURIComponent(secret),
	Buffer.from(secret).toString('base64').replace(/=+$/, ''),
];

it(
	'stays where it was given: nothing that n8n has written holds a secret',
	async () => {
		const { rest, n8n } = environment;
		secrets.add(shared);
		secrets.add(new URL(outside.env['HTTPS_PROXY']!).password);
		const endpoint = await rest.createCredential('marketplaceLeadTriggerApi', 'Endpoint', {
			secret: shared,
			user: 'partner-center',
		});
		const all = await variants();
		for (const variant of all) await use(variant, endpoint, true);
		const wrong = all.flatMap((variant) => [...withEachSecretWrong(variant)]);
		// Each field of each type that is a secret was had, so that a new one is not forgotten.
		const had = new Set(wrong.map(({ name, type }) => `${type} ${name.split(', wrong ')[1]}`));
		const expected = [...passwordFields]
			.filter(([type]) => type.startsWith('marketplaceLead') && !type.includes('TriggerApi'))
			.flatMap(([type, fields]) => fields.map((field) => `${type} ${field}`));
		expect([...had].sort()).toEqual(expected.sort());
		for (const variant of wrong) await use(variant, endpoint, false);

		// What others try at the door.
		const door = await LiveWorkflow.activate(
			environment,
			chain('Door', withCredential(leadTrigger(TELLS_REFUSED), endpoint), leadSource('Parse')),
		);
		const attempts = [
			(secret: string): SendOptions => ({ code: secret }),
			(secret: string): SendOptions => ({ headers: { 'x-lead-secret': secret } }),
			(secret: string): SendOptions => ({
				headers: { authorization: `Basic ${Buffer.from(`user:${secret}`).toString('base64')}` },
			}),
		];
		for (const attempt of attempts) {
			const secret = mark();
			secrets.add(secret);
			secrets.add(Buffer.from(`user:${secret}`).toString('base64'));
			// Some senders have it in the body as well.
			const lead = httpsLead('Door', { OfferTitle: `Our secret is ${secret}.` });
			expect(await send(door.url(), lead, attempt(secret))).toMatchObject({ status: 401 });
		}
		const header = { headers: { 'x-lead-secret': shared } };
		expect(await send(door.url(), httpsLead('Door'), header)).toMatchObject({ status: 200 });
		const executions = await door.executions(attempts.length + 1);
		expect(executions.flatMap((execution) => itemsOf(execution, 'Trigger', 1))).toHaveLength(
			attempts.length,
		);
		// Whatever is in memory only is written now.
		await n8n.stop();

		const files = [...filesIn(n8n.userFolder)];
		const found: string[] = [];
		let controls = 0;
		for (const file of files) {
			const text = readFileSync(file, 'latin1').replace(OF_N8N, '');
			if (text.includes(control)) controls += 1;
			for (const secret of secrets) {
				for (const form of formsOf(secret)) {
					if (text.includes(form)) found.push(`${path.basename(file)}: ${contextOf(text, form)}`);
				}
			}
			for (const secret of secretsIn(text)) {
				found.push(`${path.basename(file)}: ${contextOf(text, secret)}`);
			}
		}
		expect(found).toEqual([]);
		// The search finds what is there: a lead stands in its execution.
		expect(controls).toBeGreaterThan(0);
		expect(statSync(n8n.logFile).size).toBeGreaterThan(0);
		expect(readFileSync(n8n.logFile, 'utf8')).toMatch(/\bdebug\b/);
		console.log(`${secrets.size} secrets, ${files.length} files searched.`);
	},
	TIMEOUT_MS,
);

/** What stands around a secret, for whoever has to find out how it got there. */
function contextOf(text: string, form: string): string {
	const at = text.indexOf(form);
	return text.slice(Math.max(0, at - 200), at + form.length + 50).replace(/[^\x20-\x7e]+/g, ' ');
}
