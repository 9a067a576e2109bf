import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';

import { startServer } from './child.ts';
import { npm } from './npm.ts';
import { ensurePackage } from './packages.ts';
import { freePort } from './ports.ts';
import { temporaryFolder } from './temporary.ts';
import { waitFor } from './wait.ts';

/** A registry as npm's own is one, which takes packages from anybody and knows nobody else's. */
const VERDACCIO_VERSION = '6.10.4';
/** Declared by npm's tag `cjs`, which not every registry has. */
const OVERRIDES = { 'node-fetch': '2.7.0' };
const START_TIMEOUT_MS = 120_000;

export interface Registry {
	port: number;
	/** `npm publish` of a tarball; with `dryRun` all of it but the sending. Gives what npm printed. */
	publish(tarball: string, options?: { dryRun?: boolean; tag?: string }): Promise<string>;
	/** The newest version that somebody gets who asks for `tag`; undefined for none. */
	version(name: string, tag?: string): Promise<string | undefined>;
	stop(): Promise<void>;
}

/**
 * Starts an empty registry on 127.0.0.1.
 *
 * @param tls files in PEM, with which it speaks HTTPS under any name that leads to its port
 */
export async function startRegistry(tls: { certFile: string; keyFile: string }): Promise<Registry> {
	const modules = await ensurePackage('verdaccio', VERDACCIO_VERSION, OVERRIDES);
	const folder = await temporaryFolder('registry', () => server?.killNow());
	const port = await freePort();
	const config = path.join(folder.path, 'config.yaml');
	// JSON is YAML.
	const settings = {
		storage: path.join(folder.path, 'storage'),
		auth: { htpasswd: { file: path.join(folder.path, 'users') } },
		uplinks: {},
		packages: { '**': { access: '$all', publish: '$anonymous' } },
		web: { enable: false },
		log: { type: 'stdout', format: 'pretty', level: 'warn' },
		https: { key: tls.keyFile, cert: tls.certFile },
	};
	await writeFile(config, JSON.stringify(settings));
	const home = path.join(folder.path, 'home');
	await mkdir(home);
	const server = startServer({
		script: path.join(modules, 'verdaccio/bin/verdaccio'),
		args: ['--config', config, '--listen', `https://127.0.0.1:${port}`],
		cwd: folder.path,
		env: { HOME: home, VERDACCIO_PUBLIC_URL: undefined },
	});
	const stop = async () => {
		await server.kill();
		await folder.remove();
	};
	const here = `https://localhost:${port}`;
	const npmrc = path.join(folder.path, 'npmrc');
	// npm sends nothing without a sign-in, and the registry takes any.
	const token = randomBytes(12).toString('hex');
	await writeFile(
		npmrc,
		`registry=${here}\n//localhost:${port}/:_authToken=${token}\ncafile=${tls.certFile}\nnoproxy=localhost\n`,
	);
	// As arguments too: an outer npm tells its own certificates in the environment, which goes before the file.
	const settingsOf = (...args: string[]) => [
		...args,
		...['--userconfig', npmrc, '--registry', here],
		...['--cafile', tls.certFile, '--noproxy', 'localhost'],
	];
	try {
		await waitFor('The registry did not come up', START_TIMEOUT_MS, async () => {
			if (server.hasExited()) throw new Error(`It ${await server.exited}.\n${server.tail()}`);
			return (await isListening(port)) || undefined;
		});
	} catch (error) {
		await stop();
		throw error;
	}
	return {
		port,
		publish: async (tarball, { dryRun = false, tag = 'latest' } = {}) =>
			await npm(
				settingsOf('publish', tarball, '--tag', tag, ...(dryRun ? ['--dry-run', '--json'] : [])),
				{ cwd: folder.path },
			),
		version: async (name, tag = 'latest') => {
			const printed = await npm(settingsOf('view', `${name}@${tag}`, 'version', '--json'), {
				cwd: folder.path,
			}).catch((error: unknown) => {
				if (String(error).includes('E404')) return '';
				throw error;
			});
			return printed.trim() === '' ? undefined : (JSON.parse(printed) as string);
		},
		stop,
	};
}

async function isListening(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = connect({ host: '127.0.0.1', port });
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
		// Nobody listens yet.
		socket.once('error', () => resolve(false));
	});
}
