import { oddAnswer } from './refusal';
import type { SalesforceSession } from './session';

/** A field of leads that the user can see. */
export interface LeadColumn {
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
	/** Whether records are found by it: an External ID that two leads can't share. */
	identifies: boolean;
	/** Active values of a picklist. */
	values: readonly string[];
}

/** By lower-case name: Salesforce takes names in any case. */
export type LeadColumns = ReadonlyMap<string, LeadColumn>;

/** Asks which fields leads have. @throws DestinationError */
export async function readColumns(
	session: SalesforceSession,
	signal: AbortSignal,
): Promise<LeadColumns> {
	const { body, raw } = await session.get('/sobjects/Lead/describe', signal);
	const { fields } = recordOf(body);
	if (!Array.isArray(fields)) throw oddAnswer(raw);
	return new Map(
		fields.map((field: unknown): [string, LeadColumn] => {
			const { name, label, type, length, createable, externalId, unique, picklistValues } =
				recordOf(field);
			if (typeof name !== 'string' || typeof type !== 'string') throw oddAnswer(raw);
			const entries = (Array.isArray(picklistValues) ? picklistValues : []).map(recordOf);
			const column: LeadColumn = {
				name,
				label: typeof label === 'string' ? label : name,
				type,
				length: typeof length === 'number' && length > 0 ? length : 0,
				createable: createable === true,
				identifies: externalId === true && unique === true,
				values: entries
					.filter(({ active }) => active === true)
					.flatMap(({ value }) => (typeof value === 'string' ? [value] : [])),
			};
			return [name.toLowerCase(), column];
		}),
	);
}

function recordOf(value: unknown): Partial<Record<string, unknown>> {
	return typeof value === 'object' && value !== null ? { ...value } : {};
}
