import { readTime } from '../../../lead/time';
import type { ExistingRecord, PreparedLead } from '../../contract';
import type { SalesforceSession } from '../connection/session';
import { allOf, textLiteral, timeLiteral, wholeSecond } from '../connection/soql';
import type { LeadField, LeadFields } from '../metadata';
import { isLeadId } from '../reading/position';
import { changesOf, type MappedLead } from './mapping';

/** A record as it is found. */
interface FoundLead {
	id: string;
	/** Epoch milliseconds. */
	createdDate: number;
	/** Whether somebody made an account of it, after which nothing can change it. */
	isConverted: boolean;
	/** By lower-case name. */
	values: ReadonlyMap<string, unknown>;
}

/**
 * Milliseconds by which the clock of whoever took the lead in may be ahead of Salesforce's. Of leads
 * without an External ID, those that are this close together and say the same are taken for one.
 */
const CLOCK_SKEW = 10 * 60 * 1000;

/**
 * Characters of fields and a list of values as they stand in an address. Salesforce bounds it to
 * 16,384; the rest is for the other conditions and the host. The leads of a batch fit into one list.
 */
const MAX_QUERY = 15_000;
/** However many fields there are, this much of a list is asked for at once. */
const MIN_LIST = 1_000;
const PAGE_SIZE = 2_000;

/** What tells a lead from another of the same customer. Not what people and automations tidy up. */
const IDENTIFYING = [
	'FirstName',
	'LastName',
	'Email',
	'Company',
	'LeadSource',
	'Description',
] as const;

/**
 * Finds the leads that are there already. With an External ID by that; without by what they say,
 * because no standard field could hold an id and still leave the lead as Microsoft's connector
 * leaves it: the same name, email, company, lead source and description, in a record that was not
 * made before the customer acted. Description can't be searched by, so it is compared here.
 */
export class ExistingLeads {
	/** Whose a record is: of two leads that say the same, each needs one of its own. */
	private readonly owners = new Map<string, string>();
	/** Keys of the leads that were not there when they were last looked for. */
	private readonly missing = new Set<string>();

	constructor(
		private readonly session: SalesforceSession,
		private readonly fields: LeadFields,
		private readonly externalId?: LeadField,
	) {}

	/** The record of each lead, in their order. @throws DestinationError */
	async find(
		leads: readonly MappedLead[],
		signal: AbortSignal,
	): Promise<Array<ExistingRecord | undefined>> {
		const key = this.externalId?.name ?? 'Email';
		const byKey = new Map<string, FoundLead[]>();
		for (const found of await this.ask(leads, signal)) {
			const own = folded(valueOf(found, key));
			byKey.set(own, [...(byKey.get(own) ?? []), found]);
		}
		return leads.map((lead) => {
			const candidates = byKey.get(folded(lead.values[key])) ?? [];
			const found = this.externalId
				? candidates.at(-1)
				: candidates.find((candidate) => this.saysTheSame(lead, candidate));
			if (!found) {
				this.missing.add(lead.key);
				return undefined;
			}
			this.owners.set(found.id, lead.key);
			// The two clocks need not agree, so the record is new where it was not there before.
			const isNew = this.missing.delete(lead.key);
			return {
				id: found.id,
				isSame: this.needsNothing(lead, found),
				wasCreatedAfter: () => isNew,
			};
		});
	}

	/** Says that a record was just made of a lead. */
	claim(id: string, { key }: PreparedLead): void {
		this.owners.set(id, key);
	}

	/** Without an External ID the very lead is found; nothing can change a converted one. */
	private needsNothing(lead: MappedLead, found: FoundLead): boolean {
		return !this.externalId || found.isConverted || this.holds(found, changesOf(lead));
	}

	/** Whether a record has all of these values. */
	private holds(found: FoundLead, values: Readonly<Record<string, unknown>>): boolean {
		return Object.entries(values).every(([name, value]) => {
			const [own, wanted] = [compared(valueOf(found, name)), compared(value)];
			const isEmail = this.fields.get(name.toLowerCase())?.type === 'email';
			return isEmail ? folded(own) === folded(wanted) : own === wanted;
		});
	}

	private saysTheSame(lead: MappedLead, found: FoundLead): boolean {
		const owner = this.owners.get(found.id);
		if (owner !== undefined && owner !== lead.key) return false;
		if (found.createdDate < earliest(lead)) return false;
		const said = this.identifying().map((name) => [name, lead.values[name]]);
		return this.holds(found, Object.fromEntries(said) as Record<string, unknown>);
	}

