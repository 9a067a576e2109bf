/** What the registry of destinations becomes in a node's description: choosers, parameters, credentials. */
import type {
	IDisplayOptions,
	INodeCredentialDescription,
	INodeProperties,
	NodeParameterValue,
} from 'n8n-workflow';
import { DESTINATIONS } from '../destinations';
import type { DestinationDescription } from '../destinations/contract';
import {
	AUTHENTICATION,
	authenticationProperty,
	BY_APPLICATION,
	BY_BROWSER,
} from './browserSignIn';

/** What a node does with a destination. */
export type DestinationUse = 'reading' | 'writing';

/** Name of the option by which records pass that are no marketplace leads. */
export const INCLUDE_OTHERS = 'includeOthers';
export const INCLUDE_OTHERS_LABEL = 'Include Other Leads';

export function destinationsFor(use: DestinationUse): DestinationDescription[] {
	return DESTINATIONS.filter((destination) => destination[use]);
}

/** The chooser, and what each destination asks for; `show` says when, besides the destination. */
export function destinationProperties(
	use: DestinationUse,
	description: string,
	show: Record<string, NodeParameterValue[]> = {},
): INodeProperties[] {
	const destinations = destinationsFor(use);
	return [
		chooser(destinations, description, show),
		...authenticationOf(destinations, show),
		...destinations.flatMap(({ name, [use]: side }) =>
			(side?.properties ?? []).map((property) =>
				shownFor({ ...show, destination: [name] }, property),
			),
		),
	];
}

function chooser(
	destinations: readonly DestinationDescription[],
	description: string,
	show: Record<string, NodeParameterValue[]>,
): INodeProperties {
	return {
		displayName: 'Destination',
		name: 'destination',
		type: 'options',
		noDataExpression: true,
		description,
		options: destinations.map(({ name, displayName }) => ({ name: displayName, value: name })),
		default: destinations[0]?.name ?? '',
		...(Object.keys(show).length > 0 && { displayOptions: { show } }),
	};
}

/** What chooses between an application and a person, for the destinations that both can sign in to. */
function authenticationOf(
	destinations: readonly DestinationDescription[],
	show: Record<string, NodeParameterValue[]>,
): INodeProperties[] {
	const names = destinations
		.filter(({ browserCredentialType }) => browserCredentialType !== undefined)
		.map(({ name }) => name);
	return names.length === 0
		? []
		: [shownFor({ ...show, destination: names }, authenticationProperty)];
}

/** The chooser and what is needed to mark leads whose ids are known, shown for these values. */
export function markerProperties(
	description: string,
	show: Record<string, NodeParameterValue[]>,
): INodeProperties[] {
	const destinations = destinationsThatMark();
	return [
		chooser(destinations, description, show),
		...authenticationOf(destinations, show),
		...destinations.flatMap(({ name, reading }) =>
			(reading?.marking?.placeProperties ?? []).map((property) =>
				shownFor({ ...show, destination: [name] }, property),
			),
		),
		...markingProperties(show),
	];
}

/** What each destination asks for besides in order to mark leads as handled. */
export function markingProperties(show: Record<string, NodeParameterValue[]>): INodeProperties[] {
	return destinationsThatMark().flatMap(({ name, reading }) =>
		(reading?.marking?.properties ?? []).map((property) =>
			shownFor({ ...show, destination: [name] }, property),
		),
	);
}

export function destinationsThatMark(): DestinationDescription[] {
	return destinationsFor('reading').filter(({ reading }) => reading?.marking);
}

/** Entries for a node's options. */
export function destinationOptions(use: DestinationUse): INodeProperties[] {
	const destinations = destinationsFor(use);
	const own = destinations.flatMap(({ name, [use]: side }) =>
		(side?.options ?? []).map((option) => shownFor({ '/destination': [name] }, option)),
	);
	return use === 'writing' ? own : [includeOthers(), ...own];
}

/** Entries for a node's filters. */
export function destinationFilters(): INodeProperties[] {
	return destinationsFor('reading').flatMap(({ name, reading }) =>
		(reading?.filters ?? []).map((filter) => shownFor({ '/destination': [name] }, filter)),
	);
}

function includeOthers(): INodeProperties {
	const mixed = destinationsFor('reading').filter(({ reading }) => reading?.isMarketplaceLead);
	return shownFor(
		{ '/destination': mixed.map(({ name }) => name) },
		{
			displayName: INCLUDE_OTHERS_LABEL,
			name: INCLUDE_OTHERS,
			type: 'boolean',
			description:
				"Whether records are passed on too that are no leads of Microsoft's marketplaces, such as those of a website",
			default: false,
		},
	);
}

/** The property, shown then only, whatever else it depends on. */
function shownFor(
	when: NonNullable<IDisplayOptions['show']>,
	property: INodeProperties,
): INodeProperties {
	const { displayOptions = {} } = property;
	return {
		...property,
		displayOptions: { ...displayOptions, show: { ...displayOptions.show, ...when } },
	};
}

/** An expression for the chosen destination's name for people, without braces around it. */
export const destinationName = `(${JSON.stringify(
	Object.fromEntries(DESTINATIONS.map(({ name, displayName }) => [name, displayName])),
)})[$parameter["destination"]]`;

/** Name of the method that tests a credential. */
export function testName(credentialType: string): string {
	return `${credentialType}Test`;
}

export function destinationCredentials(
	destinations: readonly DestinationDescription[],
): INodeCredentialDescription[] {
	return destinations.flatMap(({ name, credentialType, browserCredentialType }) => {
		const others = destinations.map((other) => other.name).filter((other) => other !== name);
		if (browserCredentialType === undefined) {
			return [credential(credentialType, { destination: others })];
		}
		return [
			credential(credentialType, { destination: others, [AUTHENTICATION]: [BY_BROWSER] }),
			// Without a test: n8n tells itself whether such a credential is connected.
			{
				name: browserCredentialType,
				required: true,
				...hiddenFor({ destination: others, [AUTHENTICATION]: [BY_APPLICATION] }),
			},
		];
	});
}

function credential(
	name: string,
	hide: Record<string, NodeParameterValue[]>,
): INodeCredentialDescription {
	return { name, required: true, ...hiddenFor(hide), testedBy: testName(name) };
}

/**
 * Hidden for the others rather than shown for its own: a field of which every choice shows a
 * credential is taken by the editor for a choice of sign-ins, and is left out of the panel.
 */
function hiddenFor(
	hide: Record<string, NodeParameterValue[]>,
): Pick<INodeCredentialDescription, 'displayOptions'> {
	const conditions = Object.entries(hide).filter(([, values]) => values.length > 0);
	return conditions.length === 0
		? {}
		: { displayOptions: { hide: Object.fromEntries(conditions) } };
}
