import fc from 'fast-check';
import {
	mergeLeads,
	readMergedCustomer,
	spansOffers,
	type Lead,
	type MergedCustomer,
	type GroupBy,
} from '../../../../nodes/lead';
import { compareText, stepKey, toStep } from '../../../../nodes/lead/merge/step';
import { anyLead, customersOf } from './support';

const RUNS = { numRuns: 200 };
const leads = fc.array(anyLead, { maxLength: 14 });
const scopes = fc.constantFrom<GroupBy>('customer', 'customerAndOffer');

/** Each lead with the batch it belongs to, and whether that batch is merged before the rest. */
const batches = fc
	.record({
		entries: fc.array(fc.tuple(anyLead, fc.nat(3)), { maxLength: 14 }),
		mergedFirst: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
	})
	.map(({ entries, mergedFirst }) => ({
		all: entries.map(([lead]) => lead),
		parts: mergedFirst.map((isMerged, batch) => ({
			isMerged,
			leads: entries.filter(([, of]) => of === batch).map(([lead]) => lead),
		})),
	}));

describe('the outcome of merging', () => {
	it('does not depend on the order', () => {
		const shuffled = leads.chain((given) =>
			fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
		);
		fc.assert(
			fc.property(shuffled, scopes, ([given, other], groupBy) => {
				expect(customersOf(other, groupBy)).toEqual(customersOf(given, groupBy));
			}),
			RUNS,
		);
	});

	it('does not depend on batches that are merged first, and merged again', () => {
		fc.assert(
			fc.property(batches, scopes, ({ all, parts }, groupBy) => {
				const mixed = parts.flatMap((part): (Lead | MergedCustomer)[] =>
					part.isMerged ? customersOf(part.leads, groupBy) : part.leads,
				);
				expect(customersOf(mixed, groupBy)).toEqual(customersOf(all, groupBy));
				let sofar: MergedCustomer[] = [];
				for (const part of parts) sofar = customersOf([...sofar, ...part.leads], groupBy);
				expect(sofar).toEqual(customersOf(all, groupBy));
			}),
			RUNS,
		);
	});

	it('is the same for customers by offer that are merged to one', () => {
		fc.assert(
			fc.property(leads, (given) => {
				expect(customersOf(customersOf(given, 'customerAndOffer'))).toEqual(customersOf(given));
			}),
			RUNS,
		);
	});

	it('is not changed by merging twice, or the same leads again', () => {
		fc.assert(
			fc.property(leads, scopes, (given, groupBy) => {
				const once = customersOf(given, groupBy);
				expect(customersOf(once, groupBy)).toEqual(once);
				expect(customersOf([...given, ...given], groupBy)).toEqual(once);
				expect(customersOf([...once, ...given, ...once], groupBy)).toEqual(once);
			}),
			RUNS,
		);
	});

	it('is read back from JSON as it was', () => {
		fc.assert(
			fc.property(leads, scopes, (given, groupBy) => {
				for (const customer of customersOf(given, groupBy)) {
					const json: unknown = JSON.parse(JSON.stringify(customer));
					expect(readMergedCustomer(json, 'cloudPartnerPortal')).toEqual(customer);
				}
			}),
			RUNS,
		);
	});

	it('leaves what it was given as it was', () => {
		fc.assert(
			fc.property(leads, scopes, (given, groupBy) => {
				const [before, once] = [structuredClone(given), customersOf(given, groupBy)];
				const copy = structuredClone(once);
				customersOf([...once, ...given], groupBy);
				expect([given, once]).toEqual([before, copy]);
			}),
		);
	});
});

describe('nothing is lost', () => {
	it('every lead is in exactly one journey, and every input in exactly one customer', () => {
		fc.assert(
			fc.property(leads, scopes, (given, groupBy) => {
				const merges = mergeLeads(given, groupBy);
				const indices = merges.flatMap(({ inputs }) => inputs);
				expect(indices.toSorted((a, b) => a - b)).toEqual(given.map((_, index) => index));
				for (const { customer, inputs } of merges) {
					const steps = customer.journey.map((step) => stepKey(step));
					expect(new Set(steps).size).toBe(steps.length);
					expect(new Set(inputs.map((index) => stepOf(given[index]!)))).toEqual(new Set(steps));
				}
			}),
			RUNS,
		);
	});

	it('a value is kept wherever a lead has one, and is the newest', () => {
		fc.assert(
			fc.property(leads, (given) => {
				for (const { customer, inputs } of mergeLeads(given)) {
					const mine = inputs.map((index) => given[index]!);
					for (const field of ['firstName', 'lastName', 'phone', 'company'] as const) {
						const telling = mine.filter((lead) => lead.customer[field] !== '');
						const newest = telling.map(timeOf).sort(compareText).at(-1) ?? '';
						expect(customer.origins[field].time).toBe(newest);
						const values = telling.filter((lead) => timeOf(lead) === newest);
						expect(
							values.length === 0 ? [''] : values.map((lead) => lead.customer[field]),
						).toContain(customer.customer[field]);
					}
				}
			}),
			RUNS,
		);
	});
});

describe('what must not happen', () => {
	it('a test lead in the journey of a real customer', () => {
		fc.assert(
			fc.property(leads, scopes, (given, groupBy) => {
				for (const { isTest, journey } of customersOf(given, groupBy)) {
					expect(journey.every((step) => step.isTest === isTest)).toBe(true);
				}
			}),
			RUNS,
		);
	});

	it('a contactable customer, one of whose leads says do not contact', () => {
		fc.assert(
			fc.property(leads, scopes, (given, groupBy) => {
				const refused = new Set(
					customersOf(given)
						.filter(({ journey }) => journey.some((step) => !step.contactAllowed))
						.map(({ identity, isTest }) => JSON.stringify([identity, isTest])),
				);
				for (const { contactAllowed, stage, identity, isTest } of customersOf(given, groupBy)) {
					expect(contactAllowed).toBe(!refused.has(JSON.stringify([identity, isTest])));
					expect(stage === 'doNotContact').toBe(!contactAllowed);
				}
			}),
			RUNS,
		);
	});

	it('a customer by offer with several', () => {
		fc.assert(
			fc.property(leads, (given) => {
				for (const customer of customersOf(given, 'customerAndOffer')) {
					expect(spansOffers(customer)).toBe(false);
				}
			}),
			RUNS,
		);
	});
});

function stepOf(lead: Lead): string {
	return stepKey(toStep(lead));
}

function timeOf(lead: Lead): string {
	return lead.createdAt || lead.receivedAt;
}
