import type { LeadToMark } from '../destinations/contract';
import type { DeliveryMemory } from '../polling/deliveryMemory';
import type { NotedDelivery } from '../polling/delivery';
import type { HandOver } from '../polling/types';

/** Milliseconds. Longer than a poll can take: one that never ended must not stop all others. */
const LONGEST_POLL = 5 * 60_000;

/** Triggers that deliver in one process; of more, those that polled longest ago are forgotten. */
const MAX_TRIGGERS = 1_000;

/** Leads of a trigger kept for marking later, and corrections of its memory. */
const MAX_KEPT = 10_000;

/** What became known of a lead between two polls. */
interface Correction {
	handedOver: HandOver;
	/** What is to be remembered in its place. */
	by: HandOver | undefined;
}

/**
 * What one process knows of a trigger's deliveries besides what is kept. Nothing depends on it: where
 * it is lost, a lead comes again that would not have had to.
 */
export class RunningDeliveries {
	/** By lead id: handled, but the destination could not be told yet. */
	readonly unmarked = new Map<string, LeadToMark>();
	/** By lead id: an execution was told that they are given up, but the destination could not note it yet. */
	readonly givenUp = new Map<string, NotedDelivery>();
	private readonly corrections = new Map<string, Correction>();
	private pollBegan: number | undefined;

	/** Whether no other poll of this trigger is under way: both would hand over the same leads. */
	beginPoll(): boolean {
		const now = performance.now();
		if (this.pollBegan !== undefined && now - this.pollBegan < LONGEST_POLL) return false;
		this.pollBegan = now;
		return true;
	}

	endPoll(): void {
		this.pollBegan = undefined;
	}

	keepUnmarked(leads: readonly LeadToMark[]): void {
		for (const lead of leads) {
			if (this.unmarked.size < MAX_KEPT) this.unmarked.set(lead.id, lead);
		}
	}

	keepGivenUp(deliveries: readonly NotedDelivery[]): void {
		for (const delivery of deliveries) {
			if (this.givenUp.size < MAX_KEPT) this.givenUp.set(delivery.lead.id, delivery);
		}
	}

	/** Whether it is settled what becomes of the lead: no poll is to hand it over. */
	isSettled(leadId: string): boolean {
		return this.unmarked.has(leadId) || this.givenUp.has(leadId);
	}

	/** From the next poll on something else is remembered of the hand-over. */
	correct({ key, handOver }: NotedDelivery, by: HandOver | undefined): void {
		if (this.corrections.size < MAX_KEPT) this.corrections.set(key, { handedOver: handOver, by });
	}

	/** Makes the corrections in what a poll has loaded, unless a later hand-over is in it already. */
	applyTo(memory: DeliveryMemory): void {
		for (const [key, { handedOver, by }] of this.corrections) {
			if (memory.get(key)?.attempt === handedOver.attempt) memory.set(key, by);
		}
		this.corrections.clear();
	}
}

/** Those of one process, by trigger. */
export class DeliveriesByTrigger {
	private readonly triggers = new Map<string, RunningDeliveries>();

	of(trigger: string): RunningDeliveries {
		const found = this.triggers.get(trigger) ?? new RunningDeliveries();
		this.triggers.delete(trigger);
		this.triggers.set(trigger, found);
		const [oldest] = this.triggers.keys();
		if (this.triggers.size > MAX_TRIGGERS && oldest !== undefined) this.triggers.delete(oldest);
		return found;
	}
}
