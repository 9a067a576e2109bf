import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { timeLimits } from '../destinations/retry';
import { sampleLead, type Lead } from '../lead';
import { toNodeError } from '../errors';
import { openForReading } from '../parameters/destinationMethods';
import { readDateParameter } from '../parameters/dateParameter';
import { cursorOrigin, loadCursor, storeCursor, storedRevision } from '../polling/cursor';
import { newestLead } from '../polling/newest';
import { poll, type PollResult } from '../polling/poll';
import type { PollStart } from '../polling/types';
import { tellingOutages } from './outage';

/** Milliseconds. n8n polls once a minute at most: a poll that ends before that never overlaps. */
const POLL_TIME = 50_000;
/** Of the time n8n gives a poll; the rest is for handing the leads over. */
const BUDGET_SHARE = 0.8;
/** Milliseconds. A person is waiting before the editor. */
const MANUAL_TIME = 20_000;

/**
 * The node's static data. n8n saves it with an execution it starts, and after the poll that
 * activates a workflow, but not after an empty poll: it may be older than what we wrote last.
 */
interface PollState extends IDataObject {
	cursor?: IDataObject;
}

/**
 * The workflow's own static data, by the node's ID. In n8n's durable mode the node's data are not
 * kept after an empty activation: a start from now would be forgotten, and the leads until the
 * first poll with it. The workflow's are kept.
 */
interface WorkflowState extends IDataObject {
	marketplaceLeadStarts?: Record<string, IDataObject>;
}

export async function pollLeads(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	if (context.getMode() === 'manual') {
		try {
			return output(context, [await manualLead(context)]);
		} catch (error) {
			throw toNodeError(context.getNode(), error);
		}
	}
	return await tellingOutages(context, async () => output(context, await newLeads(context)));
}

function output(context: IPollFunctions, leads: Lead[]): INodeExecutionData[][] | null {
	if (leads.length === 0) return null;
	return [context.helpers.returnJsonArray(leads as unknown as IDataObject[])];
}

async function newLeads(context: IPollFunctions): Promise<Lead[]> {
	const { identity, reader, accept } = await openForReading(context);
	const start = readStart(context);
	const origin = cursorOrigin(identity, start);

	const state = context.getWorkflowStaticData('node') as PollState;
	const revision = storedRevision(state.cursor);
	const kept = loadCursor(state.cursor, origin) ?? loadCursor(startedCursor(context), origin);

	const result = await poll({
		reader,
		cursor: kept,
		origin,
		start,
		limit: readLimit(context),
		accept,
		...timeLimits(pollTime(context)),
	});

	// Another poll of this node ended while this one read: the same rows are in its leads.
	if (storedRevision(state.cursor) !== revision) {
		context.logger.debug('Marketplace Lead Poll Trigger: an overlapping poll was first');
		return [];
	}
	const cursor = asData(storeCursor({ ...result.cursor, revision: revision + 1 }));
	state.cursor = cursor;
	if (!kept) {
		const isStart = start.from === 'now' && result.leads.length === 0;
		keepStart(context, isStart ? cursor : undefined);
	}

	tellEnd(context, result);
	return result.leads;
}

/** A refusal that left nothing to pass on is told as what it is; else the leads come first. */
function tellEnd(context: IPollFunctions, { end, cause, leads }: PollResult): void {
	if (end === 'complete' || end === 'limit') return;
	if (end === 'refused' && leads.length === 0) throw cause;
	const reason = end === 'timeUp' ? 'its time was up' : messageOf(cause);
	context.logger.warn(
		`Marketplace Lead Poll Trigger stopped early and goes on next time: ${reason}`,
	);
}

function messageOf(cause: unknown): string {
	return cause instanceof Error ? cause.message : String(cause);
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
	return newest ?? sampleLead(destination, new Date().toISOString());
}

function readStart(context: IPollFunctions): PollStart {
	const from = context.getNodeParameter('startFrom');
	if (from === 'all' || from === 'now') return { from };
	const text = context.getNodeParameter('startDate');
	try {
		const date = readDateParameter(text, context.getTimezone());
		return { from: 'date', date: Math.max(0, date) };
	} catch (cause) {
		throw new NodeOperationError(context.getNode(), 'The start date is not a date', {
			description: `Choose one, or give it as 2026-01-31T00:00:00Z. ${messageOf(cause)}`,
		});
	}
}

function readLimit(context: IPollFunctions): number {
	const limit = Number(context.getNodeParameter('maxLeads'));
	if (Number.isSafeInteger(limit) && limit >= 1) return limit;
	throw new NodeOperationError(context.getNode(), 'Most Leads per Poll is not a whole number', {
		description: 'Set it to 1 or more.',
	});
}

function startedCursor(context: IPollFunctions): unknown {
	const { marketplaceLeadStarts } = workflowState(context);
	const { id } = context.getNode();
	return marketplaceLeadStarts && Object.hasOwn(marketplaceLeadStarts, id)
		? marketplaceLeadStarts[id]
		: undefined;
}

/** Without a cursor an earlier start is dropped: chosen again, it would bring back what came since. */
function keepStart(context: IPollFunctions, cursor: IDataObject | undefined): void {
	if (!cursor && startedCursor(context) === undefined) return;
	const state = workflowState(context);
	const { id } = context.getNode();
	const starts = Object.entries(state.marketplaceLeadStarts ?? {}).filter(([node]) => node !== id);
	if (cursor) starts.push([id, cursor]);
	state.marketplaceLeadStarts = Object.fromEntries(starts);
}

function workflowState(context: IPollFunctions): WorkflowState {
	return context.getWorkflowStaticData('global');
}

/** n8n watches its static data for changes of plain objects: the cursor is made one. */
function asData(value: object): IDataObject {
	return JSON.parse(JSON.stringify(value)) as IDataObject;
}
