import { inspect } from 'node:util';

import {
	explainRefusal,
	explainWriteRefusal,
	isBadToken,
	isMissingTable,
	leavesDoubt,
	refusedRow,
} from '../../../../nodes/destinations/azureTable/refusal';
import {
	DestinationError,
	type DestinationErrorCode,
} from '../../../../nodes/destinations/contract';
import { RestError } from '../../../../nodes/vendor/dataTables';

/** What the SDK says often quotes the request, and with it the signature. */
const SECRET = 'sig=c2VjcmV0LXNpZ25hdHVyZQ%3D%3D';

/** An answer with an error in JSON, as the SDK makes an error of it. */
const answered = (statusCode: number, code?: string) =>
	Object.assign(new RestError(`GET https://x.example/?${SECRET} refused`, { statusCode }), {
		details: code === undefined ? {} : { odataError: { code, message: { value: SECRET } } },
	});
/** One in XML, whose code is in a header. */
const answeredInXml = (statusCode: number, errorCode: string) =>
	Object.assign(new RestError(`<Error>${SECRET}</Error>`, { statusCode }), {
		details: { errorCode, Message: SECRET },
	});
const broken = (code: string) => new RestError(`connect ${SECRET}`, { code });
const named = (name: string, message = SECRET) => Object.assign(new Error(message), { name });

describe('a refusal in words', () => {
	it.each<[DestinationErrorCode, RegExp, unknown]>([
		['authentication', /did not accept the sign-in/, answered(403, 'AuthenticationFailed')],
		['authentication', /did not accept the sign-in/, answeredInXml(403, 'AuthenticationFailed')],
		['authentication', /could not read the sign-in/, answered(401, 'InvalidAuthenticationInfo')],
		['authentication', /does not let this sign-in/, answeredInXml(403, 'AuthorizationFailure')],
		['permission', /may not read the table/, answered(403, 'AuthorizationPermissionMismatch')],
		['permission', /tables and their rows/, answered(403, 'AuthorizationResourceTypeMismatch')],
		['permission', /the Table service/, answered(403, 'AuthorizationServiceMismatch')],
		['permission', /another protocol/, answered(403, 'AuthorizationProtocolMismatch')],
		['permission', /address n8n comes from/, answered(403, 'AuthorizationSourceIPMismatch')],
		['permission', /is disabled/, answered(403, 'AccountIsDisabled')],
		['permission', /account keys/, answered(403, 'KeyBasedAuthenticationNotPermitted')],
		['permission', /refused access/, answered(403)],
		['permission', /refused access/, answered(401, 'constructor')],
		['notFound', /table does not exist/, answered(404, 'TableNotFound')],
		['notFound', /no storage account/, answeredInXml(404, 'ResourceNotFound')],
		['throttled', /asks to wait/, answered(429, 'TooManyRequests')],
		['throttled', /asks to wait/, answered(503, 'ServerBusy')],
		['throttled', /asks to wait/, answered(503)],
		['unreachable', /did not answer in time/, named('AbortError')],
		['unreachable', /did not answer in time/, named('TimeoutError')],
		['unreachable', /broke off/, broken('PARSE_ERROR')],
		['unreachable', /could not be reached/, broken('ENOTFOUND')],
		['unreachable', /could not be reached/, broken('EAI_AGAIN')],
		['unreachable', /could not be reached/, broken('ECONNREFUSED')],
		['unreachable', /could not be reached/, broken('REQUEST_SEND_ERROR')],
		['other', /with status 500 \(OperationTimedOut\)$/, answered(500, 'OperationTimedOut')],
		['other', /with status 400$/, answered(400, `<b>${SECRET}</b>`)],
		['other', /refused the request$/, named('Error')],
		['other', /refused the request$/, named('__proto__')],
		['other', /refused the request$/, SECRET],
		['other', /refused the request$/, undefined],
		['other', /refused the request$/, { message: SECRET }],
	])('is %s: %p', (reason, said, error) => {
		const refusal = explainRefusal(error);
		expect(refusal).toBeInstanceOf(DestinationError);
		expect(refusal.code).toBe(reason);
		expect(refusal.message).toMatch(said);
		expect(refusal.description).toMatch(/^[A-Z].{20,}\.$/);
		expect(inspect(refusal, { showHidden: true, depth: 9 })).not.toContain('c2VjcmV0');
	});

	it('has the status of the answer, where there was one', () => {
		expect(explainRefusal(answered(503, 'ServerBusy')).httpCode).toBe('503');
		expect(explainRefusal(broken('ENOTFOUND')).httpCode).toBeUndefined();
	});

	it('stays what it is when it is one already', () => {
		const refusal = explainRefusal(answered(503));
		expect(explainRefusal(refusal)).toBe(refusal);
	});
});

