/** Get Leads: the leads of a period out of every destination that can be read, in n8n's engine. */
import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import type { Lead } from '../../../nodes/lead';
import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { outputsOf, runNode } from '../../support/engine';
import type { LeadToWrite } from '../../fakeServers/leadToWrite';
import type {
	DestinationServer,
	PolledDestination,
	PollHarness,
} from '../../support/pollContract/harness';
import { expectNoSecret, errorOf } from '../../support/pollContract/errors';
import { DAY, HOUR, MINUTE } from '../../support/pollContract/time';
import { azureTablePolled } from '../../support/places/azureTable';
import { dynamicsPolled } from '../../support/places/dynamics365';
import { marketoPolled } from '../../support/places/marketo';
import { salesforcePolled } from '../../support/places/salesforce';
import { skipWaits } from '../../support/skippedWaits';
import { asItems } from '../../support/places/place';

interface Given {
	parameters?: INodeParameters;
	options?: INodeParameters;
	credentials?: PollHarness['credentials'];
	items?: INodeExecutionData[];
	onError?: INode['onError'];
}

/** All there is, unless told otherwise. */
async function getLeads(place: PollHarness, given: Given = {}): Promise<INodeExecutionData[]> {
	const { parameters = {}, options = {}, items = asItems({}), onError } = given;
	const own = (place.parameters['options'] ?? {}) as INodeParameters;
	const node = {
		type: new MarketplaceLead(),
		parameters: {
			...place.parameters,
			operation: 'getLeads',
			returnAll: true,
			...parameters,
			options: { ...own, ...options },
		},
		credentials: given.credentials ?? place.credentials,
		...(onError && { onError }),
	};
	const [output] = outputsOf(await runNode(node, items));
	return output ?? [];
}

const namesOf = (items: readonly INodeExecutionData[]) =>
	items.map(({ json }) => (json as unknown as Lead).customer.lastName).sort();
const idsOf = (items: readonly INodeExecutionData[]) => items.map(({ json }) => json['id']);
const at = (time: number) => new Date(time).toISOString();
const between = (createdAfter: number, createdBefore?: number): Given => ({
	parameters: {
		createdAfter: at(createdAfter),
		createdBefore: createdBefore === undefined ? '' : at(createdBefore),
	},
});
const numbered = (count: number, time: (at: number) => number): LeadToWrite[] =>
	Array.from({ length: count }, (_, number) => ({
		name: `Sample ${number}`,
		writtenAt: time(number),
	}));

