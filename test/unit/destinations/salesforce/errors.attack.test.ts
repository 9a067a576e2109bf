/**
 * Hostile responses to what is written: codes that are object members or sentences, fields that are no
 * names, messages that quote what was sent, errors of no shape at all.
 */
import { DestinationError } from '../../../../nodes/destinations/destinationError';
import { readSaveResults } from '../../../../nodes/destinations/salesforce/connection/saveResults';
import { recordError, restError } from '../../../../nodes/destinations/salesforce/errors';

const SECRET = 'kim.secret@fabrikam.example';
/** A secret that could be the name of a field. */
const WORD = 'a1B2c3D4e5F6';
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
	for (const fields of [undefined, ['Email'], [SECRET, WORD, 7, null], WORD, 'Email', {}]) {
		const response = {
			body: [{ success: false, id: null, errors: [{ statusCode, fields, message: SECRET }] }],
			serviceTime: undefined,
			usage: undefined,
			unexpected: () => new DestinationError('unexpected', { code: 'other', description: '' }),
		};
		const [result] = readSaveResults(response, 1);
		const told = recordError(result!.error, new Set(['email']));
		expect(told.message).toMatch(/^[A-Z].{15,}[^.]$/);
		expect(told.description).toMatch(/^[A-Z].{20,}\.$/);
		const text = `${told.message} ${told.description}`;
		expect(text).not.toMatch(BLAME);
		expect(text).not.toContain(SECRET);
		expect(text).not.toContain(WORD);
		expect(text).not.toMatch(/undefined|\[object/);
	}
});

it('names the fields, and tries again only what may pass', () => {
	const missing = recordError(
		{ statusCode: 'REQUIRED_FIELD_MISSING', fields: ['Region__c', WORD] },
		new Set(['region__c']),
	);
	expect(missing.message).toBe('Salesforce requires a value for Region__c in every lead');
	expect(missing.retryAfter).toBeUndefined();
	expect(recordError({ statusCode: 'UNABLE_TO_LOCK_ROW', fields: [] }).retryAfter).toBe(0);
	expect(recordError({ statusCode: 'TRIAL_EXPIRED', fields: [] }).message).toContain(
		'(TRIAL_EXPIRED)',
	);
	expect(recordError({ statusCode: 'SOMETHING_NEW', fields: [] }).message).toMatch(
		/did not take the lead$/,
	);
});

it('tells of a whole call what reading would, but for what only writing is refused', () => {
	const response = (status: number, errorCode: string) => ({
		status,
		headers: {},
		body: JSON.stringify([{ errorCode, message: SECRET }]),
	});
	const saving = { operation: 'write', isSaving: true } as const;
	const told = (status: number, code: string, context: Parameters<typeof restError>[2] = saving) =>
		restError(new Error(SECRET), response(status, code), context);
	const may = told(403, 'INSUFFICIENT_ACCESS');
	expect(may).toMatchObject({ code: 'permission', operation: 'write', httpCode: '403' });
	expect(may.message).toMatch(/may not write/);
	const mayNotRead = told(403, 'INSUFFICIENT_ACCESS', { operation: 'write', isSaving: false });
	expect(mayNotRead).toMatchObject({ code: 'permission', operation: 'read' });
	const spent = told(403, 'REQUEST_LIMIT_EXCEEDED');
	expect(spent).toMatchObject({ code: 'quota', operation: 'write', retryAfter: undefined });
	expect(restError(may, undefined, saving)).toBe(may);
});

it('gives a call back for halving where a record of it may be at fault, and only then', () => {
	const told = (status: number, code: string, isSaving = true) =>
		restError(
			new Error(SECRET),
			{ status, headers: {}, body: JSON.stringify([{ errorCode: code, message: SECRET }]) },
			{ operation: 'write', isSaving },
		).code;
	expect(told(400, 'JSON_PARSER_ERROR')).toBe('rejected');
	expect(told(400, 'INVALID_FIELD')).toBe('rejected');
	expect(told(400, 'INVALID_FIELD', false)).toBe('permission');
	expect(told(400, 'SOMETHING_NEW', false)).toBe('other');
	expect(told(401, 'INVALID_SESSION_ID')).toBe('authentication');
	expect(told(500, 'UNKNOWN_EXCEPTION')).toBe('unreachable');
});
