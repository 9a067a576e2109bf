import { explainRefusal, isSlowQuery } from '../../../../nodes/destinations/dynamics365/errors.ts';
import { BLAME } from '../../../support/pollContract/refusal.ts';

const body = (code: unknown, message: unknown = 'Kim Sample said a secret') =>
	JSON.stringify({ error: { code, message } });

function explain(status: number, text: string, headers: Record<string, string> = {}) {
	const error = explainRefusal({ status, headers, body: text }, 'leads');
	expect(error.message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(error.description).toMatch(/^[A-Z].{20,}\.$/);
	expect(`${error.message} ${error.description}`).not.toMatch(BLAME);
	expect(`${error.message} ${error.description}`).not.toMatch(/secret|Kim/);
	expect(error.httpCode).toBe(String(status));
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
	[429, '', 'throttled', /too often/],
	[503, '', 'throttled', /busy/],
	[504, undefined, 'throttled', /busy/],
	[401, '', 'authentication', /did not accept/],
	[403, '0x12345678', 'permission', /refused access \(0x12345678\)/],
	[404, '', 'notFound', /not as a Dynamics 365/],
	[500, '0x80040216', 'other', /status 500 \(0x80040216\)/],
	[418, 'a secret', 'other', /status 418$/],
])('explains status %s with code %s', (status, code, reason, said) => {
	const error = explain(status, body(code));
	expect(error).toMatchObject({ code: reason, message: expect.stringMatching(said) });
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
	const answer = { status: 400, headers: {}, body: body('0x80060888', message) };
	const known = explainRefusal(answer, 'leads', (column) => `the setting of ${column}`);
	expect(known.message).toContain('"new_x"');
	expect(known.description).toContain('under the setting of new_x');
	expect(explainRefusal(answer, 'leads')).toMatchObject({ code: 'configuration' });
	const odd = message.replace('new_x', 'a secret of Kim’s');
	expect(explain(400, body('0x80060888', odd)).message).toContain('status 400');
});

it('tells what may not be read', () => {
	const answer = { status: 403, headers: {}, body: body('0x80040220') };
	expect(explainRefusal(answer, 'columns').message).toMatch(/what columns there are/);
});

it('knows a query that took too long', () => {
	expect(isSlowQuery(explain(500, body('0x80044151')))).toBe(true);
	expect(isSlowQuery(explain(500, body('0x80040216')))).toBe(false);
	expect(isSlowQuery(new Error('x'))).toBe(false);
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
		'Dynamics 365 refused access',
	);
	expect(explain(400, body('', `${filler}property named 'x' on type 'y.lead'`)).message).toMatch(
		/status 400$/,
	);
	expect(explain(403, body('', `The user is disabled. ${filler}`)).message).toMatch(
		/user is disabled/,
	);
});
