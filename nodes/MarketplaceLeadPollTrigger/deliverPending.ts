/** A poll of the three modes in which a lead counts as handled only when it is marked. */
import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { LeadClaim, LeadToMark, PendingLeads } from '../destinations/contract';
import { DestinationError } from '../destinations/destinationError';
import { timeLimits, type TimeLimits } from '../destinations/timeLimits';
import { messageOf, toNodeError } from '../errors';
import { countText } from '../lead/text';
import { readDateParameter } from '../parameters/dateParameter';
import { openPending } from '../parameters/openDestination';
import { isEmpty } from '../parameters/values';
import { cursorOrigin } from '../polling/cursor';
import { deliver, type Delivery, type NotedDelivery } from '../polling/delivery';
import { DeliveryMemory } from '../polling/deliveryMemory';
import type { HandOver } from '../polling/types';
import {
	isAcknowledgedByExecution,
	readDeliveryRules,
	type AcknowledgedMode,
} from './deliveryProperties';
import { isObject } from '../lead/objects';
import { handOver, tellsEnding, type Ending } from './handOver';
import { tellNothingFound } from './nothingFound';
import type { DeliveriesByTrigger, RunningDeliveries } from './runningDeliveries';
import { asData, isSavedWithWorkflow, WorkflowEntry } from './workflowEntries';

/** Milliseconds. Nobody waits for it, and what is not marked then is marked at a later poll. */
const MARKING_TIME = 5 * 60_000;
/** Of the leads that could not be marked before, those that a poll begins with. */
const MAX_MARKED_FIRST = 1_000;

/** One trigger's deliveries, in the process and at the destination. */
interface Trigger {
	context: IPollFunctions;
	mode: AcknowledgedMode;
	pending: PendingLeads;
	running: RunningDeliveries;
}

export interface PollSettings {
	mode: AcknowledgedMode;
	limit: number;
	/** Milliseconds. */
	time: number;
}

/** @throws DestinationError, NodeOperationError */
export async function deliverPending(
	context: IPollFunctions,
	deliveries: DeliveriesByTrigger,
	{ mode, limit, time }: PollSettings,
): Promise<INodeExecutionData[][] | null> {
	if (isAcknowledgedByExecution(mode) && !tellsEnding(context)) throw tooOld(context);
	const rules = readDeliveryRules(context);
	const since = readSince(context);
	const { identity, pending, accept } = await openPending(context);
	const origin = cursorOrigin(identity, { from: 'date', date: since ?? 0 });
	const id = [context.getWorkflow().id ?? '', context.getNode().id, origin];
	const running = deliveries.of(JSON.stringify(id));
	if (!running.beginPoll()) {
		context.logger.debug('Marketplace Lead CRM & Table Trigger: another poll is under way');
		return null;
	}
	try {
		const limits = timeLimits(time);
		const trigger: Trigger = { context, mode, pending, running };
		await markLeftovers(trigger, limits);
		const kept = new KeptDeliveries(context);
		const memory = DeliveryMemory.load(kept.of(origin), origin);
		running.applyTo(memory);
		const result = await deliver({
			reader: pending.reader,
			claim: pending.claim && (async (found) => await claim(trigger, found, limits)),
			memory,
			since,
			limit,
			rules,
			accept,
			isHandled: (leadId) => running.isSettled(leadId),
			...limits,
		})
			.catch(async (cause: unknown) => {
				throw await explained(pending, cause, limits);
			})
			.finally(() => {
				kept.store(memory);
			});
		if (result.end === 'failed' || result.end === 'timeUp') {
			const reason = result.end === 'timeUp' ? 'its time was up' : messageOf(result.cause);
			context.logger.warn(
				`Marketplace Lead CRM & Table Trigger stopped early and goes on next time: ${reason}`,
			);
		}
		if (result.deliveries.length > 0) return emit(trigger, result.deliveries);
		if (kept.isFirst) await tellNothingFound(context);
		return null;
	} finally {
		running.endPoll();
	}
}

