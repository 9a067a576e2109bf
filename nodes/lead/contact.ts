/** Everything in a record that says not to contact the customer. */
import { decoded, unpacked } from './asTyped';
import { readStatement, saysNothing, textForbids } from './contactText';
import {
	flagForbids,
	MAX_TEXT_LEVELS,
	mayBeJson,
	readJson,
	refuses,
	type Flag,
} from './contactValues';
import {
	contactName,
	isOtherAction,
	meaning,
	saysDoNotContact,
	type NameMeaning,
} from './contactWords';
import { findHeader } from './fields';
import { ownValue } from './objects';

/** Levels of nesting, those within texts included; what is deeper can't be told to say nothing. */
const MAX_LEVELS = 64;

/**
 * Fields, objects, lists and pieces of text that are read: a record has far fewer, and objects shared
 * among each other can stand for billions. What is beyond can't be told to say nothing either.
 */
const MAX_HEARD = 50_000;
/** The same of a record, which has 5,000 values at most; the rest is for those of JSON in its texts. */
export const MAX_HEARD_OF_RECORD = 20_000;
/** As many of them take the time of a parser that throws. */
const COST_OF_BROKEN_JSON = 20;
/** Of longer names and texts so many characters take the time of one of them. */
const SHORT_LENGTH = 64;
const NAME_UNIT = 8;
const TEXT_UNIT = 64;

/** Names and values of one pair; it has one of each. */
const MAX_PAIRED = 8;
/** A sheet has some hundreds of columns. */
const MAX_COLUMNS = 1_000;

/** Texts that are JSON and have been read already, with what they hold. */
export type OpenedTexts = ReadonlyMap<string, unknown>;

/** One is enough; more of them are told, but no more than anybody reads. */
const MAX_STATEMENTS = 50;

/** A field that says not to contact the customer. */
export interface ContactStatement {
	/** As it came. */
	readonly name: string;
	readonly value: unknown;
	/** `codes` for lead source and action; `unclear` for a value that is neither a yes nor a no. */
	readonly how: 'clearly' | 'codes' | 'unclear';
}

/**
 * Everything in a record that says not to contact the customer, wherever it stands: in any
 * container, in lists, in texts that are JSON, as a pair of name and value, in a lead source string
 * in whatever field. At most 50. `opened` spares it reading texts a second time. Linear in the size of the record.
 */
export function statementsAgainstContact(
	record: unknown,
	opened?: OpenedTexts,
	most = MAX_HEARD,
): ContactStatement[] {
	const hearing = new Hearing(opened, most);
	hearing.hear(record, '', '', undefined);
	return hearing.statements;
}

/** Whether anything in a value forbids contact, or the value can't be read through. Never throws. */
export function forbidsContact(value: unknown): boolean {
	try {
		return statementsAgainstContact(value).length > 0;
	} catch {
		// A getter or a proxy threw: what it hides may be the one statement.
		return true;
	}
}

/** What holds for whatever stands in a field, however deep. */
type Within = 'leadSource' | 'state' | undefined;

class Hearing {
	readonly statements: ContactStatement[] = [];
	private readonly opened: OpenedTexts | undefined;
	private left: number;
	/** Where in the record it is: levels of nesting, and of texts among them. */
	private levels = 0;
	private textLevels = 0;
	private wasUsedUp = false;

	constructor(opened: OpenedTexts | undefined, most: number) {
		this.opened = opened;
		this.left = most;
	}

	/**
	 * @param name of the field that the value stands in
	 * @param parent the same where it can be the beginning of a name
	 */
	hear(value: unknown, name: string, parent: string, within: Within): void {
		if (typeof value === 'string') this.hearText(value, name, parent, within);
		else if (typeof value === 'object' && value !== null) {
			this.left -= 1;
			if (this.levels >= MAX_LEVELS) this.add(name, value, 'unclear');
			if (this.levels >= MAX_LEVELS || this.isUsedUp(name, value)) return;
			this.levels += 1;
			if (Array.isArray(value)) this.hearList(value, name, parent, within);
			else this.hearFields(value, parent, within);
			this.levels -= 1;
		}
	}

	private hearList(list: readonly unknown[], name: string, parent: string, within: Within): void {
		const [first, second] = list;
		// `["DoNotContact", true]`, as Object.entries writes it.
		if (list.length === 2 && typeof first === 'string') {
			const own = meaning(first);
			if (own.kind) {
				this.hearField(first, own, second, '', within);
				return;
			}
		}
		// `[["Email", "Do Not Contact"], ["kim@contoso.com", "yes"]]`, as spreadsheets hand over rows.
		const hasHeader = isHeader(first) && this.hearRows(first, list.slice(1), within);
		for (const entry of hasHeader ? list.slice(1) : list) {
			if (this.isDone()) return;
			this.hear(entry, name, parent, within);
		}
	}

