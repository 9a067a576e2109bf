import type { INodeProperties } from 'n8n-workflow';

import { readAs, textOf } from '../../schemas';
import { isObject } from '../../lead/objects';
import { array, object, unknown } from '../../vendor/schema';
import { configurationError } from '../addresses';
import type { WriteInput } from '../contract';
import { locatorValue } from '../input';
import type { QuotaOptions } from './connection/dailyQuota';
import type { ReaderOptions } from './reading/reader';
import { LEAD_SOURCE } from './reading/record';
import type { WriterOptions } from './writing/writer';

/** Learnt from what the instance has made in a day. */
const DEFAULT_QUOTA = 0;
const DEFAULT_SHARE = 90;

/** Hours. An execution that is repeated is mostly repeated within a day. */
const DEFAULT_LOOK_BACK = 24;
/** Hours of a year. */
const MAX_LOOK_BACK = 8_760;
const HOUR = 60 * 60 * 1_000;

const FORM_ID = '^[1-9][0-9]{0,11}$';
/** Characters of a name in Marketo. */
const LONGEST_NAME = 255;
/** Names in REST have letters, digits and underscores. */
const FIELD_NAME = '^[A-Za-z_][A-Za-z0-9_]{0,99}$';

const formProperty: INodeProperties = {
	displayName: 'Form',
	name: 'form',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The form whose ID Partner Center was given: its fill-outs are the leads',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchForms', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 1003',
			validation: [
				{
					type: 'regex',
					properties: { regex: FORM_ID, errorMessage: 'A form ID has digits only' },
				},
			],
		},
	],
};

/** A field of a person, by its name in REST. */
const fieldLocator: Pick<INodeProperties, 'modes'> = {
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchPersonFields', searchable: true },
		},
		{
			displayName: 'By Name',
			name: 'name',
			type: 'string',
			placeholder: 'e.g. leadSource',
			validation: [
				{
					type: 'regex',
					properties: {
						regex: FIELD_NAME,
						errorMessage: 'A REST API name has letters, digits and underscores',
					},
				},
			],
		},
	],
};

export const readingProperties: INodeProperties[] = [formProperty];

export const readingOptions: INodeProperties[] = [
	{
		displayName: 'Additional Person Fields',
		name: 'additionalPersonFields',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Field',
		description: 'Fields of the person in Marketo that each lead carries among its properties',
		default: {},
		options: [
			{
				displayName: 'Field',
				name: 'values',
				values: [
					{
						displayName: 'Field',
						name: 'field',
						type: 'resourceLocator',
						default: { mode: 'list', value: '' },
						description: 'By its REST API name',
						...fieldLocator,
					},
				],
			},
		],
	},
	{
		displayName: 'Daily Quota',
		name: 'dailyQuota',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: DEFAULT_QUOTA,
		description:
			'How many API calls a day the Marketo instance may make: Admin, Integration, Web Services. 0 for 10,000, or 50,000 once the instance has made more than 10,000 in a day of the last seven.',
	},
	{
		displayName: 'Lead Source Field',
		name: 'leadSourceField',
		type: 'resourceLocator',
		default: { mode: 'list', value: LEAD_SOURCE },
		description: 'The field that Microsoft’s lead source is mapped to, by its REST API name',
		...fieldLocator,
	},
	{
		displayName: 'Max Daily Quota Share (%)',
		name: 'dailyQuotaShare',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100, numberPrecision: 0 },
		default: DEFAULT_SHARE,
		description:
			'The poll stops when all integrations together have made this share of the daily API calls',
	},
];

export const writingProperties: INodeProperties[] = [
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
					'Create the person, or update the one with the email address: 300 in a call, and no fill-out',
			},
		],
	},
	{ ...formProperty, displayOptions: { show: { marketoMethod: ['submitForm'] } } },
];

export const writingOptions: INodeProperties[] = [
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
		default: { mode: 'list', value: LEAD_SOURCE },
		description: 'The field that Microsoft’s lead source is mapped to, by its REST API name',
		...fieldLocator,
	},
	{
		displayName: 'Look Back (Hours)',
		name: 'lookBack',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: MAX_LOOK_BACK, numberPrecision: 0 },
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

