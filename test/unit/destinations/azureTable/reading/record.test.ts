import { createdTime, toRecord } from '../../../../../nodes/destinations/azureTable/reading/record';
import { parseLead } from '../../../../../nodes/lead';
import type { TableEntityResult } from '../../../../../nodes/vendor/dataTables';

type Entity = TableEntityResult<Record<string, unknown>>;

/** A row as the SDK gives it, which puts any column beside its own four. */
const entity = (columns: Record<string, unknown>): Entity =>
	({ etag: 'W/"1"', partitionKey: 'p', rowKey: 'r', timestamp: 't', ...columns }) as Entity;

describe('a row as a record', () => {
	it('has the service’s names for the service’s columns, and no etag or metadata', () => {
		expect(toRecord(entity({ 'odata.metadata': 'https://…', LeadSource: 'x' }))).toEqual({
			PartitionKey: 'p',
			RowKey: 'r',
			Timestamp: 't',
			LeadSource: 'x',
		});
	});

	it.each<[string, unknown, unknown]>([
		['text', ' as it is\u0000 ', ' as it is\u0000 '],
		['a truth value', false, false],
		['a number', 1.5, 1.5],
		['a number JSON has not', Number.NaN, 'NaN'],
		['one without an end', Number.NEGATIVE_INFINITY, '-Infinity'],
		['nothing', null, null],
		['a date', new Date('2018-10-02T08:15:29.123Z'), '2018-10-02T08:15:29.123Z'],
		['a date before Christ', new Date('-000001-01-01T00:00:00Z'), '-000001-01-01T00:00:00.000Z'],
		['a date that is none', new Date('2018-13-45'), ''],
		['a 64-bit integer', 9_223_372_036_854_775_807n, '9223372036854775807'],
		['a GUID', { type: 'Guid', value: '7F0C-6c5e' }, '7F0C-6c5e'],
		['bytes', new Uint8Array([0, 255, 62]), 'AP8+'],
		['a typed value', { type: 'Int64', value: '12' }, '12'],
		['a typed date', { type: 'DateTime', value: new Date(0) }, '1970-01-01T00:00:00.000Z'],
	])('holds %s', (_, value, json) => {
		const record = toRecord(entity({ Column: value }));
		expect(record).toHaveProperty('Column', json);
		expect(JSON.parse(JSON.stringify(record))).toEqual(record);
	});

	it.each([undefined, () => 1, Symbol('x'), {}, { type: 'Guid', value: undefined }])(
		'leaves out what is no value: %p',
		(value) => {
			expect(toRecord(entity({ Column: value }))).not.toHaveProperty('Column');
		},
	);

	it('has columns of any name, and its own prototype', () => {
		const columns = JSON.parse(
			'{"__proto__":"polluted","constructor":"c","toString":"t","hasOwnProperty":"h"}',
		) as Record<string, unknown>;
		const row = Object.create(null) as Record<string, unknown>;
		for (const name of Object.keys(columns)) {
			Object.defineProperty(row, name, { value: columns[name], enumerable: true });
		}
		const record = toRecord(row as Entity);
		expect(Object.entries(record)).toEqual(Object.entries(columns));
		expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
		expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
	});
});

describe('the time a lead was made', () => {
	const at = Date.UTC(2018, 9, 2, 8, 15, 29);

	it.each<[string, Record<string, unknown>]>([
		['of text', { CreatedTime: '2018-10-02T08:15:29Z' }],
		['of a date', { CreatedTime: new Date(at) }],
		['of another casing', { createdtime: '2018-10-02T08:15:29Z' }],
		['behind one that is none', { createdTime: 'soon', CreatedTime: '2018-10-02T08:15:29Z' }],
		['with an offset', { CreatedTime: '2018-10-02T10:15:29+02:00' }],
		['in 100 ns', { CreatedTime: '2018-10-02T08:15:29.0004567Z' }],
		['in the form of .NET', { CreatedTime: `/Date(${at})/` }],
		['in milliseconds', { CreatedTime: BigInt(at) }],
	])('is found %s', (_, columns) => {
		expect(createdTime(toRecord(entity(columns)))).toBe(at);
	});

	it.each<[string, unknown]>([
		['missing', undefined],
		['empty', ''],
		['text', 'yesterday'],
		['unset in .NET', '0001-01-01T00:00:00Z'],
		['unset in JavaScript', '1970-01-01T00:00:00Z'],
		['unset in the service', '1601-01-01T00:00:00Z'],
		['invalid', new Date(Number.NaN)],
		['not certainly one day', '10/2/2018'],
	])('is unknown where it is %s', (_, value) => {
		expect(createdTime(toRecord(entity({ CreatedTime: value })))).toBeUndefined();
	});

	// Without an offset it is UTC; a machine in another time zone must not make it its own.
	it.each([
		'2018-10-02T08:15:29',
		'2018-10-02 08:15:29',
		'2018-10-02',
		`/Date(${at})/`,
		String(at),
	])('is the time that the lead itself shows: %s', (text) => {
		const record = toRecord(entity({ CreatedTime: text }));
		const { createdAt } = parseLead(record, { destination: 'azureTable' });
		expect(createdTime(record)).toBe(Date.parse(createdAt));
	});
});
