/**
 * Gives each name once. A name that was given before comes behind the prefix, and from the third on
 * with a number behind it: counted, because trying every number anew takes the square of the names.
 */
export class FreeNames {
	private readonly taken = new Set<string>();
	private readonly counts = new Map<string, number>();
	private readonly prefix: string;
	private readonly maxLength: number;

	/** @param maxLength of the names that are given, in UTF-16 units; names must come shorter */
	constructor(prefix: string, maxLength = Infinity) {
		this.prefix = prefix;
		this.maxLength = maxLength;
	}

	give(name: string): string {
		let free = name;
		if (this.taken.has(free)) {
			const displaced = `${this.prefix}${name}`;
			let count = this.counts.get(displaced) ?? 1;
			free = this.withEnding(displaced, count === 1 ? '' : `_${count}`);
			while (this.taken.has(free)) free = this.withEnding(displaced, `_${++count}`);
			this.counts.set(displaced, count);
		}
		this.taken.add(free);
		return free;
	}

	private withEnding(name: string, ending: string): string {
		const room = this.maxLength - ending.length;
		return `${name.length > room ? name.slice(0, room).toWellFormed() : name}${ending}`;
	}
}
