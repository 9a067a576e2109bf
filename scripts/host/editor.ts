/** n8n's editor in a real browser, driven as a person drives it: by what stands on the page. */
import path from 'node:path';

import { type Browser, type BrowserContextOptions, chromium, type Locator } from 'playwright-core';
import { type Page, selectors } from 'playwright-core';

import { findChromium, NO_CHROMIUM } from './chromium.ts';
import type { Owner } from './rest.ts';

/** Milliseconds. The editor is some megabytes of scripts, and its machine may do other things. */
export const PAGE_TIME = 120_000;

// What n8n's own tests go by.
selectors.setTestIdAttribute('data-test-id');

export interface EditorHost {
	readonly baseUrl: string;
	readonly owner: Owner;
}

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
}
