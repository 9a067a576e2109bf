import { countryCode } from '../country';
import { nonEmpty } from '../filter';
import { compact, quote } from '../text';
import type { LeadStage } from '../types';
import { STAGES } from '../vocabulary';
import { ownerId } from './assignOwner';
import type { Owner } from './types';

/** More is no list of people, and each customer is held against every one of them. */
export const MAX_OWNERS = 1_000;
/** Entries of one list of a territory, and characters of one text. */
const MAX_ENTRIES = 500;
const MAX_LENGTH = 10_000;

/** A list of owners that can't be used as it stands; the message says where and why, in a sentence. */
export class OwnerError extends Error {
	override name = 'OwnerError';
}

/** What a table of owners may call a column, letters only. */
const COLUMNS = {
	name: ['name', 'owner', 'ownername', 'fullname', 'displayname'],
	firstName: ['firstname', 'givenname'],
	lastName: ['lastname', 'surname', 'familyname'],
	email: ['email', 'emailaddress', 'mail', 'owneremail', 'internalemailaddress'],
	weight: ['weight', 'share'],
	countries: ['countries', 'country'],
	offers: ['offers', 'offer'],
	stages: ['stages', 'stage'],
	awayFrom: ['awayfrom'],
	awayUntil: ['awayuntil'],
} as const;

/** By what CRMs and directories say of a user whether that person still works there. */
const ACTIVE: ReadonlyMap<string, boolean> = new Map([
	['active', true],
	['isactive', true],
	['activeflag', true],
	['accountenabled', true],
	['archived', false],
	['isdisabled', false],
	['suspended', false],
]);

/** In the record of a user, what makes the country beside it a part of an address. */
const ADDRESS: readonly string[] = ['postalcode', 'street', 'zip'];

/** Columns that sheets and data tables have of themselves. */
const OF_TABLES: readonly string[] = ['id', 'rownumber', 'createdat', 'updatedat'];

type Column = keyof typeof COLUMNS;

/** Columns that are filled in for somebody; a weight stands in the empty rows of a sheet, too. */
const SAYS_WHO: readonly Column[] = ['awayFrom', 'awayUntil', 'countries', 'offers', 'stages'];

/** Milliseconds since 1970 of a date as people write it. @throws Error for anything else */
export type ReadDate = (value: unknown) => number;

/**
 * Owners from rows of a table, such as a sheet's, by their headers in any case and with any spaces:
 * Name, Email, Weight, Countries, Offers, Stages, Away From, Away Until. In a `table`, rows without a
 * name, an email address and a territory are passed over, as the empty last rows of a sheet.
 * @throws OwnerError
 */
export function readOwners(
	records: readonly unknown[],
	readDate: ReadDate,
	{ isTable }: { isTable: boolean },
): Owner[] {
	const owners = records.flatMap((record, index) => {
		const row = columnsOf(record);
		const name =
			text(row.name) || [row.firstName, row.lastName].map(text).filter(Boolean).join(' ');
		const email = text(row.email);
		// A name may be an object of its parts; without an address that is text, nobody can be told.
		if (email === '' && row.email !== undefined && !isBlank(row.email)) {
			throw new OwnerError(
				`Owner ${index + 1}${name === '' ? '' : ` (${quote(name)})`}: the email address is not text.`,
			);
		}
		if (ownerId({ name, email }) === '') {
			// Passed over, the customers of whoever is meant would go to others without a word.
			if (isTable && !SAYS_WHO.some((column) => row[column] !== undefined)) return [];
			throw new OwnerError(`Owner ${index + 1} has neither a name nor an email address.`);
		}
		const where = `Owner ${index + 1} (${quote(name || email)})`;
		return [
			{
				name,
				email,
				weight: hasLeft(record) ? 0 : readWeight(row.weight, where),
				territory: {
					countries: list(row.countries, where, isCountry).map((entry) =>
						readCountry(entry, where),
					),
					offers: list(row.offers, where),
					stages: list(row.stages, where).map((entry) => readStage(entry, where)),
				},
				...readAway(row, where, readDate),
			},
		];
	});
	if (owners.length === 0) {
		throw new OwnerError('There are no owners. Each needs a name or an email address.');
	}
	if (owners.length > MAX_OWNERS) {
		throw new OwnerError(`There are ${owners.length} owners. The limit is ${MAX_OWNERS}.`);
	}
	return owners;
}

function columnsOf(record: unknown): Partial<Record<Column, unknown>> {
	const row: Partial<Record<Column, unknown>> = {};
	const hasAddress = lettersIn(record).some(([letters]) => ADDRESS.includes(letters));
	for (const [letters, value] of lettersIn(record)) {
		// Salesforce and Zoho tell where a user lives, which is no territory.
		if (hasAddress && letters === 'country') continue;
		for (const [column, names] of Object.entries(COLUMNS) as [Column, readonly string[]][]) {
			// The first that says something: a table may have Name and Owner Name.
			if (names.includes(letters) && isFilled(value) && row[column] === undefined) {
				row[column] = value;
			}
		}
	}
	return row;
}