describe('a table that is not there yet', () => {
	it.each<[boolean, unknown]>([
		[true, answered(404, 'TableNotFound')],
		[true, answeredInXml(404, 'TableNotFound')],
		[false, answered(404, 'ResourceNotFound')],
		[false, answered(404)],
		[false, answered(403, 'TableNotFound')],
		[false, named('TableNotFound')],
		[false, undefined],
	])('is %p for %p', (expected, error) => {
		expect(isMissingTable(error)).toBe(expected);
	});
});

describe('a token that was not given out', () => {
	it.each<[boolean, unknown]>([
		[true, answered(400, 'InvalidInput')],
		[true, new SyntaxError('Unexpected token')],
		[true, new TypeError('Cannot read properties of null')],
		[false, broken('PARSE_ERROR')],
		[false, answered(503, 'ServerBusy')],
		[false, answered(403, 'AuthenticationFailed')],
		[false, named('AbortError')],
	])('is %p for %p', (expected, error) => {
		expect(isBadToken(error)).toBe(expected);
	});
});

describe('a refusal of a write', () => {
	it.each<[DestinationErrorCode, RegExp, number | undefined, unknown]>([
		['permission', /may not write/, undefined, answered(403, 'AuthorizationPermissionMismatch')],
		['notFound', /could not be made/, undefined, answered(404, 'TableNotFound')],
		['other', /larger than a row/, undefined, answered(400, 'EntityTooLarge')],
		['other', /status 400 \(InvalidInput\)/, undefined, answered(400, 'InvalidInput')],
		['throttled', /being deleted/, 15_000, answered(409, 'TableBeingDeleted')],
		['throttled', /asks to wait/, 0, answered(503, 'ServerBusy')],
		['unreachable', /status 500/, 0, answered(500, 'OperationTimedOut')],
		['unreachable', /could not be reached/, 0, broken('ECONNRESET')],
		['unreachable', /could not be reached/, undefined, broken('ENOTFOUND')],
		['unreachable', /broke off/, 0, broken('PARSE_ERROR')],
		['unreachable', /did not answer in time/, 0, named('AbortError')],
	])('is of %s: %s, again after %s', (reason, said, retryAfter, error) => {
		const refusal = explainWriteRefusal(error);
		expect(refusal).toMatchObject({
			code: reason,
			message: expect.stringMatching(said),
			retryAfter,
		});
		expect(refusal.description).not.toMatch(/poll/);
		expect(inspect(refusal, { depth: 9, showHidden: true })).not.toContain(SECRET);
	});

	it('takes the wait and the code from the headers of a transaction’s answer', () => {
		const headers = new Map([
			['retry-after', '7'],
			['x-ms-error-code', 'AuthenticationFailed'],
		]);
		const answer = (statusCode: number) =>
			Object.assign(new RestError(SECRET, { statusCode }), { response: { headers } });
		expect(explainWriteRefusal(answer(503))).toMatchObject({ retryAfter: 7_000 });
		expect(explainWriteRefusal(answer(403)).message).toMatch(/did not accept the sign-in/);
	});

	it('names the row of a transaction, where it does', () => {
		expect(refusedRow(new Error('0:The specified entity already exists.'))).toBe(0);
		expect(refusedRow(new Error('99:One of the request inputs is not valid.\nRequestId:1'))).toBe(
			99,
		);
		expect(refusedRow(new Error('Transaction Failed'))).toBeUndefined();
		expect(refusedRow('0:text')).toBeUndefined();
	});

	it('leaves doubt where the request may have been carried out', () => {
		for (const error of [broken('ECONNRESET'), answered(500), named('AbortError')]) {
			expect(leavesDoubt(error)).toBe(true);
		}
		for (const error of [answered(503), answered(429), answered(409), answered(400)]) {
			expect(leavesDoubt(error)).toBe(false);
		}
	});
});