	private async ask(leads: readonly MappedLead[], signal: AbortSignal): Promise<FoundLead[]> {
		const key = this.externalId?.name;
		if (key !== undefined) {
			const written = leads.flatMap(({ values }) => Object.keys(values));
			return await this.query(written, inLists(key, leads, written), signal);
		}
		const since = Math.min(...leads.map(earliest));
		const recent = Number.isFinite(since) ? [`CreatedDate >= ${timeLiteral(since)}`] : [];
		const withEmail = leads.filter(({ values }) => values['Email'] !== undefined);
		const without = leads.filter(({ values }) => values['Email'] === undefined);
		const conditions = [
			...inLists('Email', withEmail, IDENTIFYING),
			...inLists('LastName', without, IDENTIFYING).map((list) => allOf([list, 'Email = null'])),
		].map((condition) => allOf([condition, ...recent]));
		return await this.query(this.identifying(), conditions, signal);
	}

	/** The leads that meet one of the conditions, to the very end. */
	private async query(
		names: readonly string[],
		conditions: readonly string[],
		signal: AbortSignal,
	): Promise<FoundLead[]> {
		const visible = [...names, 'IsConverted'].filter((name) => this.fields.has(name.toLowerCase()));
		const fields = [...new Set(['Id', 'CreatedDate', ...visible])].join(', ');
		const found: FoundLead[] = [];
		for (const condition of conditions) {
			for (let after = ''; ;) {
				const all = allOf([condition, ...(after === '' ? [] : [`Id > ${textLiteral(after)}`])]);
				const soql = `SELECT ${fields} FROM Lead WHERE ${all} ORDER BY Id LIMIT ${PAGE_SIZE}`;
				const page = await this.session.query(soql, signal);
				const leads = page.records.map((record) => {
					const lead = toFound(record);
					if (!lead) throw page.unexpected();
					return lead;
				});
				found.push(...leads);
				const last = leads.at(-1)?.id;
				if (last === undefined ? !page.done : last === after) throw page.unexpected();
				// Salesforce cuts a page of wide records short, and says that it is not done.
				if (last === undefined || (page.done && leads.length < PAGE_SIZE)) break;
				after = last;
			}
		}
		return found;
	}

	/** Of what tells leads apart, the fields that the user can see. */
	private identifying(): string[] {
		return IDENTIFYING.filter((name) => this.fields.has(name.toLowerCase()));
	}
}

function valueOf({ values }: FoundLead, name: string): unknown {
	return values.get(name.toLowerCase());
}

/** Conditions that a field has one of the leads' values, none too long beside the selected fields. */
function inLists(
	name: string,
	leads: readonly MappedLead[],
	selected: readonly string[],
): string[] {
	const lists: string[][] = [];
	const fields = encodeURIComponent([...new Set(selected)].join(', ')).length;
	const maxList = Math.max(MAX_QUERY - fields, MIN_LIST);
	let room = 0;
	for (const literal of new Set(leads.map(({ values }) => textLiteral(String(values[name]))))) {
		const length = encodeURIComponent(`${literal}, `).length;
		if (lists.length === 0 || length > room) {
			lists.push([]);
			room = maxList;
		}
		lists.at(-1)?.push(literal);
		room -= length;
	}
	return lists.map((list) => `${name} IN (${list.join(', ')})`);
}

function earliest({ time }: MappedLead): number {
	return time === undefined ? Number.NEGATIVE_INFINITY : wholeSecond(time - CLOCK_SKEW);
}

function toFound(record: unknown): FoundLead | undefined {
	if (typeof record !== 'object' || record === null) return undefined;
	const values = new Map(
		Object.entries(record).map(([name, value]): [string, unknown] => [name.toLowerCase(), value]),
	);
	const id = values.get('id');
	const createdDate = values.get('createddate');
	const time = readTime(typeof createdDate === 'string' ? createdDate : '');
	if (!isLeadId(id) || time === '') return undefined;
	return {
		id,
		createdDate: Date.parse(time),
		isConverted: values.get('isconverted') === true,
		values,
	};
}

/** Texts as they can be compared with those that Salesforce keeps. */
function compared(value: unknown): unknown {
	if (value === '' || value === undefined) return null;
	return typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : value;
}

function folded(value: unknown): string {
	return typeof value === 'string' ? value.trim().toLowerCase() : '';
}
