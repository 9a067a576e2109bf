/** What Dataverse says about the columns of the table Lead. */
import { flag, readAs } from '../../schemas';
import {
	array,
	boolean,
	check,
	fallback,
	type GenericSchema,
	type InferOutput,
	minValue,
	nullish,
	number,
	object,
	optional,
	pipe,
	string,
	transform,
} from '../../vendor/schema';
import { DestinationError } from '../destinationError';
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

/** Text; `undefined` for anything else. */
const maybeText = fallback(optional(string()), undefined);

/** What people read in the application user's language. */
const label = fallback(
	pipe(
		object({ UserLocalizedLabel: object({ Label: string() }) }),
		transform(({ UserLocalizedLabel: { Label: text } }) => text),
	),
	'',
);

const translation = object({ Label: maybeText });

/** A label in every language. */
const translations = nullish(
	pipe(
		object({
			UserLocalizedLabel: nullish(translation),
			LocalizedLabels: nullish(array(translation), []),
		}),
		transform(({ UserLocalizedLabel: own, LocalizedLabels: all }) =>
			[own, ...all].flatMap((entry) => entry?.Label ?? []),
		),
	),
	{},
);

const attributeSchema = object({
	LogicalName: maybeText,
	AttributeOf: maybeText,
	AttributeType: maybeText,
	IsValidForRead: fallback(boolean(), true),
	IsValidForCreate: flag,
	IsValidForUpdate: fallback(boolean(), true),
	DisplayName: label,
	MaxLength: fallback(optional(pipe(number(), minValue(1))), undefined),
	DateTimeBehavior: fallback(object({ Value: maybeText }), { Value: undefined }),
});
type Attribute = InferOutput<typeof attributeSchema>;

const optionSet = object({
	Options: array(object({ Value: fallback(optional(number()), undefined), Label: translations })),
});

/** Without its choices a column would be searched for none of them, and its leads left out. */
const choiceColumn = pipe(
	object({
		LogicalName: maybeText,
		OptionSet: nullish(optionSet),
		GlobalOptionSet: nullish(optionSet),
	}),
	check(({ OptionSet: own, GlobalOptionSet: shared }) => Boolean(own ?? shared)),
	transform(({ LogicalName: name, OptionSet: own, GlobalOptionSet: shared }) => ({
		name,
		choices: ((own ?? shared)?.Options ?? []).flatMap(
			({ Value: value, Label: labels }): Choice[] =>
				value === undefined ? [] : [{ value, labels }],
		),
	})),
);

const ATTRIBUTES = "EntityDefinitions(LogicalName='lead')/Attributes";
const OPTIONS =
	'$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)';

const KINDS: ReadonlyMap<string | undefined, ColumnKind> = new Map([
	['BigInt', 'integer'],
	['Boolean', 'boolean'],
	['DateTime', 'dateTime'],
	['Decimal', 'number'],
	['Double', 'number'],
	['Integer', 'integer'],
	['Memo', 'memo'],
	['Money', 'number'],
	['Picklist', 'choice'],
	['String', 'text'],
] as const);

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
		if (name === undefined || !attribute.IsValidForRead) return [];
		const kind = kindOf(attribute);
		const isSearchable = kind === 'choice' || kind === 'text';
		return [
			{
				name,
				label: attribute.DisplayName || name,
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
	return columnAs(choiceColumn, body).choices;
}

/** The choices of all columns of choices at once, by name. @throws DestinationError */
export async function readAllChoices(
	client: DataverseClient,
	limits: TimeLimits,
): Promise<Map<string, Choice[]>> {
	const { body } = await client.get({
		path: `${ATTRIBUTES}/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?${OPTIONS}`,
		subject: 'columns',
		...limits,
	});
	return new Map(
		columnAs(array(choiceColumn), body['value']).flatMap(
			({ name, choices }): Array<[string, Choice[]]> =>
				name === undefined ? [] : [[name, choices]],
		),
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
			[...texts, ...memos, ...dates].map((attribute) => [attribute.LogicalName, attribute]),
		);
		const columns = all.flatMap((attribute) =>
			toWritable(attribute, details.get(attribute.LogicalName)),
		);
		return new Map(columns.map((column) => [column.name, column]));
	} catch (error) {
		if (error instanceof DestinationError && error.code === 'permission')
			throw needsMetadata(error);
		throw error;
	}
}

function toWritable(attribute: Attribute, details?: Attribute): WritableColumn[] {
	const name = ownNameOf(attribute);
	if (name === undefined || !attribute.IsValidForCreate) return [];
	const kind = kindOf(attribute);
	const isDate = kind === 'dateTime' && details?.DateTimeBehavior.Value === 'DateOnly';
	return [
		{
			name,
			label: attribute.DisplayName || name,
			kind: isDate ? 'date' : kind,
			maxLength: details?.MaxLength ?? DEFAULT_LENGTH,
			updatable: attribute.IsValidForUpdate,
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
	return columnAs(array(attributeSchema), body['value']);
}

/** `undefined` for a companion of another column, such as the label of a choice: the service keeps it. */
function ownNameOf({ LogicalName: name, AttributeOf: owner }: Attribute): string | undefined {
	return owner === undefined ? name : undefined;
}

function kindOf({ AttributeType: type }: Attribute): ColumnKind {
	return KINDS.get(type) ?? 'other';
}

function columnAs<Schema extends GenericSchema>(
	schema: Schema,
	value: unknown,
): InferOutput<Schema> {
	const found = readAs(schema, value);
	if (found !== undefined) return found;
	throw unexpectedResponse('Dynamics 365', 'its descriptions of columns are not a list of objects');
}
