import { emailAddress } from '../emailAddress';
import { mailboxKind } from '../mailboxKind';
import type { KnownCustomer } from '../merge/types';
import type { ReasonNotToWrite } from './types';

export interface Addressee {
	customer: KnownCustomer;
	contactAllowed: boolean;
	isTest: boolean;
}

interface ReasonRule {
	readonly code: ReasonNotToWrite;
	readonly sentence: string;
	applies(addressee: Addressee): boolean;
}

/** The first rule that applies is the reason. Told to users in docs/follow-up.md. */
export const REASONS_NOT_TO_WRITE: readonly ReasonRule[] = [
	{
		code: 'doNotContact',
		sentence: 'The customer must not be contacted.',
		applies: ({ contactAllowed }) => !contactAllowed,
	},
	{
		code: 'testLead',
		sentence: 'This is a test lead: there is nobody to write to.',
		applies: ({ isTest }) => isTest,
	},
	{
		code: 'dataWithheld',
		sentence: "The lead came without the customer's data, as those of .edu addresses do.",
		applies: ({ customer }) => !CONTACT_DATA.some((field) => isTold(customer[field])),
	},
	{
		code: 'noAddress',
		sentence: 'The customer left no email address.',
		applies: ({ customer }) => customer.email.trim() === '',
	},
	{
		code: 'unusableAddress',
		sentence: 'No message can be sent to the email address: it is not a valid one.',
		applies: ({ customer }) => emailAddress(customer.email) === '',
	},
	{
		code: 'unreadAddress',
		sentence: 'Nobody reads the email address: it takes no replies, or stands for none.',
		applies: ({ customer }) => mailboxKind(emailAddress(customer.email)) === 'unread',
	},
];

const CONTACT_DATA = ['email', 'phone', 'firstName', 'lastName', 'fullName', 'company'] as const;

/** Withheld data is empty, or masked by asterisks. */
function isTold(text: string): boolean {
	return !text.includes('*') && /[\p{L}\p{N}]/u.test(text);
}
