/** What a Marketo instance holds: persons, forms, and the log of all activities. */
import { createHash, randomBytes } from 'node:crypto';

/** "Fill Out Form". */
export const FILL_OUT_FORM = 2;
/** Types of activities that are not ours, with their names. */
export const ACTIVITY_TYPES: ReadonlyMap<number, string> = new Map([
	[1, 'Visit Webpage'],
	[FILL_OUT_FORM, 'Fill Out Form'],
	[6, 'Send Email'],
	[12, 'New Lead'],
	[13, 'Change Data Value'],
]);

export interface Attribute {
	name: string;
	value: string | number;
}

export interface Activity {
	id: number;
	leadId: number;
	/** Epoch milliseconds, whole seconds: Marketo writes no fractions. */
	at: number;
	typeId: number;
	primaryId?: number;
	primaryValue?: string;
	attributes: Attribute[];
	/** An activity that has not been committed yet shows in no response. */
	isVisible: boolean;
}

export interface Person {
	id: number;
	/** By their names in REST. */
	fields: Record<string, string | number | boolean | null>;
	/** By its name; that of the first when absent. */
	partition?: string;
	/** Which of all changes made the person. */
	made?: number;
}

export interface Form {
	id: number;
	name: string;
	/** `FORM_FIELDS` when absent. */
	fields?: FormField[];
	/** Fields of the draft, where there is one. */
	draft?: FormField[];
	/** Whether there is a version that customers can fill out; true when absent. */
	isApproved?: boolean;
}

/** A field of a form, by its name there, which is that of SOAP. */
export interface FormField {
	id: string;
	dataType: string;
	maxLength?: number;
	required?: boolean;
	/** Of a list to choose from. */
	values?: Array<{ label: string; value: string }>;
}

export interface PersonField {
	displayName: string;
	rest: string;
	soap: string;
	dataType: string;
	/** Characters; absent for what has no length. */
	length?: number;
	readOnly?: boolean;
}

/** The fields a person has in every instance, as far as they matter here, and one of its own. */
export const PERSON_FIELDS: readonly PersonField[] = [
	{
		displayName: 'Company Name',
		rest: 'company',
		soap: 'Company',
		dataType: 'string',
		length: 255,
	},
	{ displayName: 'Country', rest: 'country', soap: 'Country', dataType: 'string', length: 255 },
	{
		displayName: 'Created At',
		rest: 'createdAt',
		soap: 'CreatedAt',
		dataType: 'datetime',
		readOnly: true,
	},
	{
		displayName: 'Description',
		rest: 'description',
		soap: 'Description',
		dataType: 'text',
		length: 2000,
	},
	{ displayName: 'Email Address', rest: 'email', soap: 'Email', dataType: 'email', length: 255 },
	{
		displayName: 'First Name',
		rest: 'firstName',
		soap: 'FirstName',
		dataType: 'string',
		length: 255,
	},
	{ displayName: 'Id', rest: 'id', soap: 'Id', dataType: 'integer', readOnly: true },
	{ displayName: 'Job Title', rest: 'title', soap: 'Title', dataType: 'string', length: 255 },
	{ displayName: 'Last Name', rest: 'lastName', soap: 'LastName', dataType: 'string', length: 255 },
	{ displayName: 'Lead Score', rest: 'leadScore', soap: 'LeadScore', dataType: 'score' },
	{
		displayName: 'Lead Source',
		rest: 'leadSource',
		soap: 'LeadSource',
		dataType: 'string',
		length: 255,
	},
	{
		displayName: 'Offer Title',
		rest: 'offerTitle',
		soap: 'OfferTitle',
		dataType: 'string',
		length: 255,
	},
	{
		displayName: 'Marketplace Source',
		rest: 'marketplaceSource',
		soap: 'Marketplace_Source',
		dataType: 'string',
		length: 255,
	},
	{ displayName: 'Phone Number', rest: 'phone', soap: 'Phone', dataType: 'phone', length: 255 },
	{ displayName: 'Black Listed', rest: 'blackListed', soap: 'BlackListed', dataType: 'boolean' },
	{ displayName: 'Email Invalid', rest: 'emailInvalid', soap: 'EmailInvalid', dataType: 'boolean' },
	{
		displayName: 'Marketing Suspended',
		rest: 'marketingSuspended',
		soap: 'MarketingSuspended',
		dataType: 'boolean',
	},
	{
		displayName: 'Source System Name',
		rest: 'sourceSystemName',
		soap: 'SourceSystemName',
		dataType: 'string',
		length: 255,
	},
	{ displayName: 'Unsubscribed', rest: 'unsubscribed', soap: 'Unsubscribed', dataType: 'boolean' },
	{
		displayName: 'Updated At',
		rest: 'updatedAt',
		soap: 'UpdatedAt',
		dataType: 'datetime',
		readOnly: true,
	},
];

