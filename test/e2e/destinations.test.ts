/**
 * Every destination on a real n8n that gets out by a proxy only and trusts a private certificate
 * authority: credentials made and tested as the editor does, workflows activated, leads read.
 */
import type { CredentialRef } from '../../scripts/host/rest.ts';
import { hostsAskedOf } from '../support/forwardProxy.ts';
import { azureTableDestination, startCrms } from '../support/leadDestinations.ts';
import type { LeadDestination, StandInDestination } from '../support/leadDestinations.ts';
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
let crms: StandInDestination[] = [];
let destinations: Map<string, LeadDestination>;
const credentials = new Map<string, CredentialRef>();

beforeAll(async () => {
	host = await sharedHost();
	const authority = { ...host.outside.authority, stop: async () => undefined };
	crms = await startCrms({ authority, secure: true });
	const { storage, storageHere } = host.outside;
	const table = azureTableDestination(storage, 'OutsideLeads', storageHere);
	destinations = new Map([table, ...crms].map((destination) => [destination.name, destination]));
}, 60_000);

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

it.each(NAMES)('gives the newest lead of %s to try a workflow with', async (name) => {
	const destination = chosen(name);
	const workflow = await LiveWorkflow.create(host, await workflowOf(destination));
	await host.rest.runManually(workflow.workflow.id, 'Trigger');
	const [sample] = await workflow.executions(1);
	expect(sample && itemsOf(sample)).toMatchObject([{ isTest: true, destination: name }]);

	await destination.insert(leadsNamed('first', 'second'));
	await host.rest.runManually(workflow.workflow.id, 'Trigger');
	const [, newest] = await workflow.executions(2);
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
			expect([name, namesOf(await live.get(name)!.leads(2))]).toEqual([name, ['first', 'second']]);
			await chosen(name).insert(leadsNamed('third', 'fourth', 'fifth'));
		}
		for (const name of NAMES) {
			expect([name, namesOf(await live.get(name)!.leads(5, NEXT_POLL_MS))]).toEqual([
				name,
				['fifth', 'first', 'fourth', 'second', 'third'],
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
