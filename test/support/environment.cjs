/**
 * jest's environment for Node.js, in worker processes that end at once. To end one, jest asks it to run out of
 * things to do; half a second later it warns of tests that leak. To free a gigabyte of memory takes Node.js longer, with
 * `process.exit()` too, so the warning was of nothing. A worker that has nothing left to do kills itself
 * therefore; one that has is warned of as before.
 */
const { TestEnvironment } = require('jest-environment-node');

/** Of jest-worker's messages to its processes: CHILD_MESSAGE_END. */
const END = 2;

let isListening = false;

function endsAtOnce() {
	if (isListening || process.send === undefined) return;
	isListening = true;
	const onMessage = ([type]) => {
		if (type !== END) return;
		process.removeListener('message', onMessage);
		// Once there is nothing left to do, whether that is now or when a last socket has closed.
		process.once('beforeExit', () => process.kill(process.pid, 'SIGKILL'));
	};
	process.on('message', onMessage);
}

module.exports = class extends TestEnvironment {
	constructor(...args) {
		super(...args);
		endsAtOnce();
	}
};
