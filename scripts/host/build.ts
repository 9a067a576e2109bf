import { packForNpm } from '../publishing/pack.ts';
import { npm } from './npm.ts';
import { PROJECT_ROOT } from './paths.ts';
import { temporaryFolder } from './temporary.ts';

/** Builds the package into `dist/`. */
export async function build(): Promise<void> {
	await npm(['run', '--silent', 'build'], { cwd: PROJECT_ROOT });
}

/** Gives the tarball of what was built to `use`, and deletes it afterwards. */
export async function withTarball<T>(use: (tarball: string) => Promise<T>): Promise<T> {
	const folder = await temporaryFolder('pack');
	try {
		return await use(await packForNpm(folder.path));
	} finally {
		await folder.remove();
	}
}
