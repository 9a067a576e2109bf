/** What the editor asks of the registry of destinations: lists, mapper fields' context, Test buttons. */
import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	ILoadOptionsFunctions,
	INodeCredentialTestResult,
	INodeListSearchResult,
} from 'n8n-workflow';
import type { DestinationDescription, DestinationInput, ListEntry } from '../destinations/contract';
import { DestinationError } from '../destinations/destinationError';
import { DESTINATIONS } from '../destinations';
import { toNodeError } from '../errors';
import { credentialOf } from './browserSignIn';
import { keepToEgressRules, testedByEgressRules } from './egress';
import { testName } from './destinationProperties';
import { chosenDestination, inputOf } from './openDestination';
import type { DestinationContext } from './destinationContext';

/** What the editor's lists are made by: parameters as far as they are filled in. */
export async function editorInput(
	context: DestinationContext,
	destination: DestinationDescription,
): Promise<DestinationInput> {
	const options = context.getNodeParameter('options', {}, { extractValue: true });
	const input = inputOf({
		...(await credentialOf(context, destination)),
		parameters: {},
		options: { ...(options as object) },
	});
	return {
		...input,
		parameter: (name) => context.getNodeParameter(name, undefined, { extractValue: true }),
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
					await testedByEgressRules(this, async () => {
						await testCredential({ ...credential.data });
					});
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
	keepToEgressRules(context);
	try {
		const current = currentContext(context);
		return await list(await editorInput(current, chosenDestination(current)));
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

/** The parameters as they stand in the editor. */
export function currentContext(context: ILoadOptionsFunctions): DestinationContext {
	return {
		getNode: () => context.getNode(),
		getCredentials: async (type) => await context.getCredentials(type),
		caller: context,
		getNodeParameter: (parameter, _fallback, options) =>
			context.getCurrentNodeParameter(parameter, options),
	};
}
