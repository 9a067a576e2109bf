import fc from 'fast-check';
import { serialize } from 'php-serialize';

import { readFormFields } from '../../../../../nodes/destinations/marketo/reading/formFields.ts';

/** As an instance of Marketo gave it, shortened and with another customer. */
const FROM_MARKETO =
	'a:9:{s:6:"module";s:11:"leadCapture";s:6:"action";s:5:"save2";s:9:"FirstName";s:3:"Kim";' +
	's:8:"LastName";s:6:"Sample";s:7:"Company";s:8:"Fabrikam";s:5:"Email";s:21:"kim@fabrikam.example";' +
	's:12:"GA_Medium__c";s:7:"Website";s:2:"cr";s:0:"";s:8:"_mkt_trk";s:29:"id:541-SJO-620&token:_mch-1-2";}';

const SENT = FROM_MARKETO.replace('s:21:', 's:20:');

describe('the fields of a fill-out', () => {
	it('are read as Marketo writes them', () => {
		expect(readFormFields(SENT)).toEqual({
			fields: [
				['module', 'leadCapture'],
				['action', 'save2'],
				['FirstName', 'Kim'],
				['LastName', 'Sample'],
				['Company', 'Fabrikam'],
				['Email', 'kim@fabrikam.example'],
				['GA_Medium__c', 'Website'],
				['cr', ''],
				['_mkt_trk', 'id:541-SJO-620&token:_mch-1-2'],
			],
			whole: true,
		});
	});

	it('are counted in bytes: accents, other scripts, emoji, line breaks', () => {
		const fields = { LastName: 'Ünïcøde', Company: '株式会社', Comments: 'line 1\r\nline 2 🚀' };
		expect(readFormFields(serialize(fields))).toEqual({
			fields: Object.entries(fields),
			whole: true,
		});
	});

	it('may hold quotes, semicolons and what looks like their own form', () => {
		const value = 'a";s:10:"LeadSource";s:3:"Web";}';
		const { fields, whole } = readFormFields(
			serialize({ Comments: value, LeadSource: 'SPZA-INS' }),
		);
		expect(fields).toEqual([
			['Comments', value],
			['LeadSource', 'SPZA-INS'],
		]);
		expect(whole).toBe(true);
	});

	it('may be lists, numbers, booleans and nothing', () => {
		const text = serialize({
			Interests: ['one', 'two'],
			Score: 5,
			Rate: 0.5,
			OptIn: true,
			No: null,
		});
		expect(readFormFields(text)).toEqual({
			fields: [
				['Interests', ['one', 'two']],
				['Score', '5'],
				['Rate', '0.5'],
				['OptIn', '1'],
				['No', ''],
			],
			whole: true,
		});
	});

	it('are none in an empty form', () => {
		expect(readFormFields('a:0:{}')).toEqual({ fields: [], whole: true });
	});

	it('are read whatever they are', () => {
		const name = fc
			.string({ minLength: 1, unit: 'grapheme' })
			.filter((text) => !/^\d+$/.test(text));
		const value = fc.oneof(
			fc.string({ unit: 'grapheme' }),
			fc.array(
				fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
				{ minLength: 1 },
			),
		);
		fc.assert(
			fc.property(fc.dictionary(name, value), (sent) => {
				// The writer can't do with names that JavaScript's objects have themselves.
				const fields = Object.entries(sent).filter(([key]) => !(key in {}));
				expect(readFormFields(serialize(Object.fromEntries(fields)))).toEqual({
					fields,
					whole: true,
				});
			}),
		);
	});
});

describe('fields that can’t be read to their end', () => {
	const complete = readFormFields(SENT).fields;

	it('are those before the end, wherever the text was cut', () => {
		for (let length = 0; length < SENT.length; length += 1) {
			const { fields, whole } = readFormFields(SENT.slice(0, length));
			expect(whole).toBe(false);
			expect(fields).toEqual(complete.slice(0, fields.length));
		}
		expect(readFormFields(SENT.slice(0, -2)).fields).toHaveLength(complete.length - 1);
	});

	it('are those before a length that is wrong', () => {
		expect(readFormFields(FROM_MARKETO)).toEqual({ fields: complete.slice(0, 5), whole: false });
	});
});
