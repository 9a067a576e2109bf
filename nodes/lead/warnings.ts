import { cleanText, truncate } from './text';

/**
 * How a warning ends that tells of a statement against contact. A warning that comes back without its lead
 * is heard by it, so an ending that was ever published stays known.
 */
export const FORBIDS_CONTACT = 'says not to contact the customer.';

/** A lead with more oddities than this needs a look at its raw record, not a longer list. */
const MAX_WARNINGS = 50;

/** Longest warning taken over from a lead that was parsed before, in characters. */
const MAX_WARNING_LENGTH = 500;

/** What was odd about one lead: each sentence once, in the order found, at most 50. */
export class Warnings {
	private readonly sentences = new Set<string>();
	private hasLosses = false;

	add(sentence: string): void {
		if (this.sentences.size < MAX_WARNINGS) this.sentences.add(sentence);
	}

	/** The same, of something that was left out and could have said anything. */
	addLoss(sentence: string): void {
		this.hasLosses = true;
		this.add(sentence);
	}

	/** Whether what was left out may have been the one statement against contact; says so. */
	mayHideStatement(): boolean {
		if (this.hasLosses) {
			this.add('What was left out may say not to contact the customer, so contact is not allowed.');
		}
		return this.hasLosses;
	}

	/** Takes over the warnings of a lead parsed before; whatever is not text is passed over. */
	addAll(earlier: unknown): void {
		if (!Array.isArray(earlier)) return;
		for (const sentence of earlier.slice(0, MAX_WARNINGS)) {
			if (typeof sentence === 'string' && sentence !== '') {
				this.add(cleanText(truncate(sentence, MAX_WARNING_LENGTH)));
			}
		}
	}

	list(): string[] {
		return [...this.sentences];
	}
}
