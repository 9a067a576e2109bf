/**
 * The way from the tarball to the user: published to a registry, then installed, updated and removed
 * by n8n's own interface for community packages, as the editor does it. n8n takes npm's own registry
 * only, so ours is that one to it: a proxy leads there, under its name and with a certificate that n8n
 * and npm are told to trust.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { withTarball } from '../../scripts/host/build.ts';
import { ensureN8n } from '../../scripts/host/cache.ts';
import { COMPAT_N8N, COMPAT_NODE } from '../../scripts/host/compat.ts';
import { PACKAGE } from '../../scripts/host/demo.ts';
import { Environment } from '../../scripts/host/environment.ts';
import { startRegistry } from '../../scripts/host/registry.ts';
import type { Registry } from '../../scripts/host/registry.ts';
import { RestApiError } from '../../scripts/host/rest.ts';
import { run } from '../../scripts/host/run.ts';
import { packFolder } from '../../scripts/publishing/pack.ts';
import { startEntraAuthority } from '../fakeServers/entra/authority.ts';
import type { EntraAuthority } from '../fakeServers/entra/authority.ts';
import { hostsAskedOf, startForwardProxy } from '../fakeServers/forwardProxy.ts';
import type { ForwardProxy } from '../fakeServers/forwardProxy.ts';
import { httpsLead, send } from '../e2e/support/send.ts';
import {
	chain,
	itemsOf,
	leadSource,
	leadTrigger,
	LiveWorkflow,
	withCredential,
} from '../e2e/support/workflows.ts';

const NPM = 'registry.npmjs.org';
const SECRET = 'a-package-secret-of-32-characters';
const TIMEOUT_MS = 1_200_000;

interface Installed {
	packageName: string;
	installedVersion: string;
	installedNodes: Array<{ type: string }>;
	failedLoading?: boolean;
	updateAvailable?: string;
}

let folder: string;
let authority: EntraAuthority;
let registry: Registry;
let proxy: ForwardProxy;
let environment: Environment;
let version: string;
let next: string;

beforeAll(async () => {
	folder = mkdtempSync(path.join(tmpdir(), 'community-'));
	const install = await ensureN8n(() => undefined, { version: COMPAT_N8N });
	authority = await startEntraAuthority([NPM]);
	registry = await startRegistry(authority.tls);
	proxy = await startForwardProxy({ [`${NPM}:443`]: registry.port });
	const npmrc = path.join(folder, 'npmrc');
	writeFileSync(npmrc, '');
	environment = await Environment.start({
		install,
		node: COMPAT_NODE,
		tarballs: [],
		env: {
			HTTP_PROXY: proxy.url,
			HTTPS_PROXY: proxy.url,
			NO_PROXY: '127.0.0.1',
			NODE_EXTRA_CA_CERTS: authority.tls.certFile,
			// Neither the settings nor the cache of whoever runs this.
			npm_config_userconfig: npmrc,
			npm_config_cache: path.join(folder, 'cache'),
		},
	});
}, TIMEOUT_MS);

afterAll(async () => {
	await environment?.stop();
	await proxy?.stop();
	await registry?.stop();
	await authority?.stop();
	rmSync(folder, { recursive: true, force: true });
});

/** The same package as its next version. */
async function asNextVersion(tarball: string): Promise<string> {
	await run('tar', ['-xzf', tarball, '-C', folder], { cwd: folder, name: 'tar' });
	const unpacked = path.join(folder, 'package');
	const manifest = path.join(unpacked, 'package.json');
	const content = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
	next = content.version.replace(/\d+$/, (patch) => String(Number(patch) + 1));
	writeFileSync(manifest, JSON.stringify({ ...content, version: next }));
	return await packFolder(unpacked, folder);
}

const knownNodes = async () => {
	const types = await environment.rest.get<Array<{ name: string }>>('/types/nodes.json');
	return types.map(({ name }) => name).filter((name) => name.startsWith(`${PACKAGE}.`));
};
const installed = async () => await environment.rest.get<Installed[]>('/rest/community-packages');

it(
	'is published, installed, used, updated while in use, and removed',
	async () => {
		await withTarball(async (tarball) => {
			const dry = JSON.parse(await registry.publish(tarball, { dryRun: true })) as object;
			const entry = (PACKAGE in dry ? dry[PACKAGE as never] : dry) as {
				version: string;
				files: Array<{ path: string }>;
			};
			version = entry.version;
			const files = entry.files.map((file) => file.path);
			expect(files).toEqual(expect.arrayContaining(['dist/sbom.cdx.json', 'README.md', 'LICENSE']));
			expect(await registry.version(PACKAGE)).toBeUndefined();
			await registry.publish(tarball);
			expect(await registry.version(PACKAGE)).toBe(version);

			const first = await environment.rest.post<Installed>('/rest/community-packages', {
				name: PACKAGE,
			});
			expect(first).toMatchObject({ packageName: PACKAGE, installedVersion: version });
			expect(first.installedNodes).toHaveLength(4);
			expect(hostsAskedOf(proxy.logFile)).toContain(`CONNECT ${NPM}:443`);
			expect(await knownNodes()).toEqual(expect.arrayContaining([`${PACKAGE}.leadSource`]));

			const endpoint = await environment.rest.createCredential(
				'marketplaceLeadTriggerApi',
				'Endpoint',
				{ secret: SECRET },
			);
			const repeats = leadSource('Repeats', { operation: 'removeRepeats' });
			const live = await LiveWorkflow.activate(
				environment,
				chain('In use', withCredential(leadTrigger(), endpoint), repeats),
			);
			const post = async (company: string) =>
				expect(await send(live.url(), httpsLead(company), { code: SECRET })).toMatchObject({
					status: 200,
				});
			await post('Before');
			await live.executions(1);

			await registry.publish(await asNextVersion(tarball));
			expect(await installed()).toEqual([
				expect.objectContaining({ installedVersion: version, updateAvailable: next }),
			]);
			const updated = await environment.rest.patch<Installed>('/rest/community-packages', {
				name: PACKAGE,
			});
			expect(updated.installedVersion).toBe(next);
			await post('Before');
			await post('After');
			const executions = await live.executions(3);
			const companies = executions.map((execution) =>
				[0, 1].map((output) =>
					itemsOf(execution, 'Repeats', output).map(({ customer }) => customer.company),
				),
			);
			expect(companies).toEqual([
				[['Before'], []],
				[[], ['Before']],
				[['After'], []],
			]);

			// Also after n8n was started anew, which loads a package another way than an install does.
			await environment.n8n.stop();
			await environment.restart();
			expect(await installed()).toEqual([
				expect.objectContaining({ installedVersion: next, failedLoading: false }),
			]);
			await post('After');
			const [, , , last] = await live.executions(4);
			expect(itemsOf(last!, 'Repeats', 1)).toHaveLength(1);

			await live.remove();
			await environment.rest.delete(`/rest/community-packages?name=${PACKAGE}`);
			expect(await installed()).toEqual([]);
			expect(await knownNodes()).toEqual([]);
		});
	},
	TIMEOUT_MS,
);

it('is found no more where the registry has no such version', async () => {
	const missing = environment.rest.post('/rest/community-packages', {
		name: PACKAGE,
		version: '99.0.0',
	});
	await expect(missing).rejects.toThrow(RestApiError);
	expect(await installed()).toEqual([]);
});
