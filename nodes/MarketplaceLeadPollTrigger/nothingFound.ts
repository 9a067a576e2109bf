/** Why there is no lead to show: what the destination holds instead, said for people. */
import type { IPollFunctions, NodeHint, WorkflowActivateMode } from 'n8n-workflow';

import { timeLimits, type TimeLimits } from '../destinations/timeLimits';
import { isMarketplaceLead, parseLead, type JsonValue } from '../lead';
import { countText } from '../lead/text';
import { whenOwnItem } from '../parameters/ownOutput';
import { openForSurvey, type OpenSurvey } from '../parameters/openDestination';
import { survey, type Survey } from '../polling/survey';

/** By which the editor's hints know what the warning of a sample says. */
export const REASONS = {
	missing: 'does not exist (yet)',
	empty: 'holds no lead (yet)',
	others: 'none with a marketplace lead source',
	filtered: 'none of them passes',
	unread: 'could not be looked at',
} as const;

export interface Reason {
	kind: keyof typeof REASONS;
	/** A sentence or two. */
	text: string;
}

/** Milliseconds, for a look at what is there in place of leads. */
export const SURVEY_TIME = 10_000;
/** A person publishes the workflow, or what was changed in it. */
const BY_A_PERSON: readonly WorkflowActivateMode[] = ['activate', 'update'];

const HINTS: Record<Reason['kind'], string> = {
	missing: 'the table does not exist (yet)',
	empty: 'there is no lead (yet)',
	others: "there are leads, but none of Microsoft's marketplaces",
	filtered: 'the Filters let none of the leads through',
	unread: 'what is there could not be looked at',
};

/**
 * Shown beside a sample. n8n gives a poll no way to write a hint of its own, so there is one for each
 * kind of reason, and the numbers and names are in the item.
 */
export const sampleHints: NodeHint[] = Object.entries(HINTS).map(([kind, text]) => ({
	message: `This lead is <b>made up</b>: ${text}. The field <code>warnings</code> says more.`,
	type: 'warning',
	location: 'outputPane',
	whenToDisplay: 'afterExecution',
	displayCondition: whenOwnItem(
		`String(item.id).startsWith("sample-") && String(item.warnings).includes("${REASONS[kind as Reason['kind']]}")`,
	),
}));

/** Characters. A lead source has at most 255; longer texts are not looked into for one. */
const LONGEST_LEAD_SOURCE = 500;
/** Fields to name; where more hold lead sources, something else is odd. */
const MAX_NAMED = 5;

/**
 * Looks at everything the destination holds. `undefined` where there is a wanted lead after all.
 * Never throws: this is told beside something else.
 */
export async function explainNothing(
	context: IPollFunctions,
	limits: TimeLimits,
): Promise<Reason | undefined> {
	try {
		const place = await openForSurvey(context);
		return reasonFor(place, await survey(await place.open(limits), limits));
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		return { kind: 'unread', text: `What is there ${REASONS.unread}: ${message}.` };
	}
}

/** With settings that find nothing a workflow can be published: the first lead may make the table. */
export async function tellNothingFound(context: IPollFunctions): Promise<void> {
	if (!BY_A_PERSON.includes(context.getActivationMode())) return;
	const reason = await explainNothing(context, timeLimits(SURVEY_TIME));
	if (!reason) return;
	const { name } = context.getNode();
	const tell = reason.kind === 'empty' ? 'info' : 'warn';
	context.logger[tell](`"${name}" is published and has found no lead so far. ${reason.text}`);
}

function reasonFor({ place, leadSource, read }: OpenSurvey, found: Survey): Reason | undefined {
	const { records, isMissing, isCut, days } = found;
	if (isMissing) {
		return {
			kind: 'missing',
			text: `${capitalized(place)} ${REASONS.missing}: Microsoft makes it with the first lead. If leads have come already, check its name and the account of the credential.`,
		};
	}
	if (records.length === 0)
		return { kind: 'empty', text: `${capitalized(place)} ${REASONS.empty}.` };
	const leads = records.map(read);
	if (leads.some(({ isWanted }) => isWanted)) return undefined;
	const number = `${isCut ? 'At least ' : ''}${countText(records.length, 'lead')}`;
	const count = `${number}${days === undefined ? '' : ` of the last ${days} days`} found in ${place}`;
	const ours = leads.filter((lead) => lead.isMarketplaceLead).length;
	if (leadSource && ours === 0) {
		return { kind: 'others', text: `${count}, ${REASONS.others}${whereIn(leadSource, records)}` };
	}
	const which = ours === records.length ? '' : `, ${ours} of them of Microsoft's marketplaces`;
	return { kind: 'filtered', text: `${count}${which}; ${REASONS.filtered} the Filters.` };
}

/** Where the lead source is looked for, and where it is: ends the sentence. */
function whereIn(
	{ fields, setting }: NonNullable<OpenSurvey['leadSource']>,
	records: readonly JsonValue[],
): string {
	const looked = fields.length === 0 ? '' : ` in ${listed(fields, 'or')}`;
	const standing = fieldsWithLeadSource(records);
	if (standing.length === 0) {
		return `${looked}. To have all of them, add the option Include Other Leads.`;
	}
	const isIn = `; ${standing.length > 1 ? 'lead sources stand' : 'it stands'} in ${listed(standing, 'and')}.`;
	const remedy = setting === undefined ? '' : ` Set "${setting}" to ${listed(standing, 'or')}.`;
	return `${looked}${isIn}${remedy}`;
}

/** Names of the fields that hold a lead source of Microsoft's, the most frequent first. */
function fieldsWithLeadSource(records: readonly JsonValue[]): string[] {
	const counts = new Map<string, number>();
	for (const record of records) {
		if (typeof record !== 'object' || record === null || Array.isArray(record)) continue;
		for (const [name, value] of Object.entries(record)) {
			if (typeof value !== 'string' || !isWholeLeadSource(value)) continue;
			// The label of a choice stands beside it under a name of its own.
			const [, base = ''] = /^(.+)Text$/.exec(name) ?? [];
			const field = Object.hasOwn(record, base) ? base : name;
			counts.set(field, (counts.get(field) ?? 0) + 1);
		}
	}
	return [...counts]
		.sort(([, a], [, b]) => b - a)
		.slice(0, MAX_NAMED)
		.map(([name]) => name);
}

function isWholeLeadSource(text: string): boolean {
	// A test lead's texts are all alike, so they say nothing of where its lead source is.
	if (text.length > LONGEST_LEAD_SOURCE || !text.includes('|')) return false;
	return isMarketplaceLead(parseLead({ LeadSource: text }));
}

function listed(names: readonly string[], word: 'and' | 'or'): string {
	const quoted = names.map((name) => `"${name}"`);
	const last = quoted.pop() ?? '';
	return quoted.length === 0 ? last : `${quoted.join(', ')} ${word} ${last}`;
}

function capitalized(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
