import type { INodeProperties } from 'n8n-workflow';

import { configurationError } from '../addresses';
import { DestinationError, type WriteInput, type WritingDescription } from '../contract';
import { editorLimits } from '../timeLimits';
import { readAccount } from './account';
import { openMarketo } from './client';
import {
	fieldLocator,
	formProperty,
	readFieldName,
	readFormId,
	readPartition,
} from './parameters.description';
import { readFormLayout, readPersonFields, writable } from './personFields';
import { LEAD_SOURCE } from './record';
import { MarketoWriter } from './writer';
import { explainWrite } from './writeRefusal';

/** Hours. An execution that is repeated is mostly repeated within a day. */
const DEFAULT_LOOK_BACK = 24;
/** Hours of a year. */
const MOST_LOOK_BACK = 8_760;
const HOUR = 60 * 60 * 1_000;

const properties: INodeProperties[] = [
	{
		displayName: 'Method',
		name: 'marketoMethod',
		type: 'options',
		default: 'submitForm',
		description: 'How the lead gets into Marketo',
		options: [
			{
				name: 'Submit Form',
				value: 'submitForm',
				description:
					'Fill out a form for each lead, as Microsoft’s connector does: one call for each',
			},
			{
				name: 'Upsert Person',
				value: 'upsertPerson',
				description:
					'Create the person, or update the one with the e-mail address: 300 in a call, and no fill-out',
			},
		],
	},
	{ ...formProperty, displayOptions: { show: { marketoMethod: ['submitForm'] } } },
];

const options: INodeProperties[] = [
	{
		displayName: 'Lead ID Field',
		name: 'leadIdField',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		description:
			'A text field of persons that keeps the lead’s ID, so that a lead just written is told at once. The form needs it as a hidden field.',
		...fieldLocator,
	},
	{
		displayName: 'Lead Source Field',
		name: 'leadSourceField',
		type: 'resourceLocator',
		default: { mode: 'name', value: LEAD_SOURCE },
		description: 'The field that Microsoft’s lead source is mapped to, by its REST API name',
		...fieldLocator,
	},
	{
		displayName: 'Look Back (Hours)',
		name: 'lookBack',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: MOST_LOOK_BACK, numberPrecision: 0 },
		default: DEFAULT_LOOK_BACK,
		description:
			'How far back to look whether a form was filled out for the very lead before, for persons whom Marketo knows. 0 to submit without looking.',
	},
	{
		displayName: 'Partition',
		name: 'partition',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		description:
			'The lead partition that Upsert Person writes into, where the instance has several. A form has its own.',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: 'searchPartitions', searchable: true },
			},
			{
				displayName: 'By Name',
				name: 'name',
				type: 'string',
				placeholder: 'e.g. Default',
			},
		],
	},
];

export const marketoWriting: WritingDescription = {
	properties,
	options,

	async open(input) {
		const { credential, option } = input;
		const leadSourceField = readFieldName(option('leadSourceField')) || LEAD_SOURCE;
		const leadIdField = readFieldName(option('leadIdField'));
		const partition = readPartition(option('partition'));
		const lookBack = readLookBack(option('lookBack')) * HOUR;
		const formId = readForm(input);
		const client = await openMarketo(readAccount(credential));
		const options = { formId, leadSourceField, leadIdField, partition, lookBack };
		return new MarketoWriter(client, options);
	},

	async fields(input) {
		const formId = readForm(input);
		const client = await openMarketo(readAccount(input.credential));
		try {
			if (formId === undefined) return writable(await readPersonFields(client, editorLimits()));
			return writable((await readFormLayout(client, formId, editorLimits())).fields);
		} catch (error) {
			throw error instanceof DestinationError ? explainWrite(error) : error;
		}
	},
};

/** `undefined` where no form is filled out. */
function readForm({ parameter }: WriteInput): number | undefined {
	const method = parameter('marketoMethod');
	if (method === 'submitForm') return readFormId(parameter('form'));
	if (method === 'upsertPerson') return undefined;
	throw configurationError(
		'The method is none that is known',
		'Choose Submit Form or Upsert Person.',
	);
}

function readLookBack(value: unknown): number {
	if (value === undefined || value === null || value === '') return DEFAULT_LOOK_BACK;
	const hours = Number(value);
	if (Number.isFinite(hours) && hours >= 0 && hours <= MOST_LOOK_BACK) return hours;
	throw configurationError(
		'Look Back is not a number of hours',
		`Set it to a number from 0 to ${MOST_LOOK_BACK}.`,
	);
}
