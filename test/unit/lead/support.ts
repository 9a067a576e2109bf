import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject, Lead } from '../../../nodes/lead';

export const RECEIVED_AT = '2026-03-01T12:00:00.000Z';

/** The text of a file of `test/samples`. */
export function sampleText(name: string): string {
	return readFileSync(path.join(__dirname, '..', '..', 'samples', `${name}.json`), 'utf8');
}

export function sampleRecord(name: string): JsonObject {
	return JSON.parse(sampleText(name)) as JsonObject;
}

/** A record with nothing odd about it, so that a test sees only the warnings it provokes. */
export function record(fields: Record<string, unknown> = {}): Record<string, unknown> {
	return { LeadSource: 'SPZA-INS|contoso.crm', Email: 'megan@contoso.com', ...fields };
}

/** What every lead is, whatever it was made of. Throws where one is not. */
export function expectWellFormed(lead: Lead): void {
	// Through JSON and back: no undefined, no -0, no dates, no text that JSON would change.
	expect(JSON.parse(JSON.stringify(lead))).toEqual(lead);
	expect(typeof lead.id).toBe('string');
	expect(lead.id).not.toBe('');
	expect(new Date(lead.receivedAt).toISOString()).toBe(lead.receivedAt);
	if (lead.createdAt !== '') expect(new Date(lead.createdAt).toISOString()).toBe(lead.createdAt);
	expect(new Set(lead.warnings).size).toBe(lead.warnings.length);
	expect(lead.warnings.length).toBeLessThanOrEqual(50);
	for (const warning of lead.warnings) expect(warning.length).toBeLessThanOrEqual(500);
	if (!lead.contactAllowed) expect(lead.stage).toBe('doNotContact');
	expectPlain(lead);
}

/**
 * Every object is a plain one, no key names a prototype, and every text is one that PostgreSQL
 * takes. By throwing, because leads of these tests have up to 250,000 values.
 */
function expectPlain(value: unknown): void {
	if (typeof value === 'string') {
		if (!value.isWellFormed() || value.includes('\0')) throw new Error('Text is not well-formed.');
	}
	if (typeof value !== 'object' || value === null) return;
	if (!Array.isArray(value)) {
		if (Object.getPrototypeOf(value) !== Object.prototype) throw new Error('Not a plain object.');
		for (const key of ['__proto__', 'constructor', 'prototype']) {
			if (Object.hasOwn(value, key)) throw new Error(`There is a key "${key}".`);
		}
	}
	for (const child of Object.values(value)) expectPlain(child);
}
