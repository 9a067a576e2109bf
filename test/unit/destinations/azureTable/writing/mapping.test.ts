import fc from 'fast-check';

import {
	idOf,
	keysOfId,
	toEntity,
	toRow,
} from '../../../../../nodes/destinations/azureTable/writing/mapping';
import { DestinationError } from '../../../../../nodes/destinations/destinationError';
import { parseLead, type JsonObject, type Lead } from '../../../../../nodes/lead';

const RECEIVED_AT = '2018-10-03T00:30:00.000Z';
const lead = (fields: JsonObject = {}, changes: Partial<Lead> = {}): Lead => ({
	...parseLead(
		{
			UserDetails: { FirstName: 'Kim', LastName: 'Sample', Email: 'kim@fabrikam.example' },
			LeadSource: 'AzureMarketplace-INS|fabrikam.widget',
			CreatedTime: '2018-10-02T23:59:59Z',
			...fields,
		},
		{ destination: 'https', receivedAt: RECEIVED_AT },
	),
	id: 'lead-1',
	...changes,
});
const rowOf = (of: Lead, additional: JsonObject = {}) => toRow({ lead: of, additional });

describe('the keys', () => {
	it('are those of the row a lead came from', () => {
		const id = "o'p%20%25/r%C3%A9";
		const row = rowOf(lead({}, { destination: 'azureTable', id }));
		expect(row).toMatchObject({ partitionKey: "o'p %", rowKey: 'ré' });
		expect(idOf(row)).toBe("o'p%20%25/r%C3%A9");
		// A lead from elsewhere can have an id that looks so.
		expect(rowOf(lead({}, { id })).partitionKey).toBe('2018-10-02');
	});

	it('are a day and a digest of the id for any other', () => {
		const row = rowOf(lead());
		expect(row).toMatchObject({
			partitionKey: '2018-10-02',
			rowKey: expect.stringMatching(/^[0-9a-f]{32}$/),
		});
		expect(rowOf(lead({ LeadSource: 'SPZA-PLT|a.b' })).rowKey).toBe(row.rowKey);
		expect(rowOf(lead({}, { id: 'lead-2' })).rowKey).not.toBe(row.rowKey);
		expect(rowOf(lead({ CreatedTime: '' })).partitionKey).toBe('2018-10-03');
	});

	it.each([
		'',
		'x',
		'a/b/c',
		'%/x',
		'%ff/x',
		'a%2Fb/c',
		'a/b%5Cc',
		'a%23/b',
		'a/%3F',
		'a/%0A',
		'a/%7F',
	])('are not read out of %j', (id) => {
		expect(keysOfId(id)).toBeUndefined();
		expect(rowOf(lead({}, { destination: 'azureTable', id })).partitionKey).toBe('2018-10-02');
	});

	it('can be told beside the lead, as far as Azure takes them', () => {
		const additional = { partitionkey: 'leads', RowKey: 7 };
		expect(rowOf(lead(), additional)).toMatchObject({ partitionKey: 'leads', rowKey: '7' });
		for (const key of [
			'a/b',
			'a\\b',
			'a#b',
			'a?b',
			'a\tb',
			'\u0085',
			'x'.repeat(513),
			'\ud800',
			null,
		]) {
			const refused = () => rowOf(lead(), { PartitionKey: key });
			// Half a character is mended before it is looked at.
			if (key === '\ud800') expect(refused).not.toThrow();
			else expect(refused).toThrow(DestinationError);
		}
		expect(rowOf(lead(), { PartitionKey: 'x'.repeat(512) }).partitionKey).toHaveLength(512);
	});

	it('come back from their id, whatever they are', () => {
		const key = fc
			.string({ unit: 'binary', maxLength: 30 })
			.filter((text) => !/[/\\#?\p{Cc}]/u.test(text));
		fc.assert(
			fc.property(key, key, (partitionKey, rowKey) => {
				expect(keysOfId(idOf({ partitionKey, rowKey }))).toEqual({ partitionKey, rowKey });
			}),
		);
	});
});

describe('the columns', () => {
	it('take long text cut, never half a character, and the customer as whole JSON', () => {
		const unit = fc.constantFrom('x', '漢', '🚀', '\u0001', '"', '\\', 'é');
		const long = fc
			.array(unit, { minLength: 1, maxLength: 4 })
			.map((units) => `a${units.join('').repeat(40_000)}`);
		fc.assert(
			fc.property(long, long, (one, two) => {
				const { columns } = rowOf(
					lead({
						Description: one,
						UserDetails: { FirstName: one, LastName: two, Company: 'Fabrikam' },
						note: two,
					}),
				);
				for (const cell of Object.values(columns)) {
					if (typeof cell !== 'string') continue;
					expect(cell.length).toBeLessThanOrEqual(32_768);
					expect(cell.isWellFormed()).toBe(true);
				}
				expect(String(columns['Description']).length).toBeGreaterThanOrEqual(32_767);
				const customer = JSON.parse(String(columns['CustomerInfo'])) as Record<string, string>;
				expect(customer['Company']).toBe('Fabrikam');
				expect(one.startsWith(customer['FirstName']!)).toBe(true);
				expect(two.startsWith(customer['LastName']!)).toBe(true);
				// What was cut is what had to be.
				expect(String(columns['CustomerInfo']).length).toBeGreaterThan(28_000);
			}),
			{ numRuns: 15 },
		);
	});

	it('are 252 at most and 1 MiB, Microsoft’s own and the additional ones first', () => {
		const many = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`P${at}`, at]));
		const { columns } = rowOf(lead(many, { contactAllowed: false }), { Region: 'EMEA' });
		expect(Object.keys(columns)).toHaveLength(252);
		expect(columns).toMatchObject({
			Region: 'EMEA',
			ProductId: 'fabrikam.widget',
			DoNotContact: true,
		});
		const large = Object.fromEntries(
			Array.from({ length: 60 }, (_, at) => [`P${at}`, '漢'.repeat(30_000)]),
		);
		const row = rowOf(lead(large, { contactAllowed: false }), { Region: 'EMEA' });
		expect(row.columns).toMatchObject({ Region: 'EMEA', DoNotContact: true });
		const bytes = Object.entries(row.columns).reduce(
			(sum, [name, cell]) => sum + 8 + 2 * name.length + 4 + 2 * String(cell).length,
			0,
		);
		expect(bytes).toBeLessThan(1024 * 1024);
		expect(Buffer.byteLength(JSON.stringify(row.columns))).toBeLessThan(1024 * 1024);
		expect(bytes).toBeGreaterThan(600_000);
	});

	it('have names Azure takes', () => {
		const beside = JSON.parse(
			'{"utm-campaign":"a","1st":"b","":"c","Größe":"d","etag":"e","Timestamp":"f","a-b":1,"a.b":2,"__proto__":"g","odata.type":"h"}',
		) as JsonObject;
		const { columns } = rowOf(lead(beside));
		expect(columns).toMatchObject({
			utm_campaign: 'a',
			_1st: 'b',
			_: 'c',
			Größe: 'd',
			Original_etag: 'e',
			Original_Timestamp: 'f',
			a_b: 1,
			Original_a_b: 2,
			odata_type: 'h',
		});
		expect(Object.getPrototypeOf(columns)).toBe(Object.prototype);
		const own = JSON.parse(
			'{"__proto__":{"x":1},"Region X":"EMEA","Timestamp":"now"}',
		) as JsonObject;
		const row = rowOf(lead(), own);
		expect(row.columns['Region_X']).toBe('EMEA');
		expect(row.columns).not.toHaveProperty('Timestamp');
		expect(({} as { x?: number }).x).toBeUndefined();
	});

	it('hold numbers as the service takes them', () => {
		const numbers = { a: 1, b: 2 ** 31, c: 0.5, d: -(2 ** 31) + 1, e: 1e300 };
		expect(toEntity(rowOf(lead(), numbers))).toMatchObject({
			a: 1,
			b: { type: 'Double', value: 2 ** 31 },
			c: { type: 'Double', value: 0.5 },
			d: -(2 ** 31) + 1,
			e: { type: 'Double', value: 1e300 },
		});
	});

	it('are never taken for the lead’s own where a property has such a name', () => {
		const contradicting = lead({ ActionCode: 'DNC', ProductId: 'contoso.other' });
		const { columns } = rowOf(contradicting);
		expect(columns).toMatchObject({
			ActionCode: 'INS',
			Original_ActionCode: 'DNC',
			ProductId: 'fabrikam.widget',
			Original_ProductId: 'contoso.other',
			DoNotContact: true,
		});
		expect(parseLead(columns).contactAllowed).toBe(false);
	});
});
