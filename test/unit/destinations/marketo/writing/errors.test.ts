import {
	MarketoRefusal,
	oddAnswer,
	refusedByStatus,
} from '../../../../../nodes/destinations/marketo/errors.ts';
import {
	explainRecord,
	explainWrite,
	isOfOneLead,
	mayBeDone,
} from '../../../../../nodes/destinations/marketo/writing/errors.ts';
import type { DestinationError } from '../../../../../nodes/destinations/contract.ts';
import { HttpError, unreachable } from '../../../../../nodes/destinations/httpClient.ts';
import { BLAME } from '../../../../support/pollContract/refusal.ts';

const CODES =
	'600 601 602 603 604 606 607 608 609 610 611 612 614 615 702 703 709 713 1001 1002 1003 1004 1006 1007 1008 1010 1013 1021 1099 9999'.split(
		' ',
	);
const ABORTED = unreachable(new HttpError('ABORTED'), 'Marketo');
const CUT = unreachable(new HttpError('ECONNRESET'), 'Marketo');

function expectHelpful({ message, description }: DestinationError): void {
	expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(description).toMatch(/^[A-Z].{15,}\.$/);
	expect(`${message} ${description}`).not.toMatch(BLAME);
	expect(description).not.toMatch(/poll|trigger/);
}

it.each(CODES.map((code) => [code, new MarketoRefusal(code)] as const))(
	'%s is told to one who writes',
	(code, refusal) => {
		const explained = explainWrite(refusal);
		expectHelpful(explained);
		expect(explained.message).toContain(`(${code})`);
		expectHelpful(explainRecord(code));
		// Who is told twice is told the same.
		expect(explainWrite(explained)).toMatchObject({ ...explained });
	},
);

it.each([
	refusedByStatus(503, undefined),
	refusedByStatus(429, 5_000),
	refusedByStatus(413, undefined),
	oddAnswer('x'),
	ABORTED,
	CUT,
])('keeps the reason, and when to try again, of %s', (refusal) => {
	const explained = explainWrite(refusal);
	expectHelpful(explained);
	const { code: reason, httpCode, retryAfter } = refusal;
	expect(explained).toMatchObject({ code: reason, httpCode, retryAfter });
});

it('knows which calls may have been taken all the same', () => {
	for (const code of ['604', '611', '713', '9999']) {
		expect(mayBeDone(new MarketoRefusal(code))).toBe(true);
	}
	for (const code of ['601', '603', '606', '607', '608', '610', '614', '615', '1003', '702']) {
		expect(mayBeDone(new MarketoRefusal(code))).toBe(false);
	}
	for (const one of [ABORTED, CUT, oddAnswer('x'), refusedByStatus(502, 0), new Error('x')]) {
		expect(mayBeDone(one)).toBe(true);
	}
	for (const one of [refusedByStatus(429, 0), refusedByStatus(403, 0)]) {
		expect(mayBeDone(one)).toBe(false);
	}
});

it('knows which say nothing of other leads', () => {
	for (const code of ['1001', '1006', '1007', '701', '704', '709']) {
		expect(isOfOneLead(new MarketoRefusal(code))).toBe(true);
	}
	for (const code of ['600', '603', '606', '607', '610', '611', '702', '713']) {
		expect(isOfOneLead(new MarketoRefusal(code))).toBe(false);
	}
	expect(isOfOneLead(oddAnswer('x'))).toBe(false);
});

it('names what the form wants where that may be the reason', () => {
	expect(explainRecord('1002', ['Phone Number', 'Industry']).message).toBe(
		'The form wants what the lead does not have: Phone Number, Industry (1002)',
	);
	expect(explainRecord('', ['Phone Number'])).toMatchObject({ code: 'configuration' });
	expect(explainRecord('1007', ['Phone Number']).message).toMatch(/^Several persons/);
});

it('repeats no text of Marketo’s, nor what is no code', () => {
	expect(explainRecord('secret <b>').message).toBe('Marketo did not take the lead');
	expect(explainRecord('constructor').message).toBe('Marketo did not take the lead (constructor)');
});
