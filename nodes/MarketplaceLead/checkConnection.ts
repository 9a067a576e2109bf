import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';

import { checkConnection as check } from '../destinations/check/checkConnection';
import type { Check } from '../destinations/check/report';
import { ProcessCache } from '../destinations/processCache';
import { microsoftTestLead } from '../lead';
import { toNodeError } from '../errors';
import {
	chosenDestination,
	inputOf,
	openMarker,
	resolveDestination,
} from '../parameters/openDestination';
import {
	destinationOptions,
	destinationsThatMark,
	markingProperties,
} from '../parameters/destinationProperties';
import { continuesOnFail, failedItem } from '../parameters/failedItems';
import { readText } from '../parameters/readItems';
import { isEmpty, readBoolean, readNumber } from '../parameters/values';
import { offerTitleProperty } from './sendTestLead';
import { itemsBySettings, pairedTo } from './turns';
import { additionalFieldsOf, additionalFieldsProperties, atItem, optionsOf } from './writeOptions';

const show = { operation: ['checkConnection'] };

const marking = destinationsThatMark().map(({ name }) => name);

/** Seconds. Salesforce can take half a minute to make a lead of a form. */
const STEP_TIME = 60;
const MAX_STEP_TIME = 600;
const STEP_TIMEOUT = 'Timeout per Step (Seconds)';

export const checkConnectionProperties: INodeProperties[] = [
	{
		displayName: 'Write Test Lead',
		name: 'writeTestLead',
		type: 'boolean',
		displayOptions: { show },
		default: true,
		description:
			'Whether to write a test lead, read it back and delete it again. Nothing else shows that leads arrive.',
	},
	...[offerTitleProperty('checkConnection'), ...additionalFieldsProperties('checkConnection')].map(
		(property): INodeProperties => ({
			...property,
			displayOptions: { show: { ...property.displayOptions?.show, writeTestLead: [true] } },
		}),
	),
	{
		displayName: 'Check Marking',
		name: 'checkMarking',
		type: 'boolean',
		// It shows parameters that are required.
		noDataExpression: true,
		displayOptions: { show: { ...show, destination: marking } },
		default: false,
		description:
			'Whether to also check what a trigger needs to mark leads as handled: the field or the table is there and can be changed',
	},
	...markingProperties({ ...show, checkMarking: [true] }),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show },
		default: {},
		options: [
			{
				displayName: 'Keep Test Lead',
				name: 'keepTestLead',
				type: 'boolean',
				default: false,
				description: 'Whether to leave the test lead at the destination',
			},
			{
				displayName: STEP_TIMEOUT,
				name: 'stepTimeout',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: MAX_STEP_TIME },
				default: STEP_TIME,
				description: 'How long each step may take before it counts as failed',
			},
			{
				displayName: 'One Item per Check',
				name: 'oneItemPerCheck',
				type: 'boolean',
				default: false,
				description:
					'Whether to return each check as an item of its own, which the editor shows as a table',
			},
			...destinationOptions('writing'),
		],
	},
];

/**
 * One item with the list of checks, or one for each of them; once for all items with the same
 * settings. A check that fails is no failure of the item, so that a workflow that runs on a schedule can
 * raise the alarm.
 */
export async function checkConnection(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const { turns, failures } = await itemsBySettings(context);
	const [unread] = failures.values();
	if (unread && !continuesOnFail(context)) throw unread;
	const found = [...failures].map(([itemIndex, failure]): [number, INodeExecutionData[]] => [
		itemIndex,
		[failedItem(context, failure, itemIndex)],
	]);
	for (const { itemIndex, items } of turns) {
		const pairedItem = pairedTo(items);
		try {
			const reports = await checkOne(context, itemIndex);
			found.push([itemIndex, reports.map((json) => ({ json, pairedItem }))]);
		} catch (error) {
			const failure = toNodeError(context.getNode(), error, itemIndex);
			if (!continuesOnFail(context)) throw failure;
			found.push([itemIndex, [{ ...failedItem(context, failure, itemIndex), pairedItem }]]);
		}
	}
	return found.sort(([a], [b]) => a - b).flatMap(([, items]) => items);
}

async function checkOne(context: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const current = atItem(context, itemIndex);
	const destination = chosenDestination(current);
	const resolved = await resolveDestination(current, destination, 'writing');
	const input = { ...inputOf(resolved), execution: context, cache: new ProcessCache() };
	const options = optionsOf(context, itemIndex);
	const isMarkingChecked =
		destination.reading?.marking !== undefined &&
		readBoolean(context.getNodeParameter('checkMarking', itemIndex, false), 'Check Marking', false);
	const markerInput =
		isMarkingChecked && (await resolveDestination(current, destination, 'marker'));
	const begun = Date.now();
	const testLead = microsoftTestLead({
		destination: destination.name,
		offerTitle: readText(context, 'offerTitle', itemIndex),
		now: begun + itemIndex,
	});
	const { checks, written } = await check({
		destination,
		input,
		mayOpenReader: (destination.reading?.properties ?? []).every(
			({ name, required }) => required !== true || !isEmpty(input.parameter(name)),
		),
		...(markerInput && {
			openMarker: async () => await openMarker(current, destination, markerInput),
		}),
		testLead,
		additional: additionalFieldsOf(context, destination, itemIndex),
		write: readBoolean(context.getNodeParameter('writeTestLead', itemIndex), 'Write Test Lead'),
		keep: readBoolean(options['keepTestLead'], 'Keep Test Lead', false),
		stepTime: stepTimeOf(options['stepTimeout']),
		signal: context.getExecutionCancelSignal() ?? new AbortController().signal,
	});
	const failed = checks.find(({ status }) => status === 'failed');
	const checkedAt = new Date(begun).toISOString();
	if (readBoolean(options['oneItemPerCheck'], 'One Item per Check', false)) {
		return checks.map((entry) => ({ ...entry, destination: destination.name, checkedAt }));
	}
	return [
		{
			ok: failed === undefined,
			destination: destination.name,
			checkedAt,
			failedCheck: failed?.name ?? '',
			message: failed?.message ?? allPassed(checks),
			toDo: failed?.toDo ?? '',
			checks: checks.map((entry): IDataObject => ({ ...entry })),
			testLead: {
				id: written ? testLead.id : '',
				recordId: written?.id ?? '',
				url: written?.url ?? '',
			},
		},
	];
}

/** What is told where no check failed: a number that leaves out what was not looked at. */
function allPassed(checks: readonly Check[]): string {
	const passed = checks.filter(({ status }) => status === 'passed').length;
	if (passed === checks.length) return `All ${passed} checks passed`;
	return `${passed} checks passed, ${checks.length - passed} skipped`;
}

/** Milliseconds. @throws UserError for no number of seconds */
function stepTimeOf(value: unknown): number {
	const seconds = readNumber(value, STEP_TIMEOUT, { otherwise: STEP_TIME, above: 0 });
	return Math.min(seconds, MAX_STEP_TIME) * 1_000;
}
