import type {
	DestinationError,
	DestinationErrorCode,
	DestinationOperation,
} from '../../../../nodes/destinations/destinationError.ts';
import { HttpError } from '../../../../nodes/destinations/httpClient.ts';
import {
	MarketoError,
	noSuchForm,
	notApproved,
	notReached,
	noTurn,
	recordError,
	signInError,
	statusError,
	unexpected,
} from '../../../../nodes/destinations/marketo/errors.ts';
import { BLAME } from '../../../support/pollContract/errors.ts';

const OPERATIONS: DestinationOperation[] = ['read', 'signIn', 'write'];

type Kind = [code: DestinationErrorCode, retryAfter: number | undefined];
/** Every code of https://experienceleague.adobe.com/docs/marketo-developer/marketo/rest/error-codes that is met. */
const CODES: Array<[vendorCode: string, reading: Kind, writing?: Kind]> = [
	['600', ['authentication', undefined]],
	['601', ['authentication', undefined]],
	['602', ['authentication', undefined]],
	['603', ['permission', undefined]],
	['604', ['timeout', 0]],
	['606', ['throttled', 20_000]],
	['607', ['quota', undefined]],
	['608', ['unreachable', 0]],
	['609', ['other', undefined]],
	['610', ['configuration', undefined]],
	['611', ['unreachable', 0]],
	['612', ['other', undefined]],
	['614', ['unreachable', 0]],
	['615', ['throttled', 1_000]],
	['701', ['other', undefined], ['rejected', undefined]],
	['702', ['notFound', undefined]],
	['703', ['permission', undefined]],
	['704', ['other', undefined], ['rejected', undefined]],
	['709', ['other', undefined], ['rejected', undefined]],
	['713', ['unreachable', 0]],
	['1001', ['other', undefined], ['rejected', undefined]],
	['1002', ['other', undefined], ['rejected', undefined]],
	['1003', ['other', undefined], ['rejected', undefined]],
	['1004', ['other', undefined], ['rejected', undefined]],
	['1006', ['configuration', undefined], ['rejected', undefined]],
	['1007', ['other', undefined], ['rejected', undefined]],
	['1008', ['other', undefined], ['permission', undefined]],
	['1009', ['other', undefined], ['configuration', undefined]],
	['1010', ['other', undefined], ['rejected', undefined]],
	['1013', ['notFound', undefined]],
	['1021', ['other', undefined], ['rejected', undefined]],
	['1099', ['other', undefined], ['rejected', undefined]],
	['9999', ['other', undefined]],
];