	/** Rows below the names of their columns, or one row beside them; whether a name says something. */
	private hearRows(header: readonly unknown[], rows: readonly unknown[], within: Within): boolean {
		const names = header.slice(0, MAX_COLUMNS).map(nameOfColumn);
		const columns = names.flatMap((name, at) => (meaning(name).kind ? [{ name, at }] : []));
		this.left -= names.length;
		if (columns.length === 0 || rows.length === 0) return false;
		for (const row of rows) {
			this.left -= 1;
			if (!Array.isArray(row) || this.isDone()) continue;
			for (const { name, at } of columns) {
				this.hearField(name, meaning(name), row[at], '', within);
			}
		}
		return true;
	}

	/** `{columns: ["Email", "DNC"], rows: [["kim@contoso.com", 1]]}`, `{fields: [{name}], values: […]}` */
	private hearColumns(holder: object, keys: readonly string[], within: Within): Set<unknown> {
		const headers = new Set<unknown>();
		const lists = keys.map((key) => ownValue(holder, key)).filter((list) => Array.isArray(list));
		if (lists.length < 2) return headers;
		for (const header of lists.slice(0, MAX_PAIRED)) {
			if ((header as unknown[]).some((column) => nameOfColumn(column) === '')) continue;
			for (const other of lists.slice(0, MAX_PAIRED) as unknown[][]) {
				if (other === header || this.isDone()) continue;
				const isOneRow = !Array.isArray(other[0]);
				if (!isOneRow || other.length === (header as unknown[]).length) {
					const isHeader = this.hearRows(header as unknown[], isOneRow ? [other] : other, within);
					if (isHeader) headers.add(header);
				}
			}
		}
		return headers;
	}

	/** More statements than are told make no difference. */
	private isDone(): boolean {
		return this.left < 0 || this.statements.length >= MAX_STATEMENTS;
	}

	/** Whether more was heard than may be; says so once. */
	private isUsedUp(name: string, value: unknown): boolean {
		if (this.left >= 0) return false;
		if (!this.wasUsedUp) this.add(name, value, 'unclear');
		this.wasUsedUp = true;
		return true;
	}

	private hearFields(value: object, parent: string, within: Within): void {
		const keys = Object.keys(value);
		this.left -= keys.length;
		const fields = value as Record<string, unknown>;
		const meanings: NameMeaning[] = [];
		let hasName = false;
		let hasValue = false;
		let hasLists = false;
		let channel = '';
		for (const key of keys) {
			if (key.length > SHORT_LENGTH) this.left -= Math.ceil(key.length / NAME_UNIT);
			if (this.left < 0 && this.isUsedUp(key, value)) return;
			const own = meaning(key);
			meanings.push(own);
			if (own.isName) {
				hasName = true;
				if (channel === '') channel = channelOf(fields[key]);
			}
			hasValue ||= own.isValue;
			hasLists ||= typeof fields[key] === 'object' && Array.isArray(fields[key]);
		}
		const isPair = hasName && hasValue;
		if (isPair) this.hearPair(value, within);
		const headers = keys.length > 1 && hasLists ? this.hearColumns(value, keys, within) : undefined;
		const isPlain = parent === '' && channel === '' && within === undefined;
		for (let at = 0; at < keys.length && !this.isDone(); at++) {
			const key = keys[at] ?? '';
			const own = meanings[at] ?? meaning(key);
			const field = fields[key];
			// Nearly every field: its name says nothing, and its text can't.
			if (isPlain && own.kind === undefined && typeof field === 'string') {
				if (saysNothing(field, own.isShort)) continue;
			}
			if (headers?.has(field)) continue;
			// The name of a pair says what its value is about.
			if (isPair && own.isName && typeof field === 'string' && meaning(field).kind) continue;
			this.hearField(key, own, field, channel || parent, within);
		}
	}

	private hearField(
		key: string,
		own: NameMeaning,
		value: unknown,
		parent: string,
		within: Within,
	): void {
		// `{"email": {"optOut": true}}` says as much as `emailOptOut`.
		const withParent = parent === '' ? undefined : contactName(`${parent} ${key}`);
		// `{"allow": {"marketing": false}}` is a permission, though marketing alone is a topic.
		const kind = own.kind === 'topic' ? (withParent ?? own.kind) : (own.kind ?? withParent);
		if (refuses(kind, value)) {
			this.add(key, value, 'clearly');
		} else if (kind === undefined || kind === 'topic') {
			this.hear(value, key, own.begins ? key : '', within);
		} else if (kind === 'leadSource' || kind === 'state' || kind === 'choice') {
			this.hear(value, key, own.begins ? key : '', kind === 'leadSource' ? kind : 'state');
		} else {
			this.hearFlag(key, kind, value, within);
		}
	}

