/** Which columns of the lead table can be filled, and what each takes. */
import { DestinationError } from '../contract';
import type { TimeLimits } from '../timeLimits';
import { asRecord, LEAD, labelOf, recordsOf } from './metadata';
import { APPLICATION_USERS } from './errors';
import type { WebApi } from './connection/client';

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

const ATTRIBUTES =
	'LogicalName,AttributeType,AttributeOf,IsValidForCreate,IsValidForUpdate,DisplayName';

/** @throws DestinationError */
export async function readWritableColumns(
	api: WebApi,
	limits: TimeLimits,
): Promise<WritableColumns> {
	const read = async (path: string) => {
		const { body } = await api.get({ path, subject: 'columns', ...limits });
		return recordsOf(body['value']);
	};
	// Lengths are properties of some types of column only, which have to be asked for by type.
	const ofType = async (type: string, property: string) =>
		await read(
			`${LEAD}/Microsoft.Dynamics.CRM.${type}AttributeMetadata?$select=LogicalName,${property}`,
		);
	try {
		const [all, texts, memos, dates] = await Promise.all([
			read(`${LEAD}?$select=${ATTRIBUTES}`),
			ofType('String', 'MaxLength'),
			ofType('Memo', 'MaxLength'),
			ofType('DateTime', 'DateTimeBehavior'),
		]);
		const details = new Map(
			[...texts, ...memos, ...dates].map((attribute) => [attribute['LogicalName'], attribute]),
		);
		const columns = all.flatMap((attribute) => {
			const { LogicalName: name } = attribute;
			const column = toColumn(attribute, details.get(name) ?? {});
			return column === undefined ? [] : [[column.name, column] as const];
		});
		return new Map(columns);
	} catch (error) {
		if (error instanceof DestinationError && error.code === 'permission')
			throw needsMetadata(error);
		throw error;
	}
}

type Attribute = Readonly<Record<string, unknown>>;

function toColumn(attribute: Attribute, details: Attribute): WritableColumn | undefined {
	const { LogicalName: name, AttributeType: type, DisplayName: displayName } = attribute;
	if (typeof name !== 'string' || attribute['IsValidForCreate'] !== true) return undefined;
	// Companions of another column, such as the label of a choice, are kept by the service.
	if (typeof attribute['AttributeOf'] === 'string') return undefined;
	const kind = typeof type === 'string' && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
	const { MaxLength: length, DateTimeBehavior: behavior } = details;
	const isDate = kind === 'dateTime' && asRecord(behavior)?.['Value'] === 'DateOnly';
	return {
		name,
		label: labelOf(displayName) ?? name,
		kind: isDate ? 'date' : (kind ?? 'other'),
		maxLength: typeof length === 'number' && length > 0 ? length : DEFAULT_LENGTH,
		updatable: attribute['IsValidForUpdate'] !== false,
	};
}

function needsMetadata({ message, httpCode }: DestinationError): DestinationError {
	return new DestinationError(message, {
		description: `${APPLICATION_USERS} Give it a security role that may read the customizations Entity and Attribute: they tell how long a text each column takes.`,
		code: 'permission',
		httpCode,
	});
}
