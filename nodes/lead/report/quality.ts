import { countryCode } from '../country';
import { emailAddress } from '../emailAddress';
import { isCallable } from '../identity/identity';
import { mailboxKind } from '../mailboxKind';
import { isNoName } from '../noNames';
import type { DayRange, FieldQuality } from './types';
import { NORMALIZED, type Person, visitsIn } from './visits';

type Field = FieldQuality['field'];

const NAMES: Readonly<Record<Field, string>> = {
	email: 'Email',
	fullName: 'Name',
	company: 'Company',
	phone: 'Phone',
	country: 'Country',
	title: 'Job title',
};

/** Whether what a field holds can be worked with; those without a rule always can. */
const IS_USABLE: Readonly<Partial<Record<Field, (text: string) => boolean>>> = {
	email(text) {
		const address = emailAddress(text);
		return address !== '' && mailboxKind(address) !== 'unread';
	},
	phone: isCallable,
	country: (text) => countryCode(text) !== '',
	// "Not Specified", as Partner Center's export has it.
	fullName: (text) => !isNoName(text),
	company: (text) => !isNoName(text),
};

/** What is missing and unusable of the customers of both periods, and what was normalised of their leads. */
export function qualityOf(
	people: readonly Person[],
	period: DayRange,
	previous: DayRange | undefined,
): FieldQuality[] {
	const now = tally(people, period);
	const before = previous === undefined ? undefined : tally(people, previous);
	return (Object.keys(NAMES) as Field[]).map((field) => ({
		field,
		name: NAMES[field],
		missing: now[field].missing,
		previousMissing: before?.[field].missing ?? 0,
		unusable: now[field].unusable,
		previousUnusable: before?.[field].unusable ?? 0,
		normalized: now[field].normalized,
		previousNormalized: before?.[field].normalized ?? 0,
	}));
}

interface Count {
	missing: number;
	unusable: number;
	normalized: number;
}

function tally(people: readonly Person[], range: DayRange): Record<Field, Count> {
	const counts = Object.fromEntries(
		Object.keys(NAMES).map((field) => [field, { missing: 0, unusable: 0, normalized: 0 }]),
	) as Record<Field, Count>;
	for (const person of people) {
		const visits = visitsIn(person, range);
		if (visits.length === 0) continue;
		for (const [field, count] of Object.entries(counts) as [Field, Count][]) {
			const text = person.customer.customer[field];
			if (text === '') count.missing++;
			else if (IS_USABLE[field]?.(text) === false) count.unusable++;
		}
		for (const field of NORMALIZED) {
			counts[field].normalized += visits.filter(({ normalized }) =>
				normalized.includes(field),
			).length;
		}
	}
	return counts;
}
