/** What whoever reads a lead at the destination finds of it. */
import { parseLead, type JsonObject, type Lead } from '../../../nodes/lead/index.ts';
import type { WritableLead } from '../../../nodes/destinations/contract.ts';
import type { WriteContract } from './contract.ts';
import type { LeadPart } from './destination.ts';

/** The parts of a lead, as they are compared. */
const PARTS: Readonly<Record<LeadPart, (lead: Lead) => unknown>> = {
	leadSource: ({ leadSource }) => leadSource,
	action: ({ action }) => action.code,
	offerId: ({ offer }) => offer.id,
	offerTitle: ({ offer }) => offer.title,
	publisherName: ({ offer }) => offer.publisherName,
	customer: ({ customer: { original: _, ...customer } }) => customer,
	description: ({ description }) => description.replaceAll('\r\n', '\n'),
	createdAt: ({ createdAt }) => createdAt,
	textProperty: ({ properties }) => properties['partnerid'],
	numberProperty: ({ properties }) => properties['Seats'],
	listProperty: ({ properties }) => properties['Regions'],
};

export function declareKept({ destination, newPlace, test }: WriteContract): void {
	const lost = Object.entries(destination.loses);
	const but = [...new Set(Object.values(destination.loses))]
		.map((reason) => {
			const parts = lost.flatMap(([part, why]) => (why === reason ? [part] : []));
			return `${parts.join(', ')} (${reason})`;
		})
		.join('; ');
	test(`every part of a lead${but && `, but ${but}`}`, [], async () => {
		const place = await newPlace();
		const given = { lead: leadOf(1), additional: {} };
		const [read] = await place.writeAndRead([given]);
		const different = Object.entries(PARTS).filter(
			([, partOf]) => JSON.stringify(partOf(read!.lead)) !== JSON.stringify(partOf(given.lead)),
		);
		// No more than that, and no less: what is said to be lost and is not would be said in vain.
		expect(different.map(([part]) => part).sort()).toEqual(lost.map(([part]) => part).sort());
	});

	test('further fields, in the place of what the lead has for them', [], async () => {
		const place = await newPlace();
		const { fields, readAs } = destination.additional;
		const [plain, further] = await place.writeAndRead([
			{ lead: leadOf(1), additional: {} },
			{ lead: leadOf(2), additional: fields },
		]);
		expect(plain!.lead).not.toMatchObject(readAs);
		expect(further!.lead).toMatchObject(readAs);
	});

	test('a name that is known as a whole only, and no half of a character', [], async () => {
		const place = await newPlace();
		const whole = leadOf(1, {
			UserDetails: { Email: 'kim.sample@fabrikam.example', Company: 'Fabrikam' },
			FullName: 'Kim Sample',
		});
		const { customer } = whole;
		expect(customer).toMatchObject({ firstName: '', lastName: '', fullName: 'Kim Sample' });
		const lead: Lead = {
			...whole,
			customer: { ...customer, company: 'Fabrikam \udc4d' },
			description: 'Please \ud83d call',
			properties: { partnerid: 'north\ud83dwind' },
		};
		const [read] = await place.writeAndRead([{ lead, additional: {} }]);
		expect(read!.lead.customer.fullName).toBe('Kim Sample');
		expect(read!.lead.customer.company).toMatch(/^Fabrikam\b/);
		expect(read!.lead.description).toMatch(/^Please.*call$/);
		// Of half a character JSON writes the code.
		expect(JSON.stringify(read!.record)).not.toMatch(/\\ud[89a-f]/i);
	});

	describe('that a customer must not be contacted', () => {
		test('whatever says so', [], async () => {
			const place = await newPlace();
			const byField = leadOf(1, { DoNotContact: true });
			const byCode = leadOf(2, { LeadSource: 'AzureMarketplace-DNC|contoso.crm' });
			const byNothing = { ...leadOf(3), contactAllowed: false };
			const leads = [byField, byCode, byNothing];
			expect(leads.map(({ contactAllowed }) => contactAllowed)).toEqual([false, false, false]);
			const read = await place.writeAndRead(
				[...leads, leadOf(4)].map((lead) => ({ lead, additional: {} })),
			);
			// The last one may be: what is told of everybody says nothing.
			expect(read.map(({ lead }) => lead.contactAllowed)).toEqual([false, false, false, true]);
		});

		test('although further fields are written besides', [], async () => {
			const place = await newPlace();
			const { fields } = destination.additional;
			const given: WritableLead = { lead: leadOf(1, { DoNotContact: true }), additional: fields };
			const [read] = await place.writeAndRead([given]);
			expect(read!.lead.contactAllowed).toBe(false);
		});

		// Where the first version stands, the record is left as people have it.
		if (destination.stands === 'first') return;
		test('where that has come to be known since', [], async () => {
			const place = await newPlace();
			const [before] = await place.writeAndRead([{ lead: leadOf(1), additional: {} }]);
			expect(before!.lead.contactAllowed).toBe(true);
			const lead = leadOf(1, { DoNotContact: true });
			const [after] = await place.writeAndRead([{ lead, additional: {} }]);
			expect(after!.lead.contactAllowed).toBe(false);
		});
	});
}

/** A lead with something in each of its parts. */
function leadOf(number: number, fields: JsonObject = {}): Lead {
	const lead = parseLead({
		UserDetails: {
			FirstName: 'Kim',
			LastName: `Sample ${number}`,
			Email: `kim.sample${number}@fabrikam.example`,
			Phone: '+14255550100',
			Country: 'US',
			Company: 'Fabrikam',
			Title: 'Buyer',
		},
		LeadSource: 'AzureMarketplace-INS|contoso.crm',
		OfferDisplayName: 'Contoso CRM',
		PublisherDisplayName: 'Contoso',
		Description: 'Please call\nbefore noon',
		CreatedTime: '2026-03-01T09:30:00.000Z',
		partnerid: 'northwind',
		Seats: 25,
		Regions: ['West', 'North'],
		...fields,
	});
	return { ...lead, id: `lead-${number}` };
}
