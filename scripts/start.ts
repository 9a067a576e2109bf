/** `npm start`: the package in a real n8n, with a lead of every kind sent through it. */
import Table from 'cli-table3';
import { Listr } from 'listr2';

import { startEntraAuthority } from '../test/fakeServers/entra/authority.ts';
import { startCrms } from '../test/fakeServers/leadDestinations.ts';
import type { FakeDestination } from '../test/fakeServers/leadDestinations.ts';
import { build, withTarball } from './host/build.ts';
import { N8N_VERSION, ensureN8n } from './host/cache.ts';
import { Demo } from './host/demo.ts';
import type { DemoResult } from './host/demo.ts';
import { Environment } from './host/environment.ts';
import { findQueuePrograms, type QueuePrograms } from './host/queue/programs.ts';
import { QueueN8n } from './host/queue/queueN8n.ts';
import type { N8nHost } from './host/n8n.ts';
import type { SeenLead } from './host/samples.ts';
import { command, throttled } from './host/terminal.ts';

const once = process.argv.includes('--once');
/** n8n as it runs on several machines, in place of one process. */
const inQueueMode = process.argv.includes('--queue');

interface State {
	install: string;
	crms: FakeDestination[];
	/** Of the fake server for Entra, for n8n to trust. */
	trusted: string;
	environment: Environment<N8nHost>;
	demo: Demo;
	result: DemoResult;
	/** Undoes what was started, the last first. */
	stops: Array<() => Promise<void>>;
}

async function stop({ stops }: State): Promise<void> {
	for (const undo of stops.toReversed()) await undo();
}

/** Each task has a line of its own for what goes on, which is gone when the task is done. */
function shownBy(task: { output: string }): (message: string) => void {
	return throttled((message) => (task.output = message));
}

async function runDemo(programs: QueuePrograms | undefined): Promise<State> {
	const state = { stops: [] as State['stops'] } as State;
	const tasks = new Listr<State>(
		[
			{ title: 'Build the package', task: () => build() },
			{
				title: `Find or install n8n ${N8N_VERSION}`,
				task: async (context, task) => {
					context.install = await ensureN8n(shownBy(task));
				},
			},
			{
				title: 'Start fake servers for Dynamics 365, Entra, Marketo and Salesforce',
				task: async (context) => {
					const authority = await startEntraAuthority();
					context.stops.push(authority.stop);
					context.crms = await startCrms({ authority });
					context.stops.push(...context.crms.map((crm) => () => crm.stop()));
					context.trusted = authority.tls.certFile;
				},
			},
			{
				title: programs
					? 'Install the package, start PostgreSQL, Redis, n8n (main, webhook processor, 2 workers) and an Azure Table emulator'
					: 'Install the package in n8n, start n8n and an Azure Table emulator',
				task: async (context) => {
					const { install } = context;
					const env = { NODE_EXTRA_CA_CERTS: context.trusted };
					context.environment = await withTarball<Environment<N8nHost>>((tarball) =>
						programs
							? Environment.startOn(() => QueueN8n.create({ install, env, programs }), [tarball])
							: Environment.start({ install, tarballs: [tarball], env }),
					);
					context.stops.push(() => context.environment.stop());
				},
			},
			{
				title: 'Make credentials, import and activate the example workflows',
				task: async (context, task) => {
					context.demo = new Demo(context.environment, context.crms, shownBy(task));
					await context.demo.importWorkflows();
				},
			},
			{
				title: 'Send a lead of every kind over HTTPS, into the table and into the CRMs',
				task: async ({ demo }, task) => {
					demo.progress = shownBy(task);
					await demo.sendSamples();
				},
			},
			{
				title: 'Wait for the leads to come out of the workflows',
				task: async (context, task) => {
					context.demo.progress = shownBy(task);
					context.result = await context.demo.collect();
				},
			},
		],
		{
			ctx: state,
			fallbackRenderer: 'simple',
			rendererOptions: { showErrorMessage: false },
			fallbackRendererOptions: { timestamp: undefined },
		},
	);
	try {
		await tasks.run();
		return state;
	} catch (error) {
		await stop(state);
		throw error;
	}
}

function leadsTable(leads: SeenLead[]): string {
	const head = ['Source', 'Action', 'Stage', 'Offer', 'Company', 'Contact allowed?', 'Via'];
	const colours = process.stdout.isTTY
		? { head: ['bold'], border: ['grey'] }
		: { head: [], border: [] };
	const table = new Table({ head, style: { ...colours, compact: true } });
	for (const lead of leads.toSorted((a, b) => a.via.localeCompare(b.via))) {
		const contact = `${lead.contactAllowed ? 'yes' : 'no'}${lead.isTest ? ' (test lead)' : ''}`;
		const { source, action, stage, offer, company, via } = lead;
		table.push([source, action, stage, offer, company, contact, via]);
	}
	return table.toString();
}

await command(async () => {
	const programs = inQueueMode ? await findQueuePrograms() : undefined;
	// Before minutes of building and installing.
	if (typeof programs === 'string') throw new Error(programs);
	const state = await runDemo(programs);
	const { environment, demo, result } = state;
	const { seen, differences } = result;
	process.stdout.write(`\n${leadsTable(seen)}\n\n`);
	process.stdout.write(
		differences.length === 0
			? `All ${seen.length} leads came out of the workflows exactly once, as expected.\n`
			: `Not as expected:\n${differences.map((line) => `  - ${line}\n`).join('')}`,
	);
	const exitCode = differences.length === 0 ? 0 : 1;
	if (once) {
		await stop(state);
		return exitCode;
	}
	process.stdout.write(
		[
			'',
			`The editor is at ${environment.baseUrl}`,
			`  email    ${environment.owner.email}`,
			`  password  ${environment.owner.password}`,
			...(environment.webhookUrl === environment.baseUrl
				? []
				: [`Leads are sent to the webhook processor at ${environment.webhookUrl}`]),
			'',
			'Send a lead of your own:',
			`  curl -H 'Content-Type: application/json' -d @test/samples/https-test-lead.json '${demo.endpoint('HTTPS')}'`,
			'',
			'Ctrl-C stops everything and deletes what was made for it.',
			'',
		].join('\n'),
	);
	return exitCode;
});
