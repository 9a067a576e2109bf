import { HttpError } from '../../../../nodes/destinations/httpClient';
import {
	isShareReached,
	readUsage,
} from '../../../../nodes/destinations/salesforce/connection/dailyQuota';
import {
	HiddenFieldError,
	readVendorError,
	restError,
} from '../../../../nodes/destinations/salesforce/errors';
import { signInError } from '../../../../nodes/destinations/salesforce/errors/signIn';
import { BLAME } from '../../../support/pollContract/errors.ts';

const SECRET = '3MVG9secret';
const response = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
	status,
	headers,
	body: typeof body === 'string' ? body : JSON.stringify(body),
});
const reading = {
	operation: 'read',
	isSaving: false,
	names: new Set(['region__c']),
} as const;
const api = (status: number, errorCode: string, message = SECRET) =>
	restError(new Error(SECRET), response(status, [{ errorCode, message }]), reading);
const oauth = (error: string, error_description: string, status = 400) =>
	signInError(new Error(SECRET), response(status, { error, error_description }));

function expectHelpful({ message, description }: { message: string; description: string }): void {
	expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(description).toMatch(/^[A-Z].{20,}\.$/);
	expect(`${message} ${description}`).not.toMatch(BLAME);
	expect(`${message} ${description}`).not.toContain(SECRET);
}

