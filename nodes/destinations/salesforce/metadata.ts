import { entriesAs, flag, readAs } from '../../schemas';
import {
	array,
	fallback,
	literal,
	minValue,
	number,
	object,
	optional,
	pipe,
	string,
	transform,
} from '../../vendor/schema';
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

const maybeText = fallback(optional(string()), undefined);

const choice = pipe(
	object({ active: literal(true), value: string(), label: maybeText }),
	transform(({ value, label = value }): ListEntry => ({ name: label, value })),
);

const fieldSchema = pipe(
	object({
		name: string(),
		label: maybeText,
		type: string(),
		length: fallback(pipe(number(), minValue(0)), 0),
		createable: flag,
		updateable: flag,
		externalId: flag,
		unique: flag,
		picklistValues: fallback(entriesAs(choice), []),
	}),
	transform(({ label, externalId, unique, picklistValues: choices, ...field }): LeadField => {
		const isExternalId = externalId && unique && field.createable && field.type === 'string';
		return { ...field, label: label ?? field.name, isExternalId, choices };
	}),
);

/** Asks which fields leads have. @throws DestinationError */
export async function readLeadFields(
	session: SalesforceSession,
	signal: AbortSignal,
): Promise<LeadFields> {
	const response = await session.read(
		async (connection) => await connection.describe('Lead'),
		signal,
	);
	const described = readAs(object({ fields: array(fieldSchema) }), response.body);
	if (!described) throw response.unexpected();
	return new Map(described.fields.map((field) => [field.name.toLowerCase(), field]));
}
