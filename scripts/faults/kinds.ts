/** Everything that goes wrong, by the names that results and docs use. */
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { AzureAccount } from './azureTables.ts';
import type { CrmStore } from './crms.ts';
import type { Host } from './hosts.ts';
import type { Sink } from './sink.ts';
import type { SmallDisk } from './smallDisk.ts';
import { WEATHER, type Weather } from './weather.ts';

export interface Scene {
	host: Host;
	accounts: readonly AzureAccount[];
	crms: readonly CrmStore[];
	sink: Sink;
	random: () => number;
	/** Holds how many milliseconds the clock of n8n's machine is off. */
	clockFile: string;
	/** Of n8n in regular mode. */
	databaseFile?: string | undefined;
	/** What n8n keeps everything on, where this user could make one that can be full. */
	disk?: SmallDisk | undefined;
}

export interface FaultKind {
	name: string;
	/** `running`: not while n8n starts, which waits for it; `down`: while it is not there. */
	when: 'anytime' | 'down' | 'running';
	/** Most seconds that it lasts; at least half of it. */
	seconds: number;
	begin(scene: Scene): Promise<void> | void;
	end(scene: Scene): Promise<void> | void;
}

const CLOCK_OFF = 10 * 60_000;
/** A workflow that tries again for 16 seconds must outlast it. */
const SINK_SECONDS = 8;
/** n8n leaves when Redis is away for ten seconds, and is then started again. */
const SERVICE_SECONDS = 14;

const lock = new WeakMap<Scene, DatabaseSync>();

const weather = (name: Weather): FaultKind => ({
	name,
	when: 'anytime',
	seconds: 16,
	async begin({ accounts, crms, random }) {
		await Promise.all(accounts.map(async (account) => await account.begin(name)));
		for (const crm of crms) crm.begin(name, random);
	},
	async end({ accounts, crms }) {
		await Promise.all(accounts.map(async (account) => await account.clear()));
		for (const crm of crms) crm.clear();
	},
});

const n8nClock = (name: string, offset: number): FaultKind => ({
	name,
	when: 'anytime',
	seconds: 14,
	async begin({ clockFile, host }) {
		await writeFile(clockFile, String(offset));
		host.tellClock();
	},
	async end({ clockFile, host }) {
		await writeFile(clockFile, '0');
		host.tellClock();
	},
});

const destinationClock = (name: string, offset: number): FaultKind => {
	const turn = ({ accounts, crms }: Scene, by: number) => {
		for (const { proxy } of accounts) proxy.clockOffsetMs += by;
		for (const crm of crms) crm.turnClock(by);
	};
	return {
		name,
		when: 'anytime',
		seconds: 14,
		begin: (scene) => turn(scene, offset),
		end: (scene) => turn(scene, -offset),
	};
};

const service = (name: 'postgres' | 'redis', title: string): FaultKind => ({
	name: `${title} away`,
	when: 'running',
	seconds: SERVICE_SECONDS,
	begin: async ({ host }) => await host.services?.[name].kill(),
	end: async ({ host }) => await host.services?.[name].start(),
});

const KINDS: readonly FaultKind[] = [
	...WEATHER.map(weather),
	{
		name: 'sink killed',
		when: 'running',
		seconds: SINK_SECONDS,
		begin: async ({ sink }) => await sink.kill(),
		end: async ({ sink }) => await sink.comeBack(),
	},
	{
		name: 'sink says 503',
		when: 'running',
		seconds: SINK_SECONDS,
		begin: ({ sink }) => void (sink.isBroken = true),
		end: ({ sink }) => void (sink.isBroken = false),
	},
	n8nClock("n8n's clock 10 minutes fast", CLOCK_OFF),
	n8nClock("n8n's clock 10 minutes slow", -CLOCK_OFF),
	destinationClock("destination's clock 10 minutes fast", CLOCK_OFF),
];

const REGULAR: readonly FaultKind[] = [
	{
		name: 'database locked',
		when: 'running',
		seconds: 25,
		begin(scene) {
			const database = new DatabaseSync(scene.databaseFile ?? '');
			database.exec('PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE');
			lock.set(scene, database);
		},
		end(scene) {
			const database = lock.get(scene);
			database?.exec('ROLLBACK');
			database?.close();
		},
	},
	{
		name: 'disk full',
		when: 'running',
		seconds: 16,
		begin: async ({ disk }) => await disk?.fill(),
		end: async ({ disk }) => await disk?.free(),
	},
	{
		name: 'database restored from a backup',
		when: 'down',
		seconds: 0,
		begin: async ({ databaseFile = '' }) =>
			await copyDatabase(backupOf(databaseFile), databaseFile),
		end: () => undefined,
	},
];

const QUEUE = [service('postgres', 'PostgreSQL'), service('redis', 'Redis')];

/** The kinds that can be had in a scene. */
export function kindsFor({ host, disk, accounts }: Scene): FaultKind[] {
	const all = [...KINDS, ...(host.kind === 'queue' ? QUEUE : REGULAR)];
	return all.filter(
		({ name }) =>
			(name !== 'disk full' || disk !== undefined) &&
			(name !== 'certificate expired' || accounts.length > 0),
	);
}

/** Keeps a copy of n8n's database, as it is while n8n is down, for a later restore. */
export async function backUp({ databaseFile }: Scene): Promise<void> {
	if (databaseFile === undefined) return;
	await mkdir(path.dirname(backupOf(databaseFile)), { recursive: true });
	await copyDatabase(databaseFile, backupOf(databaseFile));
}

/** Not in n8n's own folder, which can be full. */
function backupOf(databaseFile: string): string {
	const userFolder = path.dirname(path.dirname(databaseFile));
	return path.join(userFolder, 'backup', path.basename(databaseFile));
}

/** With what n8n had not yet written into it as it was killed. */
async function copyDatabase(from: string, to: string): Promise<void> {
	for (const end of ['', '-wal', '-shm']) {
		await rm(`${to}${end}`, { force: true });
		await copyFile(`${from}${end}`, `${to}${end}`).catch((error: NodeJS.ErrnoException) => {
			if (end === '' || error.code !== 'ENOENT') throw error;
		});
	}
}
