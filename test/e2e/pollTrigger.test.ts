/** The Marketplace Lead CRM & Table Trigger on a real n8n, which polls a table of Azurite's. */
import type { DemoHost } from '../../scripts/host/demo.ts';
import type { CredentialRef } from '../../scripts/host/rest.ts';
import {
	MarketplaceTable,
	marketplaceRow,
	marketplaceRows,
} from '../fakeServers/azureTable/marketplaceTable.ts';
import { sharedHost } from './support/host.ts';
import {
	chain,
	itemsOf,
	LiveWorkflow,
	NEXT_POLL_MS,
	node,
	pollTrigger,
	withCredential,
	type Parameters,
} from './support/workflows.ts';

let host: DemoHost;
let credential: CredentialRef;

beforeAll(async () => {
	host = await sharedHost();
	credential = await host.rest.createCredential('marketplaceLeadAzureTableApi', 'Table e2e', {
		authentication: 'connectionString',
		connectionString: host.azurite.connectionString,
	});
});

const poller = (table: string, parameters: Parameters = {}) =>
	chain(
		`Poll ${table}`,
		withCredential(pollTrigger(table, parameters), credential),
		node('Done', 'n8n-nodes-base.noOp'),
	);

const emails = (leads: Array<{ customer: { email: string } }>) =>
	leads.map(({ customer }) => customer.email).sort();
const emailsOf = (...indexes: number[]) =>
	indexes.map((index) => `kim.sample.${index}@fabrikam.example`).sort();

describe('an active workflow', () => {
	// All of these wait for n8n's next poll, once a minute: they wait together.
	it(
		'gives each lead once, whenever it came',
		async () => {
			const backlog = await new MarketplaceTable(host.azurite, 'Backlog').create();
			const late = new MarketplaceTable(host.azurite, 'LateTable');
			const fromNow = await new MarketplaceTable(host.azurite, 'FromNow').create();
			const capped = await new MarketplaceTable(host.azurite, 'Capped').create();
			await backlog.insert(marketplaceRows(150));
			await fromNow.insert(marketplaceRows(3));
			await capped.insert(marketplaceRows(5));

			const live = {
				backlog: await LiveWorkflow.activate(host, poller('Backlog')),
				// Microsoft makes the table with the first lead: until then it is an empty one.
				late: await LiveWorkflow.activate(host, poller('LateTable')),
				fromNow: await LiveWorkflow.activate(host, poller('FromNow', { startFrom: 'now' })),
				capped: await LiveWorkflow.activate(host, poller('Capped', { maxLeads: 3 })),
			};
			const first = await live.backlog.leads(150);
			expect(first).toHaveLength(150);
			expect(emails(await live.capped.leads(3))).toHaveLength(3);

			await backlog.insert([marketplaceRow(1000)]);
			// Edited later: no new lead.
			await backlog.touch(marketplaceRow(7));
			await (await late.create()).insert(marketplaceRows(2));
			// A start from now leaves out leads made before it, also if they are written later.
			await fromNow.insert([
				marketplaceRow(1000, { CreatedTime: new Date().toISOString() }),
				marketplaceRow(1001),
			]);

			expect(emails(await live.backlog.leads(151, NEXT_POLL_MS))).toEqual(
				emailsOf(...Array.from({ length: 150 }, (_, index) => index), 1000),
			);
			expect(emails(await live.late.leads(2, NEXT_POLL_MS))).toEqual(emailsOf(0, 1));
			expect(emails(await live.fromNow.leads(1, NEXT_POLL_MS))).toEqual(emailsOf(1000));
			expect(emails(await live.capped.leads(5, NEXT_POLL_MS))).toEqual(emailsOf(0, 1, 2, 3, 4));
			for (const workflow of Object.values(live)) await workflow.remove();
		},
		2 * NEXT_POLL_MS,
	);
});

describe('a manual test', () => {
	it('gives the newest lead, and a marked sample while there is none', async () => {
		const table = new MarketplaceTable(host.azurite, 'ManualTable');
		const workflow = await LiveWorkflow.create(host, poller('ManualTable'));
		const { id } = workflow.workflow;

		await host.rest.runManually(id, 'Trigger');
		const [sample] = await workflow.executions(1);
		expect(sample && itemsOf(sample)).toMatchObject([{ isTest: true, destination: 'azureTable' }]);

		await table.create();
		await table.insert([marketplaceRow(1)]);
		await table.insert([marketplaceRow(0)]);
		await host.rest.runManually(id, 'Trigger');
		const [, newest] = await workflow.executions(2);
		expect(newest && emails(itemsOf(newest))).toEqual(emailsOf(0));
		await host.rest.deleteWorkflow(id);
	});
});
