import type {
	BatchLimits,
	ExistingRecord,
	LeadToSend,
	WritableLead,
	LeadWriter,
	PreparedLead,
	SendResult,
} from '../../../nodes/destinations/contract';
import {
	DestinationError,
	type DestinationErrorDetails,
} from '../../../nodes/destinations/destinationError';
import type { TimeLimits } from '../../../nodes/destinations/timeLimits';

export interface SimulatedLead extends PreparedLead {
	value: string;
}

/** What a lead of these tests says: `key` names it, `value` is its content. */
export interface SampleContent {
	key: string;
	value?: string;
	group?: string;
	sequence?: string;
	/** The destination does not take it. */
	isBad?: boolean;
}

/** How a destination of these tests behaves. */
export interface Behaviour {
	limits?: Partial<BatchLimits>;
	/** `before` leads are sent, `onConflict` when a record turns out to be there, or `never`. */
	looksUp?: 'before' | 'never' | 'onConflict';
	/** Whether a bad record turns the whole batch away, with or without saying which. */
	rejects?: 'batch' | 'named' | 'record';
	/** Whether it takes forms, of which it is seen only later what they became. */
	confirms?: boolean;
}

/** What befalls one request that writes. */
export type Fault =
	/** Nothing was done. */
	| { kind: 'refused'; details: DestinationErrorDetails }
	/** All was done, and no response came. */
	| { kind: 'lost' }
	/** The first half was done, and no response came. */
	| { kind: 'half' };

const LOST: DestinationErrorDetails = {
	code: 'unreachable',
	description: 'Try again.',
	retryAfter: 0,
};

export const throttled: Fault = {
	kind: 'refused',
	details: { code: 'throttled', description: 'Wait.', retryAfter: 0 },
};

/** A destination in memory, which makes a record of every creation, of the same key too. */
export class SimulatedWriter implements LeadWriter<SimulatedLead, StoredRecord> {
	readonly limits: BatchLimits;
	/** Every record there is, in the order they were made. */
	readonly records: StoredRecord[] = [];
	/** Requests that write, each with the keys of its leads. */
	readonly sent: string[][] = [];
	lookups = 0;
	/** Of each look-up before sending, whether the engine said that it asks again. */
	readonly askedAgain: boolean[] = [];
	opened = 0;
	/** Requests at this moment, and the most there were. */
	running = 0;
	mostRunning = 0;
	/** Keys in requests that run at this moment. */
	private readonly inFlight = new Map<string, number>();
	/** Whether two requests with one sequence ran at once. */
	overlapped = false;
	/** What befalls the next requests that write. */
	faults: Array<Fault | undefined> = [];
	/** Called with the count of each request that writes, before it does anything. */
	onSend: ((count: number) => void) | undefined;
	readonly findExisting?: LeadWriter<SimulatedLead, StoredRecord>['findExisting'];
	readonly findConflicting?: LeadWriter<SimulatedLead, StoredRecord>['findConflicting'];
	private pendingForms: SimulatedLead[] = [];

	constructor(private readonly behaviour: Behaviour = {}) {
		this.limits = { maxRecords: 10, concurrency: 1, ...behaviour.limits };
		const find = async (leads: readonly SimulatedLead[], _limits: TimeLimits, isAgain = false) => {
			this.lookups += 1;
			this.askedAgain.push(isAgain);
			await null;
			return leads.map((lead) => this.stored(lead));
		};
		if (behaviour.looksUp === 'before') this.findExisting = find;
		if (behaviour.looksUp === 'onConflict') this.findConflicting = find;
	}

	async open(): Promise<void> {
		await null;
		this.opened += 1;
	}

	prepare({ lead }: WritableLead): SimulatedLead {
		const { key, value = '', group, sequence, isBad } = contentOf(lead.id);
		return {
			key,
			value: isBad ? 'bad' : value,
			content: isBad ? 'bad' : value,
			size: 1,
			...(group === undefined ? {} : { group }),
			...(sequence === undefined ? {} : { sequence }),
		};
	}

	async send(batch: ReadonlyArray<LeadToSend<SimulatedLead, StoredRecord>>): Promise<SendResult[]> {
		const leads = batch.map(({ prepared }) => prepared);
		this.sent.push(leads.map(({ key }) => key));
		this.onSend?.(this.sent.length);
		this.enter(leads);
		try {
			await new Promise((resolve) => setImmediate(resolve));
			return this.take(batch);
		} finally {
			this.leave(leads);
		}
	}

