import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { keepToEgressRules } from '../parameters/egress';
import { leadInputProperties } from '../parameters/leadInputProperties';
import { forAllItems } from '../parameters/readItems';
import { resolvedOnce } from '../parameters/resolvedOnce';
import { assignOwnerProperties, assignOwners } from './assignOwner';
import { composeFollowUpProperties, composeItems } from './composeFollowUp';
import { createReportProperties, createReports } from './createReport';
import { findMissingLeads, findMissingLeadsProperties } from './findMissingLeads';
import { historyCredentials, historyProperties, searchHistoryTables } from './history';
import { inputsExpression } from './inputs';
import { mergeItems, mergeLeadsProperties } from './mergeLeads';
import { parseLeads, parseLeadsProperties } from './parseLeads';
import {
	clearRepeats,
	clearRepeatsProperties,
	removeRepeats,
	removeRepeatsProperties,
} from './removeRepeats';
import { outputsExpression, readOfferOutputs, SEPARATE } from './splits';

type Execute = (
	context: IExecuteFunctions,
) => INodeExecutionData[][] | Promise<INodeExecutionData[][]>;

const OPERATIONS: Readonly<Record<string, Execute>> = {
	assignOwner: assignOwners,
	clearRepeats,
	composeFollowUp: composeItems,
	createReport: createReports,
	findMissingLeads,
	mergeLeads: mergeItems,
	parseLeads,
	removeRepeats,
};

/** Operations that read leads from their items. */
const READING = [
	'assignOwner',
	'composeFollowUp',
	'createReport',
	'findMissingLeads',
	'mergeLeads',
	'parseLeads',
	'removeRepeats',
];

export class LeadSource implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Lead Source',
		name: 'leadSource',
		icon: { light: 'file:../icons/leadSource.svg', dark: 'file:../icons/leadSource.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ ({ assignOwner: "assign owner", clearRepeats: "clear repeats", composeFollowUp: "compose follow-up", createReport: "create report", findMissingLeads: "find missing", mergeLeads: "merge, by " + ($parameter["groupBy"] === "customerAndOffer" ? "customer and offer" : "customer"), removeRepeats: "remove repeats, by " + (({ customer: "customer", customerAndOffer: "customer and offer" })[$parameter["compareBy"]] ?? "lead"), parseLeads: "parse" + (({ contact: ", by contact", offer: ", by offer", source: ", by source", stage: ", by stage" })[$parameter["outputs"]] ?? ({ field: ", field " + $parameter["field"], fields: ", fields below", text: ", lead source text" })[$parameter["readLeadFrom"]] ?? "") })[$parameter["operation"] ?? "parseLeads"] }}',
		description:
			'Reads leads from Azure Marketplace, Azure portal and AppSource in any shape; merges them into customers, removes repeats, finds missing ones, assigns owners, composes follow-ups and reports',
		defaults: { name: 'Lead Source' },
		usableAsTool: true,
		inputs: inputsExpression(),
		outputs: outputsExpression(),
		credentials: historyCredentials,
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'Assign Owner',
						value: 'assignOwner',
						description: 'Give each customer the same owner every time, by territory and by share',
						action: 'Assign owner',
					},
					{
						name: 'Clear Repeats',
						value: 'clearRepeats',
						description: 'Forget what Remove Repeats has seen',
						action: 'Clear repeats',
					},
					{
						name: 'Compose Follow-Up',
						value: 'composeFollowUp',
						description: 'Decide whether to write to a customer, and compose the message that fits',
						action: 'Compose follow up',
					},
					{
						name: 'Create Report',
						value: 'createReport',
						description:
							'Count the leads and customers of a period by stage, offer, country and so on, and compare it with the period before',
						action: 'Create report',
					},
					{
						name: 'Find Missing Leads',
						value: 'findMissingLeads',
						description:
							'Compare leads with those of a CRM or table by customer, offer and time, and separate what is missing there',
						action: 'Find missing leads',
						// A tool has no second input.
						displayOptions: { hide: { '@tool': [true] } },
					},
					{
						name: 'Merge Leads',
						value: 'mergeLeads',
						description: 'Merge all leads of the same customer into one item',
						action: 'Merge leads',
					},
					{
						name: 'Parse Leads',
						value: 'parseLeads',
						description: 'Read leads of any shape, and split them over several outputs',
						action: 'Parse leads',
					},
					{
						name: 'Remove Repeats',
						value: 'removeRepeats',
						description: 'Separate new leads from those that were seen before',
						action: 'Remove repeats',
					},
				],
				default: 'parseLeads',
			},
			...leadInputProperties(READING, { text: true }),
			...parseLeadsProperties,
			...mergeLeadsProperties,
			...historyProperties,
			...removeRepeatsProperties,
			...composeFollowUpProperties,
			...assignOwnerProperties,
			...createReportProperties,
			...findMissingLeadsProperties,
			...clearRepeatsProperties,
		],
	};

	methods = { listSearch: { searchHistoryTables } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		// For a history that is kept in an Azure table.
		keepToEgressRules(this);
		const context = resolvedOnce(this, () => new LeadSource().description.properties);
		return await forAllItems(
			context,
			async () => {
				const name = context.getNodeParameter('operation', 0, 'parseLeads');
				const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
				if (operation === undefined) {
					throw new NodeOperationError(
						context.getNode(),
						`"${name}" is not an operation of this node`,
						{ description: 'Choose one of the entries of "Operation"', itemIndex: 0 },
					);
				}
				return await operation(context);
			},
			() => outputOfFailures(context),
		);
	}
}

/**
 * Where items that failed do the least harm, as an index of the outputs that n8n sees: it goes by
 * the parameters as they stand in the editor.
 */
function outputOfFailures(context: IExecuteFunctions): number {
	const raw = (name: string): unknown =>
		context.getNodeParameter(name, 0, '', { rawExpressions: true });
	const operation = raw('operation');
	if (typeof operation === 'string' && Object.hasOwn(SEPARATE, operation)) {
		const isApart = raw('separateOutputs');
		return isApart === false || isApart === ''
			? 0
			: SEPARATE[operation as keyof typeof SEPARATE].rest;
	}
	return raw('outputs') === 'offer' ? readOfferOutputs(raw('offerOutputs')).length : 0;
}
