/**
 * Every destination on a real n8n that gets out by a proxy only and trusts a private certificate
 * authority: credentials made and tested as the editor does, workflows activated, leads read.
 */
import { PACKAGE } from '../../scripts/host/demo.ts';
import type { CredentialRef } from '../../scripts/host/rest.ts';
import { hostsAskedOf } from '../fakeServers/forwardProxy.ts';
import { azureTableDestination, startCrms } from '../fakeServers/leadDestinations.ts';
import type { LeadDestination, FakeDestination } from '../fakeServers/leadDestinations.ts';
import { sharedHost } from './support/host.ts';
import {
	chain,
	itemsOf,
	LiveWorkflow,
	NEXT_POLL_MS,
	node,
	pollsFrom,
	withCredential,
} from './support/workflows.ts';

const NAMES = ['azureTable', 'dynamics365', 'marketo', 'salesforce'] as const;

let host: Awaited<ReturnType<typeof sharedHost>>;
let crms: FakeDestination[] = [];
let destinations: Map<string, LeadDestination>;
const credentials = new Map<string, CredentialRef>();

beforeAll(async () => {
	host = await sharedHost();
	const authority = { ...host.outside.authority, stop: async () => undefined };
	crms = await startCrms({ authority, secure: true });
	const { storage, storageHere } = host.outside;
	const table = azureTableDestination(storage, 'OutsideLeads', storageHere);
	destinations = new Map([table, ...crms].map((destination) => [destination.name, destination]));
});

afterAll(async () => {
	await Promise.all(crms.map(async (crm) => await crm.stop()));
});

const chosen = (name: string) => destinations.get(name)!;

async function credentialOf({ name, credentialType, credential }: LeadDestination) {
	const known = credentials.get(name);
	if (known) return known;
	const made = await host.rest.createCredential(credentialType, `Outside ${name}`, credential);
	credentials.set(name, made);
	return made;
}

const leadsNamed = (...names: string[]) =>
	names.map((name) => ({ name, leadSource: 'AzureMarketplace-INS|contoso.gateway' }));
const namesOf = (leads: Array<{ customer: { lastName: string } }>) =>
	leads.map(({ customer }) => customer.lastName).sort();

async function workflowOf(destination: LeadDestination) {
	const trigger = withCredential(
		pollsFrom({ ...destination.parameters }),
		await credentialOf(destination),
	);
	return chain(`Outside ${destination.name}`, trigger, node('Done', 'n8n-nodes-base.noOp'));
}

it.each(NAMES)('tests the credential of %s', async (name) => {
	const { credentialType, credential, badCredential } = chosen(name);
	const saved = await credentialOf(chosen(name));
	expect(await host.rest.testCredential(credentialType, credential, saved)).toMatchObject({
		status: 'OK',
	});
	const refused = await host.rest.testCredential(credentialType, badCredential);
	expect(refused).toEqual({ status: 'Error', message: expect.stringMatching(/^[A-Z].{30,}\.$/) });
	for (const value of Object.values(badCredential)) {
		const isSecret = typeof value === 'string' && value.length > 20 && !/^https?:/.test(value);
		if (isSecret) expect(refused.message).not.toContain(value);
	}
});

/** One list of each, with an entry that it has to hold. */
const LISTS: Record<(typeof NAMES)[number], [method: string, filter: string, entry: string]> = {
	azureTable: ['searchTables', 'outside', 'OutsideLeads'],
	dynamics365: ['searchColumns', 'subject', 'subject'],
	marketo: ['searchForms', 'marketplace', '1003'],
	salesforce: ['searchLeadSources', 'gateway', 'AzureMarketplace-INS|contoso.gateway'],
};

it.each(NAMES)('fills the list of %s in the editor, searched', async (name) => {
	const destination = chosen(name);
	await destination.insert(leadsNamed('listed'));
	const [methodName, filter, entry] = LISTS[name];
	const { id, name: credentialName, type } = await credentialOf(destination);
	const { results } = await host.rest.post<{ results: Array<{ name: string; value: unknown }> }>(
		'/rest/dynamic-node-parameters/resource-locator-results',
		{
			path: 'parameters.any',
			nodeTypeAndVersion: { name: `${PACKAGE}.marketplaceLeadPollTrigger`, version: 1 },
			currentNodeParameters: destination.parameters,
			credentials: { [type]: { id, name: credentialName } },
			methodName,
			filter,
		},
	);
	expect(results.map(({ value }) => String(value))).toContain(entry);
	for (const found of results) expect(found.name.toLowerCase()).toContain(filter);
});

it.each(NAMES)('gives the newest lead of %s to try a workflow with', async (name) => {
	const destination = chosen(name);
	const workflow = await LiveWorkflow.create(host, await workflowOf(destination));
	await host.rest.runManually(workflow.workflow.id, 'Trigger');
	const [newest] = await workflow.executions(1);
	expect(newest && itemsOf(newest)).toMatchObject([
		{ isTest: false, destination: name, stage: 'initialInterest' },
	]);
	await host.rest.deleteWorkflow(workflow.workflow.id);
});

// All of them wait for n8n's next poll, once a minute: they wait together.
it(
	'gives each lead of every destination once',
	async () => {
		const live = new Map<string, LiveWorkflow>();
		for (const name of NAMES) {
			live.set(name, await LiveWorkflow.activate(host, await workflowOf(chosen(name))));
		}
		for (const name of NAMES) {
			expect([name, namesOf(await live.get(name)!.leads(1))]).toEqual([name, ['listed']]);
			await chosen(name).insert(leadsNamed('first', 'second', 'third'));
		}
		for (const name of NAMES) {
			expect([name, namesOf(await live.get(name)!.leads(4, NEXT_POLL_MS))]).toEqual([
				name,
				['first', 'listed', 'second', 'third'],
			]);
			await live.get(name)!.remove();
		}
	},
	2 * NEXT_POLL_MS,
);

it('reached all of them through the proxy, tokens included', () => {
	const asked = hostsAskedOf(host.outside.proxyLog);
	const addresses = [
		...crms.map(({ origin }) => origin),
		host.outside.storage.endpoint,
		host.outside.authority.host,
	];
	expect(asked).toEqual(
		expect.arrayContaining(addresses.map((address) => `CONNECT ${new URL(address).host}`)),
	);
	// 127.0.0.1 is in NO_PROXY.
	expect(asked.filter((line) => line.includes('127.0.0.1'))).toEqual([]);
});
