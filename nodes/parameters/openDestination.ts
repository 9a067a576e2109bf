/** From a node's parameters to the destination that they choose. */
import type { INode } from 'n8n-workflow';
import { NodeHelpers, NodeOperationError } from 'n8n-workflow';
import {
	type DestinationDescription,
	type DestinationInput,
	type LeadDestination,
} from '../destinations/contract';
import { DESTINATIONS } from '../destinations';
import { matchesFilter, parseLead, type JsonValue, type Lead, type LeadFilter } from '../lead';
import { INCLUDE_OTHERS, INCLUDE_OTHERS_LABEL, type DestinationUse } from './destinationProperties';
import { readLeadFilter, readLeadOptions } from './leadParameters';
import { isEmpty, readBoolean, typedFields, typedValue } from './values';

/** What the contexts that can reach a destination have in common. */
export interface DestinationContext {
	getNode(): INode;
	getCredentials(type: string): Promise<object>;
	getNodeParameter(
		name: string,
		fallback?: unknown,
		options?: { extractValue?: boolean; rawExpressions?: boolean },
	): unknown;
	/** The same for all items of an execution. */
	execution?: object;
}

/** The destination the user chose. @throws NodeOperationError */
export function chosenDestination(context: DestinationContext): DestinationDescription {
	const name = context.getNodeParameter('destination');
	const destination = DESTINATIONS.find((candidate) => candidate.name === name);
	if (destination) return destination;
	throw new NodeOperationError(context.getNode(), 'The destination is not one this node knows', {
		description: 'Choose one from the list.',
	});
}

/** What a destination is opened by, resolved: nothing of it is asked of n8n later. */
export interface ResolvedDestination {
	credential: Record<string, unknown>;
	/** By name; those that another parameter hides are not there. */
	parameters: Record<string, unknown>;
	options: Record<string, unknown>;
}

/** What n8n is to give for a parameter that it leaves out, because another one hides it. */
const HIDDEN = Object.freeze({});

/**
 * What the chosen destination is opened by for this use.
 * @throws NodeOperationError that names each required parameter that is empty: n8n looks at those
 * before it runs a node, but not at what comes out of their expressions
 */
export async function resolveDestination(
	context: DestinationContext,
	destination: DestinationDescription,
	use: DestinationUse,
): Promise<ResolvedDestination> {
	const { properties = [], options = [] } = destination[use] ?? {};
	const parameters: Record<string, unknown> = {};
	const empty: string[] = [];
	for (const property of properties) {
		const { name, displayName, required } = property;
		// Shown by what its neighbours are for this item, which an expression can change.
		const isShown = NodeHelpers.displayParameter(parameters as never, property, null, null);
		const raw = context.getNodeParameter(name, HIDDEN, { rawExpressions: true });
		if (!isShown || raw === HIDDEN) continue;
		const value = context.getNodeParameter(name, null, { extractValue: true });
		if (required === true && isEmpty(value)) empty.push(displayName);
		parameters[name] = typedValue(property, value);
	}
	if (empty.length > 0) throw isRequired(context.getNode(), empty);
	const given = context.getNodeParameter('options', {});
	return {
		credential: { ...(await context.getCredentials(destination.credentialType)) },
		parameters,
		options: { ...(typedFields(options, given) as object) },
	};
}

function isRequired(node: INode, labels: readonly string[]): NodeOperationError {
	const named = labels.map((label) => `"${label}"`).join(' and ');
	return new NodeOperationError(node, `${named} ${labels.length > 1 ? 'are' : 'is'} empty`, {
		description: 'Fill it in. If it is an expression, look at what it gives for this item.',
	});
}

/** The same as destinations take it; without a filter every lead is wanted. */
export function inputOf(
	{ credential, parameters, options }: ResolvedDestination,
	filter: LeadFilter = {},
): DestinationInput {
	const entry = (values: Record<string, unknown>, name: string): unknown =>
		Object.hasOwn(values, name) ? values[name] : undefined;
	const others = readBoolean(entry(options, INCLUDE_OTHERS), INCLUDE_OTHERS_LABEL, false);
	return {
		credential,
		parameter: (name) => entry(parameters, name),
		option: (name) => entry(options, name),
		wanted: { filter, others },
	};
}

export interface OpenDestination extends LeadDestination {
	destination: Lead['destination'];
	/** Reads a record into a lead and holds it against what is wanted. */
	accept: (record: JsonValue) => Lead | undefined;
}

/** Opens the chosen destination for reading, by the parameters destination, filters and options. */
export async function openForReading(context: DestinationContext): Promise<OpenDestination> {
	const filter = readLeadFilter(context.getNodeParameter('filters', {}));
	const options = readLeadOptions(context.getNodeParameter('options', {}));
	const destination = chosenDestination(context);
	const { name, reading } = destination;
	if (!reading) {
		throw new NodeOperationError(context.getNode(), 'Leads of this destination cannot be read', {
			description: 'Choose one from the list.',
		});
	}
	const { execution } = context;
	const input: DestinationInput = {
		...inputOf(await resolveDestination(context, destination, 'reading'), filter),
		...(execution && { execution }),
	};
	const { identity, reader } = await reading.open(input);
	const receivedAt = new Date().toISOString();
	return {
		identity,
		reader,
		destination: name,
		accept(record) {
			const lead = parseLead(record, { ...options, destination: name, receivedAt });
			if (!input.wanted.others && reading.isMarketplaceLead?.(lead) === false) return undefined;
			return matchesFilter(lead, filter) ? lead : undefined;
		},
	};
}
