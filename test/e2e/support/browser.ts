/** Tests that look at n8n's editor, where the machine has a browser. */
import { Editor } from '../../../scripts/host/editor.ts';
import { sharedHost } from './host.ts';

/** Set by `npm run test:e2e` to why there is none. */
const missing = process.env['MARKETPLACE_LEADS_NO_BROWSER'] ?? '';

/** Milliseconds: for a person's whole way through the editor, on a machine that does other things too. */
export const WALK_TIME = 600_000;

export function describeInBrowser(what: string, tests: () => void): void {
	if (missing === '') describe(what, tests);
	else describe.skip(`${what}: ${missing}`, tests);
}

export type BrowserHost = Awaited<ReturnType<typeof sharedHost>>;

/** The shared n8n, and its editor with its owner signed in. */
export async function openEditor(): Promise<{ host: BrowserHost; editor: Editor }> {
	const host = await sharedHost();
	return { host, editor: await Editor.open(host) };
}
