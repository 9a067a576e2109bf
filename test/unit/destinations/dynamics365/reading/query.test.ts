/** What the query leaves out, held against what the node would have let through. */
import fc from 'fast-check';

import {
	isMarketplaceLead,
	matchesFilter,
	parseLead,
	type LeadFilter,
} from '../../../../../nodes/lead/index.ts';
import {
	readColumnSettings,
	type ColumnSettings,
} from '../../../../../nodes/destinations/dynamics365/properties.ts';
import type { SearchableColumn } from '../../../../../nodes/destinations/dynamics365/metadata.ts';
import { toRecord } from '../../../../../nodes/destinations/dynamics365/reading/record.ts';
import {
	conditionsFor,
	toFilter,
} from '../../../../../nodes/destinations/dynamics365/reading/query.ts';
import { formattedValue, LEAD_COLUMNS } from '../../../../fakeServers/dynamics365/columns.ts';
import type { LeadRow, Value } from '../../../../fakeServers/dynamics365/columns.ts';
import { parseFilter } from '../../../../fakeServers/dynamics365/filter.ts';

const SEARCHABLES = new Map(
	LEAD_COLUMNS.flatMap(({ name, type, options = {} }): Array<[string, SearchableColumn]> => {
		if (type === 'String' || type === 'Memo') return [[name, { name, kind: 'text' }]];
		if (type !== 'Picklist') return [];
		const choices = Object.entries(options).map(([value, label]) => ({
			value: Number(value),
			labels: [label],
		}));
		return [[name, { name, kind: 'choice', choices }]];
	}),
);

interface Setting {
	leadSource: string;
	parts?: Record<string, string>;
	additional?: string[];
}

function columnsOf({ leadSource, parts = {}, additional = [] }: Setting): ColumnSettings {
	const options: Record<string, unknown> = {
		columns: { values: Object.entries(parts).map(([field, column]) => ({ field, column })) },
		additionalColumns: { values: additional.map((column) => ({ column })) },
	};
	return readColumnSettings({ parameter: () => leadSource, option: (name) => options[name] });
}

/** What the Web API gives of a row. */
function returned(row: LeadRow, { select }: ColumnSettings): Record<string, Value> {
	return Object.fromEntries(
		LEAD_COLUMNS.filter(({ name }) => select.includes(name)).flatMap((column) => {
			const value = row[column.name] ?? null;
			const formatted = formattedValue(column, value);
			const annotation = `${column.name}@OData.Community.Display.V1.FormattedValue`;
			return [
				[column.name, value],
				...(formatted === undefined ? [] : [[annotation, formatted]]),
			] as Array<[string, Value]>;
		}),
	);
}

function isWanted(
	row: LeadRow,
	columns: ColumnSettings,
	filter: LeadFilter,
	others: boolean,
): boolean {
	const lead = parseLead(toRecord(returned(row, columns), columns), { destination: 'dynamics365' });
	return (others || isMarketplaceLead(lead)) && matchesFilter(lead, filter);
}

function conditionOf(
	columns: ColumnSettings,
	filter: LeadFilter,
	others: boolean,
): string | undefined {
	return toFilter(conditionsFor({ filter, others }, columns), SEARCHABLES);
}

const ROW = {
	leadid: '49b0be2e-d01c-ed11-b83e-000d3a572421',
	createdon: '2026-01-31T00:00:00Z',
};

const SOURCES = [
	...['AzureMarketplace', 'Azure Marketplace', 'azure-marketplace', 'SPZA', 'spza', 'AppSource'],
	...['AppSource (SPZA)', 'TESTDRIVE', 'AzurePortal', 'NewStore', 'MSFT_TEST_17', 'Web', ''],
];
const ACTIONS = ['INS', 'plt', 'DNC', 'Do Not Contact', 'Create', 'StartTestDrive', 'NEW', ''];
const OFFERS = [
	...['contoso.one', 'CONTOSO.INC', 'contoso.inc', "Fabrikam's 50% [of] it_all", 'İstanbul.ışık'],
	...['fabrikam.3701c77e-1cfa-4c56-91e6-3ed0b622145a', 'Two, the add-on', 'x', ''],
];
const PATTERNS = [
	...['contoso.*', '*.INC', '*add-on', "fabrikam's*", '*[of]*', '*50%*', '*_all', '*', '*ışık'],
	...['contoso.one', '*i*', '[*', '*]*', 'İstanbul*', "'*", 'x'],
];

