/**
 * Hostile answers to what is written: codes that are object members or sentences, fields that are no
 * names, messages that quote what was sent, errors of no shape at all.
 */
import {
	explainRecord,
	explainWriteRefusal,
} from '../../../../nodes/destinations/salesforce/errors/write';

const SECRET = 'kim.secret@fabrikam.example';
const BLAME = /\b(error|problem|failure|mistake)s?\b/i;

const CODES = [
	'REQUIRED_FIELD_MISSING',
	'STRING_TOO_LONG',
	'DUPLICATES_DETECTED',
	'DUPLICATE_VALUE',
	'INVALID_EMAIL_ADDRESS',
	'FIELD_CUSTOM_VALIDATION_EXCEPTION',
	'FIELD_INTEGRITY_EXCEPTION',
	'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
	'UNABLE_TO_LOCK_ROW',
	'STORAGE_LIMIT_EXCEEDED',
	'CANNOT_UPDATE_CONVERTED_LEAD',
	'INSUFFICIENT_ACCESS_OR_READONLY',
	'INVALID_FIELD_FOR_INSERT_UPDATE',
	'SOMETHING_NEW',
	'constructor',
	'__proto__',
	`Bad ${SECRET}`,
	'',
	undefined,
	null,
	{},
];

it.each(CODES)('the code %p becomes words, with its fields and nothing else', (statusCode) => {
	for (const fields of [undefined, ['Email'], [SECRET, 7, null], 'Email', {}]) {
		const told = explainRecord({ statusCode, fields, message: SECRET } as never);
		expect(told.message).toMatch(/^[A-Z].{15,}[^.]$/);
		expect(told.description).toMatch(/^[A-Z].{20,}\.$/);
		const text = `${told.message} ${told.description}`;
		expect(text).not.toMatch(BLAME);
		expect(text).not.toContain(SECRET);
		expect(text).not.toMatch(/undefined|\[object/);
	}
});

it('names the fields, and tries again only what may pass', () => {
	const missing = explainRecord({ statusCode: 'REQUIRED_FIELD_MISSING', fields: ['Region__c'] });
	expect(missing.message).toBe('Salesforce wants a value for Region__c in every lead');
	expect(missing.retryAfter).toBeUndefined();
	expect(explainRecord({ statusCode: 'UNABLE_TO_LOCK_ROW' }).retryAfter).toBe(0);
	expect(explainRecord({ statusCode: 'SOMETHING_NEW' }).message).toContain('(SOMETHING_NEW)');
});

it('tells of a whole call what reading would, but for what only writing is refused', () => {
	const answer = (status: number, errorCode: string) => ({
		status,
		headers: {},
		body: JSON.stringify([{ errorCode, message: SECRET }]),
	});
	const may = explainWriteRefusal(new Error(SECRET), answer(403, 'INSUFFICIENT_ACCESS'));
	expect(may).toMatchObject({ code: 'permission', httpCode: '403' });
	expect(may.message).toMatch(/may not write/);
	const spent = explainWriteRefusal(new Error(SECRET), answer(403, 'REQUEST_LIMIT_EXCEEDED'));
	expect(spent.code).toBe('throttled');
	expect(spent.retryAfter).toBeUndefined();
	expect(explainWriteRefusal(may, undefined)).toBe(may);
});