/** The form that a publisher is told to make, and its button. */
export const FORM_FIELDS: readonly FormField[] = [
	{ id: 'FirstName', dataType: 'text', maxLength: 255 },
	{ id: 'LastName', dataType: 'text', maxLength: 255 },
	{ id: 'Email', dataType: 'email', required: true },
	{ id: 'Phone', dataType: 'telephone', maxLength: 255 },
	{ id: 'Country', dataType: 'text', maxLength: 255 },
	{ id: 'Company', dataType: 'text', maxLength: 255 },
	{ id: 'Title', dataType: 'text', maxLength: 255 },
	{ id: 'LeadSource', dataType: 'hidden' },
	{ id: 'Profiling', dataType: 'profiling' },
];

/** A place between two activities of the log. */
export interface LogPosition {
	at: number;
	id: number;
	/** Responses without activities that come first. */
	pauses: number;
}

export interface Scan {
	/** Activities of which types, and with which primary attributes; empty for any. */
	types: readonly number[];
	assets: readonly number[];
	/** Of which persons; empty for all. */
	leads?: readonly number[];
	most: number;
	/** Activities of all types that are looked at. */
	window: number;
}

export class MarketoInstance {
	readonly forms: Form[] = [];
	readonly persons = new Map<number, Person>();
	/** By their names; the first is the one that every instance has. */
	readonly partitions = ['Default'];
	/** Whether the company of somebody who is there can be changed with the person. */
	companyIsFixed = true;
	readonly fields: PersonField[] = [...PERSON_FIELDS];
	/** Whether a person is skipped for what the record says. */
	rejects: (record: Readonly<Record<string, unknown>>) => boolean = () => false;
	/** Persons that were made so far, those that are gone included. */
	changes = 0;
	private log: Activity[] = [];
	/** Activities that will be committed, with the time from which they show. */
	private pending: Array<[shows: number, activity: Activity]> = [];
	private isSorted = true;
	private nextPerson = 318_581;
	private nextActivity = 102_988;
	private tokenSecret = randomBytes(16).toString('hex');

	/** Adds a person, or changes the one with this email address. */
	upsertPerson(fields: Person['fields']): Person {
		const { email } = fields;
		for (const person of this.persons.values()) {
			if (typeof email === 'string' && email !== '' && person.fields['email'] === email) {
				Object.assign(person.fields, fields);
				return person;
			}
		}
		return this.addPerson(fields);
	}

	addPerson(fields: Person['fields']): Person {
		this.changes += 1;
		const person = { id: this.nextPerson, fields, made: this.changes };
		this.nextPerson += 1;
		this.persons.set(person.id, person);
		return person;
	}

	addActivity(activity: Omit<Activity, 'at' | 'id' | 'isVisible'> & Partial<Activity>): Activity {
		const added: Activity = {
			isVisible: true,
			...activity,
			id: this.nextActivity,
			at: Math.floor((activity.at ?? Date.now()) / 1_000) * 1_000,
		};
		this.nextActivity += 1;
		const last = this.log.at(-1);
		if (last !== undefined && compare(last, added) > 0) this.isSorted = false;
		this.log.push(added);
		return added;
	}

