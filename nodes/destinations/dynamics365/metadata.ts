/** What Dataverse says about the columns of the table Lead. */
import { DestinationError } from '../contract';
import type { TimeLimits } from '../timeLimits';
import { unexpectedResponse } from '../unexpectedResponse';
import type { DataverseClient } from './connection/client';
import { needsMetadata } from './errors';

/** A column that can be read. */
export interface ReadableColumn {
	name: string;
	/** For people, in the application user's language. */
	label: string;
	kind: 'choice' | 'other' | 'text';
}

/** An entry of a column of choices. */
export interface Choice {
	value: number;
	/** In every language it is translated to. */
	labels: readonly string[];
}

/** A column in which a text can be searched; one that is neither can't be. */
export type SearchableColumn =
	{ name: string; kind: 'text' } | { name: string; kind: 'choice'; choices: readonly Choice[] };

/** `memo` is a text of several lines, `date` a day without a time. */
export type ColumnKind =
	'boolean' | 'choice' | 'date' | 'dateTime' | 'integer' | 'memo' | 'number' | 'other' | 'text';

export interface WritableColumn {
	name: string;
	/** For people, in the application user's language. */
	label: string;
	kind: ColumnKind;
	/** Of texts, in UTF-16 units. */
	maxLength: number;
	/** Whether it can still be written when the lead is there; when a lead is made it always can. */
	updatable: boolean;
}

/** By logical name. */
export type WritableColumns = ReadonlyMap<string, WritableColumn>;

type Attribute = Readonly<Record<string, unknown>>;

const ATTRIBUTES = "EntityDefinitions(LogicalName='lead')/Attributes";
const OPTIONS =
	'$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)';

const KINDS: Readonly<Record<string, ColumnKind>> = {
	BigInt: 'integer',
	Boolean: 'boolean',
	DateTime: 'dateTime',
	Decimal: 'number',
	Double: 'number',
	Integer: 'integer',
	Memo: 'memo',
	Money: 'number',
	Picklist: 'choice',
	String: 'text',
};

/** What Dataverse gives a text column unless told otherwise. */
const DEFAULT_LENGTH = 100;

/** The columns of leads that can be read, in the service's order. @throws DestinationError */
export async function readColumns(
	client: DataverseClient,
	limits: TimeLimits,
	{ labels = true }: { labels?: boolean } = {},
): Promise<ReadableColumn[]> {
	// In an environment of many languages, labels are most of the response.
	const select = `LogicalName,AttributeType,AttributeOf,IsValidForRead${labels ? ',DisplayName' : ''}`;
	const attributes = await readAttributes(client, `?$select=${select}`, limits);
	return attributes.flatMap((attribute): ReadableColumn[] => {
		const name = ownNameOf(attribute);
		if (name === undefined || attribute['IsValidForRead'] === false) return [];
		const kind = kindOf(attribute);
		const isSearchable = kind === 'choice' || kind === 'text';
		return [
			{
				name,
				label: labelOf(attribute['DisplayName']) ?? name,
				kind: isSearchable ? kind : kind === 'memo' ? 'text' : 'other',
			},
		];
	});
}

/**
 * How each of these columns can be searched; those that can't be are left out, and so are columns of
 * choices that are not in `withChoices`, since each costs a request.
 *
 * @throws DestinationError
 */
export async function readSearchableColumns(
	client: DataverseClient,
	names: readonly string[],
	withChoices: ReadonlySet<string>,
	limits: TimeLimits,
): Promise<Map<string, SearchableColumn>> {
	const all = await readColumns(client, limits, { labels: false });
	const columns = all.filter(({ name }) => names.includes(name));
	const searchable = await Promise.all(
		columns.map(async ({ name, kind }): Promise<SearchableColumn[]> => {
			if (kind === 'text') return [{ name, kind }];
			if (kind === 'other' || !withChoices.has(name)) return [];
			return [{ name, kind, choices: await readChoices(client, name, limits) }];
		}),
	);
	return new Map(searchable.flat().map((column) => [column.name, column]));
}

async function readChoices(
	client: DataverseClient,
	column: string,
	limits: TimeLimits,
): Promise<Choice[]> {
	const { body } = await client.get({
		path: `${ATTRIBUTES}(LogicalName='${column}')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?${OPTIONS}`,
		subject: 'columns',
		...limits,
	});
	return choicesIn(body);
}