/** What is read, and how far into the day's calls. @throws DestinationError with code `configuration` */
export function readReadingInput({ parameter, option }: WriteInput): {
	options: ReaderOptions;
	quota: QuotaOptions;
} {
	return {
		options: {
			formId: readFormId(parameter('form')),
			leadSourceField: readFieldName(option('leadSourceField')) || LEAD_SOURCE,
			additionalPersonFields: readFieldNames(option('additionalPersonFields')),
		},
		quota: {
			dailyQuota: readNumber(option('dailyQuota'), 'Daily Quota', {
				otherwise: DEFAULT_QUOTA,
				least: 0,
			}),
			share: readNumber(option('dailyQuotaShare'), 'Max Daily Quota Share', {
				otherwise: DEFAULT_SHARE,
				least: 1,
			}),
		},
	};
}

/** @throws DestinationError with code `configuration` */
export function readWriterOptions({ option }: WriteInput): WriterOptions {
	return {
		leadSourceField: readFieldName(option('leadSourceField')) || LEAD_SOURCE,
		leadIdField: readFieldName(option('leadIdField')),
		partition: readPartition(option('partition')),
		lookBack: readLookBack(option('lookBack')) * HOUR,
	};
}

/** `undefined` where no form is filled out. */
export function readFormToFill({ parameter }: WriteInput): number | undefined {
	const method = parameter('marketoMethod');
	if (method === 'submitForm') return readFormId(parameter('form'));
	if (method === 'upsertPerson') return undefined;
	throw configurationError('The method is unknown', 'Choose Submit Form or Upsert Person.');
}

/** @throws DestinationError where none is chosen */
function readFormId(value: unknown): number {
	const id = textOf(locatorValue(value)).trim();
	if (new RegExp(FORM_ID).test(id)) return Number(id);
	throw configurationError(
		id === '' ? 'No form is chosen' : 'The form ID is invalid',
		'Choose the form from the list, or give its ID, which has digits only.',
	);
}

/** Empty where none is chosen. @throws DestinationError for what is no name */
function readFieldName(value: unknown): string {
	const name = textOf(locatorValue(value)).trim();
	if (name === '' || new RegExp(FIELD_NAME).test(name)) return name;
	throw configurationError(
		'The name of a person field is invalid',
		'Choose it from the list, or give its REST API name, such as leadSource.',
	);
}

/** Empty where none is chosen. @throws DestinationError for what is no name */
function readPartition(value: unknown): string {
	const name = textOf(locatorValue(value)).trim();
	if (name.length <= LONGEST_NAME) return name;
	throw configurationError(
		`The name of the partition has more than ${LONGEST_NAME} characters`,
		'Choose the partition from the list, or give its name: Admin, Workspaces & Partitions.',
	);
}

function readLookBack(value: unknown): number {
	if (value === undefined || value === null || value === '') return DEFAULT_LOOK_BACK;
	const hours = Number(value);
	if (Number.isFinite(hours) && hours >= 0 && hours <= MAX_LOOK_BACK) return hours;
	throw configurationError(
		'Look Back is not a number of hours',
		`Set it to a number from 0 to ${MAX_LOOK_BACK}.`,
	);
}

function readFieldNames(value: unknown): string[] {
	const { values } = readAs(object({ values: array(unknown()) }), value) ?? { values: [] };
	const names = values.map((entry) => readFieldName(isObject(entry) ? entry['field'] : entry));
	return names.filter((name) => name !== '');
}

function readNumber(
	value: unknown,
	label: string,
	{ otherwise, least }: { otherwise: number; least: number },
): number {
	if (value === undefined || value === null || value === '') return otherwise;
	const number = Number(value);
	if (Number.isSafeInteger(number) && number >= least) return number;
	throw configurationError(`${label} is not a whole number`, `Set it to ${least} or more.`);
}
