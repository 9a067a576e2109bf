import { digest } from '../destination';
import type { Lead } from '../types';
import { identityOf } from './identity';
import { offerKey } from './offerKey';

/** What of a lead can have been seen before, from the very lead to no more than its customer. */
export const REPEAT_LEVELS = ['lead', 'customerAndOffer', 'customer'] as const;
export type RepeatLevel = (typeof REPEAT_LEVELS)[number];

/**
 * By what a lead is known again, at each level: 32 hexadecimal digits, so that nobody's address is
 * stored. A lead that names nobody can be known as itself only. Test leads are none of a customer's.
 */
export function repeatKeys(lead: Lead): Partial<Record<RepeatLevel, string>> & { lead: string } {
	const own = digest(['lead', lead.destination, lead.id]);
	const { by, value } = identityOf(lead, own);
	if (by === 'lead') return { lead: own };
	const customer = digest(['customer', lead.isTest, by, value]);
	const customerAndOffer = digest(['offer', customer, offerKey(lead.offer)]);
	return { lead: own, customerAndOffer, customer };
}