	/** Adds an activity that shows from a time on only. */
	addLater(activity: Parameters<MarketoInstance['addActivity']>[0], shows: number): void {
		this.pending.push([shows, this.addActivity({ ...activity, isVisible: false })]);
	}

	/** Commits what is due by now. */
	commit(now: number): void {
		for (const [shows, activity] of this.pending) activity.isVisible ||= shows <= now;
		this.pending = this.pending.filter(([shows]) => shows > now);
	}

	/** All persons with this value of a field, the one that was changed last first. */
	personsWith(field: string, value: unknown, seen = Number.POSITIVE_INFINITY): Person[] {
		const wanted = String(value).toLowerCase();
		const found = [...this.persons.values()].filter(({ id, fields, made = 0 }) => {
			if (made > seen) return false;
			const own = field === 'id' ? id : (fields[field] ?? '');
			return String(own).toLowerCase() === wanted;
		});
		const changed = ({ fields }: Person) => String(fields['updatedAt'] ?? '');
		// By code units: a language's own order takes many times as long.
		return found.sort((a, b) => (changed(a) < changed(b) ? 1 : changed(a) > changed(b) ? -1 : 0));
	}

	activities(): readonly Activity[] {
		return this.log;
	}

	/** Looks through the log from a place on, as far as the window allows. */
	scan(from: LogPosition, { types, assets, leads = [], most, window }: Scan) {
		if (!this.isSorted) {
			this.log.sort(compare);
			this.isSorted = true;
		}
		const found: Activity[] = [];
		const position: LogPosition = { ...from, pauses: 0 };
		let looked = 0;
		let at = this.firstBehind(from);
		for (; at < this.log.length && found.length < most && looked < window; at += 1) {
			const activity = this.log[at]!;
			if (!activity.isVisible) continue;
			looked += 1;
			position.at = activity.at;
			position.id = activity.id;
			const isOfType = types.length === 0 || types.includes(activity.typeId);
			const isOfAsset = assets.length === 0 || assets.includes(activity.primaryId ?? -1);
			const isOfLead = leads.length === 0 || leads.includes(activity.leadId);
			if (isOfType && isOfAsset && isOfLead) found.push(activity);
		}
		let hasMore = false;
		for (; at < this.log.length && !hasMore; at += 1) hasMore = this.log[at]!.isVisible;
		return { found, position, hasMore };
	}

	/** A paging token: Base64, so that it has characters an address needs encoded. */
	toToken(position: LogPosition | { offset: number }): string {
		const text = JSON.stringify(position);
		return Buffer.from(`${this.sign(text)}${text}`).toString('base64');
	}

	/** Of the log of activities. */
	fromToken(token: string): LogPosition | undefined {
		const position = this.opened(token) as LogPosition | undefined;
		return position?.at === undefined ? undefined : position;
	}

	/** Of a list of persons. */
	fromOffsetToken(token: string): number | undefined {
		return (this.opened(token) as { offset: number } | undefined)?.offset;
	}

	private opened(token: string): unknown {
		const text = Buffer.from(token, 'base64').toString();
		const position = text.slice(SIGNATURE_LENGTH);
		return text.slice(0, SIGNATURE_LENGTH) === this.sign(position)
			? JSON.parse(position)
			: undefined;
	}

	/** From now on the paging tokens that were handed out are not known any more. */
	forgetTokens(): void {
		this.tokenSecret = randomBytes(16).toString('hex');
	}

	private sign(text: string): string {
		const hash = createHash('sha256').update(`${this.tokenSecret}${text}`);
		return hash.digest('hex').slice(0, SIGNATURE_LENGTH);
	}

	private firstBehind(position: LogPosition): number {
		let low = 0;
		let high = this.log.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (compare(this.log[middle]!, position) <= 0) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}

const SIGNATURE_LENGTH = 16;

function compare(a: Pick<Activity, 'at' | 'id'>, b: Pick<Activity, 'at' | 'id'>): number {
	return a.at - b.at || a.id - b.id;
}
