/**
 * The example with owners and a deadline, on a real n8n over a weekend on which the clocks change: its
 * own clock is a value of the workflow, which is set here; mails go to a mail server.
 */
import { randomUUID } from 'node:crypto';

import { readExample } from '../../scripts/host/demo.ts';
import type {
	CredentialRef,
	Execution,
	WorkflowFile,
	WorkflowNode,
} from '../../scripts/host/rest.ts';
import { SmtpMailbox } from '../fakeServers/smtpMailbox.ts';
import type { Mail } from '../fakeServers/smtpMailbox.ts';
import { DataTable } from './support/dataTable.ts';
import { sharedHost } from './support/host.ts';
import { httpsLead, send } from './support/send.ts';
import { LiveWorkflow, withCredential } from './support/workflows.ts';

const TEAM = ['ann@contoso.example', 'ben@contoso.example'];
const MANAGER = 'manager@contoso.example';
/** Friday, 16:00 in Berlin; on Sunday the clocks go forward. */
const FRIDAY = '2026-03-27T15:00:00Z';

let host: Awaited<ReturnType<typeof sharedHost>>;
let mailbox: SmtpMailbox;
let credential: CredentialRef;
let table: DataTable<Row>;
let example: WorkflowFile;
let workflow: LiveWorkflow;

interface Row {
	lead: string;
	owner: string;
	skipped: string | null;
	due: string;
	status: string;
}

/** The example at a time, as a user sets it up. */
function at(now: string): WorkflowFile {
	const nodes = example.nodes.map((node): WorkflowNode => {
		const text = JSON.stringify(node.parameters)
			.replaceAll('{{ $now.toISO() }}', `{{ '${now}' }}`)
			.replaceAll('{{ $now }}', `{{ DateTime.fromISO('${now}') }}`);
		const set = { ...node, parameters: JSON.parse(text) as WorkflowNode['parameters'] };
		return node.type.endsWith('.emailSend') ? withCredential(set, credential) : set;
	});
	return { ...example, nodes };
}

async function moveTo(now: string): Promise<void> {
	const { nodes, connections } = at(now);
	const { versionId } = await host.rest.saveDraft(workflow.workflow.id, { nodes, connections });
	await host.rest.activate({ id: workflow.workflow.id, versionId });
}

let begun = 0;
async function ended(): Promise<Execution> {
	begun += 1;
	const execution = (await workflow.executions(begun)).at(-1)!;
	expect([execution.status, execution.error?.message]).toEqual(['success', undefined]);
	return execution;
}

/** What the schedule does at a time. */
async function checkedAt(now: string): Promise<Mail[]> {
	await moveTo(now);
	const before = mailbox.mails.length;
	await host.rest.runManually(workflow.workflow.id, 'Every 5 Minutes');
	await ended();
	return mailbox.mails.slice(before);
}

async function lead(company: string, changes: object = {}): Promise<Mail[]> {
	const before = mailbox.mails.length;
	expect((await send(workflow.url(), httpsLead(company, { ...changes }))).status).toBe(200);
	await ended();
	return mailbox.mails.slice(before);
}

beforeAll(async () => {
	host = await sharedHost();
	mailbox = await SmtpMailbox.start();
	credential = await host.rest.createCredential('smtp', 'Mails', mailbox.credential);
	const columns = ['lead', 'owner', 'skipped', 'due', 'status', 'entry'];
	table = await DataTable.create(host.rest, 'Leads to handle', columns);
	const file = await readExample('assign-owner-with-deadline.json');
	const nodes = file.nodes
		// The test says itself when it is time.
		.map((node) =>
			node.type.endsWith('.scheduleTrigger')
				? { ...node, parameters: { rule: { interval: [{ field: 'months' }] } } }
				: node,
		)
		.map((node) => (/rigger$/.test(node.type) ? { ...node, webhookId: randomUUID() } : node));
	example = { ...file, nodes };
	workflow = await LiveWorkflow.activate(host, at(FRIDAY));
});

afterAll(async () => {
	await workflow?.remove();
	await table?.remove();
	await mailbox?.stop();
});

let first: string;

it('gives a lead an owner, who has four working hours: the weekend is none of them', async () => {
	const [mail, ...more] = await lead('Fabrikam');
	expect(more).toEqual([]);
	[first] = mail!.to as [string];
	expect(TEAM).toContain(first);
	expect(mail!.subject).toBe('A lead for you: Fabrikam');
	expect(mail!.text).toContain('Until Monday, 30 March, 12:00 it is yours.');
	expect(mail!.text).toContain('kim@fabrikam.example');
	// An hour on Friday, three on Monday, when Berlin is two hours ahead.
	expect(await table.rows()).toMatchObject([
		{ owner: first, status: 'open', due: '2026-03-30T10:00:00.000Z' },
	]);
});

