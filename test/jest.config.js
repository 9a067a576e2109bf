/**
 * One jest project a kind of surroundings: `unit` needs nothing, `engine` runs n8n-core in process,
 * `integration` adds real servers (Azurite, HTTP), `e2e` a real n8n, `queue` one in queue mode, `compat`
 * one of any version. `fuzz` is `unit` with random inputs.
 */
const path = require('node:path');

const project = (displayName, options = {}) => ({
	displayName,
	rootDir: path.resolve(__dirname, '..'),
	testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
	testEnvironment: '<rootDir>/test/support/environment.cjs',
	transform: {
		'\\.ts$|/node_modules/(?:echarts|entities|github-slugger|jose|parse5|zrender)/.*\\.js$': [
			'@swc/jest',
			{ jsc: { target: 'es2022' } },
		],
	},
	// Published as ES modules only, which jest runs when they are compiled like our own.
	transformIgnorePatterns: [
		'/node_modules/(?!(?:echarts|entities|github-slugger|jose|parse5|zrender)/)',
	],
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	setupFiles: ['<rootDir>/test/support/sameSeed.ts'],
	...options,
});

/**
 * The folder that the packed package was unpacked to. `npm test` names it, so that the engine's tests run what
 * users get; a single file that is run by hand takes the sources.
 */
const packed = process.env.MARKETPLACE_LEADS_PACKED;
const whatUsersGet = packed
	? {
			moduleNameMapper: {
				'^(?:\\.{1,2}/)+(nodes|credentials)/(.*?)(?:\\.ts)?$': `${packed}/dist/$1/$2`,
			},
		}
	: {};

module.exports = {
	// No measure of what is tested: a machine with other work takes long.
	testTimeout: 300_000,
	// A worker that has grown is replaced: collecting garbage among gigabytes costs more than a new one.
	workerIdleMemoryLimit: '800MB',
	projects: [
		project('unit'),
		project('engine', whatUsersGet),
		project('integration'),
		project('fuzz'),
		project('e2e', {
			globalSetup: '<rootDir>/test/e2e/support/globalSetup.ts',
			globalTeardown: '<rootDir>/test/e2e/support/globalTeardown.ts',
		}),
		project('queue'),
		project('compat'),
	],
};
