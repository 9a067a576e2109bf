import type { FakeResponse } from '../fakeServer.ts';

/** An error as Dataverse writes it. */
export class ServiceError extends Error {
	readonly response: FakeResponse;

	constructor(
		status: number,
		code: string,
		message: string,
		headers: Readonly<Record<string, string>> = {},
	) {
		super(message);
		this.response = { status, headers, body: { error: { code, message } } };
	}
}

/** A query that OData's own checks turn away. */
export function badQuery(message: string): ServiceError {
	return new ServiceError(400, '0x80060888', message);
}

export function noProperty(name: string): ServiceError {
	return badQuery(
		`Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.lead'.`,
	);
}
