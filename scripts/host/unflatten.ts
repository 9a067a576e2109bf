/**
 * Undoes how n8n stores the data of an execution: a JSON list in which the first entry is the
 * value, and every string inside an object or list is the position of the real value, so that what
 * occurs twice, or holds itself, is written once.
 */
export function unflatten(text: string): unknown {
	const entries = JSON.parse(text) as unknown[];
	const isHolder = (value: unknown): value is Record<string, unknown> =>
		typeof value === 'object' && value !== null;
	for (const holder of entries.filter(isHolder)) {
		for (const [key, reference] of Object.entries(holder)) {
			if (typeof reference === 'string') holder[key] = entries[Number(reference)];
		}
	}
	return entries[0];
}
