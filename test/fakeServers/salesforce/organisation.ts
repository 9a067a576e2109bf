/** What a Salesforce organisation holds: its leads, its fields, and what its one API user may. */
import { randomInt } from 'node:crypto';

import { countryCodeField, customField, externalIdField, STANDARD_FIELDS } from './fields.ts';
import type { Field, LeadRecord } from './fields.ts';

/** The lead object's key prefix. */
const LEAD_PREFIX = '00Q';
const ID_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECK_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

export interface UserRights {
	/** "API Enabled" of the user's profile. */
	api: boolean;
	/** Read on the Lead object. */
	leads: boolean;
	/** Create and Edit, and Delete, on the Lead object. */
	create: boolean;
	remove: boolean;
	/** "View Setup and Configuration", without which nobody sees how fields are set up. */
	setup: boolean;
	/** Fields that field-level security hides, by name. */
	hidden: Set<string>;
}

/** What an administrator has set up for whatever is saved. */
export interface SavingRules {
	/** Whether Lead Source takes its picklist's values only. */
	leadSourceRestricted: boolean;
	/** What the duplicate rule does with a lead of an email address that is there: with an alert, a
	 * caller can have it saved all the same. */
	duplicates: 'alert' | 'allow' | 'block';
	/** The message of the validation rule that a record offends. */
	validation: (values: LeadRecord) => string | undefined;
	/** The owner that the active assignment rule gives a lead. */
	assignment: (values: LeadRecord) => string;
	/** How many of the next records are found locked by somebody else. */
	locked: number;
	storageFull: boolean;
}

/** What a lead is made of; fields that are not given are empty. */
export interface NewLead {
	/** Epoch milliseconds; Salesforce keeps whole seconds. */
	createdDate: number;
	values: LeadRecord;
	/** Made up when absent. */
	id?: string;
}

export class Organisation {
	/** Told apart by it from every other organisation. */
	id = salesforceId('00D', randomInt(1, 2 ** 47));
	readonly userId = salesforceId('005', 1);
	/** Whose leads are that the assignment rule has handed out. */
	readonly queueId = salesforceId('00G', 1);
	readonly username = 'integration@contoso.example';
	readonly rights: UserRights = {
		api: true,
		leads: true,
		create: true,
		remove: true,
		setup: true,
		hidden: new Set(),
	};
	/** Values of the Lead Source picklist that an administrator has set up, with their labels. */
	readonly leadSources: Array<{ value: string; label: string; active: boolean }> = [
		{ value: 'Web', label: 'Web', active: true },
		{ value: 'Partner Referral', label: 'Partner Referral', active: true },
		{ value: 'Purchased List', label: 'Purchased List', active: false },
	];
	readonly rules: SavingRules = {
		leadSourceRestricted: false,
		duplicates: 'allow',
		validation: () => undefined,
		assignment: () => this.queueId,
		locked: 0,
		storageFull: false,
	};
	/** Countries by code, where the organisation has picklists for them. */
	countries: ReadonlyMap<string, string> | undefined;
	/** Ids of custom fields by API name, of 15 characters: their names in forms. */
	readonly fieldIds = new Map<string, string>();
	private readonly fields: Field[] = [...STANDARD_FIELDS];
	private readonly stored = new Map<string, LeadRecord>();
	private readonly late = new Set<string>();
	/** Ids rise, but not evenly, as they do where servers take them in blocks. */
	private serial = 1_000_000;

	/** A field that an administrator has made. */
	addField(made: Field): void {
		this.fields.push(made);
		// A checkbox is never without a value, also of the leads that were there before.
		if (made.type === 'boolean') {
			for (const record of this.stored.values()) record[made.name] ??= false;
		}
		const id = salesforceId('00N', randomInt(1, 2 ** 47)).slice(0, 15);
		if (made.custom) this.fieldIds.set(made.name, id);
	}

	addCustomField(name: string, label: string): void {
		this.addField(customField(name, label));
	}

	addExternalId(name: string, label: string, length?: number): void {
		this.addField(externalIdField(name, label, length));
	}

	/** Switches on State and Country/Territory Picklists with these countries, by code. */
	useCountryPicklist(countries: ReadonlyMap<string, string>): void {
		this.countries = countries;
		this.fields.push(countryCodeField());
	}

	/** A record, whether queries find it yet or not. */
	find(id: string): LeadRecord | undefined {
		return [...this.stored.values()].find(({ Id }) => String(Id).slice(0, 15) === id.slice(0, 15));
	}

	/** The fields, whether the user can see them or not. */
	everyField(): readonly Field[] {
		return this.fields;
	}

	/** The fields the user can see, in the organisation's order. */
	visibleFields(): Field[] {
		return this.fields.filter(({ name }) => !this.rights.hidden.has(name));
	}

	/** The records that queries find. */
	records(): LeadRecord[] {
		return [...this.stored.values()].filter(({ Id }) => !this.late.has(String(Id)));
	}

	/** Makes a lead; with `late` no query finds it until `showLate`. @returns its id */
	insert({ createdDate, values, id }: NewLead, { late = false } = {}): string {
		const unknown = Object.keys(values).find(
			(name) => !this.fields.some((field) => field.name === name),
		);
		if (unknown !== undefined) throw new Error(`The Lead has no field ${unknown}`);
		const Id = id ?? this.newId();
		const created = Math.floor(createdDate / 1_000) * 1_000;
		const { FirstName = null, LastName = null } = values;
		const unchecked = this.fields
			.filter(({ type, custom }) => custom && type === 'boolean')
			.map(({ name }) => [name, false]);
		const Name = [FirstName, LastName].filter((name) => name !== null).join(' ');
		this.stored.set(Id, {
			Id,
			Name,
			IsDeleted: false,
			IsConverted: false,
			HasOptedOutOfEmail: false,
			DoNotCall: false,
			Status: 'Open - Not Contacted',
			OwnerId: this.userId,
			...(Object.fromEntries(unchecked) as LeadRecord),
			...values,
			CreatedById: this.userId,
			CreatedDate: created,
			LastModifiedDate: created,
			SystemModstamp: created,
		});
		if (late) this.late.add(Id);
		return Id;
	}

	private newId(): string {
		for (;;) {
			this.serial += randomInt(1, 40);
			const id = salesforceId(LEAD_PREFIX, this.serial);
			if (!this.stored.has(id)) return id;
		}
	}

	showLate(): void {
		this.late.clear();
	}

	update(id: string, values: LeadRecord, now: number): void {
		const record = this.stored.get(id);
		if (!record) throw new Error(`There is no lead ${id}`);
		const modified = Math.floor(now / 1_000) * 1_000;
		Object.assign(record, values, { LastModifiedDate: modified, SystemModstamp: modified });
	}

	/** Deletes a lead: it goes into the recycle bin, where queries don't look. */
	remove(id: string): void {
		this.stored.delete(id);
	}
}

/** An id of 18 characters: prefix, instance, serial number, and the casing of the 15 as a checksum. */
export function salesforceId(prefix: string, serial: number): string {
	let digits = '';
	for (let rest = serial; digits.length < 15 - prefix.length; rest = Math.floor(rest / 62)) {
		digits = ID_ALPHABET[rest % 62]! + digits;
	}
	const id = prefix + digits;
	const checksum = [0, 5, 10].map((from) => {
		const bits = [...id.slice(from, from + 5)].map((letter) => /[A-Z]/.test(letter));
		return CHECK_ALPHABET[bits.reduce((sum, bit, at) => sum + (bit ? 1 << at : 0), 0)];
	});
	return id + checksum.join('');
}
