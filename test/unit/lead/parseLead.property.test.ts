import fc from 'fast-check';
import { parseLead, readLeadInput, type ParseContext } from '../../../nodes/lead';
import { expectWellFormed, RECEIVED_AT } from './support';

/** Names that mean something, in some casing. */
const key = fc.constantFrom(
	...'UserDetails CustomerInfo FirstName last_name Full-Name email emailaddress1 Phone COUNTRY company Title LeadSource leadsourcecode ActionCode OfferTitle ProductId PublisherDisplayName Description CreatedTime createdAt PartitionKey RowKey Timestamp Id oid attributes leadid marketoGUID mktcmpid subject DoNotCall contactAllowed source action offer customer stage warnings properties raw __proto__ constructor x'.split(
		' ',
	),
);

const text = fc.oneof(
	fc.string({ unit: 'binary' }),
	fc.constantFrom(
		'SPZA-INS|contoso.crm',
		'SPZA',
		'AzureMarketplace – DNC | Offer',
		'MSFT_TEST_1-MSFT_TEST_1|Offer',
		'MSFT_TEST_1@test.com',
		'Campaigns: x',
		'PLT',
		'DNC2',
		'Türkiye',
		'USA',
		'16175555555',
		'+49 30 12345678',
		'Megan@Contoso.com ',
		'2018-10-02T08:15:29Z',
		'/Date(1538468129000)/',
		'{"FirstName":"Megan"}',
		'{"a":',
		'true',
		' ',
		'\ud800\0',
	),
);

const value = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));

/** Objects built by assignment of own keys only, as JSON.parse makes them. */
const objectOf = (values: fc.Arbitrary<unknown>) =>
	fc.array(fc.tuple(key, values), { maxLength: 12 }).map((entries) => ownObject(entries));

const leadLike = objectOf(fc.oneof(value, fc.array(value, { maxLength: 3 }), objectOf(value)));

const context: fc.Arbitrary<ParseContext> = fc.record(
	{
		destination: fc.constantFrom('', 'azureTable', 'dynamics365', 'https', 'marketo', 'salesforce'),
		stageGuide: fc.constantFrom('cloudPartnerPortal', 'partnerCenter'),
		receivedAt: fc.constant(RECEIVED_AT),
		includeRaw: fc.boolean(),
	},
	{ requiredKeys: [] },
);

function ownObject(entries: readonly (readonly [string, unknown])[]): object {
	const object = {};
	for (const [name, own] of entries) {
		Object.defineProperty(object, name, {
			value: own,
			enumerable: true,
			configurable: true,
			writable: true,
		});
	}
	return object;
}

const anything = fc.oneof(
	leadLike,
	leadLike.map((lead) => parseLead(lead)),
	leadLike.map((lead) => ({ ...parseLead(lead), ...lead })),
	fc.jsonValue(),
	fc.anything({
		key: fc.oneof(key, fc.string()),
		withBigInt: true,
		withBoxedValues: true,
		withDate: true,
		withMap: true,
		withNullPrototype: true,
		withSet: true,
		withSparseArray: true,
		withTypedArray: true,
	}),
);

it('makes a well-formed lead of anything', () => {
	fc.assert(
		fc.property(anything, context, (record, given) => {
			expectWellFormed(parseLead(record, given));
		}),
		{ numRuns: 1_000 },
	);
});

it('makes the same of a lead as of what the lead was made of', () => {
	fc.assert(
		fc.property(anything, context, (record, given) => {
			const lead = parseLead(record, given);
			expect(parseLead(lead, given)).toEqual(lead);
			expect(parseLead(JSON.parse(JSON.stringify(lead)), given)).toEqual(lead);
		}),
		{ numRuns: 1_000 },
	);
});

it('leaves what it is given as it was', () => {
	fc.assert(
		fc.property(leadLike, context, (record, given) => {
			const before = structuredClone(record);
			parseLead(record, given);
			expect(record).toEqual(before);
		}),
	);
});

it('gives an id that does not depend on the casing and the order of keys', () => {
	const casing = fc.func(fc.boolean());
	fc.assert(
		fc.property(
			fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue()),
			casing,
			(record, up) => {
				const id = (given: unknown) => parseLead({ fields: given }, { destination: 'https' }).id;
				const recased = Object.entries(record)
					.reverse()
					.map(([name, own]) => [changeCase(name, up), own] as const);
				// Two keys that become one are another record; so are those that have no other case.
				fc.pre(new Set(recased.map(([name]) => name)).size === recased.length);
				fc.pre(recased.every(([name], at) => isSameName(name, Object.keys(record).at(-1 - at)!)));
				expect(id(ownObject(recased))).toBe(id(record));
			},
		),
	);
});

function changeCase(name: string, up: (char: string) => boolean): string {
	return [...name].map((char) => (up(char) ? char.toUpperCase() : char.toLowerCase())).join('');
}

function isSameName(one: string, other: string): boolean {
	return one.toLowerCase() === other.toLowerCase();
}

it('never returns anything but records or sentences', () => {
	const body = fc.oneof(anything, fc.json(), fc.string(), fc.array(leadLike));
	fc.assert(
		fc.property(body, (given) => {
			const input = readLeadInput(given);
			if (input.ok) {
				expect(input.records.length).toBeGreaterThan(0);
				for (const record of input.records) expectWellFormed(parseLead(record));
			} else {
				expect(input.problems.length).toBeGreaterThan(0);
				for (const sentence of input.problems) expect(sentence).toMatch(/^[A-Z].{1,200}\.$/);
			}
		}),
		{ numRuns: 1_000 },
	);
});
