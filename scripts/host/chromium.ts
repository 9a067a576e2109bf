/** The browser in which the editor is looked at: one that the machine has, because npm brings none. */
import { access, constants } from 'node:fs/promises';

const CANDIDATES = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Why there is nothing to look at, and how to change that. */
export const NO_CHROMIUM =
	'This needs Chromium, which was not found on this machine. On Debian: apt-get install --no-install-recommends chromium. One that is elsewhere is named by the environment variable CHROMIUM.';

/** The path of the browser's program; undefined where there is none. */
export async function findChromium(
	env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
	const named = env['CHROMIUM'];
	for (const candidate of named ? [named] : CANDIDATES) {
		try {
			await access(candidate, constants.X_OK);
			return candidate;
		} catch {
			// Not there: the next one may be.
		}
	}
	return undefined;
}
