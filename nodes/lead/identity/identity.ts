import type { Lead } from '../types';
import { emailAddress, mailbox } from '../emailAddress';
import { mailboxKind } from '../mailboxKind';
import { isNoName } from '../noNames';

/** By what a customer is known from one lead to the next. */
export const IDENTIFIERS = ['email', 'emailAndName', 'phone', 'companyAndName', 'lead'] as const;
export type IdentifiedBy = (typeof IDENTIFIERS)[number];

export interface Identity {
	by: IdentifiedBy;
	/** Equal for the leads of one customer, and for no others that are identified by the same. */
	value: string;
}

const E164 = /^\+[1-9]\d{6,14}$/;
/** Digits of nobody's number: "+11111111111", and those along the keys. */
const NO_NUMBER = /(\d)\1{6}|^\+1?2345678/;

/** Longest company or name that identifies; more is somebody's prose, in characters. */
const MAX_NAME_LENGTH = 200;

/**
 * Who the customer of a lead is, told by that lead alone: the best identifier that it has. That no
 * other lead is looked at is what makes the grouping independent of the order and of batches; it
 * is why a lead with a phone number only does not join a customer who has an email address too.
 * `ownKey` tells a lead that names nobody from all others; `address` is what `emailAddress` gave for
 * its email address, where that is known.
 */
export function identityOf(
	lead: Lead,
	ownKey: string,
	address = emailAddress(lead.customer.email),
): Identity {
	const { phone, company, fullName } = lead.customer;
	const kind = address === '' ? 'unread' : mailboxKind(address);
	// Most leads: their names need not be looked at.
	if (kind === 'personal') return { by: 'email', value: mailbox(address) };
	const person = isNoName(fullName) ? '' : words(fullName).split(' ').sort().join(' ');
	if (kind === 'shared' && person !== '') {
		return { by: 'emailAndName', value: `${mailbox(address)} | ${person}` };
	}
	if (isCallable(phone)) return { by: 'phone', value: phone };
	const firm = isNoName(company) ? '' : words(company);
	// One name alone may be anybody's in that company.
	if (firm !== '' && person.includes(' ')) {
		return { by: 'companyAndName', value: `${firm} | ${person}` };
	}
	return { by: 'lead', value: ownKey };
}

/** Whether a phone number is a whole one, with its country's code, that may be somebody's. */
export function isCallable(phone: string): boolean {
	return E164.test(phone) && !NO_NUMBER.test(phone);
}

/** Letters and digits, lower-cased and without accents, one space between words: "Contoso, Inc." is "contoso inc". */
function words(text: string): string {
	if (text.length > MAX_NAME_LENGTH) return '';
	return (
		text
			.normalize('NFKD')
			// Accents of alphabets, which some leave out; the marks of other scripts are letters.
			.replace(/[\u0300-\u036f]+/g, '')
			.toLowerCase()
			.normalize('NFKC')
			.replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
			.trim()
	);
}
