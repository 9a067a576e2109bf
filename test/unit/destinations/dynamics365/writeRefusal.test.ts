import {
	explainWriteRefusal,
	isDuplicate,
	isMissing,
	isThere,
} from '../../../../nodes/destinations/dynamics365/writeRefusal.ts';
import { BLAME } from '../../../support/pollContract/refusal.ts';

const SECRET = 'kim.sample@fabrikam.example';

const answer = (
	status: number,
	code: string,
	message = '',
	headers: Record<string, string> = {},
) => ({
	status,
	headers,
	body: JSON.stringify({ error: { code, message: `${message} ${SECRET}` } }),
});

describe('a refusal', () => {
	it.each([
		[403, '0x80040220', 'Principal user (Id=1) is missing prvCreateLead privilege', 'permission'],
		[403, '0x80040220', 'Principal user (Id=1) is missing prvAppendToAccount', 'permission'],
		[403, '0x8004f508', "has no create permissions for the 'new_x' attribute", 'permission'],
		[403, '0x80072560', 'The user is not a member of the organization.', 'permission'],
		[412, '0x80040333', 'a duplicate of the current record already exists', 'other'],
		[412, '0x80060892', 'Entity Key new_key violated.', 'other'],
		[400, '0x80044331', "The length of the 'new_x' attribute of the 'lead' entity", 'other'],
		[400, '0x8004431a', "The value 3 of 'new_x' on record of type 'lead'", 'other'],
		[400, '0x8004431A', "The value 3 of 'new_x' on record of type 'lead'", 'other'],
		[400, '0x80048d19', "The property 'new_x' does not exist on type", 'configuration'],
		[400, '0x80040265', 'A plug-in said no', 'other'],
		[400, '-2147220891', 'A plug-in said no', 'other'],
		[400, '0x80040203', 'Something else', 'other'],
		[401, '', '', 'authentication'],
		[404, '0x8006088a', 'Resource not found for the segment', 'notFound'],
		[429, '0x80072322', 'Number of requests exceeded', 'throttled'],
		[503, '', 'Busy', 'throttled'],
	])('with status %s and code %s is told in words (%#)', (status, code, said, reason) => {
		const refusal = explainWriteRefusal(answer(status, code, said));
		const { message, description } = refusal;
		expect(refusal).toMatchObject({ code: reason, httpCode: String(status) });
		expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
		expect(description).toMatch(/^[A-Z].{20,}\.$/);
		expect(`${message} ${description}`).not.toMatch(BLAME);
		expect(`${message} ${description}`).not.toMatch(/fabrikam|\bpoll\b|read leads/);
		if (said.includes("'new_x'")) expect(message).toContain('new_x');
	});

	it('says when to come again, where that may help', () => {
		const later = answer(429, '0x80072321', 'Too long', { 'retry-after': '7' });
		expect(explainWriteRefusal(later).retryAfter).toBe(7_000);
		expect(explainWriteRefusal(answer(500, '0x80040216')).retryAfter).toBe(0);
		expect(explainWriteRefusal(answer(400, '0x80040265')).retryAfter).toBeUndefined();
		expect(explainWriteRefusal(answer(403, '0x80040220')).retryAfter).toBeUndefined();
	});

	it('names no column but by a logical name', () => {
		const odd = answer(400, '0x80044331', `The length of the '${SECRET} <b>' attribute`);
		expect(explainWriteRefusal(odd).message).toBe(
			'The value for a column is longer than the column takes',
		);
	});
});

it('tells what is there from what is in the way, and what is not there from what is nowhere', () => {
	expect(isThere(answer(412, '0x80040237'))).toBe(true);
	expect(isThere(answer(412, ''))).toBe(true);
	expect(isThere(answer(412, '0x80060892'))).toBe(false);
	expect(isThere(answer(412, '0x80040333'))).toBe(false);
	expect(isThere(answer(204, ''))).toBe(false);
	expect(isDuplicate(answer(412, '0x80040333'))).toBe(true);
	expect(isDuplicate(answer(500, '-2147220685'))).toBe(true);
	expect(isMissing(answer(404, '0x80040217'))).toBe(true);
	expect(isMissing(answer(404, '', 'account With Id = 1 Does Not Exist'))).toBe(true);
	expect(isMissing(answer(404, '0x8006088a', 'Resource not found'))).toBe(false);
	expect(isMissing({ status: 404, headers: {}, body: '<html>Not Found</html>' })).toBe(false);
});