const leadSource = fc
	.record({
		source: fc.constantFrom(...SOURCES),
		dash: fc.constantFrom('-', ' - ', '–', ''),
		action: fc.constantFrom(...ACTIONS),
		bar: fc.constantFrom('|', ' | ', ''),
		offer: fc.constantFrom(...OFFERS),
	})
	.map(({ source, dash, action, bar, offer }) => `${source}${dash}${action}${bar}${offer}`);
const prose = fc.constantFrom('A call', 'Campaigns: spring', 'MSFT_TEST_5', '', 'AppSource ad');
const text = fc.oneof(
	{ arbitrary: leadSource, weight: 3 },
	prose,
	leadSource.map((line) => `Hello\r\n${line}\r\nBye`),
);
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 2 });

const row: fc.Arbitrary<LeadRow> = fc
	.record({
		contoso_leadsource: orNull(text),
		leadsourcecode: orNull(fc.constantFrom(1, 8, 10, 100000001)),
		subject: orNull(text),
		description: orNull(text),
		contoso_actioncode: orNull(fc.constantFrom(...ACTIONS)),
		contoso_offerid: orNull(fc.constantFrom(...OFFERS)),
		contoso_offertitle: orNull(fc.constantFrom(...OFFERS)),
		lastname: orNull(fc.constantFrom('Sample', 'MSFT_TEST_9')),
	})
	.map((columns) => ({ ...ROW, ...columns }));

const setting: fc.Arbitrary<Setting> = fc.record({
	leadSource: fc.constantFrom(
		...['contoso_leadsource', 'leadsourcecode', 'subject', 'description', 'contoso_offertitle'],
	),
	parts: fc.dictionary(
		fc.constantFrom('ActionCode', 'OfferId', 'OfferTitle', 'Subject', 'Description'),
		fc.constantFrom('contoso_actioncode', 'contoso_offerid', 'contoso_offertitle', 'subject'),
		{ maxKeys: 3 },
	),
	additional: fc.subarray(['leadsourcecode', 'subject', 'numberofemployees']),
});

const few = (values: string[], maxLength = 2) =>
	fc.oneof(fc.constant<string[]>([]), fc.array(fc.constantFrom(...values), { maxLength }));
const filter: fc.Arbitrary<LeadFilter> = fc.record({
	sources: few(['AzureMarketplace', 'SPZA', 'TestDrive', 'NewStore', 'unknown']),
	actions: few(['INS', 'PLT', 'DNC', 'Create', 'NEW', 'unknown']),
	offers: few(PATTERNS, 3),
	testLeads: fc.constantFrom('include' as const, 'exclude' as const, 'only' as const),
});

it('never leaves out a wanted lead, whatever the columns hold and the filters ask for', () => {
	const seen = { wanted: 0, leftOut: 0 };
	// Many rows for a query, since to parse one takes longer than all else.
	const rows = fc.array(row, { minLength: 30, maxLength: 30 });
	fc.assert(
		fc.property(rows, setting, filter, fc.boolean(), (all, columnSetting, wanted, others) => {
			const columns = columnsOf(columnSetting);
			const condition = conditionOf(columns, wanted, others);
			if (condition === undefined) return;
			const lets = parseFilter(condition);
			const letsTurkish = parseFilter(condition.toLocaleLowerCase('tr'));
			for (const values of all) {
				if (!lets(values)) seen.leftOut += 1;
				if (!isWanted(values, columns, wanted, others)) continue;
				seen.wanted += 1;
				expect([values, lets(values)]).toEqual([values, true]);
				// Of a Turkish environment, in which I and i are two letters.
				expect([values, letsTurkish(inTurkish(values))]).toEqual([values, true]);
			}
		}),
		{ numRuns: 150 },
	);
	expect(seen.wanted).toBeGreaterThan(100);
	expect(seen.leftOut).toBeGreaterThan(100);
});

function inTurkish(values: LeadRow): LeadRow {
	return Object.fromEntries(
		Object.entries(values).map(([name, value]) => [
			name,
			typeof value === 'string' && !(name in ROW) ? value.toLocaleLowerCase('tr') : value,
		]),
	);
}

