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
import type { SeenLead } from './host/samples.ts';
import { command, paced } from './host/terminal.ts';

const once = process.argv.includes('--once');

interface State {
	install: string;
	crms: FakeDestination[];
	/** Of the fake server for Entra, for n8n to trust. */
	trusted: string;
	environment: Environment;
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
	return paced((message) => (task.output = message));
}

async function runDemo(): Promise<State> {
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
				title: 'Install the package in n8n, start n8n and an Azure Table emulator',
				task: async (context) => {
					context.environment = await withTarball((tarball) =>
						Environment.start({
							install: context.install,
							tarballs: [tarball],
							env: { NODE_EXTRA_CA_CERTS: context.trusted },
						}),
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
	const state = await runDemo();
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
			`  e-mail    ${environment.owner.email}`,
			`  password  ${environment.owner.password}`,
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
