import type { DestinationInput, ListEntry, WriteInput } from '../contract';
import { editorLimits } from '../timeLimits';
import { keepsIds, readColumns } from './metadata';
import { LEAD_FIELDS } from './reading/record';
import { queryResult, SalesforceSession, type ApiAnswer } from './connection/session';

/** Values of LeadSource that are looked up; nobody scrolls further. */
const MOST_SOURCES = 1_000;

/** Types of fields whose values are texts, numbers or times, which a lead can carry. */
export const PLAIN_TYPE =
	/^(boolean|combobox|currency|date|datetime|double|email|encryptedstring|int|long|multipicklist|percent|phone|picklist|reference|string|textarea|time|url)$/;

/** A session of its own for what a person in the editor asks for. @throws DestinationError */
export async function openForEditor(
	credential: Record<string, unknown>,
	{ signal } = editorLimits(),
): Promise<{ session: SalesforceSession; signal: AbortSignal }> {
	// Nothing is tried again: the person who waits wants the first answer, and can ask anew.
	const limits = { signal, deadline: Date.now() };
	return { session: await SalesforceSession.open(credential, limits), signal };
}

/**
 * Values that Lead Source can have: those of its picklist, and those that leads have, because
 * Web-to-Lead also writes values that are not in it.
 */
export async function searchLeadSources({ credential }: DestinationInput): Promise<ListEntry[]> {
	const { session, signal } = await openForEditor(credential);
	const soql = `SELECT LeadSource, COUNT(Id) leads FROM Lead WHERE LeadSource != null GROUP BY LeadSource ORDER BY COUNT(Id) DESC LIMIT ${MOST_SOURCES}`;
	const [columns, used] = await Promise.all([
		readColumns(session, signal),
		session.get(`/query?q=${encodeURIComponent(soql)}`, signal),
	]);
	const picklist = (columns.get('leadsource')?.choices ?? []).map(({ value }) => value);
	const byName = new Map(
		[...picklist, ...usedSources(used)].map((name) => [name.toLowerCase(), name]),
	);
	return sorted([...byName.values()].map((name) => ({ name, value: name })));
}

/** Fields that a lead can carry beside the usual ones. */
export async function searchLeadFields({ credential }: DestinationInput): Promise<ListEntry[]> {
	const { session, signal } = await openForEditor(credential);
	const columns = await readColumns(session, signal);
	const usual = new Set<string>(LEAD_FIELDS);
	return sorted(
		[...columns.values()]
			.filter(({ name, type }) => !usual.has(name) && PLAIN_TYPE.test(type))
			.map(({ name, label }) => ({ name: `${label} (${name})`, value: name })),
	);
}

/** Fields that can keep a lead's id, so that no lead is made twice. */
export async function searchExternalIdFields({ credential }: WriteInput): Promise<ListEntry[]> {
	const { session, signal } = await openForEditor(credential);
	const columns = await readColumns(session, signal);
	return sorted(
		[...columns.values()]
			.filter(keepsIds)
			.map(({ name, label }) => ({ name: `${label} (${name})`, value: name })),
	);
}

function usedSources(answer: ApiAnswer): string[] {
	return queryResult(answer).records.flatMap((group) => {
		const { LeadSource } = recordOf(group);
		return typeof LeadSource === 'string' && LeadSource !== '' ? [LeadSource] : [];
	});
}

function recordOf(value: unknown): Partial<Record<string, unknown>> {
	return typeof value === 'object' && value !== null ? { ...value } : {};
}

function sorted(entries: ListEntry[]): ListEntry[] {
	return entries.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}
