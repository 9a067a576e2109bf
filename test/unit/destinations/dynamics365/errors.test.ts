import {
	batchError,
	isDuplicate,
	isMissing,
	isThere,
	responseError,
	slowQuery,
} from '../../../../nodes/destinations/dynamics365/errors.ts';
import { BLAME } from '../../../support/pollContract/errors.ts';

const names = new Set(['new_x']);
const READING = { operation: 'read', subject: 'leads', names } as const;
const WRITING = { operation: 'write', subject: 'leads', names } as const;

const body = (code: unknown, message: unknown = 'Kim Sample said a secret') =>
	JSON.stringify({ error: { code, message } });

function explain(status: number, text: string, headers: Record<string, string> = {}) {
	const error = responseError({ status, headers, body: text }, READING);
	expect(error.message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(error.description).toMatch(/^[A-Z].{20,}\.$/);
	expect(`${error.message} ${error.description}`).not.toMatch(BLAME);
	expect(`${error.message} ${error.description}`).not.toMatch(/secret|Kim/);
	expect(error).toMatchObject({ operation: 'read', httpCode: String(status) });
	return error;
}

it.each([
	[403, '0x80072560', 'permission', /no user in this environment/],
	[401, '0x80040204', 'permission', /no user in this environment/],
	[403, '0x80040225', 'permission', /user is disabled/],
	[403, '0x80041d1f', 'permission', /user is disabled/],
	[403, '0x80041D1F', 'permission', /user is disabled/],
	[403, '0x80042f09', 'permission', /no security role/],
	[403, '0x80040220', 'permission', /may not read leads/],
	[403, '-2147220960', 'permission', /may not read leads/],
	[403, -2147220960, 'permission', /may not read leads/],
	[403, '0x80095ffe', 'permission', /firewall/],
	[429, '0x80072322', 'throttled', /Too many requests/],
	[429, '-2147015903', 'throttled', /took too long/],
	[429, '0x80072326', 'throttled', /at once/],
	[429, '', 'throttled', /limiting the requests/],
	[503, '', 'throttled', /busy/],
	[504, undefined, 'throttled', /busy/],
	[401, '', 'authentication', /did not accept/],
	[403, '0x80041234', 'permission', /denied access \(0x80041234\)/],
	[404, '', 'notFound', /no Dynamics 365 environment/],
	[500, '0x80044151', 'queryTooLarge', /query took/],
	[500, '0x80040216', 'other', /status 500 \(0x80040216\)/],
	[418, 'a secret', 'other', /status 418$/],
])('explains status %s with code %s', (status, errorCode, code, said) => {
	const error = explain(status, body(errorCode));
	expect(error).toMatchObject({ code, message: expect.stringMatching(said) });
});

it.each([
	['The organization is in Administration Mode.', /administration mode/],
	['This environment has been disabled by its admin.', /environment is disabled/],
	['The user 123 in context 456 is disabled.', /user is disabled/],
	['The user is not a member of the organization.', /no user/],
	['Principal user (Id=1) is missing prvReadLead privilege on OTC=4', /may not read leads/],
])('knows %s whatever its code is', (message, said) => {
	expect(explain(403, body('0x80000001', message)).message).toMatch(said);
});

it('is asked again only where that may help, and when it asks for it', () => {
	expect(explain(429, '', { 'retry-after': '17' }).retryAfter).toBe(17_000);
	expect(explain(429, body('0x80072322'), { 'retry-after': '3' }).retryAfter).toBe(3_000);
	expect(explain(503, '<html>').retryAfter).toBe(0);
	expect(explain(500, body('0x80040216')).retryAfter).toBe(0);
	expect(explain(503, body('', 'The organization is in admin mode')).retryAfter).toBe(0);
	for (const status of [301, 400, 401, 403, 404, 412]) {
		expect(explain(status, '', { 'retry-after': '1' }).retryAfter).toBeUndefined();
	}
	// A privilege does not come by waiting, whatever the status.
	expect(explain(500, body('0x80040220')).retryAfter).toBeUndefined();
	expect(explain(500, body('0x80044151')).retryAfter).toBeUndefined();
});

it('names the column that is not there, and the setting', () => {
	const message = "Could not find a property named 'new_x' on type 'Microsoft.Dynamics.CRM.lead'.";
	const response = { status: 400, headers: {}, body: body('0x80060888', message) };
	const known = responseError(response, {
		...READING,
		settingOf: (column) => `the setting of ${column}`,
	});
	expect(known.message).toContain('"new_x"');
	expect(known.description).toContain('under the setting of new_x');
	expect(responseError(response, READING)).toMatchObject({ code: 'configuration' });
	const unlisted = message.replace('new_x', 'a secret of Kim’s');
	expect(explain(400, body('0x80060888', unlisted)).message).toContain('status 400');
});

it('tells what may not be read', () => {
	const response = { status: 403, headers: {}, body: body('0x80040220') };
	expect(responseError(response, { ...READING, subject: 'columns' }).message).toMatch(
		/which columns there are/,
	);
});

it('tells a query that was not waited for by its code', () => {
	expect(slowQuery('read')).toMatchObject({ code: 'timeout', operation: 'read' });
	expect(slowQuery('read').description).toMatch(/next poll/);
	expect(slowQuery('write').description).not.toMatch(/poll/);
});

it.each(['', 'null', '[]', '{', '{"error":null}', '{"error":"a secret"}', '{"error":{"code":{}}}'])(
	'copes with the body %s',
	(text) => {
		expect(explain(400, text).code).toBe('other');
	},
);

it('looks at the beginning of a response only, however long it is', () => {
	const filler = 'user '.repeat(250_000);
	expect(explain(403, body('', `disabled user ${filler} is disabled`)).message).toBe(
		'Dynamics 365 denied access',
	);
	expect(explain(400, body('', `${filler}property named 'x' on type 'y.lead'`)).message).toMatch(
		/status 400$/,
	);
	expect(explain(403, body('', `The user is disabled. ${filler}`)).message).toMatch(
		/user is disabled/,
	);
});

const SECRET = 'kim.sample@fabrikam.example';

const response = (
	status: number,
	code: string,
	message = '',
	headers: Record<string, string> = {},
) => ({
	status,
	headers,
	body: JSON.stringify({ error: { code, message: `${message} ${SECRET}` } }),
});

describe('a response to a lead that is written', () => {
	it.each([
		[403, '0x80040220', 'Principal user (Id=1) is missing prvCreateLead privilege', 'permission'],
		[403, '0x80040220', 'Principal user (Id=1) is missing prvAppendToAccount', 'permission'],
		[403, '0x8004f508', "has no create permissions for the 'new_x' attribute", 'permission'],
		[403, '0x80072560', 'The user is not a member of the organization.', 'permission'],
		[412, '0x80040333', 'a duplicate of the current record already exists', 'duplicate'],
		[412, '0x80060892', 'Entity Key new_key violated.', 'duplicate'],
		[400, '0x80044331', "The length of the 'new_x' attribute of the 'lead' entity", 'rejected'],
		[400, '0x8004431a', "The value 3 of 'new_x' on record of type 'lead'", 'rejected'],
		[400, '0x8004431A', "The value 3 of 'new_x' on record of type 'lead'", 'rejected'],
		[400, '0x80048d19', "The property 'new_x' does not exist on type", 'rejected'],
		[400, '0x80040265', 'A plug-in said no', 'rejected'],
		[400, '-2147220891', 'A plug-in said no', 'rejected'],
		[400, '0x80040203', 'Something else', 'rejected'],
		[401, '', '', 'authentication'],
		[404, '0x8006088a', 'Resource not found for the segment', 'notFound'],
		[429, '0x80072322', 'Number of requests exceeded', 'throttled'],
		[503, '', 'Busy', 'throttled'],
		[500, '0x80040216', 'An unexpected thing', 'other'],
		[405, '', 'Not allowed', 'other'],
	])('with status %s and code %s is told in words (%#)', (status, vendorCode, said, code) => {
		const error = responseError(response(status, vendorCode, said), WRITING);
		const { message, description } = error;
		expect(error).toMatchObject({ code, operation: 'write', httpCode: String(status) });
		expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
		expect(description).toMatch(/^[A-Z].{20,}\.$/);
		expect(`${message} ${description}`).not.toMatch(BLAME);
		expect(`${message} ${description}`).not.toMatch(/fabrikam|\bpoll\b|read leads/);
		if (said.includes("'new_x'")) expect(message).toContain('new_x');
	});

	it('says when to come again, where that may help', () => {
		const later = response(429, '0x80072321', 'Too long', { 'retry-after': '7' });
		expect(responseError(later, WRITING).retryAfter).toBe(7_000);
		expect(responseError(response(500, '0x80040216'), WRITING).retryAfter).toBe(0);
		expect(responseError(response(400, '0x80040265'), WRITING).retryAfter).toBeUndefined();
		expect(responseError(response(403, '0x80040220'), WRITING).retryAfter).toBeUndefined();
	});

	it.each([`${SECRET} <b>`, 'hush8Q7', 'jane_doe', '__proto__', 'constructor'])(
		'names no column that the request did not have, such as %s',
		(word) => {
			const said = `The length of the '${word}' attribute`;
			const other = response(400, '0x80044331', said);
			expect(responseError(other, WRITING).message).toBe(
				'The value for a column is longer than the column takes',
			);
			const missing = `Could not find a property named '${word}' on type 'Microsoft.Dynamics.CRM.lead'.`;
			for (const context of [WRITING, { operation: 'read', subject: 'leads' } as const]) {
				const error = responseError(response(400, '0x80060888', missing), context);
				expect(`${error.message} ${error.description}`).not.toContain(word);
			}
		},
	);

	it('knows a column in any case', () => {
		const said = response(400, '0x80044331', "The length of the 'NEW_X' attribute");
		expect(responseError(said, WRITING).message).toContain('the column NEW_X');
	});
});

it('tells what is there from what is in the way, and what is not there from what is nowhere', () => {
	expect(isThere(response(412, '0x80040237'))).toBe(true);
	expect(isThere(response(412, ''))).toBe(true);
	expect(isThere(response(412, '0x80060892'))).toBe(false);
	expect(isThere(response(412, '0x80040333'))).toBe(false);
	expect(isThere(response(204, ''))).toBe(false);
	expect(isDuplicate(response(412, '0x80040333'))).toBe(true);
	expect(isDuplicate(response(500, '-2147220685'))).toBe(true);
	expect(isMissing(response(404, '0x80040217'))).toBe(true);
	expect(isMissing(response(404, '', 'account With Id = 1 Does Not Exist'))).toBe(true);
	expect(isMissing(response(404, '0x8006088a', 'Resource not found'))).toBe(false);
	expect(isMissing({ status: 404, headers: {}, body: '<html>Not Found</html>' })).toBe(false);
});

describe('a response to a batch', () => {
	it.each([
		[400, 'rejected'],
		[413, 'rejected'],
		[404, 'notFound'],
		[503, 'throttled'],
		[200, 'unexpectedResponse'],
	])('with status %s as a whole has the code %s', (status, code) => {
		const whole = { status, headers: {}, body: '<html>' };
		expect(batchError(whole)).toMatchObject({ code, operation: 'write', httpCode: String(status) });
	});
});