/**
 * Of a query that the destination does not take, as it may be by the field that marks leads: what is
 * wrong with that, which the response does not say.
 */
async function explained(
	pending: PendingLeads,
	cause: unknown,
	limits: TimeLimits,
): Promise<unknown> {
	if (!(cause instanceof DestinationError)) return cause;
	if (cause.code !== 'configuration' && cause.httpCode !== '400') return cause;
	try {
		await pending.check(limits);
	} catch (found) {
		if (found instanceof DestinationError && found.code === 'configuration') return found;
	}
	return cause;
}

/** Gives the items to n8n, or to the caller where n8n doesn't tell how their execution ends. */
function emit(trigger: Trigger, deliveries: readonly Delivery[]): INodeExecutionData[][] | null {
	const { context } = trigger;
	const outputs = [false, true].map((isGivenUp) =>
		deliveries.filter((delivery) => delivery.isGivenUp === isGivenUp).map(toItem),
	);
	for (const { lead, handOver: current, isGivenUp } of deliveries) {
		if (!isGivenUp) continue;
		context.logger.error(
			`Marketplace Lead CRM & Table Trigger gives up on lead ${lead.id}: it was handed over ${countText(current.attempt - 1, 'time')} without being marked as handled. It stays at the destination.`,
			{ leadId: lead.id, destination: lead.destination },
		);
	}
	if (!tellsEnding(context)) return outputs;
	try {
		handOver(context, outputs, settling(trigger, deliveries.map(withoutLead)));
	} catch (error) {
		// Refused at once: what it would have run with is to come again, not to wait.
		void takeBack(trigger, deliveries);
		throw toNodeError(context.getNode(), error);
	}
	return null;
}

function toItem({ lead, handOver: current, isGivenUp }: Delivery): INodeExecutionData {
	const delivery = {
		attempt: isGivenUp ? current.attempt - 1 : current.attempt,
		firstHandedOverAt: new Date(current.firstAt).toISOString(),
	};
	return { json: { ...(lead as unknown as IDataObject), delivery } };
}

/** Without the lead, so that it is not held for as long as its execution runs. */
function withoutLead({ lead: { id }, ...delivery }: Delivery): NotedDelivery {
	return { ...delivery, lead: { id } };
}

function settling(
	trigger: Trigger,
	deliveries: readonly NotedDelivery[],
): (ending: Ending) => Promise<void> {
	return async (ending) => {
		try {
			await settle(trigger, deliveries, ending);
		} catch (error) {
			// Nobody awaits this: an error must be told here, or it would end the process.
			trigger.context.logger.error(
				`Marketplace Lead CRM & Table Trigger could not settle the hand-over of ${countText(deliveries.length, 'lead')}, and repeats it: ${messageOf(error)}`,
			);
		}
	};
}

/** What follows from the end of the execution, long after the poll. */
async function settle(
	trigger: Trigger,
	deliveries: readonly NotedDelivery[],
	ending: Ending,
): Promise<void> {
	const { context, mode } = trigger;
	if (ending.kind === 'notStored') {
		context.logger.error(
			`n8n did not store the execution for ${countText(deliveries.length, 'lead')} (${ending.reason}). The hand-over is repeated.`,
		);
		await takeBack(trigger, deliveries);
		return;
	}
	if (ending.kind === 'broken') {
		context.logger.warn(
			`The execution for ${countText(deliveries.length, 'lead')} did not come to its end (${ending.reason}). The hand-over is repeated after a while, but for leads that are marked as handled.`,
		);
		return;
	}
	const told = deliveries.filter(({ isGivenUp }) => isGivenUp);
	if (told.length > 0) {
		trigger.running.keepGivenUp(told);
		await noteGivenUp(trigger, told, timeLimits(MARKING_TIME));
	}
	const counts = mode === 'executionFinishes' || ending.isSuccess;
	if (mode === 'markedInWorkflow' || !counts) return;
	const handled = deliveries.filter(({ isGivenUp }) => !isGivenUp);
	const leads = handled.map(({ lead }) => toMark(context, lead.id));
	// Until they are marked no poll hands them over.
	trigger.running.keepUnmarked(leads);
	await mark(trigger, leads, timeLimits(MARKING_TIME));
}

