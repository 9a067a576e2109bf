/** `npm run pictures`: every picture of the documentation, made in the real editor of the pinned n8n. */
import path from 'node:path';

import { startEntraAuthority } from '../test/fakeServers/entra/authority.ts';
import { startCrms } from '../test/fakeServers/leadDestinations.ts';
import { build, withTarball } from './host/build.ts';
import { ensureN8n } from './host/cache.ts';
import { findChromium, NO_CHROMIUM } from './host/chromium.ts';
import { Demo } from './host/demo.ts';
import { Editor } from './host/editor.ts';
import { Environment } from './host/environment.ts';
import { PROJECT_ROOT } from './host/paths.ts';
import { command, step } from './host/terminal.ts';

const FOLDER = path.join(PROJECT_ROOT, 'docs', 'images');
/** Pixels: what a page of documentation shows without making it smaller than can be read. */
const SIZE = { width: 1280, height: 800 };
/** What the triggers' URLs show in place of this machine's address. */
const PUBLIC_URL = 'https://n8n.contoso.example/';

const LEAD = {
	UserDetails: {
		FirstName: 'Kim',
		LastName: 'Sample',
		Email: 'kim@fabrikam.example',
		Phone: '4255550100',
		Country: 'US',
		Company: 'Fabrikam',
		Title: 'Buyer',
	},
	LeadSource: 'AzureMarketplace',
	ActionCode: 'INS',
	OfferTitle: 'Contoso Gateway',
	Description: '',
};

async function takeAll(editor: Editor, environment: Environment): Promise<void> {
	const { rest, baseUrl } = environment;
	const workflows = await rest.get<Array<{ id: string; name: string }>>('/rest/workflows');
	const idOf = (name: string) => {
		const found = workflows.find((workflow) => workflow.name === name);
		if (!found) throw new Error(`There is no workflow "${name}".`);
		return found.id;
	};
	const take = async (name: string) => await editor.picture(path.join(FOLDER, `${name}.png`));

	const leads = idOf('Marketplace leads from the HTTPS endpoint');
	await editor.openWorkflow(leads);
	await take('workflow');

	await editor.openNode('Marketplace Lead Trigger');
	const url = new URL(await editor.testUrl());
	await editor.listen();
	const response = await fetch(`${baseUrl}${url.pathname}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(LEAD),
	});
	if (response.status !== 200) throw new Error(`The lead got status ${response.status}.`);
	await editor.seesOutput('Fabrikam');
	await editor.showOutputAs('schema');
	await take('trigger');

	await editor.openWorkflow(idOf('Check that marketplace leads arrive'));
	await editor.executeWorkflow();
	await take('check-workflow');

	await editor.openNode('Check Salesforce');
	// Opening it, n8n stores the fields that can be added, and then marks what the workflow's run gave as stale.
	await editor.executeStep();
	await editor.showOutputAs('json');
	await editor.seesOutput('All 7 checks passed');
	await take('check-connection');
}

await command(async () => {
	// Before minutes of building and installing.
	if ((await findChromium()) === undefined) throw new Error(NO_CHROMIUM);
	const stops: Array<() => Promise<void>> = [];
	try {
		await step('Build', build);
		const install = await step('n8n', ensureN8n);
		const { environment, editor } = await step('n8n with the demo in it', async (progress) => {
			const authority = await startEntraAuthority();
			stops.push(authority.stop);
			const crms = await startCrms({ authority });
			stops.push(...crms.map((crm) => () => crm.stop()));
			const env = { NODE_EXTRA_CA_CERTS: authority.tls.certFile, WEBHOOK_URL: PUBLIC_URL };
			const environment = await withTarball((tarball) =>
				Environment.start({ install, tarballs: [tarball], env }),
			);
			stops.push(() => environment.stop());
			await new Demo(environment, crms, progress).importWorkflows();
			const editor = await Editor.open(environment, { viewport: SIZE });
			stops.push(() => editor.close());
			return { environment, editor };
		});
		await step('The pictures', async () => await takeAll(editor, environment));
		process.stdout.write('Look at each of them in docs/images before you commit it.\n');
		return 0;
	} finally {
		for (const stop of stops.toReversed()) await stop();
	}
});
