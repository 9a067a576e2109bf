import {
	MarketoRefusal,
	oddAnswer,
	refusedByStatus,
	refusedSignIn,
} from '../../../../nodes/destinations/marketo/errors.ts';
import { BLAME } from '../../../support/pollContract/refusal.ts';

/** Every code of https://experienceleague.adobe.com/docs/marketo-developer/marketo/rest/error-codes that a read can meet. */
const CODES: Array<[code: string, reason: string, retryAfter: number | undefined]> = [
	['600', 'authentication', undefined],
	['601', 'authentication', undefined],
	['602', 'authentication', undefined],
	['603', 'permission', undefined],
	['604', 'unreachable', 0],
	['606', 'throttled', 20_000],
	['607', 'throttled', undefined],
	['608', 'unreachable', 0],
	['610', 'configuration', undefined],
	['611', 'unreachable', 0],
	['614', 'unreachable', 0],
	['615', 'throttled', 1_000],
	['702', 'notFound', undefined],
	['703', 'permission', undefined],
	['713', 'unreachable', 0],
	['1003', 'other', undefined],
	['1006', 'configuration', undefined],
	['1013', 'notFound', undefined],
	['9999', 'other', undefined],
];

const STATUSES: Array<[status: number, reason: string, retryAfter: number | undefined]> = [
	[301, 'configuration', undefined],
	[400, 'other', undefined],
	[403, 'permission', undefined],
	[404, 'configuration', undefined],
	[413, 'other', undefined],
	[414, 'other', undefined],
	[429, 'throttled', 20_000],
	[500, 'unreachable', 0],
	[502, 'unreachable', 0],
	[503, 'unreachable', 0],
	[504, 'unreachable', 0],
];

const all = [
	...CODES.map(([code]) => new MarketoRefusal(code)),
	...STATUSES.map(([status]) => refusedByStatus(status, undefined)),
	refusedSignIn(401, 'unauthorized'),
	refusedSignIn(401, 'invalid_client'),
	refusedSignIn(400, 'anything'),
	oddAnswer('it is not JSON'),
];

describe('what Marketo refuses', () => {
	it.each(CODES)('by code %s is of kind %s, with a wait of %s ms', (code, reason, retryAfter) => {
		expect(new MarketoRefusal(code)).toMatchObject({ vendorCode: code, code: reason, retryAfter });
	});

	it.each(STATUSES)('by status %s is of kind %s, with a wait of %s ms', (status, reason, wait) => {
		expect(refusedByStatus(status, undefined)).toMatchObject({ code: reason, retryAfter: wait });
		expect(refusedByStatus(status, undefined).httpCode).toBe(String(status));
	});

	it('waits as long as a gateway asks', () => {
		expect(refusedByStatus(503, 7_000).retryAfter).toBe(7_000);
	});

	it('is told in words that help', () => {
		for (const { message, description } of all) {
			expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
			expect(description).toMatch(/^[A-Z].{20,}\.$/);
			expect(`${message} ${description}`).not.toMatch(BLAME);
		}
	});

	it('tells an unknown client from a wrong secret', () => {
		expect(refusedSignIn(401, 'unauthorized').message).toMatch(/Client ID/);
		expect(refusedSignIn(401, 'invalid_client').message).toMatch(/Client Secret/);
	});

	it('repeats a code and never a sentence', () => {
		for (const hostile of ['<script>', 'secret is x', '601 ', '__proto__', 'constructor']) {
			const texts = [new MarketoRefusal(hostile), refusedSignIn(401, hostile)];
			for (const { message } of texts) {
				if (!/^\w+$/.test(hostile)) expect(message).not.toContain(hostile);
				expect(message).toMatch(/^Marketo refused the (?:call|sign-in)/);
			}
		}
	});

	it('is of the token, of the request, or of neither', () => {
		const kinds = CODES.map(([code]) => new MarketoRefusal(code));
		expect(kinds.filter(({ isOfToken }) => isOfToken).map(({ vendorCode: code }) => code)).toEqual([
			'600',
			'601',
			'602',
		]);
		expect(
			kinds.filter(({ isOfRequest }) => isOfRequest).map(({ vendorCode: code }) => code),
		).toEqual(['702', '703', '1003', '1006', '1013']);
	});
});
