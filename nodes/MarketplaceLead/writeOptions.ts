/** What the operations that write have in common: their parameters, and how these are read. */
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { DESTINATIONS } from '../destinations';
import type { DestinationDescription } from '../destinations/contract';
import { timeLimits, type TimeLimits } from '../destinations/timeLimits';
import type { JsonObject, JsonValue } from '../lead';
import type { DestinationContext } from '../parameters/destinationContext';
import { destinationsFor } from '../parameters/destinationProperties';
import { readNumber } from '../parameters/values';
import { isObject } from '../lead/objects';

/** Minutes; one that a user may set lower or higher. */
const MAX_MINUTES = 60;

const mapped = destinationsFor('writing').filter(({ writing }) => 'fields' in writing);
const unmapped = DESTINATIONS.filter((destination) => !mapped.includes(destination));

/** What is written besides the lead: of the vendor's own fields where it tells them, else of any name. */
export function additionalFieldsProperties(operation: string): INodeProperties[] {
	const showFor = (destinations: readonly DestinationDescription[]) => ({
		show: { operation: [operation], destination: destinations.map(({ name }) => name) },
	});
	return [
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'resourceMapper',
			noDataExpression: true,
			default: { mappingMode: 'defineBelow', value: null },
			displayOptions: showFor(mapped),
			description:
				'More fields to write. Where the lead fills the same field, the value given here is written.',
			typeOptions: {
				loadOptionsDependsOn: ['destination', 'marketoMethod', 'salesforceMethod'],
				resourceMapper: {
					resourceMapperMethod: 'writableFields',
					mode: 'add',
					valuesLabel: 'Additional Fields',
					fieldWords: { singular: 'field', plural: 'fields' },
					addAllFields: false,
					multiKeyMatch: false,
					supportAutoMap: false,
				},
			},
		},
		{
			displayName: 'Additional Fields',
			name: 'additionalFieldsByName',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			placeholder: 'Add Field',
			default: {},
			displayOptions: showFor(unmapped),
			description:
				'More fields to write. Where the lead fills the same field, the value given here is written.',
			options: [
				{
					displayName: 'Field',
					name: 'values',
					values: [
						{
							displayName: 'Name',
							name: 'name',
							type: 'string',
							default: '',
							placeholder: 'e.g. Region',
						},
						{
							displayName: 'Value',
							name: 'value',
							type: 'string',
							default: '',
							placeholder: 'e.g. EMEA',
						},
					],
				},
			],
		},
	];
}

export const timeoutOption: INodeProperties = {
	displayName: 'Timeout (Minutes)',
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 1440 },
	default: MAX_MINUTES,
	description: 'How long the node may take, including the time it waits for a busy destination',
};

/** The parameters as an item has them. */
export function atItem(context: IExecuteFunctions, itemIndex: number): DestinationContext {
	return {
		getNode: () => context.getNode(),
		getCredentials: async (type) => await context.getCredentials(type, itemIndex),
		getNodeParameter: (name, fallback, options) =>
			context.getNodeParameter(name, itemIndex, fallback, options),
		execution: context,
		caller: context,
	};
}

/**
 * The time for each item by its option Timeout, counted for all of them from now on. One of the
 * functions, so called, throws UserError when the option is no number of minutes.
 */
export function timeouts(context: IExecuteFunctions): (itemIndex: number) => TimeLimits {
	const begun = Date.now();
	const known = new Map<number, TimeLimits>();
	return (itemIndex) => {
		const { timeout } = optionsOf(context, itemIndex);
		const given = readNumber(timeout, timeoutOption.displayName, {
			otherwise: MAX_MINUTES,
			above: 0,
		});
		const minutes = Math.min(given, 24 * 60);
		const limits = known.get(minutes) ?? limitsFrom(context, begun, minutes * 60_000);
		known.set(minutes, limits);
		return limits;
	};
}

function limitsFrom(context: IExecuteFunctions, begun: number, milliseconds: number): TimeLimits {
	const left = Math.max(0, begun + milliseconds - Date.now());
	const { signal, deadline } = timeLimits(left);
	const cancelled = context.getExecutionCancelSignal();
	return { signal: cancelled ? AbortSignal.any([cancelled, signal]) : signal, deadline };
}

export function optionsOf(context: IExecuteFunctions, itemIndex: number): Record<string, unknown> {
	return { ...(context.getNodeParameter('options', itemIndex, {}) as object) };
}

/** What the user mapped besides the lead; entries without a value are as if they weren't there. */
export function additionalFieldsOf(
	context: IExecuteFunctions,
	destination: DestinationDescription,
	itemIndex: number,
): JsonObject {
	const given = mapped.includes(destination)
		? Object.entries(asObject(context.getNodeParameter('additionalFields.value', itemIndex, {})))
		: namedValues(context.getNodeParameter('additionalFieldsByName.values', itemIndex, []));
	const isFilled = ([name, value]: [string, unknown]): boolean =>
		name !== '' && value !== null && value !== undefined && value !== '';
	// Through JSON: n8n gives dates as objects of its own.
	const entries = given.filter(isFilled).map(([name, value]) => [name, toJson(value)] as const);
	return Object.fromEntries(entries);
}

function namedValues(values: unknown): Array<[string, unknown]> {
	if (!Array.isArray(values)) return [];
	return values.map((entry): [string, unknown] => {
		const { name, value } = asObject(entry);
		return [typeof name === 'string' ? name.trim() : '', value];
	});
}

function toJson(value: unknown): JsonValue {
	return JSON.parse(JSON.stringify(value)) as JsonValue;
}

function asObject(value: unknown): Record<string, unknown> {
	return isObject(value) ? value : {};
}
