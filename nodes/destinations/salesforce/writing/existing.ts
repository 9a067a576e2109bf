import { readTime } from '../../../lead/time';
import type { LeadColumn, LeadColumns } from '../metadata';
import { compared, type OutgoingRecord } from './restMapping';
import { isLeadId } from '../reading/position';
import { oddAnswer } from '../errors';
import { queryResult, type SalesforceSession } from '../connection/session';
import { allOf, textLiteral, timeLiteral } from '../connection/soql';

/** A lead that is there. */
export interface StoredLead {
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

/** Characters of a list of values as it stands in an address, which Salesforce bounds to 16,384. */
const MOST_LIST = 8_000;
const PAGE_SIZE = 2_000;

/** What tells a lead from another of the same customer. Not what people and automations tidy up. */
const TELLING = ['FirstName', 'LastName', 'Email', 'Company', 'LeadSource', 'Description'] as const;

/**
 * Finds the leads that are there already. With an External ID by that; without by what they say,
 * because no standard field could hold an id and still leave the lead as Microsoft's connector
 * leaves it: the same name, e-mail, company, lead source and description, in a record that was not
 * made before the customer acted. Description can't be searched by, so it is compared here.
 */
export class LeadLookUp {
	readonly #session: SalesforceSession;
	readonly #columns: LeadColumns;
	readonly #externalId: LeadColumn | undefined;
	/** Whose a record is: of two leads that say the same, each needs one of its own. */
	readonly #owners = new Map<string, string>();

	constructor(session: SalesforceSession, columns: LeadColumns, externalId?: LeadColumn) {
		this.#session = session;
		this.#columns = columns;
		this.#externalId = externalId;
	}

	/** The stored lead of each record, in their order. @throws DestinationError */
	async find(
		records: readonly OutgoingRecord[],
		signal: AbortSignal,
	): Promise<Array<StoredLead | undefined>> {
		const stored = await this.#ask(records, signal);
		const [byKey, byEmail] = [new Map<string, StoredLead>(), new Map<string, StoredLead[]>()];
		for (const lead of stored) {
			if (this.#externalId) byKey.set(folded(this.#valueOf(lead, this.#externalId.name)), lead);
			const email = folded(this.#valueOf(lead, 'Email'));
			byEmail.set(email, [...(byEmail.get(email) ?? []), lead]);
		}
		return records.map((record) => {
			if (this.#externalId) return byKey.get(folded(record.values[this.#externalId.name]));
			const candidates = byEmail.get(folded(record.values['Email'])) ?? [];
			const found = candidates.find((lead) => this.#isSameLead(record, lead));
			if (found) this.#owners.set(found.id, record.key);
			return found;
		});
	}

	/** Says that a record was just made of a lead. */
	claim(id: string, { key }: OutgoingRecord): void {
		this.#owners.set(id, key);
	}

	/** Whether a stored lead has all of these values. */
	holds(lead: StoredLead, values: Readonly<Record<string, unknown>>): boolean {
		return Object.entries(values).every(([name, value]) => {
			const [own, wanted] = [compared(this.#valueOf(lead, name)), compared(value)];
			const isEmail = this.#columns.get(name.toLowerCase())?.type === 'email';
			return isEmail ? folded(own) === folded(wanted) : own === wanted;
		});
	}

	#isSameLead(record: OutgoingRecord, lead: StoredLead): boolean {
		const owner = this.#owners.get(lead.id);
		if (owner !== undefined && owner !== record.key) return false;
		if (lead.createdDate < earliest(record)) return false;
		return this.holds(
			lead,
			Object.fromEntries(this.#telling().map((name) => [name, record.values[name]])),
		);
	}

	async #ask(records: readonly OutgoingRecord[], signal: AbortSignal): Promise<StoredLead[]> {
		const key = this.#externalId?.name;
		if (key !== undefined) {
			const written = records.flatMap(({ values }) => Object.keys(values));
			const lists = inLists(key, textsOf(records, key));
			return await this.#query(written, lists, signal);
		}
		const since = Math.min(...records.map(earliest));
		const [withEmail, without] = [true, false].map((has) =>
			records.filter(({ values }) => (values['Email'] !== undefined) === has),
		) as [OutgoingRecord[], OutgoingRecord[]];
		const recent = Number.isFinite(since)
			? [`CreatedDate >= ${timeLiteral(wholeSecond(since))}`]
			: [];
		const conditions = [
			...inLists('Email', textsOf(withEmail, 'Email')),
			...inLists('LastName', textsOf(without, 'LastName')).map((list) =>
				allOf([list, 'Email = null']),
			),
		].map((condition) => allOf([condition, ...recent]));
		return await this.#query(this.#telling(), conditions, signal);
	}

	/** The leads that meet one of the conditions, to the very end. */
	async #query(
		names: readonly string[],
		conditions: readonly string[],
		signal: AbortSignal,
	): Promise<StoredLead[]> {
		const visible = [...names, 'IsConverted'].filter((name) =>
			this.#columns.has(name.toLowerCase()),
		);
		const fields = [...new Set(['Id', 'CreatedDate', ...visible])].join(', ');
		const found: StoredLead[] = [];
		for (const condition of conditions) {
			for (let after = ''; ;) {
				const all = allOf([condition, ...(after === '' ? [] : [`Id > ${textLiteral(after)}`])]);
				const soql = `SELECT ${fields} FROM Lead WHERE ${all} ORDER BY Id LIMIT ${PAGE_SIZE}`;
				const answer = await this.#session.get(`/query?q=${encodeURIComponent(soql)}`, signal);
				const { done, records } = queryResult(answer);
				const page = records.map((record) => {
					const lead = toStored(record);
					if (!lead) throw oddAnswer(answer.raw);
					return lead;
				});
				found.push(...page);
				const last = page.at(-1)?.id;
				if (last === undefined ? !done : last === after) throw oddAnswer(answer.raw);
				// Salesforce cuts a page of wide records short, and says that it is not done.
				if (last === undefined || (done && page.length < PAGE_SIZE)) break;
				after = last;
			}
		}
		return found;
	}

	/** Of what tells leads apart, the fields that the user can see. */
	#telling(): string[] {
		return TELLING.filter((name) => this.#columns.has(name.toLowerCase()));
	}

	#valueOf({ values }: StoredLead, name: string): unknown {
		return values.get(name.toLowerCase());
	}
}

/** Conditions that a field has one of the values, none of them too long. */
function inLists(name: string, values: readonly string[]): string[] {
	const lists: string[][] = [];
	let room = 0;
	for (const literal of new Set(values.map(textLiteral))) {
		const length = encodeURIComponent(`${literal}, `).length;
		if (lists.length === 0 || length > room) {
			lists.push([]);
			room = MOST_LIST;
		}
		lists.at(-1)?.push(literal);
		room -= length;
	}
	return lists.map((list) => `${name} IN (${list.join(', ')})`);
}

function textsOf(records: readonly OutgoingRecord[], name: string): string[] {
	return records.map(({ values }) => String(values[name]));
}

function earliest({ time }: OutgoingRecord): number {
	return time === undefined ? Number.NEGATIVE_INFINITY : wholeSecond(time - CLOCK_SKEW);
}

/** Salesforce's times have no fraction. */
function wholeSecond(milliseconds: number): number {
	return Math.floor(milliseconds / 1_000) * 1_000;
}

function toStored(record: unknown): StoredLead | undefined {
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

function folded(value: unknown): string {
	return typeof value === 'string' ? value.trim().toLowerCase() : '';
}
