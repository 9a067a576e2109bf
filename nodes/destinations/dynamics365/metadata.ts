/** What columns the lead table has, as Dataverse describes them. */
import type { TimeLimits } from '../timeLimits';
import { unexpectedResponse } from '../unexpectedResponse';
import type { Choice, Searchable } from './reading/query';
import type { WebApi } from './connection/client';

export interface ColumnInfo {
	name: string;
	/** For people, in the application user's language. */
	label: string;
	kind: 'choice' | 'other' | 'text';
}

export const LEAD = "EntityDefinitions(LogicalName='lead')/Attributes";

const KINDS: Readonly<Record<string, ColumnInfo['kind']>> = {
	Memo: 'text',
	Picklist: 'choice',
	String: 'text',
};

/** The columns of leads that can be read, in the service's order. @throws DestinationError */
export async function readColumnInfo(
	api: WebApi,
	limits: TimeLimits,
	{ labels = true }: { labels?: boolean } = {},
): Promise<ColumnInfo[]> {
	// In an environment of many languages, labels are most of the answer.
	const select = `LogicalName,AttributeType,AttributeOf,IsValidForRead${labels ? ',DisplayName' : ''}`;
	const { body } = await api.get({
		path: `${LEAD}?$select=${select}`,
		subject: 'columns',
		...limits,
	});
	return recordsOf(body['value']).flatMap((attribute): ColumnInfo[] => {
		const { LogicalName: name, AttributeType: type, DisplayName: displayName } = attribute;
		if (typeof name !== 'string' || attribute['IsValidForRead'] === false) return [];
		// Companions of another column, such as the label of a choice, can't be asked for.
		if (typeof attribute['AttributeOf'] === 'string') return [];
		const kind = typeof type === 'string' && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
		return [{ name, label: labelOf(displayName) ?? name, kind: kind ?? 'other' }];
	});
}

/**
 * How each of these columns can be searched; those that can't be are left out, and so are columns of
 * choices that are not in `withChoices`, since each costs a request.
 *
 * @throws DestinationError
 */
export async function readSearchables(
	api: WebApi,
	names: readonly string[],
	withChoices: ReadonlySet<string>,
	limits: TimeLimits,
): Promise<Map<string, Searchable>> {
	const all = await readColumnInfo(api, limits, { labels: false });
	const columns = all.filter(({ name }) => names.includes(name));
	const searchables = await Promise.all(
		columns.map(async ({ name, kind }): Promise<Searchable | undefined> => {
			if (kind === 'text') return { name, kind };
			if (kind === 'other' || !withChoices.has(name)) return undefined;
			return { name, kind, choices: await readChoices(api, name, limits) };
		}),
	);
	return new Map(
		searchables.flatMap((searchable): Array<[string, Searchable]> =>
			searchable ? [[searchable.name, searchable]] : [],
		),
	);
}

/** What there is to choose in a column of choices. */
export async function readChoices(
	api: WebApi,
	column: string,
	limits: TimeLimits,
): Promise<Choice[]> {
	const { body } = await api.get({
		path: `${LEAD}(LogicalName='${column}')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)`,
		subject: 'columns',
		...limits,
	});
	return choicesIn(body);
}

/** The same for all columns of choices at once, by name. @throws DestinationError */
export async function readAllChoices(
	api: WebApi,
	limits: TimeLimits,
): Promise<Map<string, Choice[]>> {
	const { body } = await api.get({
		path: `${LEAD}/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)`,
		subject: 'columns',
		...limits,
	});
	return new Map(
		recordsOf(body['value']).flatMap((attribute): Array<[string, Choice[]]> => {
			const { LogicalName: name } = attribute;
			return typeof name === 'string' ? [[name, choicesIn(attribute)]] : [];
		}),
	);
}

function choicesIn(attribute: Readonly<Record<string, unknown>>): Choice[] {
	const set = asRecord(attribute['OptionSet']) ?? asRecord(attribute['GlobalOptionSet']);
	// Without its choices a column would be searched for none of them, and its leads left out.
	return recordsOf(set?.['Options']).flatMap(({ Value: value, Label: label }): Choice[] =>
		typeof value === 'number' ? [{ value, labels: labelsOf(label) }] : [],
	);
}

export function labelOf(label: unknown): string | undefined {
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

export function recordsOf(value: unknown): Array<Readonly<Record<string, unknown>>> {
	const records = Array.isArray(value) ? value.map(asRecord) : [undefined];
	if (records.every((record) => record !== undefined)) return records;
	throw unexpectedResponse('Dynamics 365', 'its descriptions of columns are not a list of objects');
}

export function asRecord(value: unknown): Record<string, unknown> | undefined {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as Record<string, unknown>)
		: undefined;
}
