/** n8n stopped and cut off in the middle of its work: no lead is lost, none comes out twice. */
import { withTarball } from '../../scripts/host/build.ts';
import { ensureN8n } from '../../scripts/host/cache.ts';
import { Environment } from '../../scripts/host/environment.ts';
import { MarketplaceTable, marketplaceRow, marketplaceRows } from '../support/marketplaceTable.ts';
import { httpsLead, send } from './support/send.ts';
import {
	chain,
	leadTrigger,
	LiveWorkflow,
	NEXT_POLL_MS,
	node,
	pollTrigger,
	withCredential,
} from './support/workflows.ts';

const SECRET = 'an-e2e-secret-of-32-characters-02';
/** A start of n8n on busy cores, and the leads through it. */
const TIMEOUT_MS = 2 * NEXT_POLL_MS;

let environment: Environment;
let table: MarketplaceTable;
let polled: LiveWorkflow;
let sent: LiveWorkflow;

beforeAll(async () => {
	const install = await ensureN8n(() => undefined);
	environment = await withTarball((tarball) => Environment.start({ install, tarballs: [tarball] }));
	const { rest, azurite } = environment;
	table = await new MarketplaceTable(azurite).create();
	await table.insert(marketplaceRows(10));
	const storage = await rest.createCredential('azureTableApi', 'Storage', {
		authentication: 'connectionString',
		connectionString: azurite.connectionString,
	});
	const endpoint = await rest.createCredential('marketplaceLeadEndpointApi', 'Endpoint', {
		secret: SECRET,
	});
	const done = node('Done', 'n8n-nodes-base.noOp');
	const poll = withCredential(pollTrigger('MarketplaceLeads'), storage);
	polled = await LiveWorkflow.activate(environment, chain('Polled', poll, done));
	const trigger = withCredential(leadTrigger(), endpoint);
	sent = await LiveWorkflow.activate(environment, chain('Sent', trigger, done));
}, TIMEOUT_MS);

afterAll(async () => {
	await environment?.stop();
});

const companies = (leads: Array<{ customer: { company: string } }>) =>
	leads.map(({ customer }) => customer.company).sort();
const tableCompanies = (count: number) =>
	Array.from({ length: count }, (_, index) => `Fabrikam ${index}`).sort();

it(
	'goes on after a stop and after a cut with what came in between, each lead once',
	async () => {
		expect(companies(await polled.leads(10))).toEqual(tableCompanies(10));

		// Answered with 200: from then on the lead is n8n's, whatever happens to it.
		expect((await send(sent.url(), httpsLead('Before the stop'), { code: SECRET })).status).toBe(
			200,
		);
		await environment.n8n.stop();
		await table.insert(marketplaceRows(5, 10));
		await environment.restart();
		expect(companies(await polled.leads(15, NEXT_POLL_MS))).toEqual(tableCompanies(15));
		expect((await send(sent.url(), httpsLead('After the stop'), { code: SECRET })).status).toBe(
			200,
		);
		expect(companies(await sent.leads(2))).toEqual(['After the stop', 'Before the stop']);

		await table.insert([marketplaceRow(15)]);
		await environment.n8n.kill();
		await table.insert(marketplaceRows(4, 16));
		await environment.restart();
		expect(companies(await polled.leads(20, NEXT_POLL_MS))).toEqual(tableCompanies(20));
		expect((await send(sent.url(), httpsLead('After the cut'), { code: SECRET })).status).toBe(200);
		expect(companies(await sent.leads(3))).toEqual([
			'After the cut',
			'After the stop',
			'Before the stop',
		]);
	},
	2 * TIMEOUT_MS,
);
