'use strict';
/**
 * Preloaded into an n8n whose machine's clock is to be wrong: by as many milliseconds as the file says
 * that FAULTS_CLOCK names. SIGUSR2 makes it jump to what the file says then.
 */
const { readFileSync } = require('node:fs');

const RealDate = Date;
let offset = 0;

function jump() {
	offset = Number(readFileSync(process.env.FAULTS_CLOCK, 'utf8'));
}

if (process.env.FAULTS_CLOCK) {
	jump();
	process.on('SIGUSR2', jump);
	// Kept: whoever writes back the `now` that it read must not make it call itself.
	const realNow = RealDate.now.bind(RealDate);
	const now = () => realNow() + offset;
	globalThis.Date = new Proxy(RealDate, {
		apply: () => new RealDate(now()).toString(),
		construct: (target, given, newTarget) =>
			Reflect.construct(
				target,
				given.length > 0 ? given : [now()],
				newTarget === globalThis.Date ? target : newTarget,
			),
		get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
	});
}
