import { jsonObject, readAs } from '../schemas';
import { custom, literal, nullable, object, string } from '../vendor/schema';
import { SeenRows } from './seenRows';
import type { HandOver, Position } from './types';

/** As JSON in n8n's static data. */
export interface StoredDeliveries {
	version: typeof VERSION;
	/** Names what is polled; another place begins anew. */
	origin: string;
	/** Where the next poll goes on; `null` for the beginning. */
	position: Position | null;
	/** Counts passes through all that is pending. */
	pass: number;
	/** One text: n8n watches every value within static data, and 10,000 objects would cost it seconds. */
	handOvers: string;
}

const VERSION = 1;

const storedSchema = object({
	version: literal(VERSION),
	origin: string(),
	position: nullable(jsonObject),
	pass: custom<number>(Number.isSafeInteger),
	handOvers: string(),
});

/**
 * Hand-overs remembered where the destination keeps none. Bounds the kept state to 310 kB. Of more,
 * those that are to come again soonest are forgotten, and so come earlier still.
 */
const MAX_REMEMBERED = 10_000;

/** Digits of an entry: digest, attempt, first and next time in seconds, given up, pass. */
const ENTRY = /^([\w-]{12})([0-9a-z]{3})([0-9a-z]{7})([0-9a-z]{7})([01])([01])/;
const ENTRY_LENGTH = 31;
const RADIX = 36;
const MAX_ATTEMPTS = RADIX ** 3 - 1;
const SECOND = 1_000;

interface Remembered extends HandOver {
	/** Parity of the pass that came by the lead last. */
	pass: number;
}

/**
 * What polls of acknowledged delivery remember of one another: where to go on reading, and, for
 * destinations that keep no claims, what was handed over lately. Where it is lost, leads come
 * early; nothing is ever left out because of what it holds for longer than until `nextAt`.
 */
export class DeliveryMemory {
	private readonly entries = new Map<string, Remembered>();
	private pass = 0;
	position: Position | null = null;

	constructor(
		readonly origin: string,
		private readonly most = MAX_REMEMBERED,
	) {}

	/** The kept memory; an empty one where there is none for this origin, or none that can be trusted. */
	static load(stored: unknown, origin: string, most = MAX_REMEMBERED): DeliveryMemory {
		const empty = new DeliveryMemory(origin, most);
		const kept = readAs(storedSchema, stored);
		if (kept?.origin !== origin) return empty;
		const { position, pass, handOvers } = kept;
		const memory = new DeliveryMemory(origin, most);
		memory.position = position;
		memory.pass = pass;
		for (let at = 0; at < handOvers.length; at += ENTRY_LENGTH) {
			const [, digest, attempt, firstAt, nextAt, isGivenUp, parity] =
				ENTRY.exec(handOvers.slice(at, at + ENTRY_LENGTH)) ?? [];
			if (digest === undefined) return empty;
			memory.entries.set(digest, {
				attempt: fromDigits(attempt),
				firstAt: fromDigits(firstAt) * SECOND,
				nextAt: fromDigits(nextAt) * SECOND,
				isGivenUp: isGivenUp === '1',
				pass: Number(parity),
			});
		}
		return memory;
	}

	toJSON(): StoredDeliveries {
		this.forgetExcess();
		const handOvers = [...this.entries]
			.map(([digest, { attempt, firstAt, nextAt, isGivenUp, pass }]) =>
				[
					digest,
					toDigits(Math.min(attempt, MAX_ATTEMPTS), 3),
					toDigits(firstAt / SECOND, 7),
					// Rounded up: a lead must not come before its time.
					toDigits(Math.ceil(nextAt / SECOND), 7),
					isGivenUp ? '1' : '0',
					pass,
				].join(''),
			)
			.join('');
		const { origin, position, pass } = this;
		return { version: VERSION, origin, position, pass, handOvers };
	}

	get size(): number {
		return this.entries.size;
	}

	/** What is remembered of the lead of this key, which is pending as it seems. */
	get(key: string): HandOver | undefined {
		const entry = this.entries.get(SeenRows.digest(key));
		if (!entry) return undefined;
		entry.pass = this.parity;
		const { attempt, firstAt, nextAt, isGivenUp } = entry;
		return { attempt, firstAt, nextAt, isGivenUp };
	}

	/** Remembers a hand-over; `undefined` forgets it. */
	set(key: string, handOver: HandOver | undefined): void {
		const digest = SeenRows.digest(key);
		this.entries.delete(digest);
		if (handOver) this.entries.set(digest, { ...handOver, pass: this.parity });
	}

	/**
	 * A pass has come by everything that is pending. What it did not come by is handled, and forgotten
	 * once it would be due: until then the destination may only have hidden it for a while.
	 */
	endPass(now: number): void {
		for (const [digest, { pass, nextAt }] of this.entries) {
			if (pass !== this.parity && nextAt <= now) this.entries.delete(digest);
		}
		this.pass += 1;
		this.position = null;
	}

	private get parity(): number {
		return this.pass % 2;
	}

	private forgetExcess(): void {
		const excess = this.entries.size - this.most;
		if (excess <= 0) return;
		const soonest = [...this.entries].sort(([, a], [, b]) => a.nextAt - b.nextAt);
		for (const [digest] of soonest.slice(0, excess)) this.entries.delete(digest);
	}
}

function toDigits(value: number, length: number): string {
	return Math.max(0, Math.floor(value)).toString(RADIX).padStart(length, '0').slice(-length);
}

function fromDigits(digits = ''): number {
	return Number.parseInt(digits, RADIX);
}
