import type { StandInAnswer } from '../standIn.ts';

/** A refusal as Dataverse writes it. */
export class Refused extends Error {
	readonly answer: StandInAnswer;

	constructor(
		status: number,
		code: string,
		message: string,
		headers: Readonly<Record<string, string>> = {},
	) {
		super(message);
		this.answer = { status, headers, body: { error: { code, message } } };
	}
}

/** A query that OData's own checks turn away. */
export function badQuery(message: string): Refused {
	return new Refused(400, '0x80060888', message);
}

export function noProperty(name: string): Refused {
	return badQuery(
		`Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.lead'.`,
	);
}
