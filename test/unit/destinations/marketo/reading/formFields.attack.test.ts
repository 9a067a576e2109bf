/**
 * Hostile "Form Fields": whoever fills out a form writes a part of this text, and somebody who can
 * write activities writes all of it.
 *
 * - classes to be made objects of (O, C), references (R, r), closures
 * - counts and lengths that are huge, negative, not numbers, or point back and beyond the end
 * - arrays within arrays, thousands deep
 * - `__proto__`, `constructor` and `toString` as names
 * - values that close the string they are in
 * - megabytes of it
 */
import fc from 'fast-check';

import { readFormFields } from '../../../../../nodes/destinations/marketo/reading/formFields.ts';

function read(text: string) {
	return readFormFields(text);
}

it.each([
	'O:8:"stdClass":1:{s:1:"a";s:1:"b";}',
	'a:1:{s:1:"x";O:8:"stdClass":1:{s:1:"a";s:1:"b";}}',
	'a:1:{s:1:"x";C:11:"ArrayObject":0:{}}',
	'a:2:{s:1:"x";s:1:"y";s:1:"z";R:2;}',
	'a:1:{O:8:"stdClass":0:{}s:1:"y";}',
	'a:1:{a:0:{}s:1:"y";}',
	'a:-1:{}',
	'a:1e9:{}',
	'a:99999999999999999999:{s:1:"a";s:1:"b";}',
	'a:999999999:{s:1:"a";s:1:"b";}',
	'a:2:{s:-20:"a";s:1:"b";}',
	'a:1:{s:999999999:"a";s:1:"b";}',
	'a:1:{s:1:"a";s:5:"b";}',
	'a:1:{s:1:"a";i:;}',
	'a:1:{s:1:"a";i:1',
	'a:1:{s:1:"a";i:0x10;}',
	'a:1:{s:1:"a";d:INF;}',
	'a:1:{s:1:"a";s:1:"b";}s:1:"c";',
	'{"FirstName":"Kim"}',
	'<html>',
	'',
	'\0\0\0',
	'a:1:{s:1:"\ud800";s:1:"b";}',
])('is not whole, and nothing is thrown: %j', (text) => {
	expect(read(text).whole).toBe(false);
});

it('keeps what came before an object', () => {
	const text = 'a:2:{s:10:"LeadSource";s:8:"SPZA-INS";s:1:"x";O:8:"stdClass":0:{}}';
	expect(read(text)).toEqual({ fields: [['LeadSource', 'SPZA-INS']], whole: false });
});

it('is not led into depth', () => {
	const deep = 'a:1:{i:0;'.repeat(100_000);
	expect(read(`a:1:{s:1:"x";${deep}`)).toEqual({ fields: [], whole: false });
});

it('is not led into breadth', () => {
	const many = 's:1:"a";s:1:"b";'.repeat(200_000);
	const { fields, whole } = read(`a:200000:{${many}}`);
	expect(fields.length).toBeLessThanOrEqual(1_000);
	expect(whole).toBe(false);
});

it('gives names of prototypes as the texts they are', () => {
	const { fields } = read(
		'a:2:{s:9:"__proto__";a:1:{s:7:"isAdmin";b:1;}s:11:"constructor";s:1:"x";}',
	);
	expect(fields).toEqual([
		['__proto__', ['1']],
		['constructor', 'x'],
	]);
	expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
});

it('never throws', () => {
	const piece = fc.constantFrom(
		...[
			'a:1:{',
			'a:2:{',
			's:3:"',
			's:1:"a";',
			'i:1;',
			'N;',
			'b:1;',
			'}',
			'"',
			';',
			':',
			'O:1:"a":0:{}',
		],
	);
	const text = fc.oneof(
		fc.string({ unit: 'binary' }),
		fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }).map((pieces) => pieces.join('')),
	);
	fc.assert(
		fc.property(text, (hostile) => {
			expect(() => readFormFields(hostile)).not.toThrow();
			expect(() => readFormFields(`a:5:{s:1:"a";${hostile}`)).not.toThrow();
		}),
		{ numRuns: 500 },
	);
});