it('asks nobody else before the time is up', async () => {
	for (const now of ['2026-03-27T20:00:00Z', '2026-03-29T12:00:00Z', '2026-03-30T09:59:00Z']) {
		expect([now, await checkedAt(now)]).toEqual([now, []]);
	}
});

it('gives it to the next in line then, tells the manager, and asks nobody twice', async () => {
	const mails = await checkedAt('2026-03-30T10:00:00Z');
	const [second] = TEAM.filter((email) => email !== first) as [string];
	expect(mails.map(({ to }) => to)).toEqual([[second], [MANAGER]]);
	expect(mails[0]!.text).toContain('Until Monday, 30 March, 16:00 it is yours.');
	expect(mails[1]!.subject).toBe('A lead that was not handled in time: Fabrikam');
	expect(mails[1]!.text).toContain(`Not handled in time by: ${first}.`);
	expect(mails[1]!.text).toContain(`It is with ${second} now.`);
	expect(await table.rows()).toMatchObject([
		{ owner: second, skipped: first, due: '2026-03-30T14:00:00.000Z', status: 'open' },
	]);
	expect(await checkedAt('2026-03-30T10:05:00Z')).toEqual([]);
});

it('tells the manager once when nobody is left', async () => {
	const mails = await checkedAt('2026-03-30T14:00:00Z');
	expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
		[[MANAGER], 'A lead that nobody takes: Fabrikam'],
	]);
	expect(mails[0]!.text).toContain('Nobody is left to take it.');
	expect(await checkedAt('2026-03-31T10:00:00Z')).toEqual([]);
});

it('leaves a lead with the owner who takes care of it, also when it comes again', async () => {
	await moveTo('2026-03-31T05:00:00Z');
	const [mail] = await lead('Tailspin');
	// Before the office opens: all four hours are of that day.
	expect(mail!.text).toContain('Until Tuesday, 31 March, 13:00 it is yours.');
	const link = new URL(/https?:\/\/\S+/.exec(mail!.text)![0]);
	const form = `${host.baseUrl}${link.pathname}${link.search}`;
	const page = await (await fetch(form)).text();
	expect(page).toContain('I take care of it');
	// Whatever opens links in mails does not press buttons.
	expect((await table.rows()).map(({ status }) => status)).toEqual(['nobody', 'open']);
	const body = new FormData();
	body.append('field-0', link.searchParams.get('lead')!);
	expect((await fetch(`${host.baseUrl}${link.pathname}`, { method: 'POST', body })).status).toBe(
		200,
	);
	await ended();
	expect((await table.rows()).map(({ status }) => status)).toEqual(['nobody', 'handled']);
	expect(await checkedAt('2026-04-07T10:00:00Z')).toEqual([]);
	expect(await lead('Tailspin')).toEqual([]);
});

it('takes a lead for late whose time somebody has spoilt in the table, and looks at the others', async () => {
	const [{ lead: spoilt }] = (await table.rows()) as [Row];
	await table.update('lead', spoilt, { status: 'open', due: 'soon' });
	const mails = await checkedAt('2026-04-07T11:00:00Z');
	expect(mails.map(({ subject }) => subject)).toEqual(['A lead that nobody takes: Fabrikam']);
});

it('gives nobody a lead who must not be contacted', async () => {
	expect(await lead('Quiet', { LeadSource: 'SPZA', ActionCode: 'DNC' })).toEqual([]);
	expect(await table.rows()).toHaveLength(2);
});

it('says that working hours can not be met, and gives the lead to nobody', async () => {
	const { connections, nodes } = at(FRIDAY);
	const text = JSON.stringify(nodes).replace('"Europe/Berlin"', '"Europe/Berln"');
	const wrong = JSON.parse(text) as WorkflowNode[];
	const draft = await host.rest.saveDraft(workflow.workflow.id, { nodes: wrong, connections });
	await host.rest.activate({ id: workflow.workflow.id, versionId: draft.versionId });
	const before = mailbox.mails.length;
	await send(workflow.url(), httpsLead('Late'));
	begun += 1;
	const { status, error } = (await workflow.executions(begun)).at(-1)!;
	expect([status, error?.message]).toEqual([
		'error',
		expect.stringMatching(/^There are no 4 working hours between 9 and 17 .* "Europe\/Berln"/),
	]);
	expect(mailbox.mails.slice(before)).toEqual([]);
	expect(await table.rows()).toHaveLength(2);
});
