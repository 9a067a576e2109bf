/**
 * What the registry of destinations becomes in a node: the chooser, the destinations' parameters
 * and credentials, and the methods behind their lists and Test buttons.
 */
import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	ILoadOptionsFunctions,
	INode,
	INodeCredentialDescription,
	INodeCredentialTestResult,
	INodeListSearchResult,
	INodeProperties,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { DESTINATIONS } from '../destinations';
import type { DestinationDescription } from '../destinations/destination.description';
import type { DestinationInput, ListEntry } from '../destinations/types';
import { DestinationError } from '../destinations/types';
import { toNodeError } from '../errors';
import type { LeadFilter } from '../lead';

const INCLUDE_OTHERS = 'includeOthers';

export const destinationProperties: INodeProperties[] = [
	{
		displayName: 'Destination',
		name: 'destination',
		type: 'options',
		noDataExpression: true,
		description: 'Where Partner Center is set to write the leads',
		options: DESTINATIONS.map(({ name, displayName }) => ({ name: displayName, value: name })),
		default: DESTINATIONS[0]?.name ?? '',
	},
	...DESTINATIONS.flatMap(({ name, properties }) =>
		properties.map((property) => shownFor('destination', [name], property)),
	),
];

/** Entries for a node's options: how a destination is read. */
export const destinationOptions: INodeProperties[] = [
	shownFor(
		'/destination',
		DESTINATIONS.filter(({ isMarketplaceLead }) => isMarketplaceLead).map(({ name }) => name),
		{
			displayName: 'Include Other Leads',
			name: INCLUDE_OTHERS,
			type: 'boolean',
			description:
				"Whether records are passed on too that are no leads of Microsoft's marketplaces, such as those of a website",
			default: false,
		},
	),
	...DESTINATIONS.flatMap(({ name, options }) =>
		options.map((option) => shownFor('/destination', [name], option)),
	),
];

/** The property, shown for these destinations only, whatever else it depends on. */
function shownFor(
	chooser: string,
	destinations: string[],
	property: INodeProperties,
): INodeProperties {
	const { displayOptions = {} } = property;
	const show = { ...displayOptions.show, [chooser]: destinations };
	return { ...property, displayOptions: { ...displayOptions, show } };
}

/** The destination's name for people, under the node on the canvas. */
export const destinationSubtitle = `={{ (${JSON.stringify(
	Object.fromEntries(DESTINATIONS.map(({ name, displayName }) => [name, displayName])),
)})[$parameter["destination"]] }}`;

export const destinationCredentials: INodeCredentialDescription[] = DESTINATIONS.map(
	({ name, credentialType }) => ({
		name: credentialType,
		required: true,
		...hiddenFor(DESTINATIONS.map((other) => other.name).filter((other) => other !== name)),
		testedBy: testName(credentialType),
	}),
);

/**
 * Hidden for the others rather than shown for its own: a field of which every choice shows a
 * credential is taken by the editor for a choice of sign-ins, and is left out of the panel.
 */
function hiddenFor(destinations: string[]): Pick<INodeCredentialDescription, 'displayOptions'> {
	return destinations.length === 0
		? {}
		: { displayOptions: { hide: { destination: destinations } } };
}

/** What the contexts that can reach a destination have in common. */
interface DestinationContext {
	getNode(): INode;
	getCredentials(type: string): Promise<object>;
	getNodeParameter(name: string, fallback?: unknown, options?: { extractValue?: boolean }): unknown;
}

/** The destination the user chose, with what it is opened by; without a filter every lead is wanted. */
export async function chosenDestination(
	context: DestinationContext,
	filter: LeadFilter = {},
): Promise<{ destination: DestinationDescription; input: DestinationInput }> {
	const name = context.getNodeParameter('destination');
	const destination = DESTINATIONS.find((candidate) => candidate.name === name);
	if (!destination) {
		throw new NodeOperationError(context.getNode(), 'The destination is not one this node knows', {
			description: 'Choose one from the list.',
		});
	}
	const credential = await context.getCredentials(destination.credentialType);
	const options = context.getNodeParameter('options', {}, { extractValue: true });
	const option = (entry: string): unknown =>
		typeof options === 'object' && options !== null && Object.hasOwn(options, entry)
			? (options as Record<string, unknown>)[entry]
			: undefined;
	return {
		destination,
		input: {
			credential: { ...credential },
			parameter: (parameter) =>
				context.getNodeParameter(parameter, undefined, { extractValue: true }),
			option,
			wanted: { filter, others: option(INCLUDE_OTHERS) === true },
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
		const { input } = await chosenDestination({
			getNode: () => context.getNode(),
			getCredentials: async (type) => await context.getCredentials(type),
			getNodeParameter: (parameter) => context.getCurrentNodeParameter(parameter),
		});
		return await list(input);
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

function testName(credentialType: string): string {
	return `${credentialType}Test`;
}
