import { createHash } from 'node:crypto';

import type {
	IDataObject,
	INodeExecutionData,
	INodeProperties,
	IPollFunctions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { timeLimits } from '../destinations/timeLimits';
import { sampleLead, type Lead } from '../lead';
import { messageOf, toNodeError } from '../errors';
import { countText } from '../lead/text';
import { keepToEgressRules } from '../parameters/egress';
import { chosenDestination, openForReading } from '../parameters/openDestination';
import { readDateParameter } from '../parameters/dateParameter';
import { namingTriggerParameter } from '../parameters/failedExpression';
import { readNumber } from '../parameters/values';
import { cursorOrigin } from '../polling/cursor';
import { newestLead } from '../polling/newest';
import { poll, type PollResult } from '../polling/poll';
import type { PollStart } from '../polling/types';
import { deliverPending } from './deliverPending';
import { readHandledWhen } from './deliveryProperties';
import { handOver, tellsFailedStore, type Ending } from './handOver';
import type { RecentHandOvers } from './recentHandOvers';
import { explainNothing, SURVEY_TIME, tellNothingFound } from './nothingFound';
import { KeptCursor, type PolledPlace } from './keptCursor';
import { tellingOutages } from './outage';
import type { DeliveriesByTrigger } from './runningDeliveries';

/** Milliseconds. n8n polls once a minute at most: a poll that ends before that never overlaps. */
const POLL_TIME = 50_000;
/**
 * Milliseconds for the poll by which n8n activates a trigger as it starts. n8n gives up for good on a
 * trigger that takes longer for that than 84 s, on a busy machine with all that comes around the poll,
 * and activates five at a time: a destination that is slow must not keep all others from theirs.
 */
const START_TIME = 15_000;
/** Of the time n8n gives a poll; the rest is for handing the leads over. */
const BUDGET_SHARE = 0.8;
const SECOND = 1_000;
/** Milliseconds. A person is waiting before the editor. */
const MANUAL_TIME = 20_000;

/** What all polls of a process share. */
export interface Shared {
	properties: readonly INodeProperties[];
	recentHandOvers: RecentHandOvers;
	deliveries: DeliveriesByTrigger;
}

/** One poll of n8n's. @throws NodeApiError or NodeOperationError */
export async function pollLeads(
	context: IPollFunctions,
	shared: Shared,
): Promise<INodeExecutionData[][] | null> {
	keepToEgressRules(context);
	if (context.getMode() === 'manual') {
		try {
			return [toItems(context, [await manualLead(context)])];
		} catch (error) {
			const named = namingTriggerParameter(context, shared.properties, error);
			throw toNodeError(context.getNode(), named);
		}
	}
	return await tellingOutages(context, async (isAtStart) => {
		try {
			return await pollOnce(context, shared, isAtStart);
		} catch (error) {
			throw namingTriggerParameter(context, shared.properties, error);
		}
	});
}

async function pollOnce(
	context: IPollFunctions,
	{ recentHandOvers, deliveries }: Shared,
	isAtStart: boolean,
): Promise<INodeExecutionData[][] | null> {
	const mode = readHandledWhen(context);
	const time = Math.min(pollTime(context), isAtStart ? START_TIME : Infinity);
	if (mode === 'handedOver') return await handOverNew(context, recentHandOvers, time);
	const settings = { mode, limit: readLimit(context), time };
	return await deliverPending(context, deliveries, settings);
}

function toItems(context: IPollFunctions, leads: Lead[]): INodeExecutionData[] {
	return context.helpers.returnJsonArray(leads as unknown as IDataObject[]);
}

/** The leads behind the cursor, which count as handled as soon as n8n has stored their execution. */
async function handOverNew(
	context: IPollFunctions,
	recentHandOvers: RecentHandOvers,
	time: number,
): Promise<INodeExecutionData[][] | null> {
	const { identity, reader, accept } = await openForReading(context);
	const limit = readLimit(context);
	const start = readStart(context);
	const place: PolledPlace = {
		origin: start.origin(identity),
		start: start.origin(''),
		settings: settingsOf(context),
	};

	const kept = new KeptCursor(context);
	const { revision } = kept;
	const trigger = JSON.stringify([
		context.getWorkflow().id ?? '',
		context.getNode().id,
		place.origin,
	]);
	const isTold = (): boolean =>
		kept.revision !== revision || recentHandOvers.isPassed(trigger, revision);
	if (isTold()) return overtaken(context);

	const cursor = kept.load(place);
	const result = await poll({
		reader,
		cursor,
		origin: place.origin,
		start: cursor ? { from: 'date', date: cursor.floor } : start.read(),
		limit,
		accept,
		...timeLimits(time),
	});

	// Another poll of this node ended while this one read: the same rows are in its leads.
	if (isTold()) return overtaken(context);
	kept.store(result.cursor, place, !cursor && result.leads.length === 0);
	tellEnd(context, result);
	const { leads } = result;
	if (leads.length === 0) {
		if (!cursor) await tellNothingFound(context);
		return null;
	}
	recentHandOvers.note(trigger, revision + 1);
	const outputs = [toItems(context, leads)];
	if (!tellsFailedStore(context)) return outputs;

	const takeBack = kept.takingBack(cursor, result.keys, place);
	handOver(
		context,
		outputs,
		whenNotStored(context, leads.length, () => {
			recentHandOvers.forget(trigger, revision + 1);
			takeBack();
		}),
	);
	return null;
}

/** Apart from the poll, whose leads and cursors it would else hold until the execution has ended. */
function whenNotStored(
	{ logger }: Pick<IPollFunctions, 'logger'>,
	count: number,
	takeBack: () => void,
): (ending: Ending) => void {
	return (ending) => {
		if (ending.kind !== 'notStored') return;
		logger.error(
			`n8n did not store the execution for ${countText(count, 'lead')} (${ending.reason}). The hand-over is repeated.`,
		);
		takeBack();
	};
}

function overtaken(context: IPollFunctions): null {
	context.logger.debug('Marketplace Lead CRM & Table Trigger: an overlapping poll was first');
	return null;
}

/** An error that left nothing to pass on is told as what it is; else the leads come first. */
function tellEnd(context: IPollFunctions, { end, cause, leads }: PollResult): void {
	if (end === 'complete' || end === 'limit') return;
	if (end === 'failed' && leads.length === 0) throw cause;
	const reason = end === 'timeUp' ? 'its time was up' : messageOf(cause);
	context.logger.warn(
		`Marketplace Lead CRM & Table Trigger stopped early and goes on next time: ${reason}`,
	);
}

/** Milliseconds. Versions of n8n before 2.40 don't tell their budget. */
function pollTime(context: Partial<Pick<IPollFunctions, 'getPollBudgetMs'>>): number {
	const budget = context.getPollBudgetMs?.() ?? Number.POSITIVE_INFINITY;
	return Math.min(POLL_TIME, budget * BUDGET_SHARE);
}

/** The newest lead that fits, or a sample that says so; leaves the kept state as it is. */
async function manualLead(context: IPollFunctions): Promise<Lead> {
	const { destination, reader, accept } = await openForReading(context);
	const newest = await newestLead(reader, accept, timeLimits(MANUAL_TIME));
	const now = new Date().toISOString();
	const lead = newest ?? (await sampleWithReason(context, destination, now));
	if (readHandledWhen(context) === 'handedOver') return lead;
	return { ...lead, delivery: { attempt: 1, firstHandedOverAt: now } };
}

/** Says why it is one: a sample that looks like success would hide a wrong setting. */
async function sampleWithReason(
	context: IPollFunctions,
	destination: Lead['destination'],
	now: string,
): Promise<Lead> {
	const reason = await explainNothing(context, timeLimits(SURVEY_TIME));
	if (reason)
		context.logger.warn(`"${context.getNode().name}" has no lead to show. ${reason.text}`);
	return sampleLead(destination, now, reason?.text);
}

interface Start {
	/** Names it at a place of this identity, the same at each poll. */
	origin: (identity: string) => string;
	/** Evaluates the date. @throws NodeOperationError */
	read: () => PollStart;
}

/**
 * A fixed date is read at each poll, so that a wrong one is told when the workflow is published. An
 * expression is evaluated where a cursor begins, which keeps the date: "a day ago" would be another
 * start a minute later, and begin anew.
 */
function readStart(context: IPollFunctions): Start {
	const from = context.getNodeParameter('startFrom');
	if (from === 'all' || from === 'now') return fixed({ from });
	const raw = context.getNodeParameter('startDate', undefined, { rawExpressions: true });
	if (!isExpression(raw)) return fixed(startDate(context));
	return {
		origin: (identity) => cursorOrigin(JSON.stringify([identity, raw]), { from: 'date', date: 0 }),
		read() {
			const { from, date } = startDate(context);
			// The CRMs round their times down to the second, `$now` does not: a lead of the same second
			// would be taken for an earlier one.
			return { from, date: Math.floor(date / SECOND) * SECOND };
		},
	};
}

function fixed(start: PollStart): Start {
	return { origin: (identity) => cursorOrigin(identity, start), read: () => start };
}

function startDate(context: IPollFunctions): { from: 'date'; date: number } {
	const value = context.getNodeParameter('startDate');
	try {
		const date = readDateParameter(value, context.getTimezone());
		return { from: 'date', date: Math.max(0, date) };
	} catch (cause) {
		throw new NodeOperationError(context.getNode(), '"Start Date" is not a date', {
			description: `Choose one, or give it as 2026-01-31T00:00:00Z. ${messageOf(cause)}`,
		});
	}
}

/** A digest of what the user has set that tells what is read: expressions as they are, and which credentials. */
function settingsOf(context: IPollFunctions): string {
	const properties = chosenDestination(context).reading?.properties ?? [];
	const raw = properties.map(({ name }) =>
		context.getNodeParameter(name, '', { rawExpressions: true }),
	);
	const credentials = Object.entries(context.getNode().credentials ?? {}).map(([type, { id }]) => [
		type,
		id,
	]);
	return createHash('sha256')
		.update(JSON.stringify([raw, credentials]))
		.digest('base64url')
		.slice(0, 22);
}

function isExpression(raw: unknown): raw is string {
	return typeof raw === 'string' && raw.startsWith('=');
}

function readLimit(context: IPollFunctions): number {
	return readNumber(context.getNodeParameter('maxLeads'), 'Max Leads per Poll', {
		min: 1,
		whole: true,
	});
}
