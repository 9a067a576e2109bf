/** One place of a destination, the leads that are written there, and what is true of every result. */
import type { INodeParameters } from 'n8n-workflow';

import { DESTINATIONS } from '../../../nodes/destinations/index.ts';
import type { WritableLead, WriteResult } from '../../../nodes/destinations/contract.ts';
import type { TimeLimits } from '../../../nodes/destinations/timeLimits.ts';
import { parseLead, type JsonValue, type Lead } from '../../../nodes/lead/index.ts';
import { destinationInput } from '../destinationInput.ts';
import { openWriter, type EngineWriter } from '../openWriter.ts';
import type { StoredLead, WritePlace } from '../places/place.ts';
import type { WrittenDestination } from './destination.ts';

/** Milliseconds: more than any destination's retries take. */
const ENOUGH = 60 * 60_000;

export class Written {
	private readonly parameters: INodeParameters;
	private readonly options: INodeParameters;
	private controller = new AbortController();

	constructor(
		readonly place: WritePlace,
		readonly destination: WrittenDestination,
	) {
		const { parameters = {}, options = {} } = destination.set?.(place) ?? {};
		this.parameters = { ...place.writing, ...parameters };
		this.options = { ...place.options, ...options };
	}

	/** Writes the leads as one execution of a node does, and checks what holds of any results. */
	async write(
		leads: readonly WritableLead[],
		limits: Partial<TimeLimits> = {},
	): Promise<WriteResult[]> {
		const before = await this.place.records();
		const results = await this.writeUnchecked(leads, limits);
		await this.expectTrue(leads, results, before);
		return results;
	}

	/** The same where somebody else writes there too. */
	async writeUnchecked(
		leads: readonly WritableLead[],
		limits: Partial<TimeLimits> = {},
	): Promise<WriteResult[]> {
		return await (await this.open()).write(leads, this.within(limits));
	}

	/**
	 * Writes leads that are all taken, and gives what stands there of each: the record as the
	 * destination's own reading gives it, and what it is as a lead.
	 */
	async writeAndRead(
		leads: readonly WritableLead[],
	): Promise<Array<{ record: JsonValue; lead: Lead }>> {
		const writer = await this.open();
		const results = await writer.write(leads, this.within());
		expect(results.map((result) => (result.ok ? '' : result.error.message))).toEqual(
			leads.map(() => ''),
		);
		const { destination, taken } = this.place;
		const found = [];
		for (const id of idsOf(results)) {
			const record = taken ? taken(id) : await writer.readBack(id, this.within());
			if (record === undefined) throw new Error(`Nothing is read back at "${id}"`);
			found.push({ record, lead: parseLead(record, { destination }) });
		}
		return found;
	}

	private async open(): Promise<EngineWriter> {
		const description = DESTINATIONS.find(({ name }) => name === this.place.destination);
		const input = destinationInput(this.place.credential, this.parameters, {
			options: this.options,
		});
		return await openWriter(description!.writing, input);
	}

	private within(limits: Partial<TimeLimits> = {}): TimeLimits {
		this.controller = new AbortController();
		const { signal } = this.controller;
		return { signal, deadline: Date.now() + ENOUGH, ...limits };
	}

	/** Somebody ends the execution that is going on. */
	cancel(): void {
		this.controller.abort();
	}

	/** From now on leads of this last name are not taken. */
	refuse(name: string): void {
		if (Object.keys(this.place.refuse(name)).length > 0) this.isRefusedByKey = name;
	}
	private isRefusedByKey: string | undefined;

	lead(number: number, { title = 'Buyer', name = `Sample ${number}` } = {}): WritableLead {
		const lead = parseLead(
			{
				UserDetails: {
					FirstName: 'Kim',
					LastName: name,
					Email: `kim.sample${number}@fabrikam.example`,
					Company: 'Fabrikam',
					Title: title,
				},
				LeadSource: 'AzureMarketplace-INS|contoso.crm',
			},
			{ receivedAt: RECEIVED_AT },
		);
		// A key that Azure takes from nobody: there is no rule that would turn a row away.
		const isRefused = name === this.isRefusedByKey;
		return {
			lead: { ...lead, id: `lead-${number}` },
			additional: isRefused ? { PartitionKey: 'no/key' } : {},
		};
	}

	leads(count: number, { from = 0, title = 'Buyer' } = {}): WritableLead[] {
		return Array.from({ length: count }, (_, at) => this.lead(from + at, { title }));
	}

	/** What stands there of these leads is each of them, once, and nothing else does. */
	async expectOnly(leads: readonly WritableLead[]): Promise<void> {
		const names = (await this.place.records()).map(({ lastName }) => lastName);
		expect(names.sort()).toEqual([...new Set(leads.map(nameOf))].sort());
	}

	private async expectTrue(
		leads: readonly WritableLead[],
		results: readonly WriteResult[],
		before: readonly StoredLead[],
	): Promise<void> {
		expect(results).toHaveLength(leads.length);
		const records = await this.place.records();
		const byId = new Map(records.map((record) => [record.id, record]));
		const wasThere = new Set(before.map(({ id }) => id));
		const isThere = new Set(records.map(({ lastName }) => lastName));
		const wasNamed = new Set(before.map(({ lastName }) => lastName));
		const created = new Set<string>();
		const untrue = leads.flatMap((lead, at) => {
			const result = results[at];
			const name = nameOf(lead);
			if (!result) return [`${name} has no result`];
			if (!result.ok) {
				// Where it can't be known, the result has to say so.
				const mayStand = result.error.mayBeDone || wasNamed.has(name) || created.has(name);
				return mayStand || !isThere.has(name) || isWrittenElsewhere(lead, leads, results)
					? []
					: [`${name} stands there: ${result.error.message}`];
			}
			const { id, outcome } = result.written;
			// Some responses of an endpoint's name no record.
			const stands = id === '' ? isThere.has(name) : byId.get(id)?.lastName === name;
			const problems = stands ? [] : [`${name} does not stand at "${id}"`];
			if (outcome === 'created' && this.place.again !== 'created') {
				if (wasThere.has(id)) problems.push(`${name} was there, and is told to be created`);
				if (created.has(id)) problems.push(`${name} is told to be created twice`);
				created.add(id);
			}
			return problems;
		});
		expect({ count: untrue.length, first: untrue.slice(0, 3) }).toEqual({ count: 0, first: [] });
	}
}

const RECEIVED_AT = new Date().toISOString();

function isWrittenElsewhere(
	lead: WritableLead,
	leads: readonly WritableLead[],
	results: readonly WriteResult[],
): boolean {
	return leads.some((other, at) => other.lead.id === lead.lead.id && results[at]?.ok);
}

export function nameOf({ lead }: WritableLead): string {
	return lead.customer.lastName;
}

/** Of each result its outcome, or the code that it failed with. */
export function outcomesOf(results: readonly WriteResult[]): string[] {
	return results.map((result) => (result.ok ? result.written.outcome : result.error.code));
}

/** How many results have each outcome. */
export function countsOf(results: readonly WriteResult[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const outcome of outcomesOf(results)) counts[outcome] = (counts[outcome] ?? 0) + 1;
	return counts;
}

export function idsOf(results: readonly WriteResult[]): string[] {
	return results.map((result) => (result.ok ? result.written.id : ''));
}
