/**
 * From the editor's first page to a lead out of a new workflow, in the real editor: every button is found by the
 * name that the docs give it, and what a person does is counted.
 */
import type { Editor } from '../../scripts/host/editor.ts';
import { type Azurite, startAzurite } from '../fakeServers/azureTable/azurite.ts';
import { MarketplaceTable, marketplaceRow } from '../fakeServers/azureTable/marketplaceTable.ts';
import { describeInBrowser, openEditor, WALK_TIME } from './support/browser.ts';
import { httpsLead, send } from './support/send.ts';

/** Clicks from there to a lead have to be fewer. */
const MANY = 12;

describeInBrowser('a person in the editor', () => {
	let editor: Editor;
	let storage: Azurite;

	beforeAll(async () => {
		storage = await startAzurite();
		({ editor } = await openEditor());
	}, WALK_TIME);

	beforeEach(async () => {
		await editor.openHome();
		await editor.countFromHere();
	}, WALK_TIME);

	afterAll(async () => {
		await editor?.close();
		await storage?.stop();
	});

	it(
		'gets a lead over HTTPS without typing, and sees why a request was refused',
		async () => {
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
		},
		WALK_TIME,
	);
});
