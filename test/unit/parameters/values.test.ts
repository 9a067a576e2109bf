import type { INodeProperties } from 'n8n-workflow';

import { readBoolean, readNumber, typedFields } from '../../../nodes/parameters/values';

const NOTHING = [undefined, null, '', '  '];
const OTHER = [[], [1], {}, new Date(0), Number.NaN, Infinity];

describe('a boolean', () => {
	it.each([true, 'true', ' TRUE ', 1, '1'])('%j is true', (value) => {
		expect(readBoolean(value, 'All')).toBe(true);
	});

	it.each([false, 'false', 'False', 0, '0'])('%j is false', (value) => {
		expect(readBoolean(value, 'All', true)).toBe(false);
	});

	it.each(['yes', 'no', 'on', 'truee', 2, -1, ...OTHER])('%j is neither', (value) => {
		expect(() => readBoolean(value, 'All', true)).toThrow('All is neither true nor false');
	});

	it.each(NOTHING)('%j is what it is otherwise, where there is such a thing', (value) => {
		expect(readBoolean(value, 'All', true)).toBe(true);
		expect(() => readBoolean(value, 'All')).toThrow('All is neither true nor false');
	});
});

describe('a number', () => {
	it.each<[unknown, number]>([
		[2, 2],
		['2', 2],
		[' +2.50 ', 2.5],
		['-3', -3],
		['1e3', 1000],
		['.5', 0.5],
	])('%j is %d', (value, number) => {
		expect(readNumber(value, 'Limit')).toBe(number);
	});

	it.each(['two', '2 leads', '1,000', '0x10', '2n', true, false, ...OTHER])(
		'%j is none',
		(value) => {
			expect(() => readNumber(value, 'Limit', { otherwise: 7 })).toThrow('Limit is not a number');
		},
	);

	it.each(NOTHING)('%j is what it is otherwise, where there is such a thing', (value) => {
		expect(readNumber(value, 'Limit', { otherwise: 7, min: 1 })).toBe(7);
		expect(() => readNumber(value, 'Limit')).toThrow('Limit is not a number');
	});

	it.each([
		[{ min: 1, whole: true }, ['0', 1.5, 2 ** 60], 'Limit is not a whole number of at least 1'],
		[{ min: 1, max: 5 }, [0.9, '6'], 'Limit is not a number from 1 to 5'],
		[{ above: 0 }, [0, '-1'], 'Limit is not a number above 0'],
	])('is refused out of %j', (rules, values, message) => {
		for (const value of values) expect(() => readNumber(value, 'Limit', rules)).toThrow(message);
	});
});

describe('the entries of a collection', () => {
	const field = (name: string, type: INodeProperties['type'], rest: object = {}) =>
		({ displayName: name.toUpperCase(), name, type, default: '', ...rest }) as INodeProperties;
	const properties = [
		field('on', 'boolean'),
		field('count', 'number'),
		field('text', 'string'),
		field('more', 'collection', { options: [field('deep', 'boolean')] }),
		field('list', 'fixedCollection', {
			options: [{ displayName: 'Row', name: 'row', values: [field('size', 'number')] }],
		}),
	];

	it('have the types that their properties say, however deep', () => {
		const given = {
			on: 'false',
			count: '2',
			text: '3',
			more: { deep: 'TRUE' },
			list: { row: [{ size: '4' }, { size: 5 }] },
			unknown: '6',
		};
		expect(typedFields(properties, given)).toEqual({
			on: false,
			count: 2,
			text: '3',
			more: { deep: true },
			list: { row: [{ size: 4 }, { size: 5 }] },
			unknown: '6',
		});
	});

	it.each(NOTHING)('are as if they were not there where %j came out', (value) => {
		const given = { on: value, count: value, more: { deep: value }, text: value };
		expect(typedFields(properties, given)).toEqual({ more: {}, text: value });
	});

	it('are refused by the name that people see', () => {
		expect(() => typedFields(properties, { on: 'perhaps' })).toThrow(
			'ON is neither true nor false',
		);
		const list = { row: [{ size: 'big' }] };
		expect(() => typedFields(properties, { list })).toThrow('SIZE is not a number');
	});

	it.each([undefined, null, 'text', [1]])('of %j, which is no collection, are left', (value) => {
		expect(typedFields(properties, value)).toEqual(value);
	});
});
