import type { ListEntry } from '../contract';
import type { SalesforceSession } from './connection/session';

/** A field of leads that the user can see. */
export interface LeadField {
	/** Salesforce's own spelling. */
	name: string;
	/** What people call it. */
	label: string;
	/** As `describe` names it. */
	type: string;
	/** Most characters; 0 where it has no such bound. */
	length: number;
	/** Whether the user may set it in a new lead. */
	createable: boolean;
	/** Whether the user may change it in a lead that is there. */
	updateable: boolean;
	/** Whether it can keep the id that a lead came with: a text, unique, and an External ID. */
	isExternalId: boolean;
	/** Active values of a picklist, each with its label. */
	choices: readonly ListEntry[];
}

/** By lower-case name: Salesforce takes names in any case. */
export type LeadFields = ReadonlyMap<string, LeadField>;

/** Asks which fields leads have. @throws DestinationError */
export async function readLeadFields(
	session: SalesforceSession,
	signal: AbortSignal,
): Promise<LeadFields> {
	const response = await session.read(
		async (connection) => await connection.describe('Lead'),
		signal,
	);
	const { fields } = Object(response.body) as { fields?: unknown };
	if (!Array.isArray(fields)) throw response.unexpected();
	return new Map(
		fields.map((entry: unknown): [string, LeadField] => {
			const field = toField(entry);
			if (!field) throw response.unexpected();
			return [field.name.toLowerCase(), field];
		}),
	);
}

function toField(entry: unknown): LeadField | undefined {
	const { name, label, type, length, ...others } = Object(entry) as Partial<
		Record<string, unknown>
	>;
	if (typeof name !== 'string' || typeof type !== 'string') return undefined;
	const { externalId, unique, picklistValues } = others;
	const createable = others['createable'] === true;
	return {
		name,
		label: typeof label === 'string' ? label : name,
		type,
		length: typeof length === 'number' && length > 0 ? length : 0,
		createable,
		updateable: others['updateable'] === true,
		isExternalId: externalId === true && unique === true && createable && type === 'string',
		choices: (Array.isArray(picklistValues) ? picklistValues : []).flatMap(toChoice),
	};
}

function toChoice(entry: unknown): ListEntry[] {
	const { active, value, label } = Object(entry) as Partial<Record<string, unknown>>;
	if (active !== true || typeof value !== 'string') return [];
	return [{ name: typeof label === 'string' ? label : value, value }];
}
