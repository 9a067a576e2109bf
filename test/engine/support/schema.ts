/** The form of a value, as n8n's own schemas tell it. */
export function schemaOf(value: unknown, isOpen = false): object {
	if (Array.isArray(value)) return { type: 'array', items: schemaOf(value[0] ?? '') };
	if (typeof value !== 'object' || value === null) return { type: typeof value };
	const fields = isOpen ? [] : Object.entries(value);
	return {
		type: 'object',
		properties: Object.fromEntries(
			fields.map(([name, child]) => [name, schemaOf(child, name === 'properties')]),
		),
	};
}
