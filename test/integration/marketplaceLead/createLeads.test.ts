/** The node writes leads into every destination and reads them back, in n8n's engine. */
import type { INodeExecutionData } from 'n8n-workflow';

import { parseLead, type Lead } from '../../../nodes/lead';
import { PLACES, type StartPlaces } from '../../support/places';
import { asItems, namesAt, run, type WritePlace } from '../../support/places/place';

interface Written {
	destination: string;
	outcome: string;
	reason: string;
	id: string;
	url: string;
}
type LeadOut = Lead & { written: Written };

const record = (number: number, fields: object = {}) => ({
	UserDetails: {
		FirstName: 'Kim',
		LastName: `Sample ${number}`,
		Email: `Kim.Sample${number}@Fabrikam.example`,
		Phone: '(425) 555-0100',
		Country: 'USA',
		Company: 'Fabrikam',
		Title: 'Buyer',
	},
	LeadSource: 'AzureMarketplace-INS|contoso.crm',
	Description: 'Please call',
	...fields,
});
const lead = (number: number, fields: object = {}): Lead =>
	parseLead(record(number, fields), { receivedAt: '2026-03-01T12:00:00.000Z' });
const out = (items: INodeExecutionData[]) => items.map(({ json }) => json as unknown as LeadOut);
const outcomes = (items: INodeExecutionData[]) => out(items).map(({ written }) => written.outcome);
const itemOf = ({ pairedItem }: INodeExecutionData) => (pairedItem as { item: number }).item;

