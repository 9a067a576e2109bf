/** What a node shows of the registry of destinations. */
import type { INodeType } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import type { DestinationDescription } from '../../../nodes/destinations/contract';

/** The values of each parameter Destination, in the order of the description. */
export function choosersOf({ description }: INodeType): unknown[][] {
	return description.properties
		.filter(({ name }) => name === 'destination')
		.map(({ options = [] }) => options.map((option) => 'value' in option && option.value));
}

/** Each destination shows one credential, its own, which has a test; by choice that of a person. */
export function expectCredentials(
	{ description, methods }: INodeType,
	destinations: readonly DestinationDescription[],
): void {
	for (const { name, credentialType, browserCredentialType } of destinations) {
		const shownWith = (authentication: string) =>
			description.credentials?.filter((credential) =>
				NodeHelpers.displayParameter(
					{ destination: name, authentication },
					credential,
					null,
					description,
				),
			);
		const shown = shownWith('application');
		expect(shown).toEqual([expect.objectContaining({ name: credentialType, required: true })]);
		const own = browserCredentialType ?? credentialType;
		expect(shownWith('oAuth2')).toEqual([expect.objectContaining({ name: own, required: true })]);
		const testedBy = String(shown?.[0]?.testedBy);
		expect(methods?.credentialTest?.[testedBy]).toBeInstanceOf(Function);
	}
}

/** Names of the methods behind the lists, wherever they stand: options hold parameters of their own. */
export function listsOf({ description }: INodeType): { searched: string[]; loaded: string[] } {
	const text = JSON.stringify(description.properties);
	const named = (key: string) =>
		[...text.matchAll(new RegExp(`"${key}":"(\\w+)"`, 'g'))].map(([, name]) => String(name));
	return { searched: named('searchListMethod'), loaded: named('loadOptionsMethod') };
}
