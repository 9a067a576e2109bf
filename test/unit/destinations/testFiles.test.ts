/** The suites that are the same for all destinations are run by each of them. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { DESTINATIONS } from '../../../nodes/destinations';

const INTEGRATION = path.resolve(__dirname, '../../integration');

/** The file that runs a suite for a destination. */
const expected = DESTINATIONS.flatMap(({ name, reading }) => [
	{ suite: 'writeContract', of: `place: '${name}'`, file: `${name}/writeContract.test.ts` },
	{ suite: 'matrixOf', of: `'${name}'`, file: `marketplaceLead/matrix/${name}.test.ts` },
	...(reading
		? [{ suite: 'pollContract', of: `places/${name}.ts`, file: `${name}/poll.test.ts` }]
		: []),
]);

it.each(expected)('$suite is run by $file', ({ suite, of, file }) => {
	const whole = path.join(INTEGRATION, file);
	expect(existsSync(whole)).toBe(true);
	const text = readFileSync(whole, 'utf8');
	expect(text).toMatch(new RegExp(`^${suite}\\(`, 'm'));
	expect(text).toContain(of);
});
