import type { JsonValue } from '../../../lead';
import { DestinationError } from '../../contract';
import { retried, type TimeLimits } from '../../timeLimits';
import { isLeadId } from '../reading/position';
import { LEAD_FIELDS, toRow } from '../reading/record';
import { oddAnswer } from '../errors';
import type { SalesforceSession } from '../connection/session';
import { explainWriteRefusal } from '../errors/write';

/** A lead as `parseLead` reads it, with these fields too; `undefined` where it is not there. */
export async function readLead(
	session: SalesforceSession,
	id: string,
	additional: readonly string[],
	limits: TimeLimits,
): Promise<JsonValue | undefined> {
	if (!isLeadId(id)) return undefined;
	const answer = await retried(
		async () =>
			await unlessGone(
				session.send({ method: 'GET', path: `/sobjects/Lead/${id}` }, limits.signal),
			),
		limits,
	);
	if (!answer) return undefined;
	const names = [...LEAD_FIELDS, ...additional].map((name) => name.toLowerCase());
	const row = toRow(answer.body, new Set(names));
	if (!row) throw oddAnswer(answer.raw);
	return row.record;
}

/** Deletes a lead; one that is gone already is as it should be. */
export async function removeLead(
	session: SalesforceSession,
	id: string,
	limits: TimeLimits,
): Promise<void> {
	if (!isLeadId(id)) return;
	const request = {
		method: 'DELETE',
		path: `/sobjects/Lead/${id}`,
		explain: explainWriteRefusal,
	} as const;
	await retried(async () => await unlessGone(session.send(request, limits.signal)), limits);
}

async function unlessGone<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
	try {
		return await asked;
	} catch (error) {
		if (error instanceof DestinationError && error.httpCode === '404') return undefined;
		throw error;
	}
}
