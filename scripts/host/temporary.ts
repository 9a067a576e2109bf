import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A server that was just ended may still be writing into its folder. */
const DELETE = { recursive: true, force: true, maxRetries: 3 } as const;

export interface TemporaryFolder {
	readonly path: string;
	remove(): Promise<void>;
}

/**
 * A new folder that is deleted at the latest when this process exits, also by a signal we handle:
 * it can hold a demo's password, or a package of megabytes.
 *
 * @param beforeDelete ends, at once, what uses the folder
 */
export async function temporaryFolder(
	name: string,
	beforeDelete: () => void = () => undefined,
): Promise<TemporaryFolder> {
	const folder = await mkdtemp(path.join(tmpdir(), `marketplace-leads-${name}-`));
	const removeOnExit = () => {
		beforeDelete();
		rmSync(folder, DELETE);
	};
	process.once('exit', removeOnExit);
	return {
		path: folder,
		async remove() {
			process.removeListener('exit', removeOnExit);
			await rm(folder, DELETE);
		},
	};
}
