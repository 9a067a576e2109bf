/** The tarball: the same whoever builds it. */
import { createHash } from 'node:crypto';
import { chmod, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';
import { run } from '../../../scripts/host/run.ts';
import { temporaryFolder, type TemporaryFolder } from '../../../scripts/host/temporary.ts';
import { packForNpm } from '../../../scripts/publishing/pack.ts';

/** One that was built, one that is copied, one that is written anew; by other umasks and systems. */
const FILES = (
	[
		['dist/sbom.cdx.json', 0o600],
		['LICENSE', 0o640],
		['README.md', 0o777],
	] as const
).map(([file, mode]) => [path.join(PROJECT_ROOT, file), mode] as const);

let folder: TemporaryFolder;
let modes: number[];

beforeAll(async () => {
	folder = await temporaryFolder('tarball');
	modes = await Promise.all(FILES.map(async ([file]) => (await stat(file)).mode));
});

afterAll(async () => {
	await Promise.all(FILES.map(async ([file], at) => await chmod(file, modes[at]!)));
	await folder?.remove();
});

it('has the same bytes whoever may read and run the files here', async () => {
	const usual = await packed();
	await Promise.all(FILES.map(async ([file, mode]) => await chmod(file, mode)));
	const other = await packed();
	expect(other.hash).toBe(usual.hash);
	const listed = await run('tar', ['-tvzf', other.tarball], { cwd: folder.path, name: 'tar' });
	expect(listed.split('\n').filter((line) => !/^(?:-rw-r--r--.*)?$/.test(line))).toEqual([]);
});

async function packed(): Promise<{ tarball: string; hash: string }> {
	const tarball = await packForNpm(folder.path);
	const hash = createHash('sha256')
		.update(await readFile(tarball))
		.digest('hex');
	return { tarball, hash };
}
