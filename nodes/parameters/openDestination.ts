/** From a node's parameters to the destination that they choose. */
import type { DestinationContext } from './destinationContext';
import type { INode } from 'n8n-workflow';
import { NodeHelpers, NodeOperationError } from 'n8n-workflow';
import {
	type DestinationDescription,
	type DestinationInput,
	type LeadDestination,
	type LeadMarker,
	type MarkingDescription,
	type PendingLeads,
	type ReadingDescription,
} from '../destinations/contract';
import type { BrowserSignIn } from '../destinations/browserSignIn';
import { DESTINATIONS } from '../destinations';
import { matchesFilter, parseLead, type JsonValue, type Lead, type LeadFilter } from '../lead';
import type { TimeLimits } from '../destinations/timeLimits';
import type { LeadReader } from '../polling/types';
import { credentialOf } from './browserSignIn';
import { INCLUDE_OTHERS, INCLUDE_OTHERS_LABEL, type DestinationUse } from './destinationProperties';
import { readLeadFilter, readLeadOptions } from './leadParameters';
import { isEmpty, readBoolean, typedFields, typedValue } from './values';

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
	/** Where a person signed in with the browser. */
	browser?: BrowserSignIn;
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
	use: DestinationUse | 'marker' | 'marking',
): Promise<ResolvedDestination> {
	const { properties, options, filters } = askedFor(destination, use);
	const given = (name: string): unknown => context.getNodeParameter(name, {});
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
	for (const { name } of filters) parameters[name] = locatedValue(given('filters'), name);
	return {
		...(await credentialOf(context, destination)),
		parameters,
		options: { ...(typedFields(options, given('options')) as object) },
	};
}

/** To mark pending leads as they are read takes all that reading takes, unlike to mark those of known ids. */
function askedFor(
	{ reading, writing }: DestinationDescription,
	use: DestinationUse | 'marker' | 'marking',
): Required<Pick<ReadingDescription, 'filters' | 'options' | 'properties'>> {
	const { properties = [], options = [] } = (use === 'writing' ? writing : reading) ?? {};
	if (use === 'writing') return { properties, options, filters: [] };
	const { filters = [] } = reading ?? {};
	if (use === 'reading') return { properties, options, filters };
	const { placeProperties = [], properties: own = [] } = reading?.marking ?? {};
	return use === 'marker'
		? { properties: [...placeProperties, ...own], options: [], filters: [] }
		: { properties: [...properties, ...own], options, filters };
}

/** An entry of a collection's value; n8n leaves resource locators in there as they are. */
function locatedValue(fields: unknown, name: string): unknown {
	if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, name))
		return undefined;
	const value = (fields as Record<string, unknown>)[name];
	return typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
}

function isRequired(node: INode, labels: readonly string[]): NodeOperationError {
	const named = labels.map((label) => `"${label}"`).join(' and ');
	const message = labels.length > 1 ? `${named} are empty` : `${named} is empty`;
	return new NodeOperationError(node, message, {
		description: 'Fill it in. If it is an expression, look at what it gives for this item.',
	});
}

/** The same as destinations take it; without a filter every lead is wanted. */
export function inputOf(
	{ credential, browser, parameters, options }: ResolvedDestination,
	filter: LeadFilter = {},
): DestinationInput {
	const entry = (values: Record<string, unknown>, name: string): unknown =>
		Object.hasOwn(values, name) ? values[name] : undefined;
	const others = readBoolean(entry(options, INCLUDE_OTHERS), INCLUDE_OTHERS_LABEL, false);
	return {
		credential,
		...(browser && { browser }),
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
	const { destination, reading, input, accept } = await prepareToRead(context);
	return { ...(await reading.open(input)), destination, accept };
}

/** What a destination holds, whether it is wanted or not. */
export interface OpenSurvey {
	/** As in `the table "MarketplaceLeads"`, or the destination's name. */
	place: string;
	/** Where the lead source is looked for; `undefined` where everything is Microsoft's. */
	leadSource: { fields: string[]; setting?: string } | undefined;
	/** With every field that can hold a lead source, where that is known. */
	open(limits: TimeLimits): Promise<LeadReader>;
	read: (record: JsonValue) => { isMarketplaceLead: boolean; isWanted: boolean };
}

/** Makes ready to look at everything that the chosen destination holds. */
export async function openForSurvey(context: DestinationContext): Promise<OpenSurvey> {
	const { destination, reading, input, accept, parse } = await prepareToRead(context);
	const { survey = {}, isMarketplaceLead } = reading;
	const all: DestinationInput = { ...input, wanted: { filter: {}, others: true } };
	return {
		place: survey.place?.(all) ?? displayNameOf(destination),
		leadSource: isMarketplaceLead && (survey.leadSource?.(all) ?? { fields: [] }),
		async open(limits) {
			const whole = await survey.openWhole?.(all, limits);
			return (whole ?? (await reading.open(all))).reader;
		},
		read: (record) => ({
			isMarketplaceLead: isMarketplaceLead?.(parse(record)) ?? true,
			isWanted: accept(record) !== undefined,
		}),
	};
}

export interface OpenPending extends OpenDestination {
	pending: PendingLeads;
}

/** The same for the leads that are not marked as handled. */
export async function openPending(context: DestinationContext): Promise<OpenPending> {
	const { destination, reading, input, accept } = await prepareToRead(context, true);
	const pending = await markingOf(context, destination, reading).open(input);
	return { identity: pending.identity, reader: pending.reader, pending, destination, accept };
}

/** Opens a destination for marking leads whose ids are known. */
export async function openMarker(
	context: DestinationContext,
	destination: DestinationDescription,
	resolved: ResolvedDestination,
): Promise<LeadMarker> {
	const { execution } = context;
	const input = { ...inputOf(resolved), ...(execution && { execution }) };
	return await markingOf(context, destination.name, destination.reading).openMarker(input);
}

function markingOf(
	context: DestinationContext,
	name: DestinationDescription['name'],
	reading: DestinationDescription['reading'],
): MarkingDescription {
	if (reading?.marking) return reading.marking;
	throw new NodeOperationError(
		context.getNode(),
		`Leads cannot be marked as handled in ${displayNameOf(name)}`,
		{
			description:
				'It has no field for that. Choose "Handed Over", or let a first workflow write the leads into an Azure table and poll that table in a second one.',
		},
	);
}

function displayNameOf(name: DestinationDescription['name']): string {
	return DESTINATIONS.find((candidate) => candidate.name === name)?.displayName ?? name;
}

async function prepareToRead(context: DestinationContext, marks = false) {
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
	const use = marks ? 'marking' : 'reading';
	const input: DestinationInput = {
		...inputOf(await resolveDestination(context, destination, use), filter),
		...(execution && { execution }),
	};
	const receivedAt = new Date().toISOString();
	const parse = (record: JsonValue): Lead =>
		parseLead(record, { ...options, destination: name, receivedAt });
	return {
		destination: name,
		reading,
		input,
		parse,
		accept(record: JsonValue): Lead | undefined {
			const lead = parse(record);
			if (!input.wanted.others && reading.isMarketplaceLead?.(lead) === false) return undefined;
			return matchesFilter(lead, filter) ? lead : undefined;
		},
	};
}