const STATUSES: Array<[status: number, reading: Kind, writing?: Kind]> = [
	[301, ['configuration', undefined]],
	[400, ['other', undefined], ['rejected', undefined]],
	[403, ['permission', undefined]],
	[404, ['configuration', undefined]],
	[413, ['other', undefined], ['rejected', undefined]],
	[414, ['other', undefined]],
	[429, ['throttled', 20_000]],
	[500, ['unreachable', 0]],
	[502, ['unreachable', 0]],
	[503, ['unreachable', 0]],
	[504, ['unreachable', 0]],
];
const NO_RESPONSE = ['ABORTED', 'ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'CERT_HAS_EXPIRED'];

const all = (operation: DestinationOperation): DestinationError[] => [
	...CODES.map(([vendorCode]) => new MarketoError(vendorCode, operation)),
	...STATUSES.map(([status]) => statusError(status, undefined, operation)),
	...NO_RESPONSE.map((code) => notReached(new HttpError(code), operation)),
	unexpected('it is not JSON', operation),
	noTurn(50, operation),
	noSuchForm(5, operation),
	notApproved(5, operation),
];
const ofSigningIn = [
	signInError(401, 'unauthorized'),
	signInError(401, 'invalid_client'),
	signInError(400, 'anything'),
];
const ofRecords = [...CODES.map(([vendorCode]) => recordError(vendorCode)), recordError('')];

function expectHelpful({ message, description }: DestinationError): void {
	expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(description).toMatch(/^[A-Z].{15,}\.$/);
	expect(`${message} ${description}`).not.toMatch(BLAME);
}

describe('an error of Marketo’s', () => {
	it.each(CODES)('by code %s is %j for one who reads, and %j for one who writes', (code, ...of) => {
		const [[readCode, readWait], [writeCode, writeWait] = of[0]] = of;
		const expected = { vendorCode: code, code: readCode, retryAfter: readWait };
		expect(new MarketoError(code, 'read')).toMatchObject({ ...expected, operation: 'read' });
		expect(new MarketoError(code, 'write')).toMatchObject({
			...expected,
			code: writeCode,
			retryAfter: writeWait,
			operation: 'write',
			message: expect.stringContaining(`(${code})`),
		});
	});

	it.each(STATUSES)(
		'by status %s is %j for one who reads, and %j for one who writes',
		(status, ...of) => {
			const [[readCode, readWait], [writeCode, writeWait] = of[0]] = of;
			const httpCode = String(status);
			expect(statusError(status, undefined, 'read')).toMatchObject({
				code: readCode,
				retryAfter: readWait,
				httpCode,
			});
			expect(statusError(status, undefined, 'write')).toMatchObject({
				code: writeCode,
				retryAfter: writeWait,
				httpCode,
			});
		},
	);

	it('waits as long as a gateway asks', () => {
		expect(statusError(503, 7_000, 'read').retryAfter).toBe(7_000);
	});

	it.each(OPERATIONS)('is told in words that help one whose operation is %s', (operation) => {
		for (const error of all(operation)) {
			expectHelpful(error);
			expect(error.operation).toBe(operation);
			if (operation !== 'read') expect(error.description).not.toMatch(/poll|trigger/);
		}
	});

	it('is told in words that help one whose sign-in or record it is', () => {
		for (const error of [...ofSigningIn, ...ofRecords]) expectHelpful(error);
		expect(ofSigningIn.map(({ operation }) => operation)).toEqual(Array(3).fill('signIn'));
		expect(new Set(ofRecords.map(({ operation }) => operation))).toEqual(new Set(['write']));
		expect(ofSigningIn[0]!.message).toMatch(/Client ID/);
		expect(ofSigningIn[1]!.message).toMatch(/Client Secret/);
	});

	it('repeats a code and never a sentence', () => {
		for (const hostile of ['<script>', 'secret is x', '601 ', '__proto__', 'constructor']) {
			const errors = [
				new MarketoError(hostile, 'read'),
				new MarketoError(hostile, 'write'),
				signInError(401, hostile),
				recordError(hostile),
			];
			for (const { message } of errors) {
				if (!/^\w+$/.test(hostile)) expect(message).not.toContain(hostile);
				expect(message).toMatch(/^Marketo did not accept the (?:call|lead|sign-in)/);
			}
		}
	});

	it('is of the token, of the paging token, or of neither', () => {
		const errors = CODES.map(([code]) => new MarketoError(code, 'read'));
		const codes = (of: MarketoError[]) => of.map(({ vendorCode }) => vendorCode);
		expect(codes(errors.filter(({ isOfToken }) => isOfToken))).toEqual(['600', '601', '602']);
		expect(codes(errors.filter(({ isOfPagingToken }) => isOfPagingToken))).toEqual(
			codes(errors).filter((code) => /^(?:70|1\d{3})/.test(code)),
		);
	});

	it('says whether the call may have been carried out all the same', () => {
		for (const code of ['604', '611', '713', '9999']) {
			expect(new MarketoError(code, 'write').mayBeDone).toBe(true);
		}
		for (const code of ['601', '603', '606', '607', '608', '610', '614', '615', '1003', '702']) {
			expect(new MarketoError(code, 'write').mayBeDone).toBe(false);
		}
		for (const code of ['ABORTED', 'ECONNRESET']) {
			expect(notReached(new HttpError(code), 'write').mayBeDone).toBe(true);
		}
		expect(notReached(new HttpError('ENOTFOUND'), 'write').mayBeDone).toBe(false);
		expect(unexpected('x', 'write').mayBeDone).toBe(true);
		expect(statusError(502, 0, 'write').mayBeDone).toBe(true);
		for (const status of [403, 413, 429]) {
			expect(statusError(status, 0, 'write').mayBeDone).toBe(false);
		}
		for (const { mayBeDone } of ofRecords) expect(mayBeDone).toBe(false);
	});
});

describe('an error of one record', () => {
	it('names what the form requires where that may be the reason', () => {
		expect(recordError('1002', ['Phone Number', 'Industry']).message).toBe(
			'The form requires what the lead does not have: Phone Number, Industry (1002)',
		);
		expect(recordError('', ['Phone Number'])).toMatchObject({ code: 'configuration' });
		expect(recordError('1007', ['Phone Number']).message).toMatch(/^Several persons/);
	});

	it.each<[string, DestinationErrorCode]>([
		['1002', 'configuration'],
		['1003', 'rejected'],
		['1006', 'configuration'],
		['1008', 'permission'],
		['1013', 'notFound'],
		['1099', 'rejected'],
	])('by code %s is %s', (vendorCode, code) => {
		expect(recordError(vendorCode).code).toBe(code);
	});
});
