/**
 * What the editor gets of our package, and what n8n loads of its code for that: the credential types,
 * which n8n 2.40 reads of every package at its start, and nothing else.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { withTarball } from '../../scripts/host/build.ts';
import { ensureN8n } from '../../scripts/host/cache.ts';
import { PACKAGE } from '../../scripts/host/demo.ts';
import { Environment } from '../../scripts/host/environment.ts';
import { temporaryFolder } from '../../scripts/host/temporary.ts';
import type { TemporaryFolder } from '../../scripts/host/temporary.ts';
import { MarketplaceTable } from '../fakeServers/azureTable/marketplaceTable.ts';
import {
	chain,
	LiveWorkflow,
	NEXT_POLL_MS,
	pollTrigger,
	withCredential,
} from './support/workflows.ts';

interface NodeType {
	name: string;
	displayName: string;
	version: number;
	iconUrl?: string | { light: string; dark: string };
	codex?: { categories?: string[] };
}

/** Our nodes with their versions, by which the editor asks for their schema. */
const VERSIONS = { marketplaceLeadTrigger: 2, marketplaceLeadPollTrigger: 1, leadSource: 1 };
const NODES = Object.keys(VERSIONS);
const CREDENTIALS = [
	'marketplaceLeadAzureTableApi',
	'marketplaceLeadDynamics365Api',
	'marketplaceLeadDynamics365OAuth2Api',
	'marketplaceLeadMarketoApi',
	'marketplaceLeadSalesforceApi',
	'marketplaceLeadSalesforceOAuth2Api',
	'marketplaceLeadTriggerApi',
];

let environment: Environment;
let logFolder: TemporaryFolder;
let nodeTypes: NodeType[];
let credentialTypes: NodeType[];

const CREDENTIAL_FILE = /^dist\/credentials\/(?:fields\/\w+|\w+\.credentials)\.js$/;

/** The files of ours that n8n has loaded so far, but for the credential types and the fields they share. */
async function loaded(): Promise<string[]> {
	const log = await readFile(path.join(logFolder.path, 'loaded'), 'utf8').catch(
		(error: unknown) => {
			if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
			throw error;
		},
	);
	return log.split('\n').filter((file) => file !== '' && !CREDENTIAL_FILE.test(file));
}

beforeAll(async () => {
	const install = await ensureN8n(() => undefined);
	logFolder = await temporaryFolder('log');
	environment = await withTarball((tarball) =>
		Environment.start({
			install,
			tarballs: [tarball],
			nodeOptions: ['--require', path.join(__dirname, 'support', 'loadLog.cjs')],
			env: { LOAD_LOG: path.join(logFolder.path, 'loaded') },
		}),
	);
	const ours = ({ name }: NodeType) => name.startsWith(`${PACKAGE}.`) || CREDENTIALS.includes(name);
	nodeTypes = (await environment.rest.get<NodeType[]>('/types/nodes.json')).filter(ours);
	credentialTypes = (await environment.rest.get<NodeType[]>('/types/credentials.json')).filter(
		ours,
	);
}, 2 * NEXT_POLL_MS);

afterAll(async () => {
	await environment?.stop();
	await logFolder?.remove();
});

// The tests stand in the order of a new n8n's life: what is loaded stays loaded.

it('knows our nodes and credentials before any node of ours is loaded', async () => {
	const names = nodeTypes.map(({ name }) => name.replace(`${PACKAGE}.`, ''));
	expect(names).toEqual(expect.arrayContaining([...NODES, 'leadSourceTool']));
	expect(credentialTypes.map(({ name }) => name).sort()).toEqual(CREDENTIALS);
	expect(await loaded()).toEqual([]);
});

it('shows an icon for each of them', async () => {
	const urls = [...nodeTypes, ...credentialTypes].flatMap(({ name, iconUrl }) => {
		if (!iconUrl) throw new Error(`${name} has no icon.`);
		return typeof iconUrl === 'string' ? [iconUrl] : [iconUrl.light, iconUrl.dark];
	});
	for (const url of new Set(urls)) {
		const response = await fetch(`${environment.baseUrl}/${url}`);
		expect([url, response.status]).toEqual([url, 200]);
		expect(await response.text()).toContain('<svg');
	}
});

it.each(Object.entries(VERSIONS))('previews the fields of a lead for %s', async (name, version) => {
	const url = `${environment.baseUrl}/schemas/${PACKAGE}.${name}/${version}.0.0.json`;
	const response = await fetch(url);
	expect(response.status).toBe(200);
	const schema = (await response.json()) as { properties: Record<string, unknown> };
	expect(Object.keys(schema.properties)).toEqual(
		expect.arrayContaining(['id', 'leadSource', 'stage', 'contactAllowed', 'customer', 'offer']),
	);
	expect(await loaded()).toEqual([]);
});

it('loads the node that is used, and what it needs, only then', async () => {
	const { rest, azurite } = environment;
	await new MarketplaceTable(azurite).create();
	const storage = await rest.createCredential('marketplaceLeadAzureTableApi', 'Storage', {
		authentication: 'connectionString',
		connectionString: azurite.connectionString,
	});
	const trigger = withCredential(pollTrigger('MarketplaceLeads'), storage);
	await LiveWorkflow.activate(environment, chain('First use', trigger));

	const files = await loaded();
	expect(files).toContain(
		'dist/nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node.js',
	);
	expect(files).toContain('dist/nodes/vendor/dataTables.js');
	const needless =
		/MarketplaceLeadTrigger\.node|LeadSource\.node|vendor\/(axios|identity|jose|jsforce)/;
	expect(files.filter((file) => needless.test(file))).toEqual([]);
});
