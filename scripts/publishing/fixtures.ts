/**
 * What a version of this package leaves in n8n: workflows, credentials and the state it keeps there, as
 * the files of `test/fixtures/<version>`. Later versions have to go on with it.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { tableRow } from '../../test/fakeServers/leadDestinations.ts';
import type { LeadToWrite } from '../../test/fakeServers/leadToWrite.ts';
import { MarketplaceTable } from '../../test/fakeServers/azureTable/marketplaceTable.ts';
import { CRMS, startOutside } from '../../test/fakeServers/outside.ts';
import type { Crm, Outside } from '../../test/fakeServers/outside.ts';
import { build, withTarball } from '../host/build.ts';
import { ensureN8n, N8N_VERSION } from '../host/cache.ts';
import { PACKAGE } from '../host/demo.ts';
import { Environment } from '../host/environment.ts';
import type { N8n } from '../host/n8n.ts';
import { PROJECT_ROOT } from '../host/paths.ts';
import type { CredentialRef, WorkflowFile, WorkflowNode } from '../host/rest.ts';
import { step } from '../host/terminal.ts';
import { waitFor } from '../host/wait.ts';
import { readManifest } from './sources.ts';

const FIXTURES = path.join(PROJECT_ROOT, 'test/fixtures');
const FIRST_POLL_MS = 600_000;
/** The workflows that a lead is posted to: their Remove Repeats keeps its history in n8n, or in a table. */
export const POSTED = ['HTTPS', 'HTTPS, history in a table'] as const;
const [HTTPS, HTTPS_TABLE] = POSTED;
const MINUTE = 60_000;
const LEADS = 5;

/** A row's columns as the service has them, with their types. */
export type Row = Record<string, unknown>;

export interface Fixture {
	about: { package: string; n8n: string; madeAt: string; organisationId: string };
	credentials: Array<{ name: string; type: string; data: Record<string, unknown> }>;
	/** With the node's credentials by name alone, and what n8n kept for the workflow's nodes. */
	workflows: Array<WorkflowFile & { staticData: unknown }>;
	/** n8n's store of what was seen before, by the workflow's name. */
	processed: Array<{ workflow: string; context: string; value: string }>;
	/** What stood at the destinations at the end. */
	tables: Record<string, Row[]>;
	crms: Record<Crm, LeadToWrite[]>;
	/** The customers' last names that each workflow was handed over, a name for each time. */
	handedOver: Record<string, string[]>;
}

