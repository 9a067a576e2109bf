/**
 * What every released version left in n8n, gone on with by this one: each workflow runs as it was saved,
 * no lead is lost, none comes again that had its turn, and what was seen before is known.
 */
import { DatabaseSync } from 'node:sqlite';

import { withTarball } from '../../scripts/host/build.ts';
import { ensureN8n } from '../../scripts/host/cache.ts';
import { PACKAGE } from '../../scripts/host/demo.ts';
import { Environment } from '../../scripts/host/environment.ts';
import type { CredentialRef, Workflow } from '../../scripts/host/rest.ts';
import {
	databaseOf,
	fixtureVersions,
	POSTED,
	readFixture,
	sentLead,
	withIds,
} from '../../scripts/publishing/fixtures.ts';
import type { Fixture, Row } from '../../scripts/publishing/fixtures.ts';
import { readManifest } from '../../scripts/publishing/sources.ts';
import { MarketplaceTable } from '../fakeServers/azureTable/marketplaceTable.ts';
import type { MarketplaceRow } from '../fakeServers/azureTable/marketplaceTable.ts';
import { tableRow } from '../fakeServers/leadDestinations.ts';
import { CRMS, startOutside } from '../fakeServers/outside.ts';
import type { Outside } from '../fakeServers/outside.ts';
import { send } from '../e2e/support/send.ts';
import { itemsOf, LiveWorkflow, NEXT_POLL_MS } from '../e2e/support/workflows.ts';

const TIMEOUT_MS = 1_200_000;
const NEW = 'Came later';

interface CredentialType {
	name: string;
	extends?: string[];
	properties: Array<{ name: string }>;
}

describe.each(fixtureVersions())('of %s', (version) => {
	const fixture = readFixture(version);
	const live = new Map<string, LiveWorkflow>();
	let outside: Outside;
	let environment: Environment;

	beforeAll(async () => {
		const install = await ensureN8n(() => undefined);
		outside = await startOutside(fixture.about.organisationId);
		await asItWas(outside, fixture);
		environment = await withTarball(async (tarball) =>
			Environment.start({ install, tarballs: [tarball], env: outside.env }),
		);
		const credentials = new Map<string, CredentialRef>();
		for (const { name, type, data } of fixture.credentials) {
			const current = { ...data, ...secretsOf(name, outside) };
			// Each field has the name that it was saved by.
			expect(Object.keys(current)).toEqual(Object.keys(data));
			credentials.set(name, await environment.rest.createCredential(type, name, current));
		}
		const workflows: Workflow[] = [];
		for (const { staticData: _, ...file } of fixture.workflows) {
			const nodes = file.nodes.map((node) => withIds(node, credentials));
			workflows.push(await environment.rest.createWorkflow({ ...file, nodes }));
		}
		await environment.n8n.stop();
		putBack(databaseOf(environment.n8n), fixture, workflows);
		await insertNew(outside, fixture);
		await environment.restart();
		for (const workflow of workflows) {
			const name = workflow.name;
			live.set(name, await LiveWorkflow.goOn(environment, workflow));
		}
	}, TIMEOUT_MS);

	afterAll(async () => {
		await environment?.stop();
		await outside?.stop();
	});

	it('knows every node and credential that was saved, in its version and with its fields', async () => {
		const types =
			await environment.rest.get<Array<{ name: string; version: number | number[] }>>(
				'/types/nodes.json',
			);
		const credentialTypes = await environment.rest.get<CredentialType[]>('/types/credentials.json');
		/** Those of what it extends, n8n's OAuth2, too. */
		const fieldsOf = (wanted: string): string[] =>
			credentialTypes
				.filter(({ name }) => name === wanted)
				.flatMap((type) => [
					...type.properties.map(({ name }) => name),
					...(type.extends ?? []).flatMap(fieldsOf),
				]);
		for (const { type, data } of fixture.credentials) {
			const fields = fieldsOf(type);
			expect([type, fields]).toEqual([type, expect.arrayContaining(Object.keys(data))]);
		}
		const ours = fixture.workflows.flatMap(({ nodes }) =>
			nodes.filter(({ type }) => type.startsWith(PACKAGE)),
		);
		for (const { type, typeVersion } of ours) {
			const versions = types.filter(({ name }) => name === type).flatMap((found) => found.version);
			expect([type, versions]).toEqual([type, expect.arrayContaining([typeVersion])]);
		}
	});

	it.each(['Plain', 'Portions', ...CRMS])(
		'%s: gives what is new, and nothing again',
		async (name) => {
			const all = name in fixture.crms ? namesOf(fixture.crms[name as never]) : inTable(name);
			const before = new Set(fixture.handedOver[name]);
			const expected = [...all.filter((each) => !before.has(each)), NEW].sort();
			const leads = await live.get(name)!.leads(expected.length, 2 * NEXT_POLL_MS);
			expect(leads.map(({ customer }) => customer.lastName).sort()).toEqual(expected);
		},
		TIMEOUT_MS,
	);

	it.each(['Marked', 'Moved', 'Column'])(
		'%s: hands over again what is not marked yet, counted on, once its time has come',
		async (name) => {
			const again = fixture.tables[name]!.filter(
				(row) => row['LeadHandledAt'] === undefined && claimEnd(row) < Date.now(),
			);
			const leads = await live.get(name)!.leads(again.length + 1, 2 * NEXT_POLL_MS);
			const attempts = leads.map(({ customer, delivery }) => [
				customer.lastName,
				(delivery as { attempt: number }).attempt,
			]);
			expect(Object.fromEntries(attempts)).toEqual({
				...Object.fromEntries(again.map(({ rowKey }) => [rowKey, 2])),
				[NEW]: 1,
			});
		},
		TIMEOUT_MS,
	);

	it(
		'Create Leads: writes what is new beside what it has written',
		async () => {
			const [execution] = await live.get('Written')!.executions(1, 2 * NEXT_POLL_MS);
			const names = itemsOf(execution!, 'Write').map(({ customer }) => customer.lastName);
			expect(names).toContain(NEW);
			const copies = new MarketplaceTable(outside.storage, 'Copies');
			expect((await copies.list()).length).toBe(fixture.tables['Copies']!.length + 1);
		},
		TIMEOUT_MS,
	);

	it.each(POSTED)('%s: Remove Repeats knows what it has seen', async (name) => {
		const workflow = live.get(name)!;
		const secret = fixture.credentials.find((one) => one.name === 'HTTPS')!.data['secret'];
		for (const lead of ['Kept 1', NEW]) {
			const { status } = await send(workflow.url(), sentLead(lead), { code: String(secret) });
			expect(status).toBe(200);
		}
		const executions = await workflow.executions(2);
		const outcomes = [0, 1].map((output) =>
			executions.flatMap((execution) =>
				itemsOf(execution, 'Repeats', output).map(({ customer }) => customer.lastName),
			),
		);
		expect(outcomes).toEqual([[NEW], ['Kept 1']]);
	});

	const inTable = (name: string) => fixture.tables[name]!.map(({ rowKey }) => String(rowKey));
});

