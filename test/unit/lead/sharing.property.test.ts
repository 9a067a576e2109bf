/**
 * No two leads, no two fields of one and no constant have an object or a list in common: what a
 * workflow edits in one lead must not show in another, least of all in another workflow's.
 */
import fc from 'fast-check';
import * as domain from '../../../nodes/lead';
import * as reports from '../../../nodes/lead/report';
import {
	composeFollowUp,
	formatLeadSource,
	mergeLeads,
	microsoftTestLead,
	parseLead,
	parseLeadSource,
	readMergedCustomer,
	sampleLead,
	type Lead,
} from '../../../nodes/lead';
import { deepFreeze, SharedReferences, spoil } from '../../support/sharedReferences';
import { RECEIVED_AT } from './support';

// Every table the domain shows: whoever writes to one throws.
for (const exported of Object.values({ ...domain, ...reports })) deepFreeze(exported);

const NOW = Date.parse(RECEIVED_AT);
const SOURCES = ['', 'SPZA', 'SPZA-INS|contoso.crm', 'INS', 'nobody knows', 'Fax-WINK|CRM', '-DNC'];

/** One object under several names, as n8n's expressions and merged items can hold it. */
const record = fc
	.record({
		LeadSource: fc.constantFrom(...SOURCES),
		ActionCode: fc.constantFrom<unknown>('', 'PLT', 'WINK', { a: [1] }),
		ProductId: fc.constantFrom<unknown>('', 'contoso.crm', 'x', ['x']),
		Email: fc.constantFrom('', 'kim@contoso.com', 'sam@contoso.com'),
		UserDetails: fc.constantFrom<unknown>('', { FullName: { b: 1 } }, '{"Phone":[1]}', [2]),
		CreatedTime: fc.constantFrom<unknown>('', '2026-03-01T00:00:00Z', [3]),
		DoNotCall: fc.constantFrom<unknown>(false, [true], 'true'),
		shared: fc.constant({ list: [{ deep: true }] }),
	})
	.map((fields) => ({ ...fields, again: [fields.shared, fields.shared] }));
const records = fc.array(record, { minLength: 1, maxLength: 5 });

/** All that the domain makes of the records. */
function outputsOf(given: readonly object[]): Record<string, unknown> {
	const raw = { receivedAt: RECEIVED_AT, includeRaw: true };
	const parsed = given.map((it) => parseLead(it, raw));
	const leads = given.map((it) => parseLead(it, { receivedAt: RECEIVED_AT }));
	// The same leads more than once, as a destination read twice gives them.
	const mixed: Lead[] = [...leads, ...leads];
	const byCustomer = mergeLeads(mixed).map(({ customer }) => customer);
	const byOffer = mergeLeads(mixed, 'customerAndOffer').map(({ customer }) => customer);
	return {
		parsed,
		leads,
		reparsed: [...parsed, ...parsed].map((lead) => parseLead(lead, raw)),
		byCustomer,
		byOffer,
		mergedAgain: mergeLeads([...byCustomer, ...leads]).map(({ customer }) => customer),
		readAgain: byCustomer.map((it) => readMergedCustomer(it, 'partnerCenter')),
		followUps: [...leads, ...byCustomer].map((it) =>
			composeFollowUp(it, { includeSheetRow: true }),
		),
		samples: [1, 2].map(() => sampleLead('azureTable', RECEIVED_AT)),
		testLeads: [1, 2].map(() => microsoftTestLead({ destination: 'marketo', now: NOW })),
		leadSources: SOURCES.map((text) => parseLeadSource(text)),
		texts: SOURCES.map((text) => formatLeadSource(parseLeadSource(text))),
	};
}

it('nothing is shared between outputs, within one, with the input or between runs', () => {
	fc.assert(
		fc.property(records, (given) => {
			const seen = new SharedReferences();
			// The input holds the same objects twice, so it is only remembered.
			seen.in(given, 'input');
			expect(seen.in(outputsOf(given), 'first')).toEqual([]);
			expect(seen.in(outputsOf(given), 'second')).toEqual([]);
		}),
		{ numRuns: 100 },
	);
});

it('what is written into outputs changes none that is made later', () => {
	fc.assert(
		fc.property(records, (given) => {
			const expected = structuredClone(outputsOf(given));
			spoil(outputsOf(given));
			expect(outputsOf(given)).toEqual(expected);
		}),
		{ numRuns: 20 },
	);
});
