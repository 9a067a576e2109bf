/** The poll trigger and Mark as Handled together, on every destination that can mark. */
import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';

import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { startDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import { typedField } from '../../fakeServers/salesforce/fields.ts';
import { startSalesforce } from '../../fakeServers/salesforce/salesforce.ts';
import { outputsOf, pollContext, runNode } from '../../support/engine.ts';
import { azureTablePlaces } from '../../support/places/azureTable.ts';

interface Place {
	parameters: INodeParameters;
	/** What Mark as Handled is told of the place. */
	marking: INodeParameters;
	credentials: Record<string, ICredentialDataDecryptedObject>;
	insert(...names: string[]): Promise<string[]>;
	/** Last names of those that are not marked, by the destination itself. */
	pending(): Promise<string[]>;
	/** A person gives the lead of this name a status of its own; gives what it then is. */
	move?(name: string): () => unknown;
	remove(id: string): Promise<void>;
	stop(): Promise<void>;
}

async function azureTable(marking: INodeParameters): Promise<Place> {
	const server = await azureTablePlaces();
	const place = await server.newPlace();
	return {
		parameters: { ...place.parameters, ...marking },
		marking: { table: place.parameters.table, ...marking },
		credentials: place.credentials as Place['credentials'],
		insert: async (...names) => await place.insert(names.map((name) => ({ name }))),
		async pending() {
			const rows = await place.table.list();
			return rows.filter((row) => !row['LeadHandledAt']).map(({ rowKey }) => rowKey);
		},
		async remove(id) {
			const [partitionKey = '', rowKey = ''] = id.split('/');
			await place.table.remove({ partitionKey, rowKey });
		},
		stop: async () => await server.stop(),
	};
}

async function salesforce(marking: INodeParameters): Promise<Place> {
	const fake = await startSalesforce();
	const { organisation } = fake;
	organisation.addField(typedField('Handled__c', 'boolean', 'Handled'));
	organisation.addField(typedField('Handled_On__c', 'datetime', 'Handled On'));
	const named = (name: string) => organisation.records().find(({ LastName }) => LastName === name);
	return {
		parameters: { destination: 'salesforce', ...marking },
		marking,
		credentials: { [fake.credentialType]: fake.credential },
		insert: async (...names) => {
			const ids = await fake.insert(names.map((name) => ({ name })));
			for (const id of ids) {
				organisation.update(id, { Handled__c: false, Status: 'Open - Not Contacted' }, fake.now());
			}
			return ids;
		},
		pending: async () =>
			organisation
				.records()
				.filter((record) => record['Handled__c'] !== true)
				.filter((record) => (record['Handled_On__c'] ?? null) === null)
				.filter((record) => record['Status'] === 'Open - Not Contacted')
				.map((record) => String(record['LastName'])),
		move(name) {
			organisation.update(String(named(name)?.['Id']), { Status: 'Qualified' }, fake.now());
			return () => named(name)?.['Status'];
		},
		remove: async (id) => {
			organisation.remove(id);
			await Promise.resolve();
		},
		stop: async () => await fake.stop(),
	};
}

async function dynamics(marking: INodeParameters): Promise<Place> {
	const authority = await startEntraAuthority();
	const fake = await startDynamics({ authority });
	return {
		parameters: { ...(fake.parameters as INodeParameters), ...marking },
		marking,
		credentials: { [fake.credentialType]: fake.credential as ICredentialDataDecryptedObject },
		insert: async (...names) => await fake.insert(names.map((name) => ({ name }))),
		pending: async () =>
			fake
				.rows()
				.filter((row) => row['contoso_handled'] !== true)
				.filter((row) => (row['contoso_handledon'] ?? null) === null)
				.filter((row) => [null, undefined, 100000000].includes(row['contoso_progress'] as null))
				.map((row) => String(row['lastname'])),
		move(name) {
			fake.edit([name], { contoso_progress: 100000002 });
			return () => fake.rows().find((row) => row['lastname'] === name)?.['contoso_progress'];
		},
		remove: async (id) => {
			fake.remove(id);
			await Promise.resolve();
		},
		stop: async () => {
			await fake.stop();
			await authority.stop();
		},
	};
}

const located = (name: string) => ({ __rl: true, mode: 'name', value: name });
const field = (markedBy: string, name: string, values: INodeParameters = {}): INodeParameters => ({
	markedBy,
	[name.endsWith('__c') || name === 'Status' ? 'handledField' : 'handledColumn']: located(name),
	...values,
});
const STATUS = {
	pendingPicklistValue: 'Open - Not Contacted',
	handledPicklistValue: 'Working - Contacted',
};
const PROGRESS = { pendingChoice: '100000000', handledChoice: '100000001' };

const PLACES: Array<
	[string, string, (marking: INodeParameters) => Promise<Place>, INodeParameters]
> = [
	['Azure Table, moved', 'azureTable', azureTable, { handledLeadsAre: 'move' }],
	['Azure Table, by a column', 'azureTable', azureTable, { handledLeadsAre: 'column' }],
	['Salesforce, by a checkbox', 'salesforce', salesforce, field('boolean', 'Handled__c')],
	['Salesforce, by a time', 'salesforce', salesforce, field('dateTime', 'Handled_On__c')],
	['Salesforce, by a status', 'salesforce', salesforce, field('choice', 'Status', STATUS)],
	['Dynamics 365, by yes/no', 'dynamics365', dynamics, field('boolean', 'contoso_handled')],
	['Dynamics 365, by a time', 'dynamics365', dynamics, field('dateTime', 'Contoso_HandledOn')],
	[
		'Dynamics 365, by a choice',
		'dynamics365',
		dynamics,
		field('choice', 'contoso_progress', PROGRESS),
	],
];

describe.each(PLACES)('%s', (_title, destination, start, marking) => {
	let place: Place;
	beforeEach(async () => {
		place = await start(marking);
	});
	afterEach(async () => await place.stop());

	function trigger(more: { name?: string; staticData?: IDataObject } = {}) {
		return pollContext({
			type: new MarketplaceLeadPollTrigger(),
			parameters: { ...place.parameters, handledWhen: 'markedInWorkflow' },
			credentials: place.credentials,
			...more,
		});
	}

	async function mark(
		items: object[],
		parameters: INodeParameters = {},
		onError?: INode['onError'],
	): Promise<INodeExecutionData[][]> {
		const run = await runNode(
			{
				type: new MarketplaceLead(),
				parameters: { operation: 'markAsHandled', destination, ...place.marking, ...parameters },
				credentials: place.credentials,
				...(onError && { onError }),
			},
			items.map((json) => ({ json })) as INodeExecutionData[],
		);
		return outputsOf(run);
	}

	const jsons = (items: INodeExecutionData[] | undefined) => (items ?? []).map(({ json }) => json);

	it('what is handed over and marked is pending no more, and what comes later is handed over', async () => {
		await place.insert('a', 'b', 'c');
		const poller = trigger();
		const [leads] = (await poller.poll()) ?? [];
		expect(leads).toHaveLength(3);
		expect(leads?.[0]?.json['delivery']).toMatchObject({ attempt: 1 });
		// Not before its time, in this process or after a restart without its memory kept.
		expect(await poller.poll()).toBeNull();

		// As Edit Fields leaves them.
		const two = jsons(leads)
			.slice(0, 2)
			.map(({ id, destination: of }) => ({ id, destination: of, crm: 'x' }));
		const [marked] = await mark(two);
		expect(jsons(marked)).toEqual(
			two.map((json) => ({
				...json,
				handled: { outcome: 'marked', at: expect.stringMatching(/^20/) },
			})),
		);
		expect(Object.keys(jsons(marked)[0] ?? {})[0]).toBe('handled');
		expect(await place.pending()).toHaveLength(1);
		const lost = trigger();
		const again = (await lost.poll())?.[0] ?? [];
		// Where the destination keeps what was handed over nothing comes early.
		expect(again).toHaveLength(destination === 'azureTable' ? 0 : 1);
		await place.insert('d');
		const later = jsons((await poller.poll())?.[0]);
		expect(later).toHaveLength(1);
		await mark(later);
		expect(await place.pending()).toHaveLength(1);
	});

	it('a trigger that is renamed hands over nothing early', async () => {
		await place.insert('a', 'b');
		const poller = trigger();
		expect((await poller.poll())?.[0]).toHaveLength(2);
		const renamed = trigger({ name: 'Leads', staticData: poller.kept() });
		expect(await renamed.poll()).toBeNull();
		await place.insert('c');
		expect((await renamed.poll())?.[0]).toHaveLength(1);
		// And back: what is left under the old name, or was there, is older.
		const back = trigger({ staticData: renamed.kept() });
		expect(await back.poll()).toBeNull();
	});

	it('marking twice is marking once, also within one run and of many leads', async () => {
		const names = Array.from({ length: 230 }, (_, at) => `n${at}`);
		await place.insert(...names);
		const leads = jsons((await trigger().poll())?.[0]);
		expect(leads).toHaveLength(230);
		const [first] = await mark([...leads, ...leads.slice(0, 3)]);
		expect(first).toHaveLength(233);
		expect(await place.pending()).toEqual([]);
		const [second] = await mark(leads);
		const outcomes = new Set(
			jsons(second).map(({ handled }) => (handled as { outcome: string }).outcome),
		);
		expect([...outcomes].filter((outcome) => !/^(alreadyHandled|marked)$/.test(outcome))).toEqual(
			[],
		);
		expect(await place.pending()).toEqual([]);
	});

	it('what can’t be marked says so, and keeps no other from being marked', async () => {
		const [, gone = ''] = await place.insert('a', 'b');
		const leads = jsons((await trigger().poll())?.[0]);
		await place.remove(gone);
		const items = [
			...leads,
			{ id: 'no id at all', destination },
			{ destination },
			{ id: 'x', destination: 'https' },
		];
		const [done = [], failed = []] = await mark(items, {}, 'continueErrorOutput');
		expect(jsons(done)).toHaveLength(1);
		expect(jsons(failed).map(({ error }) => error)).toEqual([
			expect.stringMatching(
				/not in (Salesforce|Dynamics 365) any more|is (not|neither) in the table/,
			),
			expect.stringMatching(/^The ID of the lead is not that of a/),
			'The item has no "id" of a lead',
			expect.stringMatching(/^The lead is not one of .*: its destination is "https"$/),
		]);
		expect(await place.pending()).toEqual([]);
		await expect(mark(items)).rejects.toMatchObject({
			description: expect.stringContaining('of 5 items. All others are marked.'),
		});
	});
});

it.each([
	['Salesforce', salesforce, field('choice', 'Status', STATUS)],
	['Dynamics 365', dynamics, field('choice', 'contoso_progress', PROGRESS)],
] as const)(
	'%s: a lead that a person has moved on is neither set back nor handed over',
	async (_title, start, marking) => {
		const place = await start(marking);
		try {
			await place.insert('a', 'b');
			const parameters = { ...place.parameters, handledWhen: 'markedInWorkflow' };
			const type = new MarketplaceLeadPollTrigger();
			const poller = pollContext({ type, parameters, credentials: place.credentials });
			const [leads = []] = (await poller.poll()) ?? [];
			expect(leads).toHaveLength(2);
			const read = place.move!('a');
			const moved = read();
			const run = await runNode(
				{
					type: new MarketplaceLead(),
					parameters: {
						operation: 'markAsHandled',
						destination: String(place.parameters['destination']),
						...place.marking,
					},
					credentials: place.credentials,
				},
				leads,
			);
			const outcomes = (outputsOf(run)[0] ?? []).map(
				({ json }) => (json['handled'] as { outcome: string }).outcome,
			);
			expect(outcomes.sort()).toEqual(['alreadyHandled', 'marked']);
			expect(read()).toBe(moved);
			expect(
				await pollContext({ type, parameters, credentials: place.credentials }).poll(),
			).toBeNull();
		} finally {
			await place.stop();
		}
	},
);

it.each([
	[
		'Salesforce: is not there',
		salesforce,
		field('boolean', 'Nobody__c'),
		'Leads have no field Nobody__c that is a boolean',
	],
	[
		'Salesforce: is of another kind',
		salesforce,
		field('boolean', 'Handled_On__c'),
		'Leads have no field Handled_On__c that is a boolean',
	],
	[
		'Dynamics 365: is not there',
		dynamics,
		field('boolean', 'contoso_none'),
		'The table Lead has no column "contoso_none" of that type which can be changed',
	],
	[
		'Dynamics 365: is of another kind',
		dynamics,
		field('boolean', 'contoso_handledon'),
		'The table Lead has no column "contoso_handledon" of that type which can be changed',
	],
] as const)(
	'a poll says that the field for marking %s',
	async (_title, start, marking, message) => {
		const place = await start(marking);
		try {
			await place.insert('a');
			const poller = pollContext({
				type: new MarketplaceLeadPollTrigger(),
				parameters: { ...place.parameters, handledWhen: 'markedInWorkflow' },
				credentials: place.credentials,
			});
			await expect(poller.poll()).rejects.toMatchObject({
				message,
				description: expect.stringContaining('choose under "Leads Are Marked By" what it is'),
			});
		} finally {
			await place.stop();
		}
	},
);
