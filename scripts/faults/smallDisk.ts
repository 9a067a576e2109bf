import { execFile, spawnSync } from 'node:child_process';
import { mkdir, open, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** n8n's database, its log and the installed package have a tenth of it. */
const SIZE = '256m';
const CHUNK = Buffer.alloc(1024 * 1024, 7);

/** A folder that is a file system of its own, so that it can be full. */
export class SmallDisk {
	private readonly folder: string;
	/** Whatever we end by: a folder that is mounted on can't be deleted. */
	private readonly unmountNow = () => void spawnSync('umount', ['--lazy', this.folder]);

	private constructor(folder: string) {
		this.folder = folder;
		process.prependOnceListener('exit', this.unmountNow);
	}

	/** `undefined` where this user may not mount one. */
	static async mount(folder: string): Promise<SmallDisk | undefined> {
		await mkdir(folder, { recursive: true });
		try {
			await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder]);
		} catch {
			return undefined;
		}
		return new SmallDisk(folder);
	}

	/** Puts a new folder onto it, in the place of one that has nothing in it yet. */
	async holds(folder: string): Promise<void> {
		await rm(folder, { recursive: true });
		await symlink(this.folder, folder, 'dir');
	}

	/** Leaves no byte free. */
	async fill(): Promise<void> {
		const file = await open(this.ballast, 'a');
		try {
			for (let { length } = CHUNK; length > 0;) {
				try {
					const { bytesWritten } = await file.write(CHUNK, 0, length);
					if (bytesWritten === 0) length >>= 1;
				} catch (error) {
					if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
					length >>= 1;
				}
			}
		} finally {
			await file.close();
		}
	}

	async free(): Promise<void> {
		await rm(this.ballast, { force: true });
	}

	async unmount(): Promise<void> {
		process.removeListener('exit', this.unmountNow);
		await run('umount', ['--lazy', this.folder]);
	}

	private get ballast(): string {
		return path.join(this.folder, 'ballast');
	}
}
