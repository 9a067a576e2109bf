/**
 * The order of the end-to-end files. A new machine has no times of earlier runs, and jest then goes by
 * size, by which the longest would come last and run alone.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

const LONGEST = ['queue.test.ts', 'restart.test.ts', 'atHome.test.ts', 'walk.test.ts'];

module.exports = class LongestFirst extends Sequencer {
	sort(tests) {
		const rank = ({ path }) => {
			const at = LONGEST.findIndex((name) => path.endsWith(name));
			return at < 0 ? LONGEST.length : at;
		};
		// Stable, so that all others stay in jest's own order.
		return super.sort(tests).sort((one, other) => rank(one) - rank(other));
	}
};
