/** What a destination is opened with, as a node would give it. */
import type { DestinationInput, WantedLeads } from '../../nodes/destinations/contract.ts';

export function destinationInput(
	credential: Record<string, unknown>,
	parameters: Record<string, unknown> = {},
	{
		options = {},
		wanted = {},
	}: { options?: Record<string, unknown>; wanted?: Partial<WantedLeads> } = {},
): DestinationInput {
	return {
		credential,
		parameter: (name) => valueOf(parameters[name]),
		option: (name) => valueOf(options[name]),
		wanted: { filter: {}, others: false, ...wanted },
	};
}

/** A resource locator gives its value. */
function valueOf(parameter: unknown): unknown {
	return typeof parameter === 'object' && parameter !== null && '__rl' in parameter
		? (parameter as { value?: unknown }).value
		: parameter;
}