	async confirm(leads: readonly SimulatedLead[]): Promise<SendResult[]> {
		await null;
		for (const lead of this.pendingForms.splice(0)) this.make(lead);
		return leads.map((lead) => ({ status: 'created', id: this.stored(lead)?.id ?? '' }));
	}

	urlOf(id: string): string {
		return `https://crm.example/${id}`;
	}

	/** Takes the record of a key away. */
	forget(key: string): void {
		const at = this.records.findIndex((record) => record.key === key);
		if (at >= 0) this.records.splice(at, 1);
	}

	/** The value of each key that has a record; throws where one has several. */
	values(): Record<string, string> {
		const keys = this.records.map(({ key }) => key);
		expect(keys).toEqual([...new Set(keys)]);
		return Object.fromEntries(this.records.map(({ key, value }) => [key, value]));
	}

	private take(batch: ReadonlyArray<LeadToSend<SimulatedLead, StoredRecord>>): SendResult[] {
		const fault = this.faults.shift();
		if (fault?.kind === 'refused') throw new DestinationError('refused', fault.details);
		const { rejects = 'record', looksUp } = this.behaviour;
		const bad = batch.findIndex(({ prepared }) => prepared.value === 'bad');
		if (bad >= 0 && rejects !== 'record') throw rejected(rejects === 'named' ? bad : undefined);
		if (looksUp === 'onConflict' && batch.some((lead) => this.conflicts(lead))) {
			return batch.map(() => ({ status: 'exists' }));
		}
		const done = fault?.kind === 'half' ? batch.slice(0, batch.length >> 1) : batch;
		const results = done.map((lead) => this.store(lead));
		if (fault) throw new DestinationError('no response', LOST);
		return results;
	}

	private store({ prepared, existing }: LeadToSend<SimulatedLead, StoredRecord>): SendResult {
		if (prepared.value === 'bad') return { status: 'failed', error: rejected(undefined) };
		if (this.behaviour.confirms) {
			this.pendingForms.push(prepared);
			return { status: 'pending' };
		}
		if (existing) {
			existing.record.value = prepared.value;
			return { status: 'updated', id: existing.id };
		}
		const there = this.behaviour.looksUp === 'never' ? this.stored(prepared) : undefined;
		if (there) {
			// Where nothing is looked up, writing the same again has to be harmless.
			there.record.value = prepared.value;
			return { status: 'updated', id: there.id };
		}
		return { status: 'created', id: this.make(prepared).id };
	}

	private conflicts({ prepared, existing }: LeadToSend<SimulatedLead, StoredRecord>): boolean {
		return !existing && this.stored(prepared) !== undefined;
	}

	private stored({ key, value }: SimulatedLead): StoredRecord | undefined {
		const record = this.records.find((candidate) => candidate.key === key);
		return record?.seenBy(value);
	}

	private make({ key, value }: SimulatedLead): StoredRecord {
		const record = new StoredRecord(key, value, `${key}-${this.records.length}`);
		this.records.push(record);
		return record;
	}

	private enter(leads: readonly SimulatedLead[]): void {
		this.running += 1;
		this.mostRunning = Math.max(this.mostRunning, this.running);
		for (const { sequence, key } of leads) {
			const count = (this.inFlight.get(sequence ?? key) ?? 0) + 1;
			this.inFlight.set(sequence ?? key, count);
			if (count > 1) this.overlapped = true;
		}
	}

	private leave(leads: readonly SimulatedLead[]): void {
		this.running -= 1;
		for (const { sequence, key } of leads) {
			this.inFlight.set(sequence ?? key, (this.inFlight.get(sequence ?? key) ?? 1) - 1);
		}
	}
}

/** A record, and how it compares with the lead that it was looked up for. */
export class StoredRecord implements ExistingRecord {
	readonly madeAt = Date.now();
	isSame = false;
	record: StoredRecord = this;

	constructor(
		readonly key: string,
		public value: string,
		readonly id: string,
	) {}

	seenBy(value: string): StoredRecord {
		const view = new StoredRecord(this.key, this.value, this.id);
		view.record = this;
		view.isSame = this.value === value;
		return view;
	}

	wasCreatedAfter(time: number): boolean {
		return this.record.madeAt >= time;
	}
}

/** A lead of these tests, for the engine, which looks into nothing of it. */
export function lead(content: SampleContent): WritableLead {
	return { lead: { id: JSON.stringify(content) } as WritableLead['lead'], additional: {} };
}

export function contentOf(id: string): SampleContent {
	return JSON.parse(id) as SampleContent;
}

function rejected(recordIndex: number | undefined): DestinationError {
	return new DestinationError('rejected', {
		code: 'rejected',
		description: 'Correct it.',
		recordIndex,
	});
}