/** Of every version there is a fixture of. */
export function fixtureVersions(): string[] {
	if (!existsSync(FIXTURES)) return [];
	const entries = readdirSync(FIXTURES, { withFileTypes: true });
	return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

const PARTS = [
	'about',
	'credentials',
	'workflows',
	'processed',
	'tables',
	'crms',
	'handedOver',
] as const;
const fileOf = (version: string, part: string) => path.join(FIXTURES, version, `${part}.json`);

export function readFixture(version: string): Fixture {
	const parts = PARTS.map((part) => [
		part,
		JSON.parse(readFileSync(fileOf(version, part), 'utf8')),
	]);
	return Object.fromEntries(parts) as Fixture;
}

/** Builds the package, lets it work in the pinned n8n, and gives the folder of what it left there. */
export async function writeReleaseFixture(): Promise<string> {
	const { version } = readManifest();
	await step('Build', build);
	const install = await step('n8n', async (progress) => await ensureN8n(progress));
	return await step(`What ${version} leaves in n8n`, async () => {
		const fixture = await withTarball(async (tarball) => await makeFixture(install, tarball));
		return await writeFixture(version, fixture);
	});
}

async function writeFixture(version: string, fixture: Fixture): Promise<string> {
	await mkdir(path.join(FIXTURES, version), { recursive: true });
	for (const part of PARTS) {
		await writeFile(fileOf(version, part), `${JSON.stringify(fixture[part], null, 2)}\n`);
	}
	return path.join(FIXTURES, version);
}

export const databaseOf = ({ userFolder }: N8n): string =>
	path.join(userFolder, '.n8n', 'database.sqlite');

/** Lets the tarball's version work in a real n8n, and gives what is there after n8n was stopped. */
async function makeFixture(install: string, tarball: string): Promise<Fixture> {
	const outside = await startOutside();
	try {
		const environment = await Environment.start({ install, tarballs: [tarball], env: outside.env });
		try {
			return await workIn(environment, outside);
		} finally {
			await environment.stop();
		}
	} finally {
		await outside.stop();
	}
}

async function workIn({ n8n, rest }: Environment, outside: Outside): Promise<Fixture> {
	const credentials = await makeCredentials(rest, outside);
	const tables = ['Plain', 'Portions', 'Marked', 'Moved', 'Column', 'Written'];
	const crms = {} as Fixture['crms'];
	const leads = Array.from({ length: LEADS }, (_, at) => ({
		name: `Kept ${at + 1}`,
		createdAt: Date.now() - (LEADS - at) * MINUTE,
	}));
	for (const name of tables) {
		const table = await new MarketplaceTable(outside.storage, name).create();
		await table.insert(leads.map(tableRow));
	}
	for (const name of CRMS) {
		crms[name] = [];
		for (const lead of leads) {
			const [id] = await outside.crms[name].insert([lead]);
			crms[name].push({ ...lead, ...(id === undefined ? {} : { id }) });
		}
	}

	const files = workflowsOf(outside);
	const ids = new Map<string, string>();
	for (const file of files) {
		const nodes = file.nodes.map((node) => withIds(node, credentials));
		const workflow = await rest.createWorkflow({ ...file, nodes });
		ids.set(workflow.name, workflow.id);
		const { status, triggers } = await rest.activate(workflow);
		if (status !== 'published') throw new Error(`${file.name}: ${JSON.stringify(triggers)}`);
	}
	const secret = credentials.get(HTTPS)?.data['secret'];
	for (const webhookId of files.flatMap(({ nodes }) => nodes[0]?.webhookId ?? [])) {
		for (const company of ['Kept 1', 'Kept 2']) {
			const response = await fetch(
				`${n8n.webhookUrl}/webhook/${webhookId}/lead?code=${String(secret)}`,
				{
					method: 'POST',
					headers: { 'content-type': 'application/json' },
					body: JSON.stringify(sentLead(company)),
				},
			);
			if (!response.ok) throw new Error(`The lead got a response ${response.status}.`);
		}
	}
	const found: Fixture['handedOver'] = {};
	const states: Record<string, string[]> = {};
	const handedOver = await waitFor('Every workflow with leads', FIRST_POLL_MS, async () => {
		for (const [name, id] of ids) {
			const executions = await rest.executions(id);
			states[name] = executions.map(({ status }) => status);
			if (executions.some(({ stoppedAt }) => stoppedAt === null)) return undefined;
			const whole = await Promise.all(
				executions.map(async (each) => await rest.execution(each.id)),
			);
			found[name] = whole
				.flatMap(({ runs }) => runs['Trigger']?.[0]?.data?.main[0] ?? [])
				.map(({ json }) => (json['customer'] as { lastName: string }).lastName)
				.sort();
		}
		const isEnough = Object.values(found).every((names) => names.length >= 2);
		return isEnough ? found : undefined;
	}).catch((error: unknown) => {
		throw new Error(`${String(error)} ${JSON.stringify({ found, states })}`, { cause: error });
	});
	await n8n.stop();

	const rows: Fixture['tables'] = {};
	for (const name of [...tables, 'MovedHandled', 'Copies', 'History'])
		rows[name] = await rowsOf(outside, name);
	const kept = keptBy(databaseOf(n8n), ids);
	return {
		about: {
			package: PACKAGE,
			n8n: N8N_VERSION,
			madeAt: new Date().toISOString(),
			organisationId: outside.organisationId,
		},
		credentials: [...credentials].map(([name, { type, data }]) => ({ name, type, data })),
		workflows: files.map((file) => ({
			...file,
			staticData: kept.staticData.get(file.name) ?? null,
		})),
		processed: kept.processed,
		tables: rows,
		crms,
		handedOver,
	};
}

const BY_BROWSER = {
	dynamics365: { environmentUrl: 'https://dynamics365.leads.example' },
	salesforce: { environment: 'myDomain', myDomain: 'https://salesforce.leads.example' },
};

interface MadeCredential extends CredentialRef {
	data: Record<string, unknown>;
}

async function makeCredentials(
	rest: Environment['rest'],
	outside: Outside,
): Promise<Map<string, MadeCredential>> {
	const secret = randomBytes(24).toString('base64url');
	const wanted: Array<[string, string, Readonly<Record<string, unknown>>]> = [
		['azureTable', 'marketplaceLeadAzureTableApi', outside.storageCredential],
		[HTTPS, 'marketplaceLeadTriggerApi', { secret }],
		...CRMS.map((name): [string, string, Readonly<Record<string, unknown>>] => {
			const { credentialType, credential } = outside.crms[name];
			return [name, credentialType, credential];
		}),
		// Nobody has signed in with them: what n8n keeps of that is its own.
		...(['dynamics365', 'salesforce'] as const).map(
			(name): [string, string, Readonly<Record<string, unknown>>] => [
				`${name}, OAuth2`,
				`marketplaceLead${name === 'salesforce' ? 'Salesforce' : 'Dynamics365'}OAuth2Api`,
				{ clientId: 'a-client', clientSecret: 'a-secret', ...BY_BROWSER[name] },
			],
		),
		[
			'endpoint',
			'marketplaceLeadHttpsApi',
			{
				endpointUrl: 'https://n8n.leads.example/lead',
				headerName: 'Authorization',
				headerValue: secret,
			},
		],
	];
	const made = new Map<string, MadeCredential>();
	for (const [name, type, data] of wanted) {
		made.set(name, { ...(await rest.createCredential(type, name, data)), data: { ...data } });
	}
	return made;
}

/** The same node for an n8n that has these credentials. */
export function withIds(
	node: WorkflowNode,
	credentials: ReadonlyMap<string, Pick<CredentialRef, 'id' | 'name'>>,
): WorkflowNode {
	const named = Object.entries(node.credentials ?? {}).map(([type, { name }]) => {
		const credential = credentials.get(name);
		if (!credential) throw new Error(`There is no credential "${name}".`);
		return [type, { id: credential.id, name }];
	});
	return {
		...node,
		credentials: Object.fromEntries(named) as WorkflowNode['credentials'] & object,
	};
}

/** A lead as Partner Center sends it; the company and the last name tell one from the other. */
export function sentLead(name: string): object {
	return {
		UserDetails: {
			FirstName: 'Kim',
			LastName: name,
			Email: `${name.replace(' ', '.').toLowerCase()}@fabrikam.example`,
			Phone: '4255550100',
			Country: 'US',
			Company: name,
			Title: 'Buyer',
		},
		LeadSource: 'AzureMarketplace',
		ActionCode: 'INS',
		OfferTitle: 'Contoso Gateway',
		Description: '',
	};
}

function workflowsOf({ crms }: Outside): WorkflowFile[] {
	const tableParameters = (table: string) => ({
		table: { __rl: true, mode: 'name', value: table },
	});
	const done = () => nodeOf('Done', 'n8n-nodes-base.noOp', {});
	const poll = (credential: string, type: string, parameters: object) => ({
		...nodeOf('Trigger', `${PACKAGE}.marketplaceLeadPollTrigger`, {
			pollTimes: { item: [{ mode: 'everyMinute' }] },
			startFrom: 'all',
			...parameters,
		}),
		credentials: { [type]: { id: '', name: credential } },
	});
	const ofTable = (table: string, parameters: object = {}) =>
		poll('azureTable', 'marketplaceLeadAzureTableApi', {
			...tableParameters(table),
			...parameters,
		});
	const endpoint = () => ({
		...nodeOf('Trigger', `${PACKAGE}.marketplaceLeadTrigger`, {
			authentication: 'sharedSecret',
		}),
		typeVersion: 2,
		webhookId: randomUUID(),
		credentials: { marketplaceLeadTriggerApi: { id: '', name: HTTPS } },
	});
	const inAzure = { marketplaceLeadAzureTableApi: { id: '', name: 'azureTable' } };
	const repeats = (parameters: object = {}) =>
		nodeOf('Repeats', `${PACKAGE}.leadSource`, { operation: 'removeRepeats', ...parameters });
	const parse = nodeOf('Parse', `${PACKAGE}.leadSource`, {
		fieldMapping: { values: [{ from: 'customer.company', to: 'company' }] },
	});
	const write = {
		...nodeOf('Write', `${PACKAGE}.marketplaceLead`, {
			operation: 'createLeads',
			destination: 'azureTable',
			...tableParameters('Copies'),
		}),
		credentials: inAzure,
	};
	return [
		inARow('Plain', ofTable('Plain'), done()),
		inARow('Portions', ofTable('Portions', { maxLeads: 3 }), done()),
		// Nobody marks them: they are pending, and belong to whoever was handed them.
		inARow('Marked', ofTable('Marked', { handledWhen: 'markedInWorkflow' }), done()),
		inARow('Moved', ofTable('Moved', { handledWhen: 'executionFinishesSuccessfully' }), done()),
		inARow(
			'Column',
			ofTable('Column', { handledWhen: 'executionFinishes', handledLeadsAre: 'column' }),
			done(),
		),
		inARow('Written', ofTable('Written'), parse, write),
		...CRMS.map((name) =>
			inARow(name, poll(name, crms[name].credentialType, crms[name].parameters), done()),
		),
		inARow(HTTPS, endpoint(), repeats()),
		inARow(HTTPS_TABLE, endpoint(), {
			...repeats({
				historyStore: 'azureTable',
				historyTable: { __rl: true, mode: 'name', value: 'History' },
				// Not the node's, which goes by ids that another n8n gives anew.
				options: { historyScope: 'table' },
			}),
			credentials: inAzure,
		}),
	];
}

const nodeOf = (name: string, type: string, parameters: Record<string, unknown>): WorkflowNode => ({
	id: randomUUID(),
	name,
	type,
	typeVersion: 1,
	position: [0, 0],
	parameters,
});

const inARow = (name: string, ...nodes: WorkflowNode[]): WorkflowFile => ({
	name,
	nodes,
	connections: Object.fromEntries(
		nodes
			.slice(1)
			.map((node, at) => [
				nodes[at]?.name,
				{ main: [[{ node: node.name, type: 'main', index: 0 }]] },
			]),
	),
	settings: {},
});

async function rowsOf(outside: Outside, name: string): Promise<Row[]> {
	const { client } = new MarketplaceTable(outside.storage, name);
	const rows: Row[] = [];
	// With their types, which JSON does not have.
	for await (const row of client.listEntities({ disableTypeConversion: true })) {
		const { etag: _etag, timestamp: _timestamp, ...columns } = row as Row;
		rows.push(columns);
	}
	return rows;
}

/** What n8n has in its database for these workflows, by name. */
function keptBy(file: string, ids: ReadonlyMap<string, string>) {
	const database = new DatabaseSync(file, { readOnly: true });
	try {
		const staticData = new Map<string, unknown>();
		const processed: Fixture['processed'] = [];
		for (const [workflow, id] of ids) {
			const found = database.prepare('SELECT staticData FROM workflow_entity WHERE id = ?').get(id);
			const text = found?.['staticData'];
			staticData.set(workflow, typeof text === 'string' ? JSON.parse(text) : null);
			const rows = database
				.prepare('SELECT context, value FROM processed_data WHERE workflowId = ? ORDER BY context')
				.all(id);
			for (const { context, value } of rows) {
				processed.push({ workflow, context: String(context), value: String(value) });
			}
		}
		return { staticData, processed };
	} finally {
		database.close();
	}
}
