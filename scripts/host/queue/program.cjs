'use strict';
/**
 * Runs a program that is no Node script as one of our servers: `startServer` starts this, so the
 * program is in its process group and goes with it, however it ends. Arguments: user ID, group ID
 * (empty for our own), the program, and its arguments.
 */
const { spawn } = require('node:child_process');

const [uid, gid, program, ...args] = process.argv.slice(2);
const identity = uid === '' ? {} : { uid: Number(uid), gid: Number(gid) };
const child = spawn(program, args, { stdio: 'inherit', ...identity });
child.once('error', (error) => {
	process.stderr.write(`${program} could not be started: ${error.message}\n`);
	process.exit(1);
});
child.once('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill(signal));
