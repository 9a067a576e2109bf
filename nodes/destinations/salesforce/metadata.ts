import type { ListEntry } from '../contract';
import { oddAnswer } from './errors';
import type { SalesforceSession } from './connection/session';

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
	/** Whether the user may change it in a lead that is there. */
	updateable: boolean;
	/** Whether records are found by it: an External ID that two leads can't share. */
	identifies: boolean;
	/** Active values of a picklist, each with its label. */
	choices: readonly ListEntry[];
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
			const { name, label, type, length, createable, updateable, ...others } = recordOf(field);
			const { externalId, unique, picklistValues } = others;
			if (typeof name !== 'string' || typeof type !== 'string') throw oddAnswer(raw);
			const entries = (Array.isArray(picklistValues) ? picklistValues : []).map(recordOf);
			const column: LeadColumn = {
				name,
				label: typeof label === 'string' ? label : name,
				type,
				length: typeof length === 'number' && length > 0 ? length : 0,
				createable: createable === true,
				updateable: updateable === true,
				identifies: externalId === true && unique === true,
				choices: entries
					.filter(({ active }) => active === true)
					.flatMap(({ value, label: shown }) =>
						typeof value === 'string'
							? [{ name: typeof shown === 'string' ? shown : value, value }]
							: [],
					),
			};
			return [name.toLowerCase(), column];
		}),
	);
}

/** Whether a field can keep the id that a lead came with, and find it by that. */
export function keepsIds({ identifies, createable, type }: LeadColumn): boolean {
	return identifies && createable && type === 'string';
}

function recordOf(value: unknown): Partial<Record<string, unknown>> {
	return typeof value === 'object' && value !== null ? { ...value } : {};
}