describe('the condition', () => {
	const columns = columnsOf({ leadSource: 'contoso_leadsource' });
	const lets = (filter: LeadFilter, others: boolean, values: Record<string, Value>) =>
		parseFilter(conditionOf(columns, filter, others) ?? 'leadid ne null')({ ...ROW, ...values });

	it('leaves out leads of other kinds, unless they are wanted', () => {
		expect(lets({}, false, { subject: 'A call', leadsourcecode: 8 })).toBe(false);
		expect(lets({}, false, { contoso_leadsource: 'SPZA-INS|a.b' })).toBe(true);
		expect(lets({}, false, { description: 'x\nTestDrive-StartTestDrive|a.b' })).toBe(true);
		expect(lets({}, false, { lastname: 'MSFT_TEST_1' })).toBe(true);
		expect(conditionOf(columns, {}, true)).toBeUndefined();
	});

	it('asks for sources, actions and offers', () => {
		const install = { contoso_leadsource: 'AzureMarketplace-INS|contoso.one' };
		for (const others of [false, true]) {
			expect(lets({ sources: ['SPZA'] }, others, install)).toBe(false);
			expect(lets({ actions: ['Create'] }, others, install)).toBe(false);
			expect(lets({ offers: ['fabrikam.*'] }, others, install)).toBe(false);
			expect(lets({ sources: ['AzureMarketplace'], offers: ['Contoso.*'] }, others, install)).toBe(
				true,
			);
		}
	});

	it('asks a column of its own for the offer as well', () => {
		const own = columnsOf({
			leadSource: 'contoso_leadsource',
			parts: { OfferTitle: 'contoso_offertitle' },
		});
		const condition = conditionOf(own, { offers: ['*add-on'] }, true) ?? '';
		const titled = { ...ROW, contoso_offertitle: 'CRM Add-On', contoso_leadsource: 'SPZA-INS' };
		expect(parseFilter(condition)(titled)).toBe(true);
		expect(parseFilter(condition)({ ...titled, contoso_offertitle: 'CRM' })).toBe(false);
	});

	it('asks a column of its own for the action as well', () => {
		const own = columnsOf({
			leadSource: 'contoso_leadsource',
			parts: { ActionCode: 'contoso_actioncode' },
		});
		const condition = conditionOf(own, { actions: ['PLT'] }, true) ?? '';
		const apart = { ...ROW, contoso_leadsource: 'SPZA', contoso_actioncode: 'PLT' };
		expect(parseFilter(condition)(apart)).toBe(true);
		expect(parseFilter(condition)({ ...apart, contoso_actioncode: 'DNC' })).toBe(false);
	});

	it('asks for the numbers of choices whose label fits', () => {
		const byChoice = columnsOf({ leadSource: 'leadsourcecode' });
		const condition = conditionOf(byChoice, { sources: ['SPZA'] }, true) ?? '';
		expect(condition).toContain('leadsourcecode eq 100000001');
		expect(condition).not.toMatch(/contains\(leadsourcecode|leadsourcecode eq (1|8|10)\b/);
	});

	it('is none where a column can’t be searched', () => {
		const byNumber = columnsOf({ leadSource: 'numberofemployees' });
		expect(conditionOf(byNumber, { sources: ['SPZA'] }, false)).toBeUndefined();
		expect(toFilter(conditionsFor({ filter: {}, others: false }, columns), new Map())).toBe(
			undefined,
		);
	});

	it('stays of a size that Dataverse takes', () => {
		const offers = Array.from({ length: 400 }, (_, at) => `contoso.offer-${at}`);
		const condition = conditionOf(columns, { offers, sources: ['SPZA'] }, false) ?? '';
		expect(condition).toContain('SPZA');
		expect(condition).not.toContain('offer-');
		expect(condition.length).toBeLessThan(8_000);
	});

	it.each([
		["O'Neill.'; drop", "contains(contoso_leadsource,'O''Ne"],
		['50% [of] it', "contains(contoso_leadsource,'50% ')"],
		["x') or (leadid ne null", "contains(contoso_leadsource,'x'') or (leadid ne null')"],
	])('writes %s as text only', (offer, written) => {
		const condition = conditionOf(columns, { offers: [`*${offer}*`] }, true) ?? '';
		if (!/[iI]/.test(offer)) expect(condition).toContain(written);
		const holding = { ...ROW, contoso_leadsource: `SPZA-INS|${offer}` };
		expect(parseFilter(condition)(holding)).toBe(true);
		expect(parseFilter(condition)({ ...ROW, contoso_leadsource: 'SPZA-INS|other' })).toBe(false);
	});
});
