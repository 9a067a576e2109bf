import { hash } from 'node:crypto';

import type { JsonObject, JsonValue, Lead } from '../../../lead';
import { cleanJson } from '../../../lead/json';
import { isJsonObject } from '../../../lead/objects';
import { FreeNames } from '../../../lead/freeNames';
import { cleanText, truncate } from '../../../lead/text';
import { readTime } from '../../../lead/time';
import { Warnings } from '../../../lead/warnings';
import type { TableEntity } from '../../../vendor/dataTables';
import { configurationError } from '../../addresses';
import type { WritableLead } from '../../contract';
import {
	contactBeside,
	customerDetails,
	type CustomerDetails,
	leadSourceText,
	nameBeside,
	propertiesBeside,
} from '../../leadMapping';

/** A row to be written; its columns are text, numbers and booleans. */
export interface TableRow {
	partitionKey: string;
	rowKey: string;
	columns: Readonly<Record<string, Cell>>;
	/** Names of the columns that were asked for beside the lead's. */
	additional: readonly string[];
}

type Cell = string | number | boolean;
export type RowKeys = Pick<TableRow, 'partitionKey' | 'rowKey'>;

/** The service's limits: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model */
const MAX_COLUMNS = 252;
/** UTF-16 units: 64 KiB. */
const MAX_TEXT = 32 * 1024;
/** UTF-16 units. */
const MAX_NAME = 255;
/** UTF-16 units: 1 KiB. */
const MAX_KEY = 512;
/** Bytes: 1 MiB less the keys, the service's own columns and the mark against contact. */
const MAX_ROW = 1024 * 1024 - 8 * 1024;
/** What no key may hold: U+0000 to U+001F and U+007F to U+009F among them. */
const FORBIDDEN_IN_KEYS = /[/\\#?\p{Cc}]/u;

/** Hex digits of a digest that are kept: 128 bits, as many as a UUID has. */
const ROW_KEY_LENGTH = 32;
const MAX_INT32 = 2 ** 31 - 1;

/**
 * The lead in the columns of Microsoft's connector. Read back it is the same lead, but for:
 *
 * | not held                                               | read back as                          |
 * | ------------------------------------------------------ | ------------------------------------- |
 * | id, destination (of leads from elsewhere)              | the row's keys, `azureTable`          |
 * | text beyond 32,768 UTF-16 units in a column            | its beginning                         |
 * | customer of more than 32,768 units in JSON             | the longest fields cut                |
 * | an offer title that reads as an id, without an id      | no offer in leadSource                |
 * | properties that are lists or objects                   | their JSON as text                    |
 * | properties that are null                               | not there                             |
 * | characters of property names beside letters, digits, _ | `_`                                   |
 * | properties that go by the name of a column             | under `Original_<name>`               |
 * | properties beyond 252 columns or 1 MiB in a row        | not there                             |
 * | isTest without Microsoft's placeholder in a field      | false                                 |
 * | warnings, receivedAt, raw                              | those of the reading                  |
 *
 * @throws DestinationError with code `configuration` for additional keys that Azure does not allow
 */
export function toRow({ lead, additional }: WritableLead): TableRow {
	const details = customerDetails(lead);
	const name = nameBeside(lead);
	const { action, offer, description, createdAt } = lead;
	const { keys, fields } = takeKeys(toCleanObject(additional));
	const columns: Columns = {};
	// Its own columns first: where there is no room any more, a property is left out.
	fill(columns, {
		LeadSource: leadSourceText(lead),
		ActionCode: action.code,
		...(createdAt === '' ? {} : { CreatedTime: createdAt }),
		CustomerInfo: customerJson(details),
		Description: description,
		OfferDisplayName: offer.title,
		PublisherDisplayName: offer.publisherName,
		ProductId: offer.id,
		...(name === '' ? {} : { FullName: name }),
		...fields,
	});
	fill(columns, toCleanObject(propertiesBeside(lead, details, columnName, MAX_NAME)));
	Object.assign(columns, contactBeside(lead, { ...KEYS, ...columns }, 'azureTable'));
	return { ...keysOf(lead), ...keys, columns, additional: Object.keys(fields) };
}

/** The keys of an id as `parseLead` makes it of a row; `undefined` for any other id. */
export function keysOfId(id: string): RowKeys | undefined {
	const parts = id.split('/');
	const [partition, row] = parts;
	if (parts.length !== 2 || partition === undefined || row === undefined) return undefined;
	try {
		const keys = { partitionKey: decodeURIComponent(partition), rowKey: decodeURIComponent(row) };
		return isKey(keys.partitionKey) && isKey(keys.rowKey) ? keys : undefined;
	} catch {
		// A "%" that encodes nothing: the id is not of our making.
		return undefined;
	}
}

export function idOf({ partitionKey, rowKey }: RowKeys): string {
	return `${encodeURIComponent(partitionKey)}/${encodeURIComponent(rowKey)}`;
}

/** The row as the SDK takes it. */
export function toEntity({ partitionKey, rowKey, columns }: TableRow): TableEntity {
	const cells = Object.entries(columns).map(([name, value]) => {
		const isInt32 = Number.isInteger(value) && Math.abs(Number(value)) <= MAX_INT32;
		// Of a bare number the service makes a 32-bit integer, and refuses what does not fit.
		const typed = typeof value === 'number' && !isInt32 ? { type: 'Double', value } : value;
		return [name, typed] as const;
	});
	return { partitionKey, rowKey, ...Object.fromEntries(cells) };
}

type Columns = Record<string, Cell>;

/** Stands for the keys of the row where a record is read before it is written. */
const KEYS = { PartitionKey: 'p', RowKey: 'r' };

/**
 * A lead out of a table keeps its keys. Any other goes by the day it was made, which is how
 * Microsoft's keys are believed to begin, and by a digest of its id, which may hold anything.
 */
function keysOf({ id, destination, createdAt, receivedAt }: Lead): RowKeys {
	const own = destination === 'azureTable' ? keysOfId(id) : undefined;
	if (own) return own;
	const day = (readTime(createdAt) || readTime(receivedAt)).slice(0, 10);
	return {
		partitionKey: day || 'undated',
		rowKey: hash('sha256', id, 'hex').slice(0, ROW_KEY_LENGTH),
	};
}

function isKey(text: string): boolean {
	return text.length <= MAX_KEY && text.isWellFormed() && !FORBIDDEN_IN_KEYS.test(text);
}

/** Additional fields may name the keys too; the service keeps Timestamp and etag to itself. */
function takeKeys(additional: JsonObject): { keys: Partial<RowKeys>; fields: JsonObject } {
	const keys: Partial<RowKeys> = {};
	const fields: JsonObject = {};
	// Names that differ only in what Azure does not take would become one.
	const names = new FreeNames('Original_', MAX_NAME);
	for (const [name, value] of Object.entries(additional)) {
		const system = name.toLowerCase();
		if (system === 'partitionkey') keys.partitionKey = checkedKey(name, value);
		else if (system === 'rowkey') keys.rowKey = checkedKey(name, value);
		else if (!SYSTEM.test(system)) fields[names.free(fields, columnName(name))] = value;
	}
	return { keys, fields };
}

function checkedKey(name: string, value: JsonValue): string {
	const key = typeof value === 'number' ? String(value) : value;
	if (typeof key === 'string' && isKey(key)) return key;
	throw configurationError(
		`The additional field ${name} is not a key Azure allows`,
		'A key is text of at most 512 characters, without / \\ # ? and control characters.',
	).with({ operation: 'write' });
}

/** Columns the service keeps itself, by the SDK's names too, in lower case. */
const SYSTEM = /^(?:partitionkey|rowkey|timestamp|etag)$/;

/** A name that Azure takes: letters, digits and underscores, no digit in front. */
function columnName(name: string): string {
	const plain = name.replace(/[^\p{L}\p{Nd}_]/gu, '_').slice(0, MAX_NAME - 9);
	const begun = /^[\p{L}_]/u.test(plain) ? plain : `_${plain}`;
	return SYSTEM.test(begun.toLowerCase()) ? `Original_${begun}` : begun.toWellFormed();
}

function toCleanObject(fields: JsonObject): JsonObject {
	const clean = cleanJson(fields, new Warnings());
	return isJsonObject(clean) ? clean : {};
}

/** Adds what has room: earlier ones stay as they are. */
function fill(columns: Columns, fields: JsonObject): void {
	let size = 0;
	for (const [name, value] of Object.entries(columns)) size += sizeOf(name, value);
	for (const [name, value] of Object.entries(fields)) {
		const cell = toCell(value);
		if (cell === undefined || Object.hasOwn(columns, name)) continue;
		size += sizeOf(name, cell);
		// One is left for the mark against contact.
		if (size > MAX_ROW || Object.keys(columns).length >= MAX_COLUMNS - 1) return;
		columns[name] = cell;
	}
}

/** Bytes, by the service's formula or as JSON, which an emulator counts: whichever are more. */
function sizeOf(name: string, cell: Cell): number {
	const stored = typeof cell === 'string' ? 4 + 2 * cell.length : 8;
	return Math.max(
		8 + 2 * name.length + stored,
		Buffer.byteLength(JSON.stringify({ [name]: cell })),
	);
}

function toCell(value: JsonValue): Cell | undefined {
	if (value === null) return undefined;
	if (typeof value === 'object') return truncate(JSON.stringify(value), MAX_TEXT);
	return typeof value === 'string' ? truncate(cleanText(value), MAX_TEXT) : value;
}

/** The seven fields as JSON, whole: JSON that is cut off could not be read at all. */
function customerJson(details: CustomerDetails): string {
	const fields = Object.entries(details).map(([name, value]) => ({
		name,
		text: typeof value === 'string' ? truncate(cleanText(value), MAX_TEXT) : '',
	}));
	for (;;) {
		const json = JSON.stringify(Object.fromEntries(fields.map(({ name, text }) => [name, text])));
		if (json.length <= MAX_TEXT) return json;
		const longest = fields.reduce((a, b) => (jsonLength(b.text) > jsonLength(a.text) ? b : a));
		// In parts, since how long a character is in JSON depends on the character.
		const excess = Math.ceil((json.length - MAX_TEXT) / LONGEST_ESCAPE);
		longest.text = truncate(longest.text, longest.text.length - excess);
	}
}

/** `\u0001` */
const LONGEST_ESCAPE = 6;

function jsonLength(text: string): number {
	return JSON.stringify(text).length;
}