/** The choices of all columns of choices at once, by name. @throws DestinationError */
export async function readAllChoices(
	client: DataverseClient,
	limits: TimeLimits,
): Promise<Map<string, Choice[]>> {
	const attributes = await readAttributes(
		client,
		`/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?${OPTIONS}`,
		limits,
	);
	return new Map(
		attributes.flatMap((attribute): Array<[string, Choice[]]> => {
			const { LogicalName: name } = attribute;
			return typeof name === 'string' ? [[name, choicesIn(attribute)]] : [];
		}),
	);
}

/** Which columns can be filled, and what each takes. @throws DestinationError */
export async function readWritableColumns(
	client: DataverseClient,
	limits: TimeLimits,
): Promise<WritableColumns> {
	// Lengths are properties of some types of column only, which have to be asked for by type.
	const ofType = async (type: string, property: string) =>
		await readAttributes(
			client,
			`/Microsoft.Dynamics.CRM.${type}AttributeMetadata?$select=LogicalName,${property}`,
			limits,
		);
	const select =
		'LogicalName,AttributeType,AttributeOf,IsValidForCreate,IsValidForUpdate,DisplayName';
	try {
		const [all, texts, memos, dates] = await Promise.all([
			readAttributes(client, `?$select=${select}`, limits),
			ofType('String', 'MaxLength'),
			ofType('Memo', 'MaxLength'),
			ofType('DateTime', 'DateTimeBehavior'),
		]);
		const details = new Map(
			[...texts, ...memos, ...dates].map((attribute) => [attribute['LogicalName'], attribute]),
		);
		const columns = all.flatMap((attribute) =>
			toWritable(attribute, details.get(attribute['LogicalName']) ?? {}),
		);
		return new Map(columns.map((column) => [column.name, column]));
	} catch (error) {
		if (error instanceof DestinationError && error.code === 'permission')
			throw needsMetadata(error);
		throw error;
	}
}

function toWritable(attribute: Attribute, details: Attribute): WritableColumn[] {
	const name = ownNameOf(attribute);
	if (name === undefined || attribute['IsValidForCreate'] !== true) return [];
	const kind = kindOf(attribute);
	const { MaxLength: length, DateTimeBehavior: behavior } = details;
	const isDate = kind === 'dateTime' && asRecord(behavior)?.['Value'] === 'DateOnly';
	return [
		{
			name,
			label: labelOf(attribute['DisplayName']) ?? name,
			kind: isDate ? 'date' : kind,
			maxLength: typeof length === 'number' && length > 0 ? length : DEFAULT_LENGTH,
			updatable: attribute['IsValidForUpdate'] !== false,
		},
	];
}

async function readAttributes(
	client: DataverseClient,
	path: string,
	limits: TimeLimits,
): Promise<Attribute[]> {
	const { body } = await client.get({
		path: `${ATTRIBUTES}${path}`,
		subject: 'columns',
		...limits,
	});
	return recordsOf(body['value']);
}

/** `undefined` for a companion of another column, such as the label of a choice: the service keeps it. */
function ownNameOf({ LogicalName: name, AttributeOf: owner }: Attribute): string | undefined {
	return typeof name === 'string' && typeof owner !== 'string' ? name : undefined;
}

function kindOf({ AttributeType: type }: Attribute): ColumnKind {
	const kind = typeof type === 'string' && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
	return kind ?? 'other';
}

function choicesIn(attribute: Attribute): Choice[] {
	const set = asRecord(attribute['OptionSet']) ?? asRecord(attribute['GlobalOptionSet']);
	// Without its choices a column would be searched for none of them, and its leads left out.
	return recordsOf(set?.['Options']).flatMap(({ Value: value, Label: label }): Choice[] =>
		typeof value === 'number' ? [{ value, labels: labelsOf(label) }] : [],
	);
}

function labelOf(label: unknown): string | undefined {
	const text = asRecord(asRecord(label)?.['UserLocalizedLabel'])?.['Label'];
	return typeof text === 'string' && text !== '' ? text : undefined;
}

function labelsOf(label: unknown): string[] {
	const record = asRecord(label);
	const all = [record?.['UserLocalizedLabel'], ...recordsOf(record?.['LocalizedLabels'] ?? [])];
	return all.flatMap((entry) => {
		const text = asRecord(entry)?.['Label'];
		return typeof text === 'string' ? [text] : [];
	});
}

function recordsOf(value: unknown): Attribute[] {
	const records = Array.isArray(value) ? value.map(asRecord) : [undefined];
	if (records.every((record) => record !== undefined)) return records;
	throw unexpectedResponse('Dynamics 365', 'its descriptions of columns are not a list of objects');
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as Record<string, unknown>)
		: undefined;
}
