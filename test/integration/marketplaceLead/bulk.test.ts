/** Many leads through the node into every destination, some of them refused: what the items and errors say. */
import type { INodeExecutionData } from 'n8n-workflow';

import { parseLead, type Lead } from '../../../nodes/lead';
import { skipWaits } from '../../support/skippedWaits';
import { PLACES, type StartPlaces } from '../../support/places';
import { asItems, namesAt, run, type WritePlace } from '../../support/places/place';

skipWaits();

const MANY = 130;
const AGAIN = 120;
/** Leads of this name are refused by the destination. */
const REFUSED = 'Turned Away';

const receivedAt = new Date().toISOString();
const lead = (number: number, name = `Sample ${number}`): Lead =>
	parseLead(
		{
			UserDetails: {
				FirstName: 'Kim',
				LastName: name,
				Email: `kim.sample${number}@fabrikam.example`,
				Company: 'Fabrikam',
			},
			LeadSource: 'AzureMarketplace-INS|contoso.crm',
		},
		{ receivedAt },
	);
const leads = (count: number, refused: readonly number[] = []) =>
	Array.from({ length: count }, (_, at) => lead(at, refused.includes(at) ? REFUSED : undefined));
const namesOf = (given: readonly Lead[]) =>
	given.map(({ customer }) => customer.lastName).filter((name) => name !== REFUSED);
const outcomes = (items: readonly INodeExecutionData[]) => {
	const counts: Record<string, number> = {};
	for (const { json } of items) {
		const { outcome = 'error' } = (json['written'] ?? {}) as { outcome?: string };
		counts[outcome] = (counts[outcome] ?? 0) + 1;
	}
	return counts;
};

describe.each(Object.entries(PLACES))('many leads into %s', (_, startPlaces) => {
	let places: Awaited<ReturnType<StartPlaces>>;
	let place: WritePlace;
	beforeAll(async () => {
		places = await startPlaces();
	});
	beforeEach(async () => {
		place = await places.newPlace();
	});
	afterEach(async () => await place?.stop());
	afterAll(async () => await places?.stop());

	async function expectThere(given: readonly Lead[]): Promise<void> {
		expect((await namesAt(place)).sort()).toEqual(namesOf(given).sort());
	}

	it(`${MANY} of which some are refused: all others are written, and once`, async () => {
		const refused = [60, 100, 101];
		const given = leads(MANY, refused);
		const parameters = place.refuse(REFUSED);
		const items = await run(place, 'createLeads', asItems(...given), {
			parameters,
			onError: 'continueRegularOutput',
		});
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(given.map((_, item) => ({ item })));
		const failed = items.flatMap(({ json }, at) => (json['error'] === undefined ? [] : [at]));
		expect(failed).toEqual(refused);
		for (const at of failed) expect(items[at]!.json).toEqual({ error: expect.any(String) });
		expect(outcomes(items)).toEqual({ created: MANY - refused.length, error: refused.length });
		await expectThere(given);

		// The first of them again, and no second record of any.
		const again = asItems(...given.slice(0, AGAIN));
		const thrown: unknown = await run(place, 'createLeads', again, { parameters }).catch(
			(error: unknown) => error,
		);
		expect(thrown).toMatchObject({
			message: items[60]!.json['error'],
			description: expect.stringMatching(
				/\. Not written: \[item 60\], \[item 100\], \[item 101\] of 120 items\. All others are written\.$/,
			),
			context: { itemIndex: 60 },
		});
		await expectThere(given);
	});

	it('without "Continue", others are written all the same', async () => {
		const given = leads(5, [1]);
		const parameters = place.refuse(REFUSED);
		const thrown: unknown = await run(place, 'createLeads', asItems(...given), {
			parameters,
		}).catch((error: unknown) => error);
		expect(thrown).toMatchObject({
			description: expect.stringMatching(/Not written: \[item 1\] of 5 items\./),
		});
		await expectThere(given);
	});

	it('names the first ten that are refused, and counts the others', async () => {
		const given = leads(14).map((_, at) => lead(at, at < 12 ? REFUSED : undefined));
		const parameters = place.refuse(REFUSED);
		const thrown: unknown = await run(place, 'createLeads', asItems(...given), {
			parameters,
		}).catch((error: unknown) => error);
		expect(thrown).toMatchObject({
			description: expect.stringMatching(
				/Not written: \[item 0\], \[item 1\], .*, \[item 9\] and 2 more of 14 items\./,
			),
		});
		await expectThere(given);
	});
});
