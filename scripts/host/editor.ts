/** n8n's editor in a real browser, driven as a person drives it: by what stands on the page. */
import path from 'node:path';

import { type Browser, type BrowserContextOptions, chromium, type Locator } from 'playwright-core';
import { type Page, selectors } from 'playwright-core';

import { findChromium, NO_CHROMIUM } from './chromium.ts';
import type { Owner } from './rest.ts';

/** Milliseconds. The editor is some megabytes of scripts, and its machine may do other things. */
export const PAGE_TIME = 120_000;

const SHOWN_ERROR = '.el-notification:has(.el-notification--error)';

// What n8n's own tests go by.
selectors.setTestIdAttribute('data-test-id');

export interface EditorHost {
	readonly baseUrl: string;
	readonly owner: Owner;
}

/** A path, or what a file would hold. */
export type ImportedFile = string | { name: string; mimeType: string; buffer: Buffer };

export class Editor {
	readonly page: Page;
	private readonly browser: Browser;
	private readonly host: EditorHost;

	private constructor(host: EditorHost, browser: Browser, page: Page) {
		this.host = host;
		this.browser = browser;
		this.page = page;
	}

	/** Opens a browser, and signs in. */
	static async open(host: EditorHost, options: BrowserContextOptions = {}): Promise<Editor> {
		const executablePath = await findChromium();
		if (executablePath === undefined) throw new Error(NO_CHROMIUM);
		// Its sandbox refuses to run as root, which is who tests are in a container.
		const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
		try {
			const context = await browser.newContext({
				viewport: { width: 1440, height: 900 },
				// Fake servers have a certificate of their own.
				ignoreHTTPSErrors: true,
				...options,
			});
			await context.addInitScript({ path: path.join(import.meta.dirname, 'countInputs.cjs') });
			const page = await context.newPage();
			page.setDefaultTimeout(PAGE_TIME);
			const editor = new Editor(host, browser, page);
			await editor.signIn();
			return editor;
		} catch (error) {
			await browser.close();
			throw error;
		}
	}

	async close(): Promise<void> {
		await this.browser.close();
	}

	private async signIn(): Promise<void> {
		const { page, host } = this;
		await this.goTo('/signin');
		await page.locator('input[name="emailOrLdapLoginId"]').fill(host.owner.email);
		await page.locator('input[name="password"]').fill(host.owner.password);
		await page.getByRole('button', { name: 'Sign in' }).click();
		await page.waitForURL((url) => !url.pathname.includes('signin'));
	}

	async goTo(address: string): Promise<void> {
		// What is looked for is waited for; the page's own end can be long in coming.
		await this.page.goto(`${this.host.baseUrl}${address}`, { waitUntil: 'commit' });
	}

	at(testId: string): Locator {
		return this.page.getByTestId(testId);
	}

	/** Clicks *Connect* of a saved OAuth2 credential, and waits until n8n has its tokens. */
	async connectAccount(credentialId: string): Promise<void> {
		await this.goTo(`/home/credentials/${credentialId}`);
		const popup = this.page.waitForEvent('popup');
		await this.at('editCredential-modal')
			.getByRole('button', { name: 'Connect', exact: true })
			.click();
		await popup;
		// The page of the callback closes itself.
		await this.page.getByText('Account connected').filter({ visible: true }).waitFor();
	}

	async openHome(): Promise<void> {
		await this.goTo('/home/workflows');
		await this.newWorkflowButton().waitFor();
	}

	/** From the first page. */
	async createWorkflow(): Promise<void> {
		await this.newWorkflowButton().click();
	}

	/** A card where there is no workflow yet. */
	private newWorkflowButton(): Locator {
		return this.at('add-resource-workflow').or(this.at('new-workflow-card')).first();
	}

	/** Takes a trigger of the nodes panel, by the name of its app and of what stands on the app's page. */
	async addAppTrigger(app: string, entry: string): Promise<void> {
		await this.at('canvas-add-button').click();
		await this.page.getByText('On app event', { exact: true }).click();
		await this.at('node-creator-item-name').getByText(app, { exact: true }).click();
		await this.at('node-creator').getByText(entry, { exact: true }).click();
		await this.at('ndv').waitFor();
	}

	/** Waits until all of these stand in the open node, as texts or as what is chosen. */
	async sees(...texts: string[]): Promise<void> {
		for (const text of texts) await this.waitForText('ndv', text);
	}

