import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { MAPPABLE_FIELDS } from '../lead';

const INPUTS: INodePropertyOptions[] = [
	{
		name: 'Whole Item',
		value: 'item',
		description:
			"The item is the lead, or comes from a Webhook node: then the lead is the request's body",
	},
	{
		name: 'A Field',
		value: 'field',
		description: 'A field of the item holds the lead, a list of leads, or either as text',
	},
];

const TEXT_INPUT: INodePropertyOptions = {
	name: 'Lead Source Text',
	value: 'text',
	description: 'Nothing but the lead source, such as AzureMarketplace-INS|contoso.crm',
};

/** Where an item's lead is found, which `readItems.ts` follows; `text` offers a lead source alone. */
export function leadInputProperties(
	operations: string[],
	{ text = false }: { text?: boolean } = {},
): INodeProperties[] {
	const show = { operation: operations };
	const properties: INodeProperties[] = [
		{
			displayName: 'Read Lead From',
			name: 'readLeadFrom',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show },
			options: text ? [...INPUTS, TEXT_INPUT] : INPUTS,
			default: 'item',
			description: 'Where the lead is found in each item',
		},
		{
			displayName: 'Field',
			name: 'field',
			type: 'string',
			required: true,
			requiresDataPath: 'single',
			displayOptions: { show: { ...show, readLeadFrom: ['field'] } },
			default: 'body',
			placeholder: 'e.g. body.lead',
			description: 'Name of the field, with dots for fields within fields',
		},
	];
	const mapping: INodeProperties = {
		displayName: 'Field Mapping',
		name: 'fieldMapping',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Field' },
		placeholder: 'Add Field',
		displayOptions: { show: { ...show, readLeadFrom: ['item', 'field'] } },
		default: {},
		description:
			'Which of your own fields hold what of the lead. Usual names, such as "Customer email", are understood without; fields that are not mapped become properties.',
		options: [
			{
				displayName: 'Field',
				name: 'values',
				values: [
					{
						displayName: 'Your Field',
						name: 'from',
						type: 'string',
						required: true,
						requiresDataPath: 'single',
						default: '',
						placeholder: 'e.g. Contact person',
						description:
							'Name of the field as it stands in the item, with dots for fields within fields',
					},
					{
						displayName: 'Lead Field',
						name: 'to',
						type: 'options',
						noDataExpression: true,
						options: [...MAPPABLE_FIELDS],
						default: 'email',
						description: 'What of the lead it holds',
					},
				],
			},
		],
	};
	if (!text) return [...properties, mapping];
	return [
		...properties,
		mapping,
		{
			displayName: 'Lead Source',
			name: 'leadSource',
			type: 'string',
			required: true,
			displayOptions: { show: { ...show, readLeadFrom: ['text'] } },
			default: '',
			placeholder: 'e.g. AzureMarketplace-INS|contoso.crm',
			description:
				'The lead source as Microsoft writes it: source, action and offer, with a hyphen and a bar between',
		},
	];
}
