import { hash } from 'node:crypto';

import { isObject } from '../lead/objects';
import { check, custom, pipe, record, string, transform } from '../vendor/schema';

/**
 * Remembers which rows have been passed on, by a digest of their key and a coarse time of their
 * clock. Kept as JSON in the cursor, so its form is small: digests of one time slot in one string.
 */
export type StoredSeenRows = Record<string, string>;

/** Base64, so 72 bits: that a new row is taken for one of 20,000 kept is a chance of 1 in 10^17. */
const DIGEST_CHARACTERS = 12;

/** Milliseconds. Fine enough that little more than the overlap is kept, coarse enough to stay small. */
const SLOT = 60_000;
const SLOT_RADIX = 36;

export class SeenRows {
	private readonly slots = new Map<string, number>();

	/** From what `toJSON` gave. */
	static from(stored: StoredSeenRows): SeenRows {
		const seen = new SeenRows();
		for (const [slot, digests] of Object.entries(stored)) {
			for (let at = 0; at < digests.length; at += DIGEST_CHARACTERS) {
				seen.slots.set(digests.slice(at, at + DIGEST_CHARACTERS), slotOf(slot));
			}
		}
		return seen;
	}

	static digest(key: string): string {
		return hash('sha256', key, 'base64url').slice(0, DIGEST_CHARACTERS);
	}

	get size(): number {
		return this.slots.size;
	}

	has(digest: string): boolean {
		return this.slots.has(digest);
	}

	/** A row that comes up again later (an edit) is remembered from its later time on. */
	add(digest: string, clock: number): void {
		this.setSlot(digest, Math.floor(clock / SLOT));
	}

	delete(digest: string): void {
		this.slots.delete(digest);
	}

	addAll(other: SeenRows): void {
		for (const [digest, slot] of other.slots) this.setSlot(digest, slot);
	}

	/** How many rows are remembered that may have a clock of this or later, epoch milliseconds. */
	countSince(time: number): number {
		let count = 0;
		for (const slot of this.slots.values()) if ((slot + 1) * SLOT > time) count += 1;
		return count;
	}

	/**
	 * Forgets the oldest rows until no more than `most` are left of those older than `before` (epoch
	 * milliseconds); rows from `before` on are all kept, since the next scan reads them again.
	 *
	 * @returns the end of the newest slot that was forgotten, epoch milliseconds; 0 when none was
	 */
	forget(before: number, most: number): number {
		const old = new Map<number, string[]>();
		let count = 0;
		for (const [digest, slot] of this.slots) {
			if ((slot + 1) * SLOT > before) continue;
			const digests = old.get(slot);
			if (digests) digests.push(digest);
			else old.set(slot, [digest]);
			count += 1;
		}
		let forgottenTo = 0;
		for (const slot of [...old.keys()].sort((a, b) => a - b)) {
			if (count <= most) break;
			const digests = old.get(slot) ?? [];
			for (const digest of digests) this.slots.delete(digest);
			count -= digests.length;
			forgottenTo = (slot + 1) * SLOT;
		}
		return forgottenTo;
	}

	toJSON(): StoredSeenRows {
		const bySlot = new Map<number, string[]>();
		for (const [digest, slot] of this.slots) {
			const digests = bySlot.get(slot);
			if (digests) digests.push(digest);
			else bySlot.set(slot, [digest]);
		}
		return Object.fromEntries(
			[...bySlot]
				.sort(([a], [b]) => a - b)
				.map(([slot, digests]) => [slot.toString(SLOT_RADIX), digests.join('')]),
		);
	}

	private setSlot(digest: string, slot: number): void {
		const known = this.slots.get(digest);
		if (known === undefined || known < slot) this.slots.set(digest, slot);
	}
}

function slotOf(text: string): number {
	return Number.parseInt(text, SLOT_RADIX);
}

/** What `toJSON` gave. A cursor that holds anything else is not used. */
export const seenRows = pipe(
	custom<object>(isObject),
	record(
		pipe(
			string(),
			check((slot) => Number.isSafeInteger(slotOf(slot))),
		),
		pipe(
			string(),
			check((digests) => digests.length % DIGEST_CHARACTERS === 0),
		),
	),
	transform((stored) => SeenRows.from(stored)),
);
