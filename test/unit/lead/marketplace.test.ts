import fc from 'fast-check';

import {
	ACTIONS,
	isMarketplaceLead,
	leadSourcePatterns,
	matchesFilter,
	parseLead,
	SOURCES,
	type LeadFilter,
	type SearchPattern,
} from '../../../nodes/lead';

const leadOf = (LeadSource: string, more: object = {}) =>
	parseLead(
		{ Id: '00Q000000000001AAA', LastName: 'Sample', LeadSource, ...more },
		{ destination: 'salesforce' },
	);

describe('a marketplace lead', () => {
	it.each([
		'AzureMarketplace-INS|contoso.one',
		'SPZA - PLT | contoso.one',
		'AppSource (SPZA)-DNC|contoso.one',
		'AzurePortal',
		'TestDrive-StartTestDrive|fabrikam.x',
		'NewStore-NEW|fabrikam.x',
		'NewStore-INS|A title',
		'MSFT_TEST_636573304831318844-MSFT_TEST_636573304831318844|My Offer',
		'Some store - some action | and its offer',
	])('is one: %s', (text) => {
		expect(isMarketplaceLead(leadOf(text))).toBe(true);
	});

	it.each([
		'',
		'Web',
		'Phone Inquiry',
		'Purchased List',
		'Partner Referral - EMEA',
		'Installation',
		'Trade Show|Hannover',
		'SFDC-IN|Contoso CRM',
		'SFDC-DM|Contoso CRM',
		'SFDC-dup-LM|Contoso CRM',
		'sfdc-dup-TS | Contoso CRM',
		'SFDC-TD|contoso.crm',
	])('is none: %s', (text) => {
		expect(isMarketplaceLead(leadOf(text))).toBe(false);
	});

	it('is a test lead that is known by another field', () => {
		expect(isMarketplaceLead(leadOf('Web', { Company: 'MSFT_TEST_636573304831318844' }))).toBe(
			true,
		);
	});
});

/** As a query would: the pieces in order, without regard to case. */
function holds(text: string, pattern: SearchPattern): boolean {
	let at = 0;
	for (const piece of pattern) {
		const found = text.toLowerCase().indexOf(piece.toLowerCase(), at);
		if (found < 0) return false;
		at = found + piece.length;
	}
	return true;
}

const fits = (text: string, patterns: SearchPattern[][]) =>
	patterns.every((some) => some.some((pattern) => holds(text, pattern)));

describe('what the lead source of wanted leads holds', () => {
	it('is nothing when everything is wanted', () => {
		expect(leadSourcePatterns({ filter: {}, others: true })).toEqual([]);
		expect(leadSourcePatterns({ filter: { sources: [], offers: [' '] }, others: true })).toEqual(
			[],
		);
		const unknown = { sources: ['unknown', 'SPZA'], actions: ['Unknown'], offers: ['*'] };
		expect(leadSourcePatterns({ filter: unknown, others: true })).toEqual([]);
	});

	it('is told by source, action and offer', () => {
		const filter = {
			sources: ['azurePortal'],
			actions: ['PLT', 'NEW'],
			offers: ['Contoso.*x', 'ö'],
		};
		expect(leadSourcePatterns({ filter, others: false })).toEqual([
			[['Azure', 'Portal']],
			[['PLT'], ['Partner', 'Led', 'Trial'], ['NEW']],
		]);
		expect(leadSourcePatterns({ filter: { offers: ['Contoso.*x'] }, others: true })).toEqual([
			[['Contoso.', 'x']],
		]);
	});

	it('leaves out what is no marketplace lead', () => {
		const patterns = leadSourcePatterns({ filter: {}, others: false });
		expect(fits('Phone Inquiry', patterns)).toBe(false);
		expect(fits('Web', patterns)).toBe(false);
	});

	const separator = fc.constantFrom('', ' ', '_', '.', '-');
	const spelling = (
		entries: ReadonlyArray<{ code: string; name: string; aliases: readonly string[] }>,
	) =>
		fc
			.tuple(
				fc.constantFrom(...entries.flatMap(({ code, name, aliases }) => [code, name, ...aliases])),
				separator,
				fc.constantFrom('as is', 'upper', 'lower'),
			)
			.map(([text, between, casing]) => {
				const words = text.split(/(?<=[a-z])(?=[A-Z])|(?<=\W)|(?=\W)/).join(between);
				if (casing === 'as is') return words;
				return casing === 'upper' ? words.toUpperCase() : words.toLowerCase();
			});
	const code = (entries: Parameters<typeof spelling>[0]) =>
		fc.oneof(
			spelling(entries),
			fc.constantFrom('NewStore', 'NEW', ''),
			fc.string({ maxLength: 8 }),
		);
	const offer = fc.oneof(
		fc.constantFrom('contoso.one', 'contoso.Two', 'fabrikam.x', 'My Offer, the add-on', 'Größe Ä'),
		fc.string({ unit: 'binary', maxLength: 12 }),
	);
	const leadSource = fc
		.tuple(code(SOURCES), fc.constantFrom('-', ' - ', '–'), code(ACTIONS), offer, fc.boolean())
		.map(([source, dash, action, name, hasOffer]) =>
			hasOffer ? `${source}${dash}${action}|${name}` : `${source}${dash}${action}`,
		);
	const filter: fc.Arbitrary<LeadFilter> = fc.record({
		sources: fc.array(
			fc.constantFrom(
				'AzureMarketplace',
				'azureportal',
				'SPZA',
				'AppSource',
				'NewStore',
				'unknown',
			),
			{ maxLength: 2 },
		),
		actions: fc.array(fc.constantFrom('INS', 'Create', 'dnc', 'StartTestDrive', 'NEW', 'unknown'), {
			maxLength: 2,
		}),
		offers: fc.array(
			fc.constantFrom('contoso.*', 'CONTOSO.one', '*two', '*offer*add-on', 'größe*', '*'),
			{ maxLength: 2 },
		),
	});

	it('never leaves out a wanted lead', () => {
		let wantedLeads = 0;
		fc.assert(
			fc.property(leadSource, filter, fc.boolean(), (text, wantedFilter, others) => {
				const lead = leadOf(text);
				if (!matchesFilter(lead, wantedFilter)) return;
				if (!others && !isMarketplaceLead(lead)) return;
				wantedLeads += 1;
				expect(fits(text, leadSourcePatterns({ filter: wantedFilter, others }))).toBe(true);
			}),
			{ numRuns: 5_000 },
		);
		expect(wantedLeads).toBeGreaterThan(300);
	});
});
