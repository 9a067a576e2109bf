import { compact } from './text';
import type { JsonValue } from './types';
import { DO_NOT_CONTACT, findAction } from './vocabulary';

/** An action is a word or two; what stands further on in a longer text is no action. */
const MAX_ACTION_LENGTH = 1_000;

/** Capital letters anywhere, or any case where a word begins or ends: `DNC2`, `PLTDNC`, `plt-dnc`. */
const DNC = [/DNC/, /(?:^|[^a-z])dnc|dnc(?![a-z])/i];

/**
 * Whether a text that states an action says not to contact the customer: `DNC` or the words in
 * any spelling. Deliberately wide: a customer contacted against their will weighs more than a lead
 * looked at once more.
 */
export function saysDoNotContact(text: string): boolean {
	const known = findAction(text);
	if (known) return known.code === DO_NOT_CONTACT;
	const start = text.slice(0, MAX_ACTION_LENGTH).normalize('NFKC');
	if (DNC.some((pattern) => pattern.test(start))) return true;
	const letters = compact(start);
	return letters.includes('donotcontact') || letters.includes('dontcontact');
}

/** Whether a do-not-contact flag of a CRM is set, as JSON or as a form or an export writes it. */
export function isFlagSet(value: JsonValue): boolean {
	if (typeof value === 'string') return /^(?:1|true|yes|y|on)$/i.test(value.trim().slice(0, 10));
	return value === true || value === 1;
}
