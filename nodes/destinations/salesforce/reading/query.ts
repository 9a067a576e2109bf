import type { LeadPosition } from './position';
import { allOf, anyOf, textLiteral, timeLiteral } from '../connection/soql';

/** Salesforce gives no more groups in one response. */
export const MAX_SOURCES = 2_000;

/** Where a page begins. */
export interface PageStart {
	/** Epoch milliseconds; `undefined` for all leads. */
	since: number | undefined;
	after: LeadPosition | undefined;
}

export interface LeadPage extends PageStart {
	/** Names, or `FIELDS(STANDARD)`. */
	fields: readonly string[];
	conditions: readonly string[];
	limit: number;
}

/**
 * A page of leads. By the last lead read, not by Salesforce's query locators: those end after two
 * days, and are for the session that began.
 */
export function leadQuery({ fields, conditions, limit, ...start }: LeadPage): string {
	const where = whereClause([...startConditions(start), ...conditions]);
	return `SELECT ${fields.join(', ')} FROM Lead${where} ORDER BY CreatedDate, Id LIMIT ${limit}`;
}

/** The Lead Sources of the leads from there on, each once. */
export function sourcesQuery({ conditions, ...start }: Omit<LeadPage, 'fields' | 'limit'>): string {
	const where = whereClause([...startConditions(start), ...conditions]);
	return `SELECT LeadSource FROM Lead${where} GROUP BY LeadSource LIMIT ${MAX_SOURCES}`;
}

function whereClause(conditions: readonly string[]): string {
	return conditions.length === 0 ? '' : ` WHERE ${allOf(conditions)}`;
}

function startConditions({ since, after }: PageStart): string[] {
	if (after && (since === undefined || after.createdDate >= since)) {
		const time = timeLiteral(after.createdDate);
		return [
			`CreatedDate >= ${time}`,
			anyOf([`CreatedDate > ${time}`, `Id > ${textLiteral(after.id)}`]),
		];
	}
	return since === undefined ? [] : [`CreatedDate >= ${timeLiteral(since)}`];
}
