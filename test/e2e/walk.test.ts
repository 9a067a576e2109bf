/**
 * What a person does with this package in the real editor, from the editor's first page to a lead out of a new
 * workflow. Every button is found by the name that the docs give it; where it matters, clicks are counted.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { PACKAGE, readExample } from '../../scripts/host/demo.ts';
import type { Editor } from '../../scripts/host/editor.ts';
import { type Azurite, startAzurite } from '../fakeServers/azureTable/azurite.ts';
import { MarketplaceTable, marketplaceRow } from '../fakeServers/azureTable/marketplaceTable.ts';
import { PROJECT_ROOT } from '../../scripts/host/paths.ts';
import type { WorkflowFile } from '../../scripts/host/rest.ts';
import { type BrowserHost, describeInBrowser, openEditor, WALK_TIME } from './support/browser.ts';
import { httpsLead, send } from './support/send.ts';
import { chain, leadSource, LiveWorkflow, node, withCredential } from './support/workflows.ts';

/** Clicks from there to a lead have to be fewer. */
const MANY = 12;

/** What people search for who have a marketplace's leads: each destination, and words of Microsoft's and of sales. */
const SEARCHED = [
	'azure table',
	'dynamics 365',
	'https endpoint',
	'marketo',
	'salesforce',
	'commercial marketplace',
	'partner center',
	'sales lead',
	'crm',
];
/** As the editor's search lists them: a trigger and the node for the same app are one entry there. */
const TRIGGERS = ['Marketplace Lead', 'Marketplace Lead CRM & Table Trigger'];

const EXAMPLES = path.join(PROJECT_ROOT, 'examples');
const NOTE = 'n8n-nodes-base.stickyNote';

/** A workflow's parts by how the canvas shows them. */
function partsOf({ nodes, connections }: WorkflowFile) {
	const notes = nodes.filter(({ type }) => type === NOTE).length;
	const outputs = Object.values(connections).flatMap((byType) => Object.values(byType).flat());
	return { nodes: nodes.length - notes, connections: outputs.flat().length, notes };
}

const asFile = (text: string) => ({
	name: 'workflow.json',
	mimeType: 'application/json',
	buffer: Buffer.from(text),
});

