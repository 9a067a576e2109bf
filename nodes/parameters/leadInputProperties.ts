import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { MAPPABLE_FIELDS, type MappableField } from '../lead';

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
	{
		name: 'Fields Below',
		value: 'fields',
		description: 'Fill in each part of the lead separately. As a tool, the AI agent fills them in.',
	},
];

const TEXT_INPUT: INodePropertyOptions = {
	name: 'Lead Source Text',
	value: 'text',
	description: 'Nothing but the lead source, such as AzureMarketplace-INS|contoso.crm',
};

/** Parts of a lead that an agent is asked for, with what it is told of them. */
const ASKED_OF_AGENTS: Readonly<Partial<Record<MappableField, string>>> = {
	company: 'Company of the customer',
	country: 'Country of the customer, as a name or an ISO code',
	description: 'What the customer asks for, in their own words where they are known',
	email: 'Email address of the customer',
	firstName: 'Given name of the customer',
	lastName: 'Family name of the customer',
	leadSource:
		'Lead source as Microsoft writes it, such as AzureMarketplace-INS|contoso.crm; empty if it is not known',
	phone: 'Phone number of the customer',
	title: 'Job title of the customer',
};

/** An expression by which an agent gives a text; nothing where it knows of none. */
function askedOfAgent(part: MappableField): string {
	return `={{ $fromAI('${part}', '${ASKED_OF_AGENTS[part] ?? ''}', 'string', '') }}`;
}

const ALL_ASKED: Readonly<Record<string, string>> = Object.fromEntries(
	MAPPABLE_FIELDS.filter(({ value }) => ASKED_OF_AGENTS[value] !== undefined).map(({ value }) => [
		value,
		askedOfAgent(value),
	]),
);

/**
 * The property as the node has it, and with another default as an agent's tool has it: only what is
 * asked of the agent in a parameter is in the schema that it is given.
 */
export function withToolDefault(
	property: INodeProperties,
	toolDefault: INodeProperties['default'],
): INodeProperties[] {
	const { displayOptions } = property;
	return [false, true].map((isTool): INodeProperties => ({
		...property,
		displayOptions: { show: { ...displayOptions?.show, '@tool': [isTool] } },
		default: isTool ? toolDefault : property.default,
	}));
}

/** Where an item's lead is found, which `readItems.ts` follows; `text` offers a lead source alone. */
export function leadInputProperties(
	operations: string[],
	{ text = false }: { text?: boolean } = {},
): INodeProperties[] {
	const show = { operation: operations };
	const properties: INodeProperties[] = [
		...withToolDefault(
			{
				displayName: 'Read Lead From',
				name: 'readLeadFrom',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show },
				options: text ? [...INPUTS, TEXT_INPUT] : INPUTS,
				default: 'item',
				description: 'Where to find the lead in each item',
			},
			'fields',
		),
		...withToolDefault(
			{
				displayName: 'Lead Fields',
				name: 'leadFields',
				type: 'collection',
				placeholder: 'Add Field',
				displayOptions: { show: { ...show, readLeadFrom: ['fields'] } },
				default: {},
				description: 'Parts of the lead. Empty ones are left out.',
				options: MAPPABLE_FIELDS.map(({ name, value }): INodeProperties => ({
					displayName: name,
					name: value,
					type: 'string',
					default: '',
				})),
			},
			{ ...ALL_ASKED },
		),
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
			'Which of your fields hold which parts of the lead. Usual names, such as "Customer email", are recognized without it; fields that are not mapped become properties.',
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
						description: 'Which part of the lead it holds',
					},
				],
			},
		],
	};
	if (!text) return [...properties, mapping];
	return [
		...properties,
		mapping,
		...withToolDefault(
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
			askedOfAgent('leadSource'),
		),
	];
}
