import type { MergedCustomer } from './merge/types';
import type { Lead } from './types';

/** What is kept of a lead: enough to act on it, to mark it as handled and to read it again. */
const OF_LEADS = [
	'id',
	'destination',
	'leadSource',
	'customer',
	'offer',
	'description',
	'stage',
	'contactAllowed',
	'isTest',
	// Only of a lead that is handed over until it is handled, which is told by it.
	'delivery',
	// Only where it was asked for.
	'raw',
] as const satisfies Array<keyof Lead>;

const OF_CUSTOMERS = [
	'id',
	'customer',
	'offers',
	'description',
	'campaign',
	'stage',
	'contactAllowed',
	'isTest',
	'lastSeenAt',
] as const satisfies Array<keyof MergedCustomer>;

/** The fields that people and CRMs use most, at most ten. A lead of these can be parsed again. */
export function simplified(entry: Lead | MergedCustomer): Partial<Lead> | Partial<MergedCustomer> {
	return 'journey' in entry ? pick(entry, OF_CUSTOMERS) : pick(entry, OF_LEADS);
}

/** The same of a lead that was fetched by the time it was created, with that time. */
export function simplifiedWithTime(lead: Lead): Partial<Lead> {
	return pick(lead, [...OF_LEADS, 'createdAt']);
}

function pick<Entry extends object>(
	entry: Entry,
	names: ReadonlyArray<keyof Entry>,
): Partial<Entry> {
	const picked: Partial<Entry> = {};
	for (const name of names) if (name in entry) picked[name] = entry[name];
	return picked;
}
