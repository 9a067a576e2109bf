import {
	readPosition,
	toPosition,
} from '../../../../../nodes/destinations/salesforce/reading/position';
import { toRow } from '../../../../../nodes/destinations/salesforce/reading/record';
import { parseLead } from '../../../../../nodes/lead';
import type { JsonObject } from '../../../../../nodes/lead';

const ID = '00Q000000004FH0EAM';
const record = {
	attributes: { type: 'Lead', url: `/services/data/v60.0/sobjects/Lead/${ID}` },
	Id: ID,
	CreatedDate: '2026-01-31T12:00:05.000+0000',
	LastName: 'Sample',
	Website: 'https://fabrikam.example',
	LeadSource: 'SPZA-PLT|contoso.add-on',
	DoNotCall: true,
};
const fields = new Set(['id', 'createddate', 'lastname', 'leadsource', 'donotcall', 'region__c']);

describe('a record', () => {
	it('becomes a row with its fields, its clock and its place', () => {
		const { record: kept, ...row } = toRow({ ...record, Region__c: 'West' }, fields)!;
		const clock = Date.UTC(2026, 0, 31, 12, 0, 5);
		expect(row).toEqual({ key: ID, clock, createdAt: clock, position: { after: [clock, ID] } });
		expect(Object.keys(kept as JsonObject)).toEqual([
			'Id',
			'CreatedDate',
			'LastName',
			'LeadSource',
			'DoNotCall',
			'Region__c',
		]);
		const lead = parseLead(kept!, { destination: 'salesforce', receivedAt: '' });
		expect(lead).toMatchObject({
			id: ID,
			createdAt: '2026-01-31T12:00:05.000Z',
			source: { code: 'SPZA' },
			action: { code: 'PLT' },
			contactAllowed: false,
			properties: { Region__c: 'West' },
		});
	});

	it.each([
		['nothing', null],
		['a list', [record]],
		['another object', { ...record, Id: '003000000004FH0EAM' }],
		['an id that is none', { ...record, Id: "00Q' OR Id != null" }],
		['no id', { ...record, Id: undefined }],
		['no time', { ...record, CreatedDate: null }],
		['a time that is none', { ...record, CreatedDate: 'yesterday' }],
	])('that is %s is no row', (_, invalid) => {
		expect(toRow(invalid, fields)).toBeUndefined();
	});
});

describe('a position', () => {
	it('is read as it was written', () => {
		const position = JSON.parse(JSON.stringify(toPosition({ createdDate: 1_000, id: ID })));
		expect(readPosition(position)).toEqual({ createdDate: 1_000, id: ID });
		expect(readPosition(null)).toBeUndefined();
	});

	it.each([
		{},
		{ after: [] },
		{ after: ['1000', ID] },
		{ after: [-1, ID] },
		{ after: [0.5, ID] },
		{ after: [8.64e15 + 1, ID] },
		{ after: [1_000, "' OR Id != '"] },
		{ after: [1_000, '003000000004FH0EAM'] },
		{ after: [1_000, `${ID}\n`] },
		{ after: [1_000] },
	])('of %p is none', (position) => {
		expect(readPosition(position as JsonObject)).toBeUndefined();
	});
});
