/**
 * `npm run fuzz [-- --seconds N --seed N PATTERN…]`: random inputs of up to 1 MB at every door. Each
 * door has inputs that are always the same, and then new ones for N seconds: none in CI, where green
 * is to mean green, minutes by hand. The seed is printed with each test; given again, the same inputs come.
 */
import { parseArgs } from 'node:util';

import { jest } from './host/jest.ts';
import { command } from './host/terminal.ts';

await command(async () => {
	const { values, positionals } = parseArgs({
		options: { seconds: { type: 'string' }, seed: { type: 'string' } },
		allowPositionals: true,
	});
	for (const [name, value] of Object.entries(values)) {
		if (!/^\d{1,9}$/.test(value)) throw new Error(`--${name} takes a whole number.`);
	}
	const { seconds = '2', seed = String(Date.now() % 1_000_000_000) } = values;
	Object.assign(process.env, { FUZZ_SECONDS: seconds, FUZZ_SEED: seed });
	// A door takes its seconds, shrinks what it finds, and shares the machine.
	const timeout = 10 * 60_000 + 2_000 * Number(seconds);
	return await jest('fuzz', ['fuzz'], [`--testTimeout=${timeout}`, '--verbose', ...positionals]);
});