describe.each([azureTablePolled, dynamicsPolled, marketoPolled, salesforcePolled])(
	'leads of a period out of $destination',
	(polled: PolledDestination) => {
		const { cannot, destination } = polled;
		let server: DestinationServer;
		let place: PollHarness;
		let now: number;
		beforeAll(async () => {
			server = await polled.start();
		});
		beforeEach(async () => {
			place = await server.newPlace();
			// A whole day back, so that nothing of it is in the overlap with now.
			now = Math.floor((place.now() - DAY) / 1_000) * 1_000;
		});
		afterAll(async () => await server?.stop());

		it('begins with its first millisecond and ends before its end', async () => {
			await place.insert([
				{ name: 'before', writtenAt: now - 1_000 },
				{ name: 'first', writtenAt: now },
				{ name: 'last', writtenAt: now + HOUR - 1_000 },
				{ name: 'end', writtenAt: now + HOUR },
			]);
			expect(namesOf(await getLeads(place, between(now, now + HOUR)))).toEqual(['first', 'last']);
			expect(namesOf(await getLeads(place, between(now + 1)))).toEqual(['end', 'last']);
			expect(namesOf(await getLeads(place, { parameters: { createdBefore: at(now) } }))).toEqual([
				'before',
			]);
			expect(namesOf(await getLeads(place))).toEqual(['before', 'end', 'first', 'last']);
			const [item] = await getLeads(place, between(now + HOUR));
			expect(item).toMatchObject({ json: { destination }, pairedItem: { item: 0 } });
		});

		it('has ten fields at most unless all are asked for, and what was asked for besides', async () => {
			await place.insert([{ name: 'one', writtenAt: now }]);
			const whole = { parameters: { simplify: false } };
			const [simple] = await getLeads(place);
			const [all] = await getLeads(place, whole);
			expect(Object.keys(all!.json)).toEqual(expect.arrayContaining(['source', 'receivedAt']));
			const names = Object.keys(simple!.json);
			expect(names.length).toBeLessThanOrEqual(10);
			expect(names).toEqual(expect.arrayContaining(['id', 'destination', 'createdAt']));
			expect(all!.json).toMatchObject(simple!.json);
			const options = { includeRaw: true };
			const [withRecord] = await getLeads(place, { options });
			const [allWithRecord] = await getLeads(place, { ...whole, options });
			expect(withRecord!.json).toEqual({ ...simple!.json, raw: allWithRecord!.json['raw'] });
			expect(withRecord!.json['raw']).toEqual(expect.any(Object));
		});

		it('is empty where there is nothing', async () => {
			expect(await getLeads(place)).toEqual([]);
			expect(await getLeads(place, between(now))).toEqual([]);
		});

		it('is that of the workflow’s time zone, unless a date has its own', async () => {
			await place.insert([{ name: 'then', writtenAt: now }]);
			const local = at(now).replace('Z', '');
			const west = { parameters: { createdAfter: `${local}-01:00` } };
			const east = { parameters: { createdAfter: `${local}+01:00` } };
			expect(namesOf(await getLeads(place, west))).toEqual([]);
			// n8n's own zone is New York's.
			const there = { parameters: { createdAfter: local } };
			expect(namesOf(await getLeads(place, there))).toEqual([]);
			const earlier = { parameters: { createdAfter: at(now - 6 * HOUR).replace('Z', '') } };
			expect(namesOf(await getLeads(place, earlier))).toEqual(['then']);
			expect(namesOf(await getLeads(place, east))).toEqual(['then']);
		});

		it('does not move with what people edit later', async () => {
			await place.insert([
				{ name: 'edited', createdAt: now, writtenAt: now },
				{ name: 'other', createdAt: now, writtenAt: now },
			]);
			await place.edit('edited');
			expect(namesOf(await getLeads(place, between(now, now + HOUR)))).toEqual(['edited', 'other']);
			expect(namesOf(await getLeads(place, between(now + HOUR)))).toEqual([]);
		});

		if (cannot.ownCreationTime === undefined) {
			it('goes by the lead’s own time, whenever its record was written', async () => {
				await place.insert([
					{ name: 'late', createdAt: now, writtenAt: now + 2 * HOUR },
					{ name: 'early', createdAt: now + 4 * MINUTE, writtenAt: now },
				]);
				expect(namesOf(await getLeads(place, between(now, now + HOUR)))).toEqual(['early', 'late']);
				expect(namesOf(await getLeads(place, between(now + 4 * MINUTE)))).toEqual(['early']);
			});
		}

		it('goes through all pages, or up to the limit', async () => {
			place.shapePages({ records: 7, ...(cannot.emptyPages === undefined && { emptyPages: 1 }) });
			const leads = numbered(45, (number) => now + number * MINUTE);
			await place.insert(leads);
			const all = await getLeads(place, between(now));
			expect(namesOf(all)).toEqual(leads.map(({ name }) => name).sort());
			const few = { ...between(now).parameters, returnAll: false };
			const before = place.traffic();
			const ten = await getLeads(place, { parameters: { ...few, limit: 10 } });
			expect(idsOf(ten)).toEqual(idsOf(all.slice(0, 10)));
			const { records } = place.traffic(before);
			expect(records).toBeLessThan(25);
			expect(await getLeads(place, { parameters: few })).toHaveLength(45);
		});

		it('lets through what the triggers would', async () => {
			await place.insert([
				{ name: 'install', leadSource: 'AzureMarketplace-INS|contoso.one', writtenAt: now },
				{ name: 'contact', leadSource: 'SPZA-PLT|contoso.two', writtenAt: now },
				{ name: 'test', leadSource: 'SPZA-PLT|contoso.two', isTest: true, writtenAt: now },
			]);
			const filtered = async (filters: INodeParameters) =>
				namesOf(await getLeads(place, { parameters: { filters } }));
			expect(await filtered({ actions: ['INS'] })).toEqual(['install']);
			expect(await filtered({ offers: '*.two' })).toEqual(['contact', 'test']);
			expect(await filtered({ offers: '*.two', testLeads: 'exclude' })).toEqual(['contact']);
			const limited = {
				returnAll: false,
				limit: 1,
				filters: { sources: ['SPZA'], testLeads: 'exclude' },
			};
			expect(namesOf(await getLeads(place, { parameters: limited }))).toEqual(['contact']);
		});

		it('gives what is in it for each item', async () => {
			await place.insert(numbered(3, (number) => now + number * HOUR));
			const parameters = {
				createdAfter: '={{ $json.from }}',
				createdBefore: '={{ $json.to }}',
			};
			const items = asItems(
				{ from: at(now), to: at(now + HOUR) },
				{ from: at(now + 7 * HOUR) },
				{ from: 'yesterday' },
				{ from: at(now + HOUR) },
			);
			const output = await getLeads(place, { parameters, items, onError: 'continueRegularOutput' });
			const told = output.map(({ json, pairedItem }) => [
				(pairedItem as { item: number }).item,
				json['error'] ?? (json as unknown as Lead).customer.lastName,
			]);
			expect(told).toEqual([
				[0, 'Sample 0'],
				[2, '"Created After" is not a date'],
				[3, expect.stringMatching(/^Sample [12]$/)],
				[3, expect.stringMatching(/^Sample [12]$/)],
			]);
			expect(await errorOf(getLeads(place, { parameters, items }))).toMatchObject({
				message: '"Created After" is not a date',
				context: { itemIndex: 2 },
			});
		});

		it('goes on where a response is lost or the service is busy for a moment', async () => {
			place.shapePages({ records: 5 });
			const leads = numbered(15, (number) => now + number * MINUTE);
			await place.insert(leads);
			for (const fault of [
				{ kind: 'refused', why: 'busy' },
				{ kind: 'cut', where: 'beforeResponse' },
			] as const) {
				place.fault(fault, { page: 1 });
				expect(namesOf(await getLeads(place, between(now)))).toEqual(
					leads.map(({ name }) => name).sort(),
				);
				expect(place.faultsLeft()).toBe(0);
			}
		});

		it('is refused with the sign-in, without its secret', async () => {
			const credentials = place.badCredentials;
			const error = await errorOf(getLeads(place, { credentials }));
			expect(error).toMatchObject({ context: { itemIndex: 0 } });
			expectNoSecret({ ...error, node: {} }, place.secrets);
			const onError = 'continueRegularOutput';
			const items = await getLeads(place, { credentials, onError, items: asItems({}, {}) });
			expect(items.map(({ json }) => Object.keys(json))).toEqual([['error'], ['error']]);
			expectNoSecret(items, place.secrets);
		});

		describe('with little time', () => {
			skipWaits({ isStill: true });

			it('tells that it is not all when the time is up', async () => {
				await place.insert([{ name: 'slow', writtenAt: now }]);
				place.fault({ kind: 'slow', milliseconds: 1_000 });
				// Half a second, of the minutes that an expression can give.
				const options = { timeout: 0.5 / 60 };
				const error = await errorOf(getLeads(place, { options }));
				expect(error.message).toMatch(/in time/);
				// The time is that of all items: nothing is left of it for the second.
				place.fault({ kind: 'slow', milliseconds: 1_000 });
				const items = asItems({}, {});
				const told = await getLeads(place, { options, items, onError: 'continueRegularOutput' });
				expect(told.map(({ json }) => json['error'])).toEqual([
					expect.stringMatching(/in time/),
					'The time was up after 0 leads, and there may be more',
				]);
			});
		});

		it('is refused of wrong values', async () => {
			const of = async (given: Given) => (await errorOf(getLeads(place, given))).message;
			for (const createdAfter of ['5', 'lead 7', 'yesterday', '={{ true }}', '={{ ({}) }}']) {
				expect([createdAfter, await of({ parameters: { createdAfter } })]).toEqual([
					createdAfter,
					'"Created After" is not a date',
				]);
			}
			expect(await of({ parameters: { createdBefore: '12' } })).toBe(
				'"Created Before" is not a date',
			);
			expect(await of(between(now, now))).toBe('The period ends before it begins');
			expect(await of(between(now, now - 1))).toBe('The period ends before it begins');
			for (const limit of [0, -1, 1.5, '={{ "many" }}', '={{ NaN }}']) {
				expect([limit, await of({ parameters: { returnAll: false, limit } })]).toEqual([
					limit,
					'Limit is not a whole number of at least 1',
				]);
			}
			expect(await of({ options: { timeout: 0 } })).toBe(
				'Timeout (Minutes) is not a number above 0',
			);
		});
	},
);

describe('records that are no marketplace leads', () => {
	it('come only when they are asked for', async () => {
		const server = await salesforcePolled.start();
		const place = await server.newPlace();
		await place.insert([{ name: 'website', leadSource: 'Web' }, { name: 'marketplace' }]);
		expect(namesOf(await getLeads(place))).toEqual(['marketplace']);
		const all = await getLeads(place, { options: { includeOthers: true } });
		expect(namesOf(all)).toEqual(['marketplace', 'website']);
		await server.stop();
	});
});