describe.each(Object.entries(PLACES))('writing leads into %s', (_, startPlaces) => {
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

	async function stored(): Promise<Lead[]> {
		return out(await run(place, 'getLeads', asItems({}), { parameters: { returnAll: true } }));
	}

	it('passes each lead on with what has become of it', async () => {
		const leads = [lead(1), lead(2)];
		const items = await run(place, 'createLeads', asItems(...leads));
		expect(items.map(itemOf)).toEqual([0, 1]);
		items.forEach(({ json }, at) => {
			const { written, ...rest } = json as unknown as LeadOut;
			expect(rest).toEqual(leads[at]);
			expect(written).toEqual({
				destination: place.destination,
				outcome: 'created',
				reason: '',
				id: expect.stringMatching(/./),
				url: expect.any(String),
			});
		});
	});

	it('reads any shape of lead, and several in an item', async () => {
		const list = asItems({ leads: [record(1), record(2)] }, { leads: JSON.stringify(record(3)) });
		const items = await run(place, 'createLeads', list, {
			parameters: { readLeadFrom: 'field', field: 'leads' },
		});
		expect(out(items).map(({ customer }) => customer.lastName)).toEqual([
			'Sample 1',
			'Sample 2',
			'Sample 3',
		]);
		expect(items.map(itemOf)).toEqual([0, 0, 1]);
	});

	it('does not write a lead twice', async () => {
		const leads = [lead(1), lead(2)];
		await run(place, 'createLeads', asItems(...leads));
		const again = await run(place, 'createLeads', asItems(...leads, leads[0]!, lead(3)));
		// One that comes twice at once is sent once, wherever it goes.
		expect(outcomes(again)).toEqual([place.again, place.again, 'unchanged', 'created']);
		expect(await namesAt(place)).toHaveLength(3);
	});

	it('refuses what holds no lead, and writes all others', async () => {
		const items = asItems(lead(1), { nothing: 'here' }, lead(2));
		const refused = await run(place, 'createLeads', items).catch((error: unknown) => error);
		expect(refused).toMatchObject({
			message: 'The item holds no lead',
			description: expect.stringMatching(
				/Not written: \[item 1\] of 3 items\. All others are written\.$/,
			),
			context: { itemIndex: 1 },
		});
		const went = await run(place, 'createLeads', items, { onError: 'continueRegularOutput' });
		expect(went.map(itemOf)).toEqual([0, 1, 2]);
		expect(went[1]!.json).toEqual({ error: 'The item holds no lead' });
		expect(outcomes([went[0]!, went[2]!])).toEqual([place.again, place.again]);
	});

	describe('a customer who must not be contacted', () => {
		const given = () => asItems(lead(1), lead(2, { LeadSource: 'SPZA-DNC|contoso.crm' }));

		it('fails when asked for, unlike the others', async () => {
			const options = { doNotContact: 'fail' };
			const refused = await run(place, 'createLeads', given(), { options }).catch(
				(error: unknown) => error,
			);
			expect(refused).toMatchObject({
				message: 'The customer must not be contacted',
				context: { itemIndex: 1 },
			});
			const went = await run(place, 'createLeads', given(), {
				options,
				onError: 'continueRegularOutput',
			});
			expect(went[1]!.json).toEqual({ error: 'The customer must not be contacted' });
			if (place.reads) expect(await stored()).toHaveLength(1);
		});

		it('is left out, and says so', async () => {
			const went = await run(place, 'createLeads', given());
			expect(out(went)[1]).toMatchObject({
				contactAllowed: false,
				written: {
					destination: place.destination,
					outcome: 'leftOut',
					reason: 'The customer must not be contacted',
					id: '',
					url: '',
				},
			});
			if (place.reads) expect(await stored()).toHaveLength(1);
		});

		it('is written when asked for, and is still not to be contacted', async () => {
			// By its field alone, too: the action of this one says nothing of it.
			const items = [...given(), ...asItems(lead(3, { DoNotContact: true }))];
			const went = await run(place, 'createLeads', items, { options: { doNotContact: 'write' } });
			expect(outcomes(went)).toEqual(['created', 'created', 'created']);
			if (!place.reads) return;
			const found = (await stored()).map(({ contactAllowed }) => contactAllowed);
			expect(found.sort()).toEqual([false, false, true]);
		});
	});

	it('tells that the sign-in is refused, of every item and without the secret', async () => {
		const credential = place.badCredential;
		const items = asItems(lead(1), lead(2));
		const refused = await run(place, 'createLeads', items, { credential }).catch(
			(error: unknown) => error,
		);
		expect(refused).toMatchObject({ context: { itemIndex: 0 } });
		const went = await run(place, 'createLeads', items, {
			credential,
			onError: 'continueRegularOutput',
		});
		expect(went.map(({ json }) => Object.keys(json))).toEqual([['error'], ['error']]);
		// The node's own credentials are in the error here, where they are given inline.
		const told = JSON.stringify([{ ...(refused as object), node: {} }, went]);
		for (const secret of place.secrets) expect(told).not.toContain(secret);
	});

	it('sends a test lead, which is known as one when it comes back', async () => {
		const items = await run(place, 'sendTestLead', asItems({}), {
			parameters: { offerTitle: 'Contoso CRM' },
		});
		expect(out(items)).toEqual([
			expect.objectContaining({
				isTest: true,
				id: expect.stringMatching(/^MSFT_TEST_\d{18}$/),
				written: expect.objectContaining({ outcome: 'created' }),
			}),
		]);
		if (!place.reads) return;
		const { customer, isTest } = (await stored())[0]!;
		expect([customer.email, isTest]).toEqual([out(items)[0]!.customer.email, true]);
	});

	it('checks a connection that works', async () => {
		const [report] = await run(place, 'checkConnection', asItems({}));
		const { checks, ...rest } = report!.json as { checks: Array<Record<string, unknown>> };
		expect(rest).toMatchObject({ ok: true, failedCheck: '', destination: place.destination });
		const unread = {
			signedIn: 'skipped',
			mayRead: 'skipped',
			testLeadReadBack: 'skipped',
			cleanedUp: 'skipped',
		};
		const told = Object.fromEntries(checks.map(({ name: check, status }) => [check, status]));
		expect(told).toEqual({
			reachable: 'passed',
			signedIn: 'passed',
			mayRead: 'passed',
			mayWrite: 'passed',
			testLeadWritten: 'passed',
			testLeadReadBack: 'passed',
			cleanedUp: 'passed',
			...(place.reads ? {} : unread),
		});
		if (place.reads) expect(await namesAt(place)).toEqual([]);
	});

	it('checks a connection whose sign-in is refused', async () => {
		const credential = place.badCredential;
		const [report] = await run(place, 'checkConnection', asItems({}), { credential });
		expect(report!.json).toMatchObject({
			ok: false,
			failedCheck: place.reads ? 'signedIn' : 'mayWrite',
			message: expect.stringMatching(/./),
			toDo: expect.stringMatching(/\.$/),
		});
	});
});
