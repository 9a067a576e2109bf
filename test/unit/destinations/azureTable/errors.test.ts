import { inspect } from 'node:util';

import {
	explainError,
	explainLookup,
	explainTableCreation,
	isBadToken,
	isMissingTable,
} from '../../../../nodes/destinations/azureTable/errors';
import {
	DestinationError,
	type DestinationErrorCode,
} from '../../../../nodes/destinations/destinationError';
import { RestError } from '../../../../nodes/vendor/dataTables';

/** What the SDK says often quotes the request, and with it the signature. */
const SECRET = 'sig=c2VjcmV0LXNpZ25hdHVyZQ%3D%3D';

/** A response with an error in JSON, as the SDK makes an error of it. */
const errorResponse = (statusCode: number, code?: string) =>
	Object.assign(new RestError(`GET https://x.example/?${SECRET} refused`, { statusCode }), {
		details: code === undefined ? {} : { odataError: { code, message: { value: SECRET } } },
	});
/** One in XML, whose code is in a header. */
const errorResponseInXml = (statusCode: number, errorCode: string) =>
	Object.assign(new RestError(`<Error>${SECRET}</Error>`, { statusCode }), {
		details: { errorCode, Message: SECRET },
	});
const broken = (code: string) => new RestError(`connect ${SECRET}`, { code });
const named = (name: string, message = SECRET) => Object.assign(new Error(message), { name });

describe('an error in words', () => {
	it.each<[DestinationErrorCode, RegExp, unknown]>([
		['authentication', /did not accept the sign-in/, errorResponse(403, 'AuthenticationFailed')],
		[
			'authentication',
			/did not accept the sign-in/,
			errorResponseInXml(403, 'AuthenticationFailed'),
		],
		[
			'authentication',
			/could not read the sign-in/,
			errorResponse(401, 'InvalidAuthenticationInfo'),
		],
		[
			'authentication',
			/does not let this sign-in/,
			errorResponseInXml(403, 'AuthorizationFailure'),
		],
		['permission', /may not read the table/, errorResponse(403, 'AuthorizationPermissionMismatch')],
		[
			'permission',
			/tables and their rows/,
			errorResponse(403, 'AuthorizationResourceTypeMismatch'),
		],
		['permission', /the Table service/, errorResponse(403, 'AuthorizationServiceMismatch')],
		['permission', /another protocol/, errorResponse(403, 'AuthorizationProtocolMismatch')],
		['permission', /address n8n comes from/, errorResponse(403, 'AuthorizationSourceIPMismatch')],
		['permission', /is disabled/, errorResponse(403, 'AccountIsDisabled')],
		['permission', /account keys/, errorResponse(403, 'KeyBasedAuthenticationNotPermitted')],
		['permission', /denied access/, errorResponse(403)],
		['permission', /denied access/, errorResponse(401, 'constructor')],
		['notFound', /table does not exist/, errorResponse(404, 'TableNotFound')],
		['notFound', /no storage account/, errorResponseInXml(404, 'ResourceNotFound')],
		['throttled', /asks to wait/, errorResponse(429, 'TooManyRequests')],
		['throttled', /asks to wait/, errorResponse(503, 'ServerBusy')],
		['throttled', /asks to wait/, errorResponse(503)],
		['timeout', /did not respond in time/, named('AbortError')],
		['timeout', /did not respond in time/, named('TimeoutError')],
		['unexpectedResponse', /broke off/, broken('PARSE_ERROR')],
		['unreachable', /host of Azure Table Storage is not known/, broken('ENOTFOUND')],
		['unreachable', /certificate/, broken('SELF_SIGNED_CERT_IN_CHAIN')],
		['unreachable', /proxy .* asks for a sign-in/, errorResponse(407)],
		['unreachable', /could not be reached/, broken('EAI_AGAIN')],
		['unreachable', /could not be reached/, broken('ECONNREFUSED')],
		['unreachable', /could not be reached/, broken('REQUEST_SEND_ERROR')],
		[
			'throttled',
			/did not get through with the request in time$/,
			errorResponse(500, 'OperationTimedOut'),
		],
		['other', /carry out the request \(status 400\)$/, errorResponse(400, `<b>${SECRET}</b>`)],
		['other', /did not carry out the request$/, named('Error')],
		['other', /did not carry out the request$/, named('__proto__')],
		['other', /did not carry out the request$/, SECRET],
		['other', /did not carry out the request$/, undefined],
		['other', /did not carry out the request$/, { message: SECRET }],
	])('is %s: %p', (code, said, error) => {
		const explained = explainError(error, 'read');
		expect(explained).toBeInstanceOf(DestinationError);
		expect(explained.code).toBe(code);
		expect(explained.message).toMatch(said);
		expect(explained.description).toMatch(/^[A-Z].{20,}\.$/);
		expect(inspect(explained, { showHidden: true, depth: 9 })).not.toContain('c2VjcmV0');
	});

	it('has the status of the response, where there was one', () => {
		expect(explainError(errorResponse(503, 'ServerBusy'), 'read').httpCode).toBe('503');
		expect(explainError(broken('ENOTFOUND'), 'read').httpCode).toBeUndefined();
	});

	it('stays what it is when it is one already', () => {
		const explained = explainError(errorResponse(503), 'read');
		expect(explainError(explained, 'write')).toBe(explained);
	});
});