function toMark(context: IPollFunctions, id: string): LeadToMark {
	const { id: workflowId, name } = context.getWorkflow();
	return { id, handledBy: `${name ?? ''} (${workflowId ?? ''})`, handledAt: Date.now() };
}

/** What an earlier execution has settled and the destination did not take a note of. */
async function markLeftovers(trigger: Trigger, limits: TimeLimits): Promise<void> {
	const { unmarked, givenUp } = trigger.running;
	await mark(trigger, [...unmarked.values()].slice(0, MAX_MARKED_FIRST), limits);
	await noteGivenUp(trigger, [...givenUp.values()].slice(0, MAX_MARKED_FIRST), limits);
}

async function mark(
	{ context, pending, running }: Trigger,
	leads: readonly LeadToMark[],
	limits: TimeLimits,
): Promise<void> {
	if (leads.length === 0) return;
	const results = await pending.mark(leads, limits);
	let failed = 0;
	let reason = '';
	const left = leads.filter(({ id }, at) => {
		running.unmarked.delete(id);
		const result = results[at];
		// A record that is gone can't be handed over again either.
		if (result?.ok === true || result?.error.code === 'notFound') return false;
		failed += 1;
		reason = result?.error.message ?? 'the destination gave no result';
		return true;
	});
	// Behind the others, so that those which can't be marked keep none from its turn.
	running.keepUnmarked(left);
	if (failed > 0) {
		context.logger.warn(
			`Could not mark ${countText(failed, 'lead')} as handled (${reason}). The next polls try again; if n8n restarts before then, the hand-over can be repeated.`,
		);
	}
}

/** Leads that no execution got are due at once, as if they had not been handed over. */
async function takeBack(
	{ context, pending, running }: Trigger,
	deliveries: readonly NotedDelivery[],
): Promise<void> {
	if (!pending.claim) {
		for (const delivery of deliveries) running.correct(delivery, delivery.previous);
		return;
	}
	const claims = deliveries.map((delivery) => claimOf(delivery, delivery.previous));
	try {
		await pending.claim(claims, timeLimits(MARKING_TIME));
	} catch (error) {
		context.logger.warn(
			`What is noted of ${countText(claims.length, 'lead')} at the destination could not be changed, so the next hand-over comes at its usual time: ${messageOf(error)}`,
		);
	}
}

/**
 * Leads are told to be given up once. Whatever somebody wrote to the row since, the note is made;
 * where the destination is away, the next polls make it.
 */
async function noteGivenUp(
	{ context, pending, running }: Trigger,
	told: readonly NotedDelivery[],
	limits: TimeLimits,
): Promise<void> {
	if (told.length === 0) return;
	const noted = told.map((delivery): NotedDelivery => {
		const handOver = { ...delivery.handOver, isGivenUp: true };
		return { ...delivery, handOver, version: undefined };
	});
	const done = (delivery: NotedDelivery): void => void running.givenUp.delete(delivery.lead.id);
	if (!pending.claim) {
		told.forEach((delivery, at) => {
			running.correct(delivery, noted[at]?.handOver);
			done(delivery);
		});
		return;
	}
	try {
		const claims = noted.map((delivery) => claimOf(delivery, delivery.handOver));
		const results = await pending.claim(claims, limits);
		told.forEach((delivery, at) => {
			const result = results[at];
			// A row that is gone can't be handed over again either.
			if (result?.ok === true || result?.error === undefined) done(delivery);
		});
	} catch (error) {
		context.logger.warn(
			`Gave up on ${countText(told.length, 'lead')}, which could not be noted at the destination (${messageOf(error)}). The next polls try again; if n8n restarts before then, the workflow can be told once more.`,
		);
	}
}

