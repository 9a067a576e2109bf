/**
 * The example that catches up from Partner Center's export, on a real n8n as a user goes through it: the
 * form, the list, and what is in the CRM afterwards, counted in the CRM itself.
 */
import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';

import { PACKAGE, readExample } from '../../scripts/host/demo.ts';
import type { CredentialRef, WorkflowNode } from '../../scripts/host/rest.ts';
import { waitFor } from '../../scripts/host/wait.ts';
import { startSalesforce } from '../fakeServers/salesforce/salesforce.ts';
import type { FakeSalesforce } from '../fakeServers/salesforce/salesforce.ts';
import { sharedHost } from './support/host.ts';
import { LiveWorkflow, withCredential } from './support/workflows.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STEP_MS = 120_000;

let host: Awaited<ReturnType<typeof sharedHost>>;
let crm: FakeSalesforce;
let credential: CredentialRef;
let workflow: LiveWorkflow;
const exportedAt = Math.floor((Date.now() - 40 * DAY) / HOUR) * HOUR;

/** What the CRM has, by id. */
const inCrm = () =>
	new Map(crm.organisation.records().map(({ Id, Email }) => [String(Id), String(Email)]));

function write(email: string, leadSource: string, createdDate: number): void {
	const values = { FirstName: 'Kim', LastName: 'Sample', Company: 'Fabrikam' };
	crm.organisation.insert({
		createdDate,
		values: { ...values, Email: email, LeadSource: leadSource },
	});
}

/** A file as Excel and Partner Center write it, with a byte order mark. */
function csv(
	rows: Array<[email: string, name: string, leadSource: string]>,
	time = new Date(exportedAt).toISOString(),
): Blob {
	const header =
		'LeadCreationDateTime,First name,Last name,Email,Company name,Lead source,Deal registration';
	const lines = rows.map(([email, name, leadSource]) =>
		[time, name, 'Sample', email, `${name} <Ltd>`, leadSource, 'no'].join(),
	);
	return new Blob([`\uFEFF${[header, ...lines].join('\r\n')}\r\n`], { type: 'text/csv' });
}

const EXPORT = csv([
	['KIM@fabrikam.example', 'Kim', 'AzureMarketplace-INS|contoso.crm'],
	['lou@fabrikam.example', 'Lou', 'AzureMarketplace-INS|contoso.crm'],
	['max@fabrikam.example', 'Max', 'SPZA-PLT|contoso.erp'],
	['sam@fabrikam.example', 'Sam', 'AzureMarketplace-INS|contoso.crm'],
	['nia@fabrikam.example', 'Nia', 'AzureMarketplace-INS|contoso.crm'],
	['quiet@fabrikam.example', 'Quiet', 'SPZA-DNC|contoso.crm'],
]);

/** Nodes as a user sets them up: the credential, and an address that is this import's own. */
function setUp(node: WorkflowNode): WorkflowNode {
	if (node.type === `${PACKAGE}.marketplaceLead`) return withCredential(node, credential);
	const hasWebhook = /\.form(Trigger)?$/.test(node.type);
	return hasWebhook ? { ...node, webhookId: randomUUID() } : node;
}