	async seesOutput(...texts: string[]): Promise<void> {
		for (const text of texts) await this.waitForText('output-panel', text);
	}

	/** As text, or as what is chosen or written in an input, which is no text of the page. */
	private async waitForText(testId: string, text: string): Promise<void> {
		const shown = `[...document.querySelectorAll('[data-test-id="${testId}"]')].some((place) =>
			[place.innerText, ...[...place.querySelectorAll('input')].map(({ value }) => value)]
				.some((shown) => shown.includes(${JSON.stringify(text)})))`;
		await this.page.waitForFunction(shown, undefined, { timeout: PAGE_TIME }).catch((error) => {
			throw new Error(`The page does not show "${text}"`, { cause: error });
		});
	}

	/** Opens the output with this name on its tab. */
	async openOutput(name: string): Promise<void> {
		await this.at('output-panel').getByText(name, { exact: true }).click();
	}

	/** Clicks a button of the open node. */
	async press(name: string): Promise<void> {
		const button = this.at('ndv').getByRole('button', { name, exact: true });
		await button.filter({ visible: true }).first().click();
	}

	/** The Test URL of the open trigger, having unfolded it. */
	async testUrl(): Promise<string> {
		await this.at('ndv').getByText('Webhook URLs').click();
		await this.at('ndv').getByText('Test URL').waitFor();
		return (await this.at('ndv').locator('.webhook-url').first().innerText()).trim();
	}

	/** Clicks *Execute step* of the open trigger, and waits until it listens. */
	async listen(): Promise<void> {
		await this.press('Execute step');
		await this.page.getByText('Listening for test event').waitFor();
	}

	/** Makes a credential for the open node, of one field of which the others' defaults are right. */
	async newCredential(field: string, value: string): Promise<void> {
		const select = this.at('node-credentials-select');
		const first = this.at('ndv').getByRole('button', { name: /^Connect to / });
		await select.or(first).first().waitFor();
		if (await first.isVisible()) {
			await first.click();
		} else {
			await select.click();
			await this.at('node-credentials-select-item-new').click();
		}
		await this.at(`parameter-input-${field}`).locator('input, textarea').first().click();
		await this.page.keyboard.insertText(value);
		await this.at('credential-save-button').click();
		// n8n closes it by itself when the test is passed.
		await this.at('editCredential-modal').waitFor({ state: 'hidden' });
	}

	/** Puts another value into the field of the open node's credential, which n8n saves and tests. */
	async changeCredential(field: string, value: string): Promise<void> {
		if (!(await this.at('editCredential-modal').isVisible())) {
			await this.at('ndv').getByTestId('credential-edit-button').first().click();
		}
		await this.at(`parameter-input-${field}`).locator('input, textarea').first().click();
		await this.page.keyboard.press('ControlOrMeta+a');
		await this.page.keyboard.insertText(value);
		await this.at('credential-save-button').click();
	}

	/** Waits until the open credential says this. */
	async seesInCredential(text: string): Promise<void> {
		await this.at('editCredential-modal').getByText(text).first().waitFor();
	}

	/** Waits until the test of the open credential has failed with this reason, which has to be unfolded. */
	async seesFailedTest(reason: string): Promise<void> {
		await this.at('editCredential-modal').getByText('More details').click();
		await this.seesInCredential(reason);
	}

	/** What was done since `countFromHere`, on all pages of the tab. */
	async counts(): Promise<{ clicks: number; typed: number }> {
		const counted = '({ clicks: sessionStorage.clicks, typed: sessionStorage.typed })';
		const { clicks, typed } = await this.page.evaluate<Partial<Record<string, string>>>(counted);
		return { clicks: Number(clicks ?? 0), typed: Number(typed ?? 0) };
	}

	async countFromHere(): Promise<void> {
		await this.page.evaluate('sessionStorage.clicks = sessionStorage.typed = 0');
	}

	async openWorkflow(id: string): Promise<void> {
		await this.goTo(`/workflow/${id}`);
		await this.at('canvas-node').first().waitFor();
	}

	/** Of a workflow without nodes. */
	async openNodesPanel(): Promise<void> {
		await this.at('canvas-add-button').click();
		await this.searchBar().waitFor();
	}

	async closeNodesPanel(): Promise<void> {
		await this.searchBar().press('Escape');
		await this.searchBar().waitFor({ state: 'hidden' });
	}

	private searchBar(): Locator {
		return this.page.locator('input[data-test-id="node-creator-search-bar"]');
	}

