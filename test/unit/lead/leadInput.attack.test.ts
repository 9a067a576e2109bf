/**
 * Hostile bodies: nested 100,000 levels deep (as value, as text, as text within text, in a list),
 * a million values, a megabyte of text, of control characters and of broken Unicode, prototype
 * keys, inherited fields, objects that throw when they are touched, rings.
 */
import { readLeadInput } from '../../../nodes/lead';
import { record } from './support';

const DEEP = 100_000;
const MEGABYTE = 1_000_000;
const TOO_DEEP = { ok: false, problems: ['The body is nested more than 32 levels deep.'] };

function nested(levels: number): unknown[] {
	let value: unknown[] = [];
	for (let i = 0; i < levels; i++) value = [value];
	return value;
}

it('refuses what is nested 100,000 levels deep, in any wrapping', () => {
	const text = '['.repeat(DEEP) + ']'.repeat(DEEP);
	const objects = '{"LeadSource":'.repeat(DEEP) + '1' + '}'.repeat(DEEP);
	for (const body of [
		nested(DEEP),
		text,
		objects,
		JSON.stringify(text),
		record({ extra: nested(DEEP) }),
		`{"LeadSource":"SPZA","extra":${text}}`,
		[record(), record({ extra: nested(DEEP) })],
	]) {
		expect(readLeadInput(body)).toEqual(TOO_DEEP);
	}
});

it('takes 32 levels and no more', () => {
	// The lead itself is the first level, the innermost list the last.
	expect(readLeadInput(record({ extra: nested(30) })).ok).toBe(true);
	expect(readLeadInput(record({ extra: nested(31) }))).toEqual(TOO_DEEP);
});

it('refuses a ring, and values that multiply', () => {
	const ring: Record<string, unknown> = record();
	ring['self'] = ring;
	expect(readLeadInput(ring)).toEqual(TOO_DEEP);
	let many: unknown[] = [1];
	for (let i = 0; i < 25; i++) many = [many, many];
	expect(readLeadInput(record({ many }))).toEqual({
		ok: false,
		problems: ['The body holds more than 250000 values.'],
	});
});

it('refuses a million values', () => {
	const many = { ok: false, problems: ['The body holds more than 250000 values.'] };
	expect(readLeadInput(record({ list: Array(MEGABYTE).fill(0) }))).toEqual(many);
	expect(readLeadInput(`[${'{"email":"a@b.com"},'.repeat(300_000)}0]`)).toEqual(many);
});

it('repeats nothing of a megabyte of anything', () => {
	for (const piece of ['a', '\0', '\u202e', '\ud800', '<script>', '-', '|', ' ', '"', '[', '{']) {
		const body = piece.repeat(MEGABYTE / piece.length);
		for (const given of [body, { [body]: body }, [{ [body]: 1 }], JSON.stringify(body)]) {
			const input = readLeadInput(given);
			if (input.ok) throw new Error('It was taken for a lead.');
			expect(input.problems.join().length).toBeLessThan(300);
			expect(input.problems.join()).toMatch(/^[\w .,…()-]+$/);
		}
	}
});

it('takes no inherited field for one of a lead', () => {
	const heir: unknown = Object.create({ LeadSource: 'SPZA', email: 'a@b.com' });
	expect(readLeadInput(heir).ok).toBe(false);
	expect(readLeadInput(JSON.parse('{"__proto__":{"LeadSource":"SPZA"}}')).ok).toBe(false);
	expect(readLeadInput('{"constructor":{"prototype":{"email":"x"}}}').ok).toBe(false);
	expect(Object.hasOwn(Object.prototype, 'LeadSource')).toBe(false);
	expect(Object.hasOwn(Object.prototype, 'email')).toBe(false);
});

it('refuses what throws when it is touched', () => {
	const fail = (): never => {
		throw new Error('secret');
	};
	const revoked = Proxy.revocable({}, {});
	revoked.revoke();
	const getter = Object.defineProperty(record(), 'boom', { enumerable: true, get: fail });
	for (const body of [revoked.proxy, new Proxy({}, { ownKeys: fail }), getter, [getter]]) {
		const input = readLeadInput(body);
		expect(input).toEqual({
			ok: false,
			problems: ['The body could not be read. Send one lead or a list of leads as JSON.'],
		});
	}
});
