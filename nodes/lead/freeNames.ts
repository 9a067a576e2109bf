/**
 * Names for the fields of an object, each once. A name that is taken comes behind the prefix, and
 * where that is taken with a number behind it: counted, because trying every number anew takes the
 * square of the names.
 */
export class FreeNames {
	private counts: Map<string, number> | undefined;
	private readonly prefix: string;
	private readonly maxLength: number;

	/** @param maxLength of the names that are given, in UTF-16 units; names must come shorter */
	constructor(prefix: string, maxLength = Infinity) {
		this.prefix = prefix;
		this.maxLength = maxLength;
	}

	/** A name that the object has no field of yet; the caller sets that field. */
	free(holder: object, name: string): string {
		if (!Object.hasOwn(holder, name)) return name;
		this.counts ??= new Map();
		const displaced = `${this.prefix}${name}`;
		let count = this.counts.get(displaced) ?? 1;
		let free = this.withEnding(displaced, count === 1 ? '' : `_${count}`);
		while (Object.hasOwn(holder, free)) free = this.withEnding(displaced, `_${++count}`);
		this.counts.set(displaced, count);
		return free;
	}

	private withEnding(name: string, ending: string): string {
		const room = this.maxLength - ending.length;
		return `${name.length > room ? name.slice(0, room).toWellFormed() : name}${ending}`;
	}
}
