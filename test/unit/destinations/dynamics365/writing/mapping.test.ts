import { readColumnSettings } from '../../../../../nodes/destinations/dynamics365/properties.ts';
import {
	oneLine,
	paragraphs,
} from '../../../../../nodes/destinations/dynamics365/writing/fields.ts';
import { shorten } from '../../../../../nodes/destinations/text.ts';
import {
	idText,
	recordId,
	toRecord,
	type LeadColumns,
} from '../../../../../nodes/destinations/dynamics365/writing/mapping.ts';
import type { WritableColumn } from '../../../../../nodes/destinations/dynamics365/metadata.ts';
import { parseLead, type JsonObject, type Lead } from '../../../../../nodes/lead/index.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const KINDS: Record<string, WritableColumn['kind']> = {
	firstname: 'text',
	lastname: 'text',
	emailaddress1: 'text',
	subject: 'text',
	description: 'memo',
	leadsourcecode: 'choice',
	new_leadsource: 'text',
	new_action: 'choice',
	donotemail: 'boolean',
	revenue: 'number',
};

/** An environment without the columns that are not needed here. */
function columnsOf(leadSourceColumn: string, parts: Record<string, string> = {}): LeadColumns {
	const values = Object.entries(parts).map(([field, name]) => ({ field, column: name }));
	return {
		chosen: readColumnSettings({
			parameter: () => leadSourceColumn,
			option: (name) => (name === 'columns' ? { values } : undefined),
		}),
		writable: new Map(
			Object.entries(KINDS).map(([name, kind]) => [
				name,
				{ name, label: name, kind, maxLength: kind === 'memo' ? 200 : 60, updatable: true },
			]),
		),
		choices: new Map([
			['leadsourcecode', [{ value: 3, labels: ['Web', 'spza-INS|Contoso.Add-On'] }]],
			['new_action', [{ value: 7, labels: ['INS'] }]],
		]),
	};
}

function lead(record: JsonObject, destination: Lead['destination'] = 'https'): Lead {
	return parseLead(record, { destination, receivedAt: '2026-01-31T00:00:00Z' });
}

const valuesOf = (one: Lead, columns: LeadColumns, additional: JsonObject = {}) =>
	toRecord({ lead: one, additional }, columns, undefined).values;

describe('the id of the record', () => {
	const of = (id: string, destination: Lead['destination'] = 'https') =>
		recordId({ ...lead({}), id, destination });

	it('is a digest of the lead’s, the same in every execution', () => {
		expect(of('a')).toMatch(UUID);
		// Written down: another one would write every lead a second time after an update of this package.
		expect(of('lead-1')).toBe('95553710-4bf5-87a1-96bd-48b2f1467353');
		const ids = Array.from({ length: 1_000 }, (_, at) => of(`lead ${at}`));
		expect(new Set(ids).size).toBe(1_000);
		expect(ids.every((id) => UUID.test(id))).toBe(true);
	});

	it('is its own for a lead that was read out of Dynamics 365', () => {
		const id = '49B0BE2E-D01C-ED11-B83E-000D3A572421';
		expect(of(id, 'dynamics365')).toBe(id.toLowerCase());
		expect(of(id, 'azureTable')).not.toBe(id.toLowerCase());
		expect(of('no guid', 'dynamics365')).toMatch(UUID);
	});

	it('fits a column of any length, and stays another for another lead', () => {
		expect(idText('short', 20)).toBe('short');
		const long = ['a', 'b'].map((end) => idText(`${'x'.repeat(50)}${end}`, 20));
		expect(new Set(long).size).toBe(2);
		expect(long.every((text) => text.length <= 20)).toBe(true);
		expect(idText('a\nb', 20)).not.toBe('a b');
	});
});

