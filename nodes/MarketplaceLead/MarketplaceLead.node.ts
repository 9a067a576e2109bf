import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

import { DESTINATIONS } from '../destinations';
import { keepToEgressRules } from '../parameters/egress';
import { destinationMethods } from '../parameters/editorMethods';
import {
	destinationCredentials,
	destinationName,
	destinationProperties,
} from '../parameters/destinationProperties';
import { forAllItems } from '../parameters/readItems';
import { resolvedOnce } from '../parameters/resolvedOnce';
import { outputsNamed, separateOutputNames } from '../parameters/separateOutputs';
import { checkConnection, checkConnectionProperties } from './checkConnection';
import { CREATE_LEADS_OUTPUTS, createLeads, createLeadsProperties } from './createLeads';
import { getLeads, getLeadsProperties } from './getLeads';
import { markAsHandled, markAsHandledProperties } from './markAsHandled';
import { sendTestLead, sendTestLeadProperties } from './sendTestLead';
import { writableFields } from './writableFields';

type Execute = (context: IExecuteFunctions) => Promise<INodeExecutionData[][]>;

const OPERATIONS: Readonly<Record<string, Execute>> = {
	checkConnection: async (context) => [await checkConnection(context)],
	createLeads,
	getLeads: async (context) => [await getLeads(context)],
	markAsHandled: async (context) => [await markAsHandled(context)],
	sendTestLead: async (context) => [await sendTestLead(context)],
};

/** Where an operation's items go; the others have one output without a name. */
const OUTPUTS = { createLeads: CREATE_LEADS_OUTPUTS };

export class MarketplaceLead implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Marketplace Lead',
		name: 'marketplaceLead',
		icon: {
			light: 'file:../icons/marketplaceLead.svg',
			dark: 'file:../icons/marketplaceLead.dark.svg',
		},
		group: ['output'],
		version: 1,
		subtitle: `={{ ({ checkConnection: "check connection", createLeads: "create leads", getLeads: "get leads", markAsHandled: "mark as handled", sendTestLead: "send test lead" })[$parameter["operation"]] + ": " + ${destinationName} }}`,
		description:
			"Creates leads where Microsoft's marketplaces send them, sends test leads, checks connections, gets leads and marks them as handled",
		defaults: { name: 'Marketplace Lead' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: outputsNamed(separateOutputNames(OUTPUTS, 'createLeads')),
		credentials: destinationCredentials(DESTINATIONS),
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'Check Connection',
						value: 'checkConnection',
						description: 'Check step by step whether leads can be written and read',
						action: 'Check connection',
					},
					{
						name: 'Create Leads',
						value: 'createLeads',
						description: "Write leads into a destination as Microsoft's connector does",
						action: 'Create leads',
					},
					{
						name: 'Get Leads',
						value: 'getLeads',
						description: 'Get the leads that were created in a period',
						action: 'Get leads',
					},
					{
						name: 'Mark as Handled',
						value: 'markAsHandled',
						description:
							'Mark leads at their destination, so that the trigger does not hand them over again',
						action: 'Mark leads as handled',
					},
					{
						name: 'Send Test Lead',
						value: 'sendTestLead',
						description: 'Write a test lead like the one that Microsoft sends to test a connection',
						action: 'Send test lead',
					},
				],
				default: 'createLeads',
			},
			...destinationProperties('writing', 'Where the leads are written', {
				operation: ['checkConnection', 'createLeads', 'sendTestLead'],
			}),
			...destinationProperties('reading', 'Where the leads are', { operation: ['getLeads'] }),
			...markAsHandledProperties,
			...createLeadsProperties,
			...sendTestLeadProperties,
			...checkConnectionProperties,
			...getLeadsProperties,
		],
	};

	methods = { ...destinationMethods, resourceMapping: { writableFields } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		keepToEgressRules(this);
		const context = resolvedOnce(this, () => new MarketplaceLead().description.properties);
		return await forAllItems(context, async () => {
			const name = context.getNodeParameter('operation', 0);
			const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
			if (operation === undefined) {
				throw new NodeOperationError(
					context.getNode(),
					`"${name}" is not an operation of this node`,
					{
						description: 'Choose one of the entries of "Operation".',
						itemIndex: 0,
					},
				);
			}
			return await operation(context);
		});
	}
}