describeInBrowser('a person in the editor', () => {
	let host: BrowserHost;
	let editor: Editor;
	let storage: Azurite;

	beforeAll(async () => {
		storage = await startAzurite();
		({ host, editor } = await openEditor());
	}, WALK_TIME);

	afterAll(async () => {
		await editor?.close();
		await storage?.stop();
	});

	it(
		'gets a lead over HTTPS without typing, and sees why a request was refused',
		async () => {
			await editor.openHome();
			await editor.countFromHere();
			await editor.createWorkflow();
			await editor.addAppTrigger('Marketplace Lead', 'On new Marketplace Lead event');
			await editor.sees('Receive leads from Partner Center', 'Secret URL', 'Respond', 'Filters');
			const url = await editor.testUrl();
			await editor.listen();
			expect((await send(url, httpsLead('Fabrikam'))).status).toBe(200);
			await editor.seesOutput('Fabrikam', 'kim@fabrikam.example');
			const { clicks, typed } = await editor.counts();
			expect([clicks, typed]).toEqual([expect.any(Number), 0]);
			expect(clicks).toBeLessThan(MANY);

			await editor.listen();
			expect((await send(url, { hello: 'world' })).status).toBe(400);
			await editor.seesOutput('This request was refused');
			await editor.openOutput('2 Branch (1 item)');
			await editor.seesOutput('The body holds none of the fields of a lead');
		},
		WALK_TIME,
	);

	it(
		'gets a lead out of an Azure table, and types nothing but the credential',
		async () => {
			const table = await new MarketplaceTable(storage).create();
			await table.insert([marketplaceRow(7)]);
			await editor.openHome();
			await editor.countFromHere();
			await editor.createWorkflow();
			await editor.addAppTrigger('Marketplace Lead CRM & Table Trigger', 'Add to workflow');
			await editor.sees('Destination', 'Azure Table', 'Start From', 'Now');
			await editor.newCredential('connectionString', storage.connectionString);
			await editor.press('Fetch Test Event');
			await editor.seesOutput('Sample 7');
			const { clicks, typed } = await editor.counts();
			// Pasted.
			expect(typed).toBe(1);
			expect(clicks).toBeLessThan(MANY);

			// The key of another account.
			const wrong = storage.connectionString.replace(/(AccountKey=)[^;]+/, '$1d3Jvbmc=');
			await editor.changeCredential('connectionString', wrong);
			await editor.seesFailedTest('Check that the account key or SAS is right');
			await editor.changeCredential('connectionString', storage.connectionString);
			await editor.seesInCredential('Connection tested successfully');
		},
		WALK_TIME,
	);

	// Opening a page takes longer than all else, so both have one.
	describe('in a new workflow', () => {
		beforeAll(async () => {
			await editor.openHome();
			await editor.createWorkflow();
		}, WALK_TIME);

		it(
			'finds both triggers by every destination and by what leads are called',
			async () => {
				await editor.openNodesPanel();
				for (const words of SEARCHED) await editor.findsNodes(words, ...TRIGGERS);
				await editor.closeNodesPanel();
			},
			WALK_TIME,
		);

		it(
			'imports every example with all of its nodes, connections and notes',
			async () => {
				const names = readdirSync(EXAMPLES);
				expect(names.length).toBeGreaterThan(15);
				for (const [at, name] of names.entries()) {
					// All of them together make a canvas that takes minutes.
					if (at > 0) await editor.clearCanvas();
					const file = path.join(EXAMPLES, name);
					await (at === 0 ? editor.importFromFile(file) : editor.importAnother(file));
					await editor.seesCanvas(partsOf(await readExample(name)));
					expect([name, ...(await editor.complaints())]).toEqual([name]);
				}

				// What is not all right would be seen.
				await editor.clearCanvas();
				const unknown = node('Unknown', `${PACKAGE}.renamedNode`);
				await editor.importAnother(asFile(JSON.stringify(chain('Unknown', unknown))));
				await editor.seesCanvas({ nodes: 1, connections: 0, notes: 0 });
				expect(await editor.complaints()).toEqual([expect.stringContaining('Unknown')]);
				await editor.importAnother(asFile('{'));
				await editor.seesError('Could not import file');
				expect(await editor.complaints()).toHaveLength(2);
			},
			WALK_TIME,
		);
	});

	it(
		'sees a connection checked, and a follow-up as its reader gets it',
		async () => {
			const credential = await host.rest.createCredential(
				'marketplaceLeadAzureTableApi',
				'Walked',
				{
					authentication: 'connectionString',
					connectionString: storage.connectionString,
				},
			);
			const check = node('Check', `${PACKAGE}.marketplaceLead`, { operation: 'checkConnection' });
			const compose = { operation: 'composeFollowUp', sender: 'Contoso Sales' };
			const workflow = chain(
				'Check and follow up',
				node('Start', 'n8n-nodes-base.manualTrigger'),
				leadSource('Follow-Up', compose),
				withCredential(check, credential),
			);
			for (const [at, placed] of workflow.nodes.entries()) placed.position = [at * 300, 0];
			const pinData = { Start: [{ json: httpsLead('Fabrikam') }] };
			const { workflow: made } = await LiveWorkflow.create(host, { ...workflow, pinData });
			await editor.openWorkflow(made.id);

			await editor.openNode('Follow-Up');
			await editor.sees('Compose Follow-Up', 'Sender', 'Templates', 'Simplify', 'Separate Outputs');
			await editor.press('Execute step');
			await editor.seesOutput('Write Branch (1 item)', 'preview.html');
			await editor.viewFile('Contoso Sales');
			await editor.closeNode();

			await editor.openNode('Check');
			await editor.sees('Check Connection', 'Write Test Lead');
			await editor.press('Execute step');
			await editor.seesOutput('All 7 checks passed');
		},
		WALK_TIME,
	);
});