	/** Waits until a search of the nodes panel finds nodes of these names. */
	async findsNodes(words: string, ...names: string[]): Promise<void> {
		const found = this.at('node-creator-item-name');
		// What an earlier search has found is not to be taken for this one's.
		await this.searchBar().fill('no node has this name');
		await found.first().waitFor({ state: 'detached' });
		await this.searchBar().fill(words);
		for (const name of names) {
			await found.getByText(name, { exact: true }).waitFor();
		}
	}

	/** The workflow's menu … → *Import* → *From file*. */
	async importFromFile(file: string): Promise<void> {
		await this.at('workflow-menu').click();
		// Opens a menu beside it.
		await this.page.getByRole('menuitem', { name: 'Import', exact: true }).hover();
		const chooser = this.page.waitForEvent('filechooser');
		await this.page.getByRole('menuitem', { name: 'From file', exact: true }).click();
		await (await chooser).setFiles(file);
	}

	/** The same, without the way through the menu. */
	async importAnother(file: ImportedFile): Promise<void> {
		await this.at('workflow-import-input').setInputFiles(file);
	}

	/** Waits until the canvas holds so many of each. */
	async seesCanvas(counts: { nodes: number; connections: number; notes: number }): Promise<void> {
		const { nodes, connections, notes } = counts;
		const expected = { 'canvas-node': nodes, edge: connections, sticky: notes };
		// In one go: on a canvas with many nodes each look takes its time.
		const isThere = Object.entries(expected).map(
			([testId, count]) =>
				`document.querySelectorAll('[data-test-id="${testId}"]').length === ${count}`,
		);
		await this.page.waitForFunction(isThere.join(' && ')).catch((error: unknown) => {
			throw new Error(`The canvas does not hold ${JSON.stringify(counts)}`, { cause: error });
		});
	}

	async clearCanvas(): Promise<void> {
		await this.page.keyboard.press('ControlOrMeta+a');
		await this.page.keyboard.press('Delete');
		await this.seesCanvas({ nodes: 0, connections: 0, notes: 0 });
	}

	/** What is wrong: nodes on the canvas that n8n does not know in their version, and errors that it shows. */
	async complaints(): Promise<string[]> {
		// A type without an icon has a question mark.
		const unknown = '[data-test-id="canvas-node"]:has([class*="nodeIconPlaceholder"])';
		return await this.page
			.locator(`${unknown}, ${SHOWN_ERROR}`)
			.evaluateAll((found) => found.map(({ textContent }) => (textContent ?? '').trim()));
	}

	async seesError(text: string): Promise<void> {
		await this.page.locator(SHOWN_ERROR).getByText(text).waitFor();
	}

	/** On the canvas. */
	async openNode(name: string): Promise<void> {
		await this.nodeOf(name).dblclick();
		await this.at('ndv').waitFor();
	}

	async closeNode(): Promise<void> {
		await this.at('ndv-close-button').click();
		await this.at('ndv').waitFor({ state: 'hidden' });
	}

	/** *View* of the first file in the output of the open node; waits until it shows this text. */
	async viewFile(text: string): Promise<void> {
		await this.at('ndv-view-binary-data').first().click();
		await this.page.frameLocator('.binary-data-window iframe').getByText(text).waitFor();
	}

	private nodeOf(name: string): Locator {
		return this.page.locator(
			`[data-test-id="canvas-node"][data-node-name=${JSON.stringify(name)}]`,
		);
	}

	/** Clicks *Execute workflow*, and waits until it is through. */
	async executeWorkflow(): Promise<void> {
		await this.at('execute-workflow-button').click();
		await this.page.getByText('Workflow executed successfully').first().waitFor();
		await this.at('execute-workflow-button').getByText('Execute workflow').waitFor();
	}

	/** Clicks *Execute step* of the open node, and waits until it is through. */
	async executeStep(): Promise<void> {
		await this.press('Execute step');
		await this.page.getByText('Node executed successfully').first().waitFor();
	}

	async showOutputAs(mode: 'json' | 'schema' | 'table'): Promise<void> {
		await this.at('output-panel').getByTestId(`radio-button-${mode}`).click();
	}

	/** What is on the page, without what comes and goes. */
	async picture(file: string): Promise<void> {
		await this.page.mouse.move(0, 0);
		await this.page.screenshot({
			path: file,
			animations: 'disabled',
			style:
				'.el-notification, .el-popper, [data-test-id="panel-drag-button"] { display: none !important }',
		});
	}
}