it('is there of the version in package.json', () => {
	expect(fixtureVersions()).toContain(readManifest().version);
});

/** Until when a lead that was handed over is left alone, epoch milliseconds. */
const claimEnd = (row: Row) => Date.parse((row['LeadDeliveryNextAt'] as { value: string }).value);

const namesOf = (leads: ReadonlyArray<{ name: string }>) => leads.map(({ name }) => name);

/** The fake servers make their secrets up anew each time. */
function secretsOf(name: string, { storageCredential, crms }: Outside): Record<string, unknown> {
	if (name === 'azureTable') return storageCredential;
	return name in crms ? crms[name as keyof typeof crms].credential : {};
}

/** The destinations' records as they stood when the fixture was made. */
async function asItWas({ storage, crms }: Outside, fixture: Fixture): Promise<void> {
	for (const [name, rows] of Object.entries(fixture.tables)) {
		const table = await new MarketplaceTable(storage, name).create();
		await table.insert(rows as MarketplaceRow[]);
	}
	for (const name of CRMS) await crms[name].insert(fixture.crms[name]);
}

async function insertNew({ storage, crms }: Outside, fixture: Fixture): Promise<void> {
	const lead = { name: NEW };
	// Of the tables that are polled.
	for (const { name } of fixture.workflows.filter((one) => one.name in fixture.tables)) {
		await new MarketplaceTable(storage, name).insert([tableRow(lead)]);
	}
	for (const name of CRMS) await crms[name].insert([lead]);
}

/** As a backup of n8n's database would: what was kept for these workflows. */
function putBack(file: string, { workflows, processed }: Fixture, now: Workflow[]): void {
	const idOf = (name: string) => now.find((workflow) => workflow.name === name)!.id;
	const database = new DatabaseSync(file);
	try {
		const keep = database.prepare('UPDATE workflow_entity SET staticData = ? WHERE id = ?');
		for (const { name, staticData } of workflows) {
			expect(keep.run(JSON.stringify(staticData), idOf(name)).changes).toBe(1);
		}
		const note = database.prepare(
			`INSERT INTO processed_data (workflowId, context, value, createdAt, updatedAt)
			VALUES (?, ?, ?, datetime('now'), datetime('now'))`,
		);
		for (const { workflow, context, value } of processed) note.run(idOf(workflow), context, value);
	} finally {
		database.close();
	}
}
