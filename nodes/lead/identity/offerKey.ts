import type { LeadOffer } from '../types';

/**
 * What two leads for the same offer have in common: its id, without one its title; empty where
 * neither came. Without regard to case, as Microsoft's ids are.
 */
export function offerKey(offer: Pick<LeadOffer, 'id' | 'title'>): string {
	if (offer.id !== '') return `id ${offer.id.toLowerCase()}`;
	const title = offer.title.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
	return title === '' ? '' : `title ${title}`;
}
