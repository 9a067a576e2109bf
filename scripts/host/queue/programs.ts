/** The programs that n8n's queue mode needs beside n8n: where they are, and as whom they run. */
import { execFile } from 'node:child_process';
import { access, constants, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/** Debian keeps PostgreSQL's own programs out of the PATH, a folder for each version. */
const POSTGRES_FOLDERS = '/usr/lib/postgresql';
const REDIS_NAMES = ['redis-server', 'valkey-server'];

export interface QueuePrograms {
	initdb: string;
	postgres: string;
	redis: string;
	/** As whom PostgreSQL runs, which refuses to be root; `undefined` for ourselves. */
	user: { uid: number; gid: number } | undefined;
}

/** The programs, or a sentence on what is missing and how to get it. */
export async function findQueuePrograms(): Promise<QueuePrograms | string> {
	const [initdb, postgres, redis, user] = await Promise.all([
		firstOf(await postgresCandidates('initdb')),
		firstOf(await postgresCandidates('postgres')),
		firstOf(REDIS_NAMES.flatMap(onPath)),
		unprivilegedUser(),
	]);
	const missing = [
		...(initdb !== undefined && postgres !== undefined ? [] : ['PostgreSQL']),
		...(redis !== undefined ? [] : ['Redis']),
	];
	if (initdb === undefined || postgres === undefined || redis === undefined) {
		return `n8n's queue mode needs ${missing.join(' and ')}, which this machine does not have. On Debian: apt-get install --no-install-recommends postgresql redis-server`;
	}
	if (user === 'none') {
		return "n8n's queue mode needs PostgreSQL, which refuses to run as root, and this machine has no user postgres to run it as. Run this as another user.";
	}
	return { initdb, postgres, redis, user };
}

function onPath(name: string): string[] {
	const folders = (process.env['PATH'] ?? '')
		.split(path.delimiter)
		.filter((folder) => folder !== '');
	return folders.map((folder) => path.join(folder, name));
}

async function postgresCandidates(name: string): Promise<string[]> {
	const versions = await readdir(POSTGRES_FOLDERS).catch(() => []);
	const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
	return [
		...newestFirst.map((version) => path.join(POSTGRES_FOLDERS, version, 'bin', name)),
		...onPath(name),
	];
}

async function firstOf(candidates: string[]): Promise<string | undefined> {
	for (const candidate of candidates) {
		try {
			await access(candidate, constants.X_OK);
			return candidate;
		} catch {
			// Not there: the next one may be.
		}
	}
	return undefined;
}

async function unprivilegedUser(): Promise<QueuePrograms['user'] | 'none'> {
	if (process.getuid?.() !== 0) return undefined;
	try {
		const idOf = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
		return { uid: await idOf('-u'), gid: await idOf('-g') };
	} catch {
		return 'none';
	}
}