	private hearFlag(key: string, kind: Flag, value: unknown, within: Within): void {
		const json = typeof value === 'string' ? this.readText(value) : undefined;
		const held = json ?? value;
		const how = flagForbids(kind, held);
		if (how) {
			this.add(key, value, how);
			return;
		}
		// What allows contact at large may forbid it in part.
		if (json === undefined) this.hear(held, key, '', within);
		else this.hearJson(json, key, '', within);
	}

	/** `{"name": "DoNotContact", "value": true}`, as lists of fields are written. */
	private hearPair(pair: object, within: Within): void {
		const keys = Object.keys(pair);
		const valueKeys = keys.filter((key) => meaning(key).isValue);
		const nameKeys = keys.filter((key) => meaning(key).isName && !meaning(key).isValue);
		const names = nameKeys
			.flatMap((key) => namesIn(ownValue(pair, key)))
			.filter((name) => meaning(name).kind !== undefined);
		for (const name of names.slice(0, MAX_PAIRED)) {
			for (const key of valueKeys.slice(0, MAX_PAIRED)) {
				this.hearField(name, meaning(name), ownValue(pair, key), '', within);
			}
		}
		// So many say something that the rest can't be told to say nothing.
		const left = names[MAX_PAIRED] ?? (names.length > 0 ? valueKeys[MAX_PAIRED] : undefined);
		if (left !== undefined) this.add(left, pair, 'unclear');
	}

	private hearText(text: string, name: string, parent: string, within: Within): void {
		if (within === undefined ? saysNothing(text) : isOtherAction(text)) return;
		const json = this.readText(text);
		if (json !== undefined) {
			this.hearJson(json, name, parent, within);
			return;
		}
		if (text.length > SHORT_LENGTH) {
			this.left -= Math.ceil(text.length / (within === undefined ? TEXT_UNIT : NAME_UNIT));
		}
		for (const inner of unpacked(text)) this.hearJson(inner, name, parent, within);
		const plain = decoded(text);
		if (codesForbid(plain, within) || textForbids(plain)) {
			this.add(name, text, within ? 'codes' : 'clearly');
		} else if (within !== 'leadSource') {
			// One more than there may be, so that what is beyond is known of.
			const { how, pieces } = readStatement(plain, name, Math.max(0, this.left) + 1);
			this.left -= pieces - 1;
			if (how) this.add(name, text, how);
		}
		this.isUsedUp(name, text);
	}

	/** What a text is as JSON, read once; what only looks like it costs more than what is. */
	private readText(text: string): unknown {
		// Looked up only where it can be there: each look-up goes through the whole text.
		if (!mayBeJson(text)) return undefined;
		const json = this.opened?.get(text) ?? readJson(text);
		if (json === undefined) this.left -= COST_OF_BROKEN_JSON;
		return json;
	}

	private hearJson(json: unknown, name: string, parent: string, within: Within): void {
		if (this.textLevels >= MAX_TEXT_LEVELS) {
			this.add(name, json, 'unclear');
			return;
		}
		this.textLevels += 1;
		this.hear(json, name, parent, within);
		this.textLevels -= 1;
	}

	private add(name: string, value: unknown, how: ContactStatement['how']): void {
		if (this.statements.length < MAX_STATEMENTS) this.statements.push({ name, value, how });
	}
}

/** `{"type": "contact", "allowed": false}`: what the other fields of an object are about. */
function channelOf(name: unknown): string {
	return typeof name === 'string' && name.length <= LONGEST_CHANNEL && CHANNEL.test(name)
		? name
		: '';
}
const LONGEST_CHANNEL = 'newsletter'.length;
const CHANNEL = /^(?:contact|e-?mails?|mail|phone|calls?|sms|text|marketing|newsletter|fax|post)$/i;

/** Whether a list names columns, and is no entry of a name and its value. */
function isHeader(list: unknown): list is unknown[] {
	if (!Array.isArray(list) || list.some((column) => nameOfColumn(column) === '')) return false;
	if (list.length !== 2) return true;
	const other = nameOfColumn(list[1]);
	return meaning(other).kind !== undefined || findHeader(other) !== undefined;
}

/** What a column is called: a text, or what describes it. */
function nameOfColumn(column: unknown): string {
	return typeof column === 'string' ? column : (namesIn(column)[0] ?? '');
}

/** The name of a pair, or of the field that is described there: `{"field": {"ref": "opt_out"}}`. */
function namesIn(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null) return [];
	const names = Object.keys(value).filter((key) => meaning(key).isName);
	return names.map((key) => ownValue(value, key)).filter((own) => typeof own === 'string');
}

function codesForbid(text: string, within: Within): boolean {
	if (within === 'state') return saysDoNotContact(text);
	if (within !== 'leadSource') return false;
	const bar = text.indexOf('|');
	return saysDoNotContact(bar < 0 ? text : text.slice(0, bar));
}
