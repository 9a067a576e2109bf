import {
	logLine,
	refusedItem,
	RefusedRequests,
	secretsOf,
} from '../../../nodes/MarketplaceLeadTrigger/refusedRequests';

const SECRET = 'c0ffee00"c0ffee00&c0ffee00';
const REFUSED = { status: 401, reasons: ['The secret is missing.'] };
const MINUTE = 60_000;

describe('how often refused requests are told', () => {
	let time = 0;
	let requests: RefusedRequests;
	beforeEach(() => {
		time = 0;
		requests = new RefusedRequests(() => time);
	});
	const add = (times: number, status = 401, trigger = 'a') =>
		Array.from({ length: times }, () => requests.add(trigger, { status, reasons: [] }));

	it('is once a minute for each status in the log, with the number of the others', () => {
		expect(add(5).map(({ logged }) => logged)).toEqual([
			{ others: 0 },
			...Array(4).fill(undefined),
		]);
		expect(add(1, 400)[0]?.logged).toEqual({ others: 0 });
		time += MINUTE;
		expect(add(2).map(({ logged }) => logged)).toEqual([{ others: 4 }, undefined]);
	});

	it('is ten a minute for the workflow, and each that is left out is counted', () => {
		const [first, ...others] = add(25).map(({ passedOn }) => passedOn);
		expect(first).toEqual({ others: 0 });
		expect(others.filter((passedOn) => passedOn)).toHaveLength(9);
		time += MINUTE;
		expect(add(2).map(({ passedOn }) => passedOn)).toEqual([{ others: 15 }, { others: 0 }]);
	});

	it('is of no other trigger’s making', () => {
		add(100);
		expect(add(1, 401, 'b')).toEqual([{ logged: { others: 0 }, passedOn: { others: 0 } }]);
	});

	it('takes no memory for ever', () => {
		for (let at = 0; at < 5_000; at += 1) add(1, 401, `trigger ${at}`);
		expect((requests as unknown as { triggers: Map<string, unknown> }).triggers.size).toBe(1_000);
	});
});

describe('what is told', () => {
	const GUESS = 'an-old-secret-of-last-year';
	const basic = Buffer.from(`marketplace:${GUESS}`).toString('base64');
	const secrets = secretsOf(
		{ query: { code: [GUESS, 5] }, headers: { authorization: `Basic ${basic}` } },
		{ secret: SECRET, user: 'marketplace' },
	);
	const itemOf = (request: object) =>
		refusedItem(request, REFUSED, { secrets, others: 3 }).json as Record<string, unknown>;

	it('is status, reasons, body and sender', () => {
		const rawBody = Buffer.from('{"LeadSource":"SPZA"}');
		const request = { rawBody, contentType: 'application/json', ip: '203.0.113.9' };
		expect(itemOf(request)).toEqual({
			refused: true,
			...REFUSED,
			receivedAt: expect.any(String),
			senderAddress: '203.0.113.9',
			contentType: 'application/json',
			body: '{"LeadSource":"SPZA"}',
			isBodyCut: false,
			othersNotShown: 3,
		});
	});

	it('is no secret, expected or given, in whatever form it stands', () => {
		const forms = [SECRET, GUESS].flatMap((secret) => [
			secret,
			encodeURIComponent(secret),
			JSON.stringify(secret),
			Buffer.from(secret).toString('base64'),
			Buffer.from(`marketplace:${secret}`).toString('base64'),
		]);
		const rawBody = Buffer.from(`before ${forms.join(' ')} behind`);
		const text = JSON.stringify(itemOf({ rawBody, contentType: `text/${GUESS}` }));
		for (const form of forms) expect(text).not.toContain(form.replace(/^"|"$/g, ''));
		expect(text).toMatch(/before .*\[secret removed\].* behind/);
		const line = logLine('"A"', { status: 400, reasons: [`Not ${SECRET}.`] }, 0, secrets);
		expect(line).toBe('"A" refused a request (status 400): Not [secret removed].');
	});

	it('is no part of a secret either, where the body is cut', () => {
		const rawBody = Buffer.from('x'.repeat(10_000 - 5) + GUESS);
		const { body, isBodyCut } = itemOf({ rawBody });
		expect(body).toBe(`${'x'.repeat(10_000 - 5)}[secr`);
		expect(isBodyCut).toBe(true);
	});

	it('is text that every database takes', () => {
		const rawBody = Buffer.from(`${'x'.repeat(9_999)}😀 behind`);
		expect(itemOf({ rawBody })).toMatchObject({ body: 'x'.repeat(9_999), isBodyCut: true });
		const unusual = { body: 'a\0b\ud83d', contentType: `${'y'.repeat(299)}😀`, ip: '1\0\r\n2' };
		expect(itemOf(unusual)).toMatchObject({
			body: 'ab\ufffd',
			contentType: `${'y'.repeat(299)}…`,
			senderAddress: '1 2',
		});
	});

	it('is no secret that was taken apart either', () => {
		const half = GUESS.slice(0, 9);
		const apart = `${half}\0${GUESS.slice(9)}`;
		for (const told of [
			itemOf({ body: apart, contentType: apart }),
			logLine('"A"', { status: 400, reasons: [apart] }, 0, secrets),
		]) {
			expect(JSON.stringify(told)).not.toContain(half);
		}
		const nothing = secretsOf({ query: { code: ['\0\0\0\0', 'a\0\0\0'] }, headers: {} }, {});
		expect(
			refusedItem({ body: 'a lead' }, REFUSED, { secrets: nothing, others: 0 }).json,
		).toMatchObject({
			body: 'a lead',
		});
		const given = secretsOf({ query: { code: apart }, headers: {} }, {});
		expect(logLine('"A"', { status: 400, reasons: [GUESS] }, 0, given)).not.toContain(half);
	});

	it('is bounded, whatever comes', () => {
		const deep: unknown[] = [];
		let inner = deep;
		for (let at = 0; at < 100_000; at += 1) inner.push((inner = []));
		const requests = [
			{},
			{ body: deep },
			{ body: undefined },
			{ body: 10n },
			{ rawBody: Buffer.alloc(50_000_000, 'é') },
			{
				body: 'x'.repeat(1_000_000),
				contentType: 'y'.repeat(1_000_000),
				ip: 'z'.repeat(1_000_000),
			},
			{ ip: { toString: 5 }, socket: { remoteAddress: [] } },
		];
		for (const request of requests) {
			expect(JSON.stringify(itemOf(request)).length).toBeLessThan(12_000);
		}
		const reasons = Array.from({ length: 10_000 }, () => 'r'.repeat(10_000));
		const { json } = refusedItem({}, { status: 400, reasons }, { secrets: [], others: 0 });
		expect(JSON.stringify(json).length).toBeLessThan(12_000);
	});

	it('is one line in the log, with what was left out', () => {
		const line = logLine('"A"', { status: 400, reasons: ['a\r\nINFO forged\u2028line'] }, 7, []);
		expect(line).toBe(
			'"A" refused a request (status 400): a INFO forged line 7 more like it came before and were not logged.',
		);
		expect(logLine('"A"', { status: 200, reasons: ['It does not pass.'] }, 0, [])).toBe(
			'"A" did not pass on a lead: It does not pass.',
		);
	});
});