describe('the values', () => {
	const LeadSource = 'SPZA-INS|contoso.add-on';

	it('are those that the lead has something for', () => {
		expect(valuesOf(lead({ LeadSource }), columnsOf('new_leadsource'))).toEqual({
			new_leadsource: LeadSource,
			subject: LeadSource,
		});
	});

	it('choose by label in any case and language, and leave out what is no choice', () => {
		const columns = columnsOf('leadsourcecode', { ActionCode: 'new_action' });
		expect(valuesOf(lead({ LeadSource }), columns)).toEqual({
			leadsourcecode: 3,
			new_action: 7,
			subject: LeadSource,
		});
		expect(valuesOf(lead({ LeadSource: 'SPZA-PLT|a.b' }), columns)).toEqual({
			subject: 'SPZA-PLT|a.b',
		});
	});

	it('have the lead source in a column that is chosen for something else too', () => {
		const columns = columnsOf('description');
		const one = lead({ LeadSource, Description: 'Hello' });
		expect(valuesOf(one, columns)['description']).toBe(LeadSource);
	});

	it('have the offer’s title as topic where there is no lead source, unless it reads as one', () => {
		const topicOf = (OfferTitle: string) =>
			valuesOf(lead({ OfferTitle }), columnsOf('new_leadsource'))['subject'];
		expect(topicOf('Contoso Add-On')).toBe('Contoso Add-On');
		expect(topicOf('AppSource')).toBeUndefined();
	});

	it('have a name that is known as a whole only as the last name', () => {
		const columns = columnsOf('new_leadsource');
		expect(valuesOf(lead({ FullName: 'Kim Sample', Email: 'a@b.c' }), columns)).toMatchObject({
			lastname: 'Kim Sample',
		});
		const both = lead({ FirstName: 'Kim', FullName: 'Kim Sample', Email: 'a@b.c' });
		expect(valuesOf(both, columns)).toMatchObject({ firstname: 'Kim', lastname: 'Sample' });
	});

	it('pass over what is empty, and reject a column that takes no text', () => {
		const columns = columnsOf('new_leadsource');
		const further = { firstname: null, subject: ' ', REVENUE: '5' };
		expect(valuesOf(lead({ LeadSource }), columns, further)).toEqual({
			new_leadsource: LeadSource,
			subject: LeadSource,
			revenue: 5,
		});
		expect(() => valuesOf(lead({}), columnsOf('revenue'))).toThrow(
			'The column "revenue" takes no text',
		);
		const parts = columnsOf('new_leadsource', { ActionCode: 'revenue' });
		expect(() => valuesOf(lead({ LeadSource }), parts)).toThrow('takes no text');
	});
});

describe('a lead that must not be contacted', () => {
	const silent = lead({ LeadSource: 'SPZA-INS|contoso.add-on', DoNotContact: true });

	it('says so whatever further columns hold', () => {
		const columns = columnsOf('new_leadsource');
		expect(valuesOf(silent, columns, { donotemail: false })).toMatchObject({ donotemail: true });
	});

	it('is not written where nothing would say it', () => {
		const columns = columnsOf('new_leadsource');
		const writable = new Map([...columns.writable].filter(([name]) => name !== 'donotemail'));
		expect(() => valuesOf(silent, { ...columns, writable })).toThrow(
			'The table Lead has no column donotemail or donotphone that can be written',
		);
		const dnc = lead({ LeadSource: 'SPZA-DNC|contoso.add-on' });
		expect(valuesOf(dnc, { ...columns, writable })).toMatchObject({
			new_leadsource: 'SPZA-DNC|contoso.add-on',
		});
		const renamed = { new_leadsource: 'Web', subject: 'Web' };
		expect(() => valuesOf(dnc, { ...columns, writable }, renamed)).toThrow('donotemail');
	});
});

describe('texts', () => {
	it('are cut between characters', () => {
		expect(shorten('ab😀', 3)).toBe('ab');
		expect(shorten('ab 😀', 3)).toBe('ab');
		expect(shorten('abc', 0)).toBe('');
	});

	it('hold nothing that XML has not', () => {
		expect(oneLine(' a\u0000\u000b\r\nb\ufffe\ud800 ', 99)).toBe('a b \ufffd');
		expect(paragraphs('a\r\n\tb\u000b\uffffc ', 99)).toBe('a\r\n\tbc');
	});
});