/** The columns of a row by their letters, with what they hold. */
function lettersIn(record: unknown): Array<[string, unknown]> {
	if (typeof record !== 'object' || record === null) return [];
	return Object.entries(record).map(([header, value]) => [
		header.length > 40 ? '' : compact(header),
		value,
	]);
}

/** Whether a CRM's user is one no longer: a customer of theirs would wait for ever. */
function hasLeft(record: unknown): boolean {
	return lettersIn(record).some(([letters, value]) => {
		const isActive = ACTIVE.get(letters);
		return isActive !== undefined && booleanOf(value) === !isActive;
	});
}

/** Tables without types have booleans as text or as a number. */
function booleanOf(value: unknown): boolean | undefined {
	const word = typeof value === 'boolean' ? String(value) : text(value).toLowerCase();
	if (['true', 'yes', '1'].includes(word)) return true;
	return ['false', 'no', '0'].includes(word) ? false : undefined;
}

/** Columns that nothing is read of, each once: a misspelt one would change who gets which customers without a word. */
export function unreadColumns(records: readonly unknown[]): string[] {
	const known: ReadonlySet<string> = new Set([
		...Object.values(COLUMNS).flat(),
		...ACTIVE.keys(),
		...OF_TABLES,
	]);
	const headers = new Set(
		records.flatMap((record) =>
			typeof record === 'object' && record !== null ? Object.keys(record) : [],
		),
	);
	return [...headers].filter((header) => header.length > 40 || !known.has(compact(header)));
}

function isFilled(value: unknown): boolean {
	if (typeof value === 'string') return value.trim() !== '';
	return Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined;
}

function isBlank(value: unknown): boolean {
	return typeof value === 'string' || !isFilled(value);
}

function text(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

function readWeight(value: unknown, where: string): number {
	if (value === undefined) return 1;
	const weight = typeof value === 'string' ? Number(value.trim()) : value;
	if (typeof weight === 'number' && Number.isFinite(weight) && weight >= 0) return weight;
	throw new OwnerError(`${where}: the weight must be a number, 0 or greater, such as 0.5.`);
}

/**
 * A list, or a text with commas, semicolons or lines between entries. A comma may belong to an
 * entry that is known as a whole ("Korea, Republic of").
 */
function list(value: unknown, where: string, isEntry = (_: string) => false): string[] {
	const values: unknown[] = Array.isArray(value) ? value : [value];
	const entries = values.flatMap((part) => {
		const whole = text(part);
		// Left out, it would make the territory another one, or none at all.
		if (whole === '' && !isBlank(part))
			throw new OwnerError(`${where}: the territory holds a value that is not text.`);
		if (whole.length > MAX_LENGTH)
			throw new OwnerError(`${where}: the territory is longer than ${MAX_LENGTH} characters.`);
		return whole
			.split(/[;\n]/)
			.flatMap((piece) => (isEntry(piece.trim()) ? [piece] : piece.split(',')));
	});
	const filled = nonEmpty(entries);
	if (filled.length <= MAX_ENTRIES) return filled;
	throw new OwnerError(`${where}: the territory has more than ${MAX_ENTRIES} entries.`);
}

function isCountry(entry: string): boolean {
	return entry.includes(',') && countryCode(entry) !== '';
}

function readCountry(entry: string, where: string): string {
	const code = countryCode(entry);
	if (code !== '') return code;
	throw new OwnerError(
		`${where}: ${quote(entry)} is not a known country. Name countries one by one, such as DE, AT, Switzerland.`,
	);
}

function readStage(entry: string, where: string): LeadStage {
	const letters = compact(entry);
	const stage = STAGES.find(
		({ code, name }) => compact(code) === letters || compact(name) === letters,
	);
	if (stage !== undefined) return stage.code;
	const names = STAGES.map(({ name }) => name).join(', ');
	throw new OwnerError(`${where}: ${quote(entry)} is not a stage. The stages are ${names}.`);
}

function readAway(
	row: Partial<Record<Column, unknown>>,
	where: string,
	readDate: ReadDate,
): Pick<Owner, 'awayFrom' | 'awayUntil'> {
	const read = (value: unknown, label: string) => {
		try {
			return readDate(value);
		} catch {
			throw new OwnerError(`${where}: the date in ${label} is not valid. Write it as 2026-12-24.`);
		}
	};
	const away = {
		...(row.awayFrom === undefined ? {} : { awayFrom: read(row.awayFrom, 'Away From') }),
		...(row.awayUntil === undefined ? {} : { awayUntil: read(row.awayUntil, 'Away Until') }),
	};
	if (
		away.awayFrom !== undefined &&
		away.awayUntil !== undefined &&
		away.awayFrom >= away.awayUntil
	) {
		throw new OwnerError(`${where}: Away Until must be later than Away From.`);
	}
	return away;
}
