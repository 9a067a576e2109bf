/** What the registry of destinations becomes behind a node: the chosen one, lists and Test buttons. */
import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	ILoadOptionsFunctions,
	INode,
	INodeCredentialTestResult,
	INodeListSearchResult,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { DestinationDescription } from '../destinations/destination.description';
import { DESTINATIONS } from '../destinations';
import type { DestinationInput, LeadDestination, ListEntry } from '../destinations/types';
import { DestinationError } from '../destinations/types';
import { toNodeError } from '../errors';
import { matchesFilter, parseLead, type JsonValue, type Lead, type LeadFilter } from '../lead';
import { INCLUDE_OTHERS, testName } from './destinationProperties';
import { readLeadFilter, readLeadOptions } from './leadParameters';

/** What the contexts that can reach a destination have in common. */
export interface DestinationContext {
	getNode(): INode;
	getCredentials(type: string): Promise<object>;
	getNodeParameter(name: string, fallback?: unknown, options?: { extractValue?: boolean }): unknown;
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

/** What the chosen destination is opened by; without a filter every lead is wanted. */
export async function destinationInput(
	context: DestinationContext,
	{ credentialType }: DestinationDescription,
	filter: LeadFilter = {},
): Promise<DestinationInput> {
	const credential = await context.getCredentials(credentialType);
	const options = context.getNodeParameter('options', {}, { extractValue: true });
	const option = (entry: string): unknown =>
		typeof options === 'object' && options !== null && Object.hasOwn(options, entry)
			? (options as Record<string, unknown>)[entry]
			: undefined;
	return {
		credential: { ...credential },
		parameter: (parameter) =>
			context.getNodeParameter(parameter, undefined, { extractValue: true }),
		option,
		wanted: { filter, others: option(INCLUDE_OTHERS) === true },
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
	const input = await destinationInput(context, destination, filter);
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

export const destinationMethods = {
	listSearch: Object.fromEntries(
		DESTINATIONS.flatMap(({ lists }) =>
			Object.entries(lists).map(([name, list]) => [
				name,
				async function (
					this: ILoadOptionsFunctions,
					filter?: string,
				): Promise<INodeListSearchResult> {
					const entries = await listEntries(this, list);
					const wanted = (filter ?? '').toLowerCase();
					return {
						results: entries.filter((entry) => entry.name.toLowerCase().includes(wanted)),
					};
				},
			]),
		),
	),
	// The same lists, for parameters that take several of their entries.
	loadOptions: Object.fromEntries(
		DESTINATIONS.flatMap(({ lists }) =>
			Object.entries(lists).map(([name, list]) => [
				name,
				async function (this: ILoadOptionsFunctions): Promise<ListEntry[]> {
					return await listEntries(this, list);
				},
			]),
		),
	),
	credentialTest: Object.fromEntries(
		DESTINATIONS.map(({ credentialType, testCredential }) => [
			testName(credentialType),
			async function (
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted,
			): Promise<INodeCredentialTestResult> {
				try {
					await testCredential({ ...credential.data });
					return { status: 'OK', message: 'Connection successful' };
				} catch (error) {
					if (!(error instanceof DestinationError)) throw error;
					return { status: 'Error', message: `${error.message}. ${error.description}` };
				}
			},
		]),
	),
};

async function listEntries(
	context: ILoadOptionsFunctions,
	list: DestinationDescription['lists'][string],
): Promise<ListEntry[]> {
	try {
		const current = currentContext(context);
		return await list(await destinationInput(current, chosenDestination(current)));
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

/** The parameters as they stand in the editor. */
export function currentContext(context: ILoadOptionsFunctions): DestinationContext {
	return {
		getNode: () => context.getNode(),
		getCredentials: async (type) => await context.getCredentials(type),
		getNodeParameter: (parameter, _fallback, options) =>
			context.getCurrentNodeParameter(parameter, options),
	};
}
