import type { JsonValue } from '../../../lead';
import { DestinationError } from '../../destinationError';
import { retried, type TimeLimits } from '../../timeLimits';
import type { SalesforceSession } from '../connection/session';
import { isLeadId } from '../reading/position';
import { LEAD_FIELDS, toRow } from '../reading/record';

/** A lead as `parseLead` reads it, with these fields too; `undefined` where it is not there. */
export async function readLead(
	session: SalesforceSession,
	id: string,
	additional: readonly string[],
	limits: TimeLimits,
): Promise<JsonValue | undefined> {
	if (!isLeadId(id)) return undefined;
	const response = await unlessGone(
		async () =>
			await session.read(
				async (connection) => await connection.retrieve('Lead', id),
				limits.signal,
			),
		limits,
	);
	if (!response) return undefined;
	const names = [...LEAD_FIELDS, ...additional].map((name) => name.toLowerCase());
	const row = toRow(response.body, new Set(names));
	if (!row) throw response.unexpected();
	return row.record;
}

/** Deletes a lead; one that is gone already is as it should be. */
export async function removeLead(
	session: SalesforceSession,
	id: string,
	limits: TimeLimits,
): Promise<void> {
	if (!isLeadId(id)) return;
	await unlessGone(
		async () =>
			await session.save(async (connection) => await connection.destroy('Lead', id), limits.signal),
		limits,
	);
}

async function unlessGone<Response>(
	ask: () => Promise<Response>,
	limits: TimeLimits,
): Promise<Response | undefined> {
	try {
		return await retried(ask, limits);
	} catch (error) {
		if (error instanceof DestinationError && error.httpCode === '404') return undefined;
		throw error;
	}
}
