import fc from 'fast-check';

import {
	leadQuery,
	sourcesQuery,
} from '../../../../../nodes/destinations/salesforce/reading/query';
import {
	dependsOnSource,
	sourceCondition,
	type SourceCondition,
} from '../../../../../nodes/destinations/salesforce/reading/leadSources';
import type { WantedLeads } from '../../../../../nodes/destinations/contract';
import {
	ACTIONS,
	isMarketplaceLead,
	matchesFilter,
	parseLead,
	SOURCES,
} from '../../../../../nodes/lead';
import { STANDARD_FIELDS } from '../../../../fakeServers/salesforce/fields.ts';
import type { LeadRecord } from '../../../../fakeServers/salesforce/fields.ts';
import { select } from '../../../../fakeServers/salesforce/soql.ts';

const fields = new Map(STANDARD_FIELDS.map((field) => [field.name.toLowerCase(), field]));
const marketplaces: WantedLeads = { filter: {}, others: false };

/** Last names of the leads that a condition lets be read. */
function read(condition: SourceCondition, records: readonly LeadRecord[]): unknown[] {
	if (condition === 'none') return [];
	const where = condition === 'all' ? '' : ` WHERE ${condition.only}`;
	const { rows } = select(`SELECT LastName FROM Lead${where}`, { fields, records });
	return rows.map(({ LastName }) => LastName);
}

describe('the condition on Lead Sources', () => {
	const part = (codes: readonly string[]) =>
		fc.oneof(
			fc.constantFrom(...codes, 'NewOne', ''),
			fc.constantFrom(...codes).map((code) => code.toLowerCase()),
		);
	const source = part([
		...SOURCES.flatMap(({ code, name, aliases }) => [code, name, ...aliases]),
		'MSFT_TEST_1',
	]);
	const action = part(ACTIONS.flatMap(({ code, name }) => [code, name]));
	const offer = fc.constantFrom('contoso.one', 'Contoso.Two', "it's 100% a_b.c\\d", 'Größe.x', '');
	const leadSource = fc.oneof(
		fc
			.tuple(source, action, fc.constantFrom('|', ' | '), offer)
			.map(([a, b, bar, c]) => `${a}-${b}${bar}${c}`),
		fc.constantFrom('Web', 'AzureMarketplace', '', "it's"),
	);
	const filter = fc.record({
		sources: fc.array(fc.oneof(source, fc.constant('unknown')), { maxLength: 2 }),
		actions: fc.array(fc.oneof(action, fc.constant('unknown')), { maxLength: 2 }),
		offers: fc.array(fc.constantFrom('contoso.*', '*100%*', '*', "it's*d", 'größe.*', 'x'), {
			maxLength: 2,
		}),
		testLeads: fc.constantFrom('include' as const, 'exclude' as const, 'only' as const),
	});

	it('lets all that would be let through be read, and of the rest nothing', () => {
		fc.assert(
			fc.property(filter, fc.boolean(), fc.array(leadSource), (parts, others, sources) => {
				const wanted = { filter: parts, others };
				const records = sources.map((LeadSource, at) => ({ LastName: `${at}`, LeadSource }));
				const values = [...new Set(sources.map((text) => (text === '' ? null : text)))];
				const names = read(sourceCondition(values, wanted), records);
				for (const record of records) {
					const lead = parseLead(record, { destination: 'salesforce', receivedAt: '' });
					const ofSource =
						(others || isMarketplaceLead(lead)) &&
						matchesFilter(lead, { ...parts, testLeads: 'include' });
					expect([record, names.includes(record.LastName)]).toEqual([record, ofSource]);
				}
			}),
			{ numRuns: 300 },
		);
	});

	it('is none where nothing is to be left out, and asks for nothing where nothing is left', () => {
		expect(sourceCondition(['SPZA-INS|a.b', 'AzurePortal-Create|a.b'], marketplaces)).toBe('all');
		expect(sourceCondition([], marketplaces)).toBe('none');
		// An address can't hold half a character, and would throw for it.
		expect(sourceCondition(['SPZA-INS|\ud800', 'Web'], marketplaces)).toBe('all');
		const filtered = { filter: { sources: ['SPZA'] }, others: false };
		expect(sourceCondition(['AzurePortal-Create|a.b', 'Web', null], filtered)).toBe('none');
	});

	it('names values, not patterns', () => {
		expect(
			sourceCondition(["SPZA-INS|it's", 'Web'], { filter: { sources: ['SPZA'] }, others: true }),
		).toEqual({
			only: "LeadSource IN ('SPZA-INS|it\\'s')",
		});
	});

	it('keeps a test lead whose Lead Source the organisation has set itself', () => {
		const records = [
			{ LastName: 'MSFT_TEST_636573304831318844', LeadSource: 'Web' },
			{ LastName: 'Sample', LeadSource: 'Web' },
		];
		expect(read(sourceCondition(['Web'], marketplaces), records)).toEqual([
			'MSFT_TEST_636573304831318844',
		]);
	});

	it('is left out where the query would not fit an address', () => {
		const values = Array.from({ length: 400 }, (_, at) => `SPZA-INS|contoso.größe-${at}`);
		expect(sourceCondition([...values, 'Web'], marketplaces)).toBe('all');
		expect(sourceCondition([...values.slice(0, 20), 'Web'], marketplaces)).not.toBe('all');
	});

	it('is asked for only where it can say something', () => {
		expect(dependsOnSource(marketplaces)).toBe(true);
		expect(dependsOnSource({ filter: { testLeads: 'only', offers: [' '] }, others: true })).toBe(
			false,
		);
		expect(dependsOnSource({ filter: { actions: ['INS'] }, others: true })).toBe(true);
	});
});

