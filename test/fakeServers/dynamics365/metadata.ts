/** What the Web API tells of the lead table's columns. */
import { ATTRIBUTE_PROPERTIES, attributeMetadata, findColumn, LEAD_COLUMNS } from './columns.ts';
import type { LeadColumn } from './columns.ts';
import { badQuery, ServiceError } from './errors.ts';

const LEAD = "EntityDefinitions(LogicalName='lead')/Attributes";
const ONE =
	/^EntityDefinitions\(LogicalName='lead'\)\/Attributes\(LogicalName='(\w+)'\)\/Microsoft\.Dynamics\.CRM\.PicklistAttributeMetadata$/;
const CAST = /^Microsoft\.Dynamics\.CRM\.(\w+)AttributeMetadata$/;

/** Properties that only attributes of some types have. */
const BY_TYPE: Readonly<Record<string, readonly string[]>> = {
	DateTime: ['DateTimeBehavior'],
	Memo: ['MaxLength'],
	Picklist: [],
	String: ['MaxLength'],
};

/** `undefined` for a path that is about something else. @throws ServiceError */
export function describe(
	path: string,
	parameters: URLSearchParams,
	lacks: readonly string[] = [],
): object | undefined {
	const there = LEAD_COLUMNS.filter(({ name }) => !lacks.includes(name));
	if (path === LEAD) return attributes(parameters, there, []);
	const one = ONE.exec(path)?.[1];
	if (one !== undefined) return choicesOf(one, parameters);
	const type = path.startsWith(`${LEAD}/`)
		? CAST.exec(path.slice(LEAD.length + 1))?.[1]
		: undefined;
	if (type === undefined || !Object.hasOwn(BY_TYPE, type)) return undefined;
	const columns = there.filter((column) => column.type === type);
	return attributes(parameters, columns, BY_TYPE[type] ?? []);
}

function attributes(
	parameters: URLSearchParams,
	columns: readonly LeadColumn[],
	further: readonly string[],
): object {
	const expands = parameters.get('$expand');
	for (const name of parameters.keys()) {
		if (name !== '$select' && name !== '$expand') {
			throw badQuery(`The query parameter ${name} is not supported`);
		}
	}
	const known = [...ATTRIBUTE_PROPERTIES, ...further];
	const select = parameters.get('$select')?.split(',') ?? known;
	for (const property of select) {
		if (!known.includes(property)) {
			throw badQuery(
				`Could not find a property named '${property}' on type 'Microsoft.Dynamics.CRM.AttributeMetadata'.`,
			);
		}
	}
	return {
		value: columns.map((column) => ({
			...attributeMetadata(column, select),
			...(expands === null ? {} : optionSets(column)),
		})),
	};
}

function choicesOf(name: string, parameters: URLSearchParams): object {
	const column = findColumn(name);
	if (column?.type !== 'Picklist') {
		const text = `Could not find an attribute with specified name: ${name} for entity Lead`;
		throw new ServiceError(404, '0x80041102', text);
	}
	const isExpanded = /OptionSet/.test(parameters.get('$expand') ?? '');
	return { LogicalName: name, ...(isExpanded ? optionSets(column) : {}) };
}

/** Sets that several tables share come under the other name. */
function optionSets(column: LeadColumn): object {
	const options = Object.entries(column.options ?? {}).map(([value, text]) => {
		const label = { Label: text, LanguageCode: 1033, IsManaged: true, MetadataId: null };
		return { Value: Number(value), Label: { LocalizedLabels: [label], UserLocalizedLabel: label } };
	});
	return { OptionSet: { Options: options }, GlobalOptionSet: null };
}
