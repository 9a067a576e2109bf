import type { INodeProperties } from 'n8n-workflow';

import { configurationError } from '../addresses';
import { isObject, textOf } from './fillOut';

const FORM_ID = '^[1-9][0-9]{0,11}$';
/** Characters of a name in Marketo. */
const LONGEST_NAME = 255;
/** Names in REST have letters, digits and underscores. */
const FIELD_NAME = '^[A-Za-z_][A-Za-z0-9_]{0,99}$';

export const formProperty: INodeProperties = {
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
export const fieldLocator: Pick<INodeProperties, 'modes'> = {
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

/** @throws DestinationError where none is chosen */
export function readFormId(value: unknown): number {
	const id = textOf(valueOf(value)).trim();
	if (new RegExp(FORM_ID).test(id)) return Number(id);
	throw configurationError(
		id === '' ? 'No form is chosen' : 'The form ID is not one',
		'Choose the form from the list, or give its ID, which has digits only.',
	);
}

/** Empty where none is chosen. @throws DestinationError for what is no name */
export function readFieldName(value: unknown): string {
	const name = textOf(valueOf(value)).trim();
	if (name === '' || new RegExp(FIELD_NAME).test(name)) return name;
	throw configurationError(
		'The name of a person field is not one',
		'Choose it from the list, or give its REST API name, such as leadSource.',
	);
}

/** Empty where none is chosen. @throws DestinationError for what is no name */
export function readPartition(value: unknown): string {
	const name = textOf(valueOf(value)).trim();
	if (name.length <= LONGEST_NAME) return name;
	throw configurationError(
		`The name of the partition has more than ${LONGEST_NAME} characters`,
		'Choose the partition from the list, or give its name: Admin, Workspaces & Partitions.',
	);
}

/** Within a collection a resource locator comes whole. */
function valueOf(value: unknown): unknown {
	return isObject(value) && '__rl' in value ? value['value'] : value;
}
