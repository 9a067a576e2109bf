/**
 * Finds objects and lists that occur twice in what a workflow is given. An expression such as
 * `={{ $json.source }}` can hand a node the very object, which then edits it everywhere at once.
 */

/** Remembers every object it was shown, also across calls: what comes again is shared. */
export class SharedReferences {
	private readonly seen = new Map<object, string>();

	/** Where in the value something stands that was seen before, here or in an earlier call. */
	in(value: unknown, path: string): string[] {
		if (typeof value !== 'object' || value === null) return [];
		const earlier = this.seen.get(value);
		if (earlier !== undefined) return [`${path} is ${earlier}`];
		this.seen.set(value, path);
		return Object.entries(value).flatMap(([name, child]) => this.in(child, `${path}.${name}`));
	}
}

/** Writes over everything in it, as the most careless workflow would. */
export function spoil(value: unknown): void {
	if (typeof value !== 'object' || value === null) return;
	for (const [name, child] of Object.entries(value) as [keyof typeof value, unknown][]) {
		spoil(child);
		if (typeof child !== 'object' || child === null) value[name] = 'spoilt' as never;
	}
	if (Array.isArray(value)) value.push('spoilt');
	else Object.assign(value, { spoilt: true });
}

/** So that writing to it throws, whoever holds it. */
export function deepFreeze<Value>(value: Value): Value {
	if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
	Object.freeze(value);
	Object.values(value).forEach(deepFreeze);
	return value;
}
