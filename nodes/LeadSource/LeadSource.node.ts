import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

import type { JsonValue } from '../lead';
import { parseLead } from '../lead';
import { leadOptionFields, readLeadOptions } from '../parameters/leadParameters';
import { recordsOfField, recordsOfItem } from './records';
import { outputsExpression, splitNamed } from './splits';

export class LeadSource implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Lead Source',
		name: 'leadSource',
		icon: { light: 'file:../icons/leadSource.svg', dark: 'file:../icons/leadSource.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ ({ item: "whole item", field: "field " + $parameter["field"], text: "lead source text" })[$parameter["input"]] }}',
		description:
			'Reads leads from Azure Marketplace, Azure portal and AppSource in any shape, or a lead source text, and tells their source, action, offer and stage',
		defaults: { name: 'Lead Source' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsExpression('output'),
		properties: [
			{
				displayName: 'Read the Lead From',
				name: 'input',
				type: 'options',
				noDataExpression: true,
				options: [
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
						name: 'Lead Source Text',
						value: 'text',
						description: 'Nothing but the lead source, such as AzureMarketplace-INS|contoso.crm',
					},
				],
				default: 'item',
				description: 'Where the lead is found in each item',
			},
			{
				displayName: 'Field',
				name: 'field',
				type: 'string',
				required: true,
				requiresDataPath: 'single',
				displayOptions: { show: { input: ['field'] } },
				default: 'body',
				placeholder: 'e.g. body.lead',
				description: 'Name of the field, with dots for fields within fields',
			},
			{
				displayName: 'Lead Source',
				name: 'leadSource',
				type: 'string',
				required: true,
				displayOptions: { show: { input: ['text'] } },
				default: '',
				placeholder: 'e.g. AzureMarketplace-INS|contoso.crm',
				description:
					'The lead source as Microsoft writes it: source, action and offer, with a hyphen and a bar between',
			},
			{
				displayName: 'Outputs',
				name: 'output',
				type: 'options',
				noDataExpression: true,
				// A tool gives an agent its first output only, so there every lead has to go there.
				displayOptions: { hide: { '@tool': [true] } },
				options: [
					{ name: 'All Leads in One', value: 'one' },
					{
						name: 'By Contact',
						value: 'contact',
						description: 'Contact allowed, do not contact, and test leads apart',
					},
					{ name: 'By Source', value: 'source', description: 'One output for each store' },
					{ name: 'By Stage', value: 'stage', description: 'One output for each stage of a lead' },
				],
				default: 'one',
				description: 'Whether to split the leads, and by what',
			},
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add Option',
				default: {},
				options: leadOptionFields,
			},
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData();
		const splitName = this.getNodeParameter('output', 0, 'one') as string;
		const split = splitNamed(splitName);
		if (split === undefined) {
			throw new NodeOperationError(this.getNode(), `"${splitName}" is no way to split leads`, {
				description: 'Choose one of the entries of "Outputs"',
				itemIndex: 0,
			});
		}
		const outputs: INodeExecutionData[][] = split.outputs.map(() => []);

		for (const [itemIndex, item] of items.entries()) {
			try {
				const options = readLeadOptions(this.getNodeParameter('options', itemIndex, {}));
				const records = readRecords(this, item, itemIndex);
				const [first] = records;
				// A file belongs to one lead; copied to each of a list, it would be stored many times.
				const binary = first !== undefined && records.length === 1 ? item.binary : undefined;
				for (const record of records) {
					const lead = parseLead(record, options);
					outputs[split.outputOf(lead)]?.push({
						json: lead as unknown as IDataObject,
						...(binary === undefined ? {} : { binary }),
						pairedItem: { item: itemIndex },
					});
				}
			} catch (error) {
				if (!this.continueOnFail()) {
					throw error instanceof NodeOperationError
						? error
						: new NodeOperationError(this.getNode(), error as Error, { itemIndex });
				}
				outputs[split.leftover]?.push({
					json: { error: (error as Error).message },
					pairedItem: { item: itemIndex },
				});
			}
		}
		return outputs;
	}
}

/** @throws NodeOperationError when the item holds no lead */
function readRecords(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
): JsonValue[] {
	const noLead = (message: string, description: string) =>
		new NodeOperationError(context.getNode(), message, { itemIndex, description });

	const input = context.getNodeParameter('input', itemIndex) as 'field' | 'item' | 'text';
	if (input === 'text') {
		const text = readText(context, 'leadSource', itemIndex).trim();
		if (text === '') {
			throw noLead(
				'The lead source is empty',
				'Fill in "Lead Source", or map a field of the item that holds one',
			);
		}
		return [text];
	}
	if (input === 'item') {
		const found = recordsOfItem(item.json);
		if (found.ok) return found.records;
		throw noLead(
			'The item holds no lead',
			`${found.problems.join(' ')} If the lead is in a field of the item, set "Read the Lead From" to "A Field".`,
		);
	}
	const path = readText(context, 'field', itemIndex);
	const found = recordsOfField(item.json, path);
	if (found === undefined) {
		throw noLead(
			`The item has no field "${path}"`,
			'Set "Field" to the name of the field that holds the lead, with dots for fields within fields',
		);
	}
	if (found.ok) return found.records;
	throw noLead(`The field "${path}" holds no lead`, found.problems.join(' '));
}

/** An expression can give anything; a number is a text here, and nothing an empty one. */
function readText(context: IExecuteFunctions, name: string, itemIndex: number): string {
	const value = context.getNodeParameter(name, itemIndex, '');
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