async function claim(
	{ context, pending }: Trigger,
	found: readonly Delivery[],
	limits: TimeLimits,
): Promise<Delivery[]> {
	const results = await pending.claim?.(
		found.map((delivery) => claimOf(delivery, delivery.handOver)),
		limits,
	);
	const errors = (results ?? []).flatMap((result) => (result.ok ? [] : (result.error ?? [])));
	const [first] = errors;
	// Those of another n8n have none. The others would wait without anybody's knowing of them.
	if (first) {
		context.logger.warn(
			`Did not hand over ${countText(errors.length, 'lead')}, because that could not be noted at the destination (${first.message}). The next polls try again.`,
		);
	}
	return found.flatMap((delivery, at): Delivery[] => {
		const result = results?.[at];
		return result?.ok === true ? [{ ...delivery, version: result.version }] : [];
	});
}

function claimOf({ lead, version }: NotedDelivery, handedOver: HandOver | undefined): LeadClaim {
	return { id: lead.id, version, handOver: handedOver };
}

/** Places whose memory is kept besides that of the latest poll: expressions may name them by turns. */
const MAX_OTHER_PLACES = 3;

/**
 * The memory in n8n's static data, by the node's ID, so that a rename hands nothing over early. n8n's
 * durable mode goes by the ID itself and keeps it with the execution.
 */
class KeptDeliveries {
	private readonly node: IDataObject;
	private readonly nodeId: string;
	/** Whether nothing had been kept before. */
	readonly isFirst: boolean;
	private readonly byId: WorkflowEntry;

	constructor(context: IPollFunctions) {
		this.node = context.getWorkflowStaticData('node');
		this.nodeId = context.getNode().id;
		this.byId = new WorkflowEntry(context, 'marketplaceLeadDeliveries');
		this.isFirst = this.stored === undefined;
	}

	/** What is kept of the place of this origin, as JSON. */
	of(origin: string): unknown {
		return this.all().find((memory) => memory['origin'] === origin);
	}

	store(memory: DeliveryMemory): void {
		const others = this.all()
			.filter(({ origin }) => origin !== memory.origin)
			.slice(0, MAX_OTHER_PLACES);
		const state = { ...memory.toJSON(), ...(others.length > 0 && { others }) };
		if (isSavedWithWorkflow(this.node)) {
			this.byId.set(state);
			delete this.node['deliveriesOf'];
			delete this.node['deliveries'];
			return;
		}
		this.node['deliveriesOf'] = this.nodeId;
		this.node['deliveries'] = asData(state);
	}

	/** The latest first. */
	private all(): Array<Record<string, unknown>> {
		const { others, ...latest } = isObject(this.stored) ? this.stored : {};
		return [latest, ...(Array.isArray(others) ? (others as unknown[]) : [])].filter(isObject);
	}

	private get stored(): unknown {
		// By its name a node may have come by the data of another that had it before.
		const own = this.node['deliveriesOf'] === this.nodeId ? this.node['deliveries'] : undefined;
		return isSavedWithWorkflow(this.node) ? (this.byId.get() ?? own) : own;
	}
}

/** A fixed date, so that a lead which waits does not drop out of what is read. @throws NodeOperationError */
function readSince(context: IPollFunctions): number | undefined {
	const value = context.getNodeParameter('createdSince', '');
	if (isEmpty(value)) return undefined;
	try {
		return Math.max(0, readDateParameter(value, context.getTimezone()));
	} catch (cause) {
		throw new NodeOperationError(context.getNode(), '"Leads Created Since" is not a date', {
			description: `Choose one, or give it as 2026-01-31T00:00:00Z. ${messageOf(cause)}`,
		});
	}
}

function tooOld(context: IPollFunctions): NodeOperationError {
	return new NodeOperationError(
		context.getNode(),
		'This version of n8n does not tell a poll trigger how an execution ends',
		{
			description:
				'Set "Lead Is Handled When" to "Marked in the Workflow" or "Handed Over", or update n8n.',
		},
	);
}
