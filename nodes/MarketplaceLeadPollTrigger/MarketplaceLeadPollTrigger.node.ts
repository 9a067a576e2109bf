import type {
	INodeExecutionData,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
	IPollFunctions,
} from 'n8n-workflow';
import { destinationMethods } from '../parameters/editorMethods';
import {
	destinationCredentials,
	destinationFilters,
	destinationName,
	destinationOptions,
	destinationProperties,
	destinationsFor,
} from '../parameters/destinationProperties';
import { leadFilterProperty, leadOptionFields } from '../parameters/leadParameters';
import {
	deliveryOptions,
	deliveryProperties,
	hiddenWhenAcknowledged,
	outputsExpression,
} from './deliveryProperties';
import { RecentHandOvers } from './recentHandOvers';
import { sampleHints } from './nothingFound';
import { connectionNotices, startFromAllNotice, triggerPanel } from './pollPanel';
import { pollLeads } from './pollLeads';
import { DeliveriesByTrigger } from './runningDeliveries';

export class MarketplaceLeadPollTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Marketplace Lead CRM & Table Trigger',
		name: 'marketplaceLeadPollTrigger',
		icon: {
			light: 'file:../icons/marketplaceLead.svg',
			dark: 'file:../icons/marketplaceLead.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		description:
			"Starts the workflow for every new lead that Microsoft's marketplaces wrote into a destination, each lead once",
		subtitle: `={{ ${destinationName} }}`,
		activationMessage: 'New leads will now start this workflow.',
		defaults: { name: 'Marketplace Lead CRM & Table Trigger' },
		polling: true,
		triggerPanel,
		hints: sampleHints,
		inputs: [],
		outputs: outputsExpression,
		credentials: destinationCredentials(destinationsFor('reading')),
		properties: [
			...destinationProperties('reading', 'Where Partner Center is set to write the leads'),
			...connectionNotices,
			...deliveryProperties,
			{
				displayName: 'Start From',
				name: 'startFrom',
				type: 'options',
				noDataExpression: true,
				description:
					'Which leads to begin with. For those that are there already, use Get Leads of the Marketplace Lead node once, or choose A Date. A change begins anew.',
				displayOptions: { hide: hiddenWhenAcknowledged },
				options: [
					{
						name: 'A Date',
						value: 'date',
						description: 'Leads created at that time or later',
					},
					{
						name: 'All Existing Leads',
						value: 'all',
						description:
							'Runs this workflow for everything the destination holds, however old, then for every new lead',
					},
					{
						name: 'Now',
						value: 'now',
						description: 'Only leads that come after the workflow is published',
					},
				],
				default: 'now',
			},
			{
				...startFromAllNotice,
				displayOptions: { ...startFromAllNotice.displayOptions, hide: hiddenWhenAcknowledged },
			},
			{
				displayName: 'Start Date',
				name: 'startDate',
				type: 'dateTime',
				required: true,
				default: '',
				description:
					'In the time zone of the workflow unless the value names one. An expression is evaluated once, at the first poll, and its date is kept until you change the expression.',
				displayOptions: { show: { startFrom: ['date'] }, hide: hiddenWhenAcknowledged },
			},
			{
				displayName: 'Max Leads per Poll',
				name: 'maxLeads',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 10_000, numberPrecision: 0 },
				default: 1000,
				description:
					'How many leads to pass on at once, as items of one execution. Further leads wait for the next poll.',
			},
			leadFilterProperty(destinationFilters()),
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add Option',
				default: {},
				options: [...deliveryOptions, ...leadOptionFields, ...destinationOptions('reading')],
			},
		],
	};

	methods = destinationMethods;

	poll = pollWith(this.description.properties, new RecentHandOvers(), new DeliveriesByTrigger());
}

/** n8n makes one object of a node's class in each process: what its polls share goes with that. */
function pollWith(
	properties: readonly INodeProperties[],
	recentHandOvers: RecentHandOvers,
	deliveries: DeliveriesByTrigger,
) {
	return async function (this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await pollLeads(this, { properties, recentHandOvers, deliveries });
	};
}
