/**
 * Hostile texts in queries: quotes that end a literal, backslashes before quotes, wildcards, line
 * breaks and control characters, words of SOQL, and anything fast-check thinks of. Each query is
 * evaluated by the fake server, whose parser is not ours.
 */
import fc from 'fast-check';

import {
	allOf,
	anyOf,
	likeLiteral,
	textLiteral,
	timeLiteral,
} from '../../../../../nodes/destinations/salesforce/connection/soql';
import { STANDARD_FIELDS } from '../../../../fakeServers/salesforce/fields.ts';
import { select } from '../../../../fakeServers/salesforce/soql.ts';

const HOSTILE = [
	"' OR Id != null OR LastName = '",
	"\\' OR Id != null OR LastName = \\'",
	'\\',
	"\\\\'",
	"it's",
	'100%',
	'a_b',
	'%',
	'two\nlines\r\n\tand\u0000more\u0085',
	"') AND (LastName = '",
	' AND ',
	' OR ',
	'"quoted"',
	'\u2028',
	'\u{1F600}',
];

const fields = new Map(STANDARD_FIELDS.map((field) => [field.name.toLowerCase(), field]));

/** Names of the leads of these last names that fit. */
function found(names: readonly string[], where: string): unknown[] {
	const records = names.map((LastName) => ({ LastName }));
	const { rows } = select(`SELECT LastName FROM Lead WHERE ${where}`, { fields, records });
	return rows.map(({ LastName }) => LastName);
}

const text = fc.oneof(
	fc.constantFrom(...HOSTILE),
	fc.string({ minLength: 1, unit: 'binary', maxLength: 40 }),
	fc.string({ minLength: 1, maxLength: 40 }),
);

describe('a text literal', () => {
	it('is that text and no other', () => {
		fc.assert(
			fc.property(text, (name) => {
				const others = [`${name}x`, 'anything', name.replace(/./su, '#')].filter(
					(other) => other.toLowerCase() !== name.toLowerCase(),
				);
				expect(found([name, ...others], `LastName = ${textLiteral(name)}`)).toEqual([name]);
			}),
		);
	});
});

describe('a pattern', () => {
	it('fits every text that begins so, and no other', () => {
		fc.assert(
			fc.property(text, text, (beginning, rest) => {
				const others = [`x${beginning}`, beginning.replace(/./su, '#')].filter(
					(other) => !other.toLowerCase().startsWith(beginning.toLowerCase()),
				);
				const names = [beginning, `${beginning}${rest}`];
				const where = `LastName LIKE ${likeLiteral(beginning)}`;
				expect(found([...names, ...others], where)).toEqual(names);
			}),
		);
	});

	it('has no wildcards but its end', () => {
		expect(found(['100', '1000', '100%x'], `LastName LIKE ${likeLiteral('100%')}`)).toEqual([
			'100%x',
		]);
		expect(found(['axb', 'a_b'], `LastName LIKE ${likeLiteral('a_b')}`)).toEqual(['a_b']);
	});
});

describe('conditions', () => {
	it('are joined as they are meant, whatever words their texts hold', () => {
		fc.assert(
			fc.property(text, text, (a, b) => {
				const [isA, isB] = [a, b].map((name) => `LastName = ${textLiteral(name)}`) as [
					string,
					string,
				];
				const either = anyOf([isA, isB]);
				expect(found([a], allOf([either, 'IsConverted = null']))).toEqual([a]);
				expect(
					found([b], anyOf([allOf([isA, "Email = 'x'"]), allOf([isB, 'Email = null'])])),
				).toEqual([b]);
				expect(found([a], allOf([either, "Email = 'x'"]))).toEqual([]);
			}),
		);
	});
});

describe('a time literal', () => {
	it.each([
		[Date.UTC(2026, 0, 31, 12, 0, 5), '2026-01-31T12:00:05Z'],
		[Date.UTC(2026, 0, 31, 12, 0, 5, 7), '2026-01-31T12:00:05Z'],
		[0, '1970-01-01T00:00:00Z'],
		[8.64e15, '3999-12-31T00:00:00Z'],
	])('of %p is %s', (time, literal) => {
		expect(timeLiteral(time)).toBe(literal);
		expect(found([], `CreatedDate >= ${literal}`)).toEqual([]);
	});
});