describe('a table that is not there yet', () => {
	it.each<[boolean, unknown]>([
		[true, errorResponse(404, 'TableNotFound')],
		[true, errorResponseInXml(404, 'TableNotFound')],
		[false, errorResponse(404, 'ResourceNotFound')],
		[false, errorResponse(404)],
		[false, errorResponse(403, 'TableNotFound')],
		[false, named('TableNotFound')],
		[false, undefined],
	])('is %p for %p', (expected, error) => {
		expect(isMissingTable(error)).toBe(expected);
	});
});

describe('a token that was not given out', () => {
	it.each<[boolean, unknown]>([
		[true, errorResponse(400, 'InvalidInput')],
		[true, new SyntaxError('Unexpected token')],
		[true, new TypeError('Cannot read properties of null')],
		[false, broken('PARSE_ERROR')],
		[false, errorResponse(503, 'ServerBusy')],
		[false, errorResponse(403, 'AuthenticationFailed')],
		[false, named('AbortError')],
	])('is %p for %p', (expected, error) => {
		expect(isBadToken(error)).toBe(expected);
	});
});

describe('an error on writing', () => {
	it.each<[DestinationErrorCode, RegExp, number | undefined, unknown]>([
		[
			'permission',
			/may not write/,
			undefined,
			errorResponse(403, 'AuthorizationPermissionMismatch'),
		],
		['notFound', /could not be created/, undefined, errorResponse(404, 'TableNotFound')],
		['rejected', /larger than a row/, undefined, errorResponse(400, 'EntityTooLarge')],
		['rejected', /status 400, InvalidInput\)/, undefined, errorResponse(400, 'InvalidInput')],
		['throttled', /being deleted/, 15_000, errorResponse(409, 'TableBeingDeleted')],
		['throttled', /asks to wait/, 0, errorResponse(503, 'ServerBusy')],
		['throttled', /get through .* in time/, 0, errorResponse(500, 'OperationTimedOut')],
		['other', /status 500/, 0, errorResponse(500, 'InternalError')],
		['unreachable', /could not be reached/, 0, broken('ECONNRESET')],
		['unreachable', /is not known/, undefined, broken('ENOTFOUND')],
		['unreachable', /certificate/, undefined, broken('CERT_HAS_EXPIRED')],
		['unexpectedResponse', /broke off/, 0, broken('PARSE_ERROR')],
		['timeout', /did not respond in time/, 0, named('AbortError')],
	])('is of %s: %s, again after %s', (code, said, retryAfter, error) => {
		const explained = explainError(error, 'write');
		expect(explained).toMatchObject({
			code,
			message: expect.stringMatching(said),
			retryAfter,
		});
		expect(explained.description).not.toMatch(/poll/);
		expect(inspect(explained, { depth: 9, showHidden: true })).not.toContain(SECRET);
	});

	it('takes the wait and the code from the headers of a transaction’s response', () => {
		const headers = new Map([
			['retry-after', '7'],
			['x-ms-error-code', 'AuthenticationFailed'],
		]);
		const response = (statusCode: number) =>
			Object.assign(new RestError(SECRET, { statusCode }), { response: { headers } });
		expect(explainError(response(503), 'write')).toMatchObject({ retryAfter: 7_000 });
		expect(explainError(response(403), 'write').message).toMatch(/did not accept the sign-in/);
	});

	it('names the row of a transaction, where it does', () => {
		const indexOf = (error: Error) => explainError(error, 'write').recordIndex;
		const rejected = (message: string) =>
			new RestError(message, { statusCode: 400, code: 'InvalidInput' });
		expect(indexOf(rejected('0:The specified entity is not valid.'))).toBe(0);
		expect(indexOf(rejected('99:One of the inputs is not valid.\nRequestId:1'))).toBe(99);
		expect(indexOf(rejected('Transaction Failed'))).toBeUndefined();
	});

	it('may be done where the request may have been carried out', () => {
		const mayBeDone = (error: unknown) => explainError(error, 'write').mayBeDone;
		for (const error of [broken('ECONNRESET'), errorResponse(500), named('AbortError')]) {
			expect(mayBeDone(error)).toBe(true);
		}
		const notDone = [
			errorResponse(503),
			errorResponse(429),
			errorResponse(409),
			errorResponse(400),
		];
		for (const error of [...notDone, broken('ECONNREFUSED'), broken('ENOTFOUND')]) {
			expect(mayBeDone(error)).toBe(false);
		}
	});

	it.each(['signIn', 'read', 'write'] as const)('says what was done: %s', (operation) => {
		for (const error of [
			errorResponse(503),
			errorResponse(400),
			broken('ECONNRESET'),
			named('AbortError'),
		]) {
			const told = explainError(error, operation);
			expect(told.operation).toBe(operation);
			expect(/next poll/.test(told.description)).toBe(
				operation === 'read' && told.code !== 'unreachable',
			);
			if (operation !== 'write') expect(told.retryAfter).toBeUndefined();
		}
		const other = new DestinationError('Something', {
			code: 'unexpectedResponse',
			description: '',
		});
		expect(explainError(other, operation).operation).toBe(operation);
	});
});

describe('a look at a row that is to be written', () => {
	it('lacks the right to read where it is not permitted', () => {
		const told = explainLookup(errorResponse(403, 'AuthorizationPermissionMismatch'));
		expect(told).toMatchObject({ code: 'permission', operation: 'read' });
		expect(told.message).toMatch(/may not read/);
	});

	it('is part of writing otherwise, and tried again where that may help', () => {
		expect(explainLookup(errorResponse(503))).toMatchObject({ operation: 'write', retryAfter: 0 });
	});
});

describe('a table that could not be made', () => {
	it('is told as a permission where the sign-in is turned away', () => {
		for (const code of ['AuthenticationFailed', 'AuthorizationPermissionMismatch']) {
			const told = explainTableCreation(errorResponse(403, code));
			expect(told).toMatchObject({ code: 'permission', operation: 'write', httpCode: '403' });
			expect(told.message).toMatch(/the sign-in may not create it/);
		}
	});

	it('is waited for while it is being deleted', () => {
		expect(explainTableCreation(errorResponse(409, 'TableBeingDeleted'))).toMatchObject({
			code: 'throttled',
			retryAfter: 15_000,
		});
	});
});