describe('a query', () => {
	const page = { fields: ['Id'], conditions: [], since: undefined, after: undefined, limit: 10 };
	const id = '00Q000000004FH0EAM';

	it('of the first page of all leads has no condition', () => {
		expect(leadQuery(page)).toBe('SELECT Id FROM Lead ORDER BY CreatedDate, Id LIMIT 10');
	});

	it('begins at the whole second, for times in Salesforce have no fraction', () => {
		expect(leadQuery({ ...page, since: Date.UTC(2026, 0, 31, 12, 0, 5, 999) })).toContain(
			'WHERE CreatedDate >= 2026-01-31T12:00:05Z ORDER',
		);
	});

	it('goes on behind a lead, among those of the same second too', () => {
		const after = { createdDate: Date.UTC(2026, 0, 31), id };
		expect(leadQuery({ ...page, since: 0, after, conditions: ["LeadSource = 'a'"] })).toBe(
			`SELECT Id FROM Lead WHERE CreatedDate >= 2026-01-31T00:00:00Z AND (CreatedDate > 2026-01-31T00:00:00Z OR Id > '${id}') AND LeadSource = 'a' ORDER BY CreatedDate, Id LIMIT 10`,
		);
	});

	it('takes a place before the time it begins at for none', () => {
		const since = Date.UTC(2026, 0, 31);
		const soql = leadQuery({ ...page, since, after: { createdDate: since - 1, id } });
		expect(soql).toBe(leadQuery({ ...page, since }));
	});
});

it('the query for sources begins where the page does', () => {
	const after = { createdDate: Date.UTC(2026, 0, 31), id: '00Q000000004FH0EAM' };
	expect(sourcesQuery({ conditions: ["LeadSource = 'a'"], since: 0, after })).toBe(
		"SELECT LeadSource FROM Lead WHERE CreatedDate >= 2026-01-31T00:00:00Z AND (CreatedDate > 2026-01-31T00:00:00Z OR Id > '00Q000000004FH0EAM') AND LeadSource = 'a' GROUP BY LeadSource LIMIT 2000",
	);
});