beforeAll(async () => {
	host = await sharedHost();
	const { certFile, keyFile } = host.outside.authority.tls;
	crm = await startSalesforce({
		tls: { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') },
		host: 'salesforce.leads.example',
	});
	credential = await host.rest.createCredential(crm.credentialType, 'Catching up', crm.credential);
	const example = await readExample('catch-up-from-export.json');
	workflow = await LiveWorkflow.activate(host, { ...example, nodes: example.nodes.map(setUp) });
});

afterAll(async () => {
	await workflow?.remove();
	await crm?.stop();
});

/** Sends a page of the form. */
async function submit(url: string, fields: Record<string, Blob | string>): Promise<unknown> {
	const body = new FormData();
	for (const [name, value] of Object.entries(fields)) {
		if (typeof value === 'string') body.append(name, value);
		else body.append(name, value, 'leads.csv');
	}
	const response = await fetch(url, { method: 'POST', body });
	expect(response.status).toBe(200);
	return await response.json();
}

/** A person with the file: what they are shown, and their answer. */
class Visit {
	private constructor(
		private readonly pages: string,
		readonly executionId: string,
	) {}

	static async begin(file: Blob): Promise<Visit> {
		const trigger = workflow.workflow.nodes.find(({ type }) => type.endsWith('.formTrigger'))!;
		const before = await workflow.begun();
		const address = `${host.baseUrl}/form/${trigger.webhookId}`;
		const { formWaitingUrl } = (await submit(address, { 'field-0': file })) as {
			formWaitingUrl: string;
		};
		const { pathname, search } = new URL(formWaitingUrl);
		const executionId = /\/(\d+)$/.exec(pathname)![1]!;
		expect(await workflow.begun()).toBe(before + 1);
		return new Visit(`${host.baseUrl}${pathname}${search}`, executionId);
	}

	/** Waits until the workflow has come to this page, and opens it. */
	async page(name: string): Promise<string> {
		await waitFor(`The page ${name}`, STEP_MS, async () => {
			const { runs, status, error } = await host.rest.execution(this.executionId);
			if (status === 'error') throw new Error(error?.message);
			return (runs[name] && status !== 'running') || undefined;
		});
		return await (await fetch(this.pages)).text();
	}

	async answer(text: string): Promise<void> {
		await submit(this.pages, { 'field-1': text });
	}
}

it('shows what is missing, and writes it once somebody has said so', async () => {
	// The time zone of an export is not known: hours may lie between the two.
	write('kim@fabrikam.example', 'AzureMarketplace-INS|contoso.crm', exportedAt + 20 * HOUR);
	write('nia@fabrikam.example', 'AzureMarketplace-INS|contoso.crm', exportedAt);
	write('max@fabrikam.example', 'SPZA-PLT|contoso.crm', exportedAt);
	write('sam@fabrikam.example', 'AzureMarketplace-INS|contoso.crm', exportedAt + 3 * DAY);
	const before = inCrm();
	const added = () => [...inCrm()].filter(([id]) => !before.has(id)).map(([, email]) => email);

	const first = await Visit.begin(EXPORT);
	const list = await first.page('Show the List');
	expect(list).toContain('4 of 6 leads are missing.');
	const shown = ['kim', 'lou', 'max', 'nia', 'quiet', 'sam'].filter((name) =>
		list.includes(`${name}@fabrikam.example`),
	);
	expect(shown).toEqual(['lou', 'max', 'quiet', 'sam']);
	expect(list).toContain('kept as properties: Deal registration<');
	expect(list).toContain('Do not contact: not written');
	expect(list).toContain('Lou &lt;Ltd');
	expect(added()).toEqual([]);

	await first.answer('No');
	expect(await first.page('Nothing Written')).toContain('The leads are as they were.');
	expect(added()).toEqual([]);

	const second = await Visit.begin(EXPORT);
	await second.page('Show the List');
	await second.answer('Yes');
	const ending = await second.page('Written');
	expect(ending).toContain('3 created');
	expect(ending).toContain('1 leftOut');
	expect(added().sort()).toEqual(['lou', 'max', 'sam'].map((name) => `${name}@fabrikam.example`));
});

it('says of which leads no time could be read', async () => {
	const visit = await Visit.begin(
		csv([['zoe@fabrikam.example', 'Zoe', 'AzureMarketplace-INS|contoso.crm']], '10/2/2018 3:04 PM'),
	);
	const list = await visit.page('Show the List');
	expect(list).toContain('Leads of which no time could be read: 1, such as "10/2/2018 3:04 PM".');
	expect(list).toContain('kept as properties: Deal registration<');
	await visit.answer('No');
	await visit.page('Nothing Written');
});

it('finds nothing to write where everything is there', async () => {
	const before = [...inCrm().keys()];
	const visit = await Visit.begin(
		csv([['nia@fabrikam.example', 'Nia', 'AzureMarketplace-INS|contoso.crm']]),
	);
	expect(await visit.page('Nothing Written')).toContain('No lead of the file is missing.');
	expect([...inCrm().keys()]).toEqual(before);
});

it('writes nothing twice where the same file is given again', async () => {
	const before = [...inCrm().keys()];
	const visit = await Visit.begin(EXPORT);
	// By the CRM's clock the leads are of the day on which they were written.
	await visit.page('Show the List');
	await visit.answer('Yes');
	expect(await visit.page('Written')).toMatch(/3 (unchanged|updated)/);
	expect([...inCrm().keys()]).toEqual(before);
});