describe('what the REST API refuses', () => {
	it.each([
		[401, 'INVALID_SESSION_ID', 'authentication', undefined],
		[403, 'API_CURRENTLY_DISABLED', 'permission', undefined],
		[403, 'API_DISABLED_FOR_ORG', 'permission', undefined],
		[400, 'INVALID_TYPE', 'permission', undefined],
		[404, 'NOT_FOUND', 'permission', undefined],
		[403, 'INSUFFICIENT_ACCESS', 'permission', undefined],
		[400, 'INVALID_FIELD', 'permission', undefined],
		[400, 'QUERY_TIMEOUT', 'queryTooLarge', undefined],
		[400, 'SOMETHING_NEW', 'other', undefined],
		[500, 'UNKNOWN_EXCEPTION', 'unreachable', 0],
		[503, 'SERVER_UNAVAILABLE', 'throttled', 0],
	])('as %i %s is told as %s', (status, errorCode, code, retryAfter) => {
		const error = api(status, errorCode);
		expect(error).toMatchObject({ code, retryAfter, httpCode: String(status) });
		expectHelpful(error);
	});

	it('for its limits is told apart: the day is over, or others are at it', () => {
		const spent = api(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
		expect(spent).toMatchObject({ code: 'quota', retryAfter: undefined });
		for (const text of [
			'ConcurrentPerOrgLongTxn Limit exceeded.',
			'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
		]) {
			const busy = api(403, 'REQUEST_LIMIT_EXCEEDED', text);
			expect(busy).toMatchObject({ code: 'throttled', retryAfter: 1_000 });
			expectHelpful(busy);
		}
		expectHelpful(spent);
	});

	it('waits as long as it is asked to', () => {
		const body = [{ errorCode: 'SERVER_UNAVAILABLE', message: '' }];
		const error = restError(undefined, response(503, body, { 'retry-after': '120' }), reading);
		expect(error.retryAfter).toBe(120_000);
		const page = restError(undefined, response(503, '<html>down</html>'), reading);
		expect(page).toMatchObject({ code: 'throttled', retryAfter: 0 });
	});

	it('for a query that is too much is told as that', () => {
		for (const code of ['QUERY_TIMEOUT', 'OPERATION_TOO_LARGE', 'EXCEEDED_ID_LIMIT']) {
			expect(api(400, code)).toMatchObject({ code: 'queryTooLarge', retryAfter: undefined });
		}
	});

	it('names a hidden field, and nothing that is none', () => {
		const named = api(
			400,
			'INVALID_FIELD',
			"\nSELECT\n^\nNo such column 'Region__c' on entity 'Lead'.",
		);
		expect(named).toBeInstanceOf(HiddenFieldError);
		expect(named).toMatchObject({
			field: 'Region__c',
			message: expect.stringContaining('Region__c'),
		});
		const others = [SECRET, 'jane_doe', '__proto__'].map((word) => `No such column '${word}'`);
		for (const text of [SECRET, ...others, "No such column '<b>x</b>'", "No such column ''"]) {
			expect(api(400, 'INVALID_FIELD', text)).toMatchObject({ field: '' });
		}
	});

	it.each([
		['a page', response(200, '<html>Log in</html>')],
		['a redirect', response(302, '')],
		['a page for a host without organisation', response(404, '<html>gone</html>')],
		['a code that is none', response(400, [{ errorCode: `${SECRET} x`, message: SECRET }])],
		['nothing', undefined],
	])('with %s is told as an unexpected response', (_, response) => {
		const error = restError(new Error(SECRET), response, reading);
		expect(error.message).toMatch(/^Unexpected response from Salesforce: /);
		expectHelpful(error);
	});

	it('without a response is told as unreachable', () => {
		const error = restError(new HttpError('ECONNREFUSED'), undefined, reading);
		expect(error).toMatchObject({ code: 'unreachable', retryAfter: 0 });
	});
});

describe('what the token endpoint refuses', () => {
	it.each([
		['invalid_client_id', 'client identifier invalid', 'authentication', /Consumer Key/],
		['invalid_client', 'invalid client credentials', 'authentication', /Consumer Secret is wrong/],
		['app_not_found', 'External client app is not installed', 'authentication', /Consumer Key/],
		['inactive_user', 'user is inactive', 'authentication', /inactive or locked/],
		['inactive_org', 'organization is locked', 'authentication', /organisation is locked/],
		[
			'invalid_app_access',
			'user is not admin approved',
			'permission',
			/not allowed to use the app/,
		],
		['unsupported_grant_type', 'grant type not supported', 'authentication', /this way to sign in/],
		['invalid_scope', 'x', 'permission', /scope/],
		['invalid_grant', 'request not supported on this domain', 'configuration', /own domain/],
		['invalid_grant', 'no client credentials user enabled', 'authentication', /no user to run as/],
		[
			'invalid_grant',
			'client credentials flow not enabled',
			'authentication',
			/client credentials/,
		],
		['invalid_grant', "user hasn't approved this consumer", 'permission', /Username is wrong/],
		['invalid_grant', 'audience is invalid', 'authentication', /another environment/],
		['invalid_grant', 'invalid assertion', 'authentication', /signed request/],
		[
			'invalid_grant',
			'expired access/refresh token',
			'authentication',
			/refresh token has expired/,
		],
		['invalid_grant', 'ip restricted', 'permission', /address n8n comes from/],
		['invalid_grant', 'user is locked', 'authentication', /inactive or locked/],
		['invalid_grant', 'authentication failure', 'authentication', /denied access to the user/],
		['invalid_grant', SECRET, 'authentication', /did not accept the sign-in \(invalid_grant\)/],
		['invalid_grant', 'invalid login hours', 'permission', /not at this hour/],
		['invalid_grant', 'expired assertion', 'authentication', /signed request has expired/],
		['OAUTH_EC_APP_NOT_FOUND', 'x', 'authentication', /Consumer Key/],
		['invalid_request', 'https required', 'authentication', /could not read the sign-in/],
		['something_new', SECRET, 'authentication', /did not accept the sign-in$/],
	])('as %s, %s is told', (errorCode, text, code, said) => {
		const error = oauth(errorCode, `${text} ${SECRET}`);
		expect(error).toMatchObject({ code, httpCode: '400', retryAfter: undefined });
		expect(error.message).toMatch(said);
		expectHelpful(error);
	});

	it('when busy is worth another try', () => {
		for (const [code, status] of [
			['unknown_error', 500],
			['unknown_error', 400],
			['invalid_grant', 429],
		] as const) {
			expect(oauth(code, '', status)).toMatchObject({ code: 'throttled', retryAfter: 0 });
		}
	});

	it('for the sign-ins of the hour is told with their number, and not tried again', () => {
		for (const error of [
			oauth('rate_limit_exceeded', ''),
			oauth('invalid_grant', 'login rate exceeded'),
		]) {
			expect(error).toMatchObject({ code: 'throttled', retryAfter: undefined });
			expect(error.description).toContain('3,600');
			expectHelpful(error);
		}
	});

	it.each(['invalid_client', 'invalid_client_credentials'])(
		'as %s has several causes, the likeliest first, and no secret where none was sent',
		(code) => {
			const body = { error: code, error_description: 'invalid client credentials' };
			for (const authentication of ['clientCredentials', 'refreshToken'] as const) {
				const error = signInError(new Error(SECRET), response(400, body), authentication);
				expect(error.message).toMatch(/Consumer Secret is wrong/);
				expect(error.description).toMatch(
					/same app.*rotated.*organisation.*installed.*ten minutes/,
				);
				expectHelpful(error);
			}
			const error = signInError(new Error(SECRET), response(400, body), 'jwtBearer');
			expect(`${error.message} ${error.description}`).not.toMatch(/secret/i);
			expect(error.description).toMatch(
				/JWT Bearer Flow.*certificate.*Consumer Key.*organisation.*ten minutes/,
			);
			expectHelpful(error);
		},
	);

	it('in a text of any length is looked for in its beginning only', () => {
		// Patterns take long on a long text that fits them nearly.
		const text = `${'flow'.repeat(50_000)} not enabled`;
		const body = JSON.stringify({ error: 'invalid_grant', error_description: text });
		expect(readVendorError(body).message.length).toBeLessThanOrEqual(4_000);
		expect(oauth('invalid_grant', text).message).toMatch(/did not accept the sign-in/);
		expect(oauth('invalid_grant', text.slice(-40)).message).toMatch(/client credentials/);
	});

	it('by a page is told as an unexpected response', () => {
		const error = signInError(new Error(SECRET), response(404, '<html>'));
		expect(error.message).toMatch(/^Unexpected response from Salesforce: /);
	});
});

describe('the count of calls', () => {
	it.each([
		['api-usage=18/5000', { used: 18, limit: 5000 }],
		['api-usage=25/5000; per-app-api-usage=17/250(appName=sample)', { used: 25, limit: 5000 }],
		['per-app-api-usage=17/250(appName=sample); api-usage=25/5000', { used: 25, limit: 5000 }],
		['per-app-api-usage=17/250', undefined],
		['', undefined],
		[undefined, undefined],
	])('is read from %p', (header, usage) => {
		expect(readUsage(header)).toEqual(usage);
	});

	it('reaches a share, or does not', () => {
		expect(isShareReached({ used: 90, limit: 100 }, 90)).toBe(true);
		expect(isShareReached({ used: 89, limit: 100 }, 90)).toBe(false);
		expect(isShareReached({ used: 0, limit: 0 }, 1)).toBe(false);
		expect(isShareReached(undefined, 1)).toBe(false);
	});
});

describe('what the user is told to do next', () => {
	const timedOut = new HttpError('ABORTED');
	const busy = response(503, [{ errorCode: 'SERVER_UNAVAILABLE', message: SECRET }]);
	const writing = { operation: 'write', isSaving: true } as const;
	const lookingUp = { operation: 'write', isSaving: false } as const;

	it('is to wait for the next poll only where leads are read', () => {
		for (const response of [undefined, busy]) {
			const thrown = response ? new Error(SECRET) : timedOut;
			const read = restError(thrown, response, reading);
			expect(read.operation).toBe('read');
			expect(read.description).toContain('the next poll goes on where this one stopped.');
			for (const context of [writing, lookingUp]) {
				const write = restError(thrown, response, context);
				expect(write.operation).toBe('write');
				expect(write.description).toContain('Write the lead again: ');
				expect(write.description).not.toMatch(/poll/);
			}
			const signIn = signInError(thrown, response);
			expect(signIn.operation).toBe('signIn');
			expect(signIn.description).not.toMatch(/poll|lead/);
		}
		expect(restError(timedOut, undefined, writing)).toMatchObject({ code: 'timeout' });
	});

	it('knows whether something may have been written all the same', () => {
		expect(restError(timedOut, undefined, writing).mayBeDone).toBe(true);
		expect(restError(undefined, response(500, 'x'), writing).mayBeDone).toBe(true);
		// A gateway's word is not Salesforce's own.
		expect(restError(undefined, response(503, '<html>down</html>'), writing).mayBeDone).toBe(true);
		expect(restError(undefined, busy, writing).mayBeDone).toBe(false);
	});
});
