import type { Lead } from '../types';
import { compareText } from './step';
import type { FieldOrigin, KnownCustomer, KnownField, MergedCustomer } from './types';

const CUSTOMER_FIELDS = [
	'firstName',
	'lastName',
	'fullName',
	'email',
	'domain',
	'phone',
	'country',
	'company',
	'title',
] as const satisfies readonly (keyof KnownCustomer)[];

export const KNOWN_FIELDS = [
	...CUSTOMER_FIELDS,
	'description',
	'campaign',
] as const satisfies readonly KnownField[];

type Values = Readonly<Record<KnownField, string>>;
type Summary = Pick<MergedCustomer, 'campaign' | 'customer' | 'description' | 'origins'>;

const NO_ORIGIN: FieldOrigin = { leadId: '', destination: '', time: '', receivedAt: '' };

const EMPTY: Values = {
	firstName: '',
	lastName: '',
	fullName: '',
	email: '',
	domain: '',
	phone: '',
	country: '',
	company: '',
	title: '',
	description: '',
	campaign: '',
};

/** The newest value of each field: the same whatever order, and however often, it was told. */
export class MergedFields {
	private readonly values: Record<KnownField, string> = { ...EMPTY };
	private readonly origins: Partial<Record<KnownField, FieldOrigin>> = {};

	/** What a lead says of its customer; `address` is what `emailAddress` gave for its email address. */
	addLead({ customer, description, campaign }: Lead, from: FieldOrigin, address: string): void {
		const { leadId, destination, time, receivedAt } = from;
		// One object for all fields: with 100,000 leads, ten each would be most of the memory.
		const origin = { leadId, destination, time, receivedAt };
		for (const field of CUSTOMER_FIELDS) {
			const value = customer[field];
			this.add(field, field === 'email' ? address || value : value, origin);
		}
		this.add('description', description, origin);
		this.add('campaign', campaign, origin);
	}

	/** What a customer that was merged before was known by. */
	addMerged({ customer, description, campaign, origins }: Summary): void {
		const values = { ...customer, description, campaign };
		for (const field of KNOWN_FIELDS) this.add(field, values[field], origins[field]);
	}

	summary(): Summary {
		const { firstName, lastName, email, domain, phone, country } = this.values;
		const { company, title, description, campaign } = this.values;
		const { value: fullName, origin } = this.fullName();
		const from = (field: KnownField) => ({ ...this.originOf(field) });
		// Written out, with 100,000 leads, because objects made so take a fraction of the time.
		return {
			customer: { firstName, lastName, fullName, email, domain, phone, country, company, title },
			description,
			campaign,
			origins: {
				firstName: from('firstName'),
				lastName: from('lastName'),
				fullName: { ...origin },
				email: from('email'),
				domain: from('domain'),
				phone: from('phone'),
				country: from('country'),
				company: from('company'),
				title: from('title'),
				description: from('description'),
				campaign: from('campaign'),
			},
		};
	}

	private add(field: KnownField, value: string, origin: FieldOrigin): void {
		if (value === '') return;
		// The first value of a field, as most are, is compared with nothing.
		if (this.values[field] !== '') {
			const known = { value: this.values[field], origin: this.originOf(field) };
			if (!isNewer(field, { value, origin }, known)) return;
		}
		this.values[field] = value;
		this.origins[field] = origin;
	}

	private originOf(field: KnownField): FieldOrigin {
		return this.origins[field] ?? NO_ORIGIN;
	}

	/** Of both names where both are known, though perhaps of two leads: so no name contradicts them. */
	private fullName(): KnownValue {
		const [first, last, full] = (['firstName', 'lastName', 'fullName'] as const).map((field) => ({
			value: this.values[field],
			origin: this.originOf(field),
		})) as [KnownValue, KnownValue, KnownValue];
		if (first.value === '' || last.value === '') return full;
		const { origin } = isNewer('firstName', first, last) ? first : last;
		return { value: `${first.value} ${last.value}`, origin };
	}
}

interface KnownValue {
	value: string;
	origin: FieldOrigin;
}

/** By time, and where that does not tell by anything that does, so that one value wins anywhere. */
function isNewer(field: KnownField, told: KnownValue, known: KnownValue): boolean {
	if (known.value === '') return true;
	// A newer lead with half of the name knows less than an older one with the whole.
	const wholeness = field === 'fullName' ? isWhole(told.value) - isWhole(known.value) : 0;
	const [one, other] = [told.origin, known.origin];
	const order =
		wholeness ||
		compareText(one.time, other.time) ||
		compareText(one.receivedAt, other.receivedAt) ||
		compareText(one.destination, other.destination) ||
		compareText(one.leadId, other.leadId) ||
		compareText(told.value, known.value);
	return order > 0;
}

function isWhole(name: string): number {
	return /\S\s+\S/.test(name) ? 1 : 0;
}
