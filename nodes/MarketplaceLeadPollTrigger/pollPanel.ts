/** What the editor tells of the way from Microsoft to this trigger, in the editor's own words. */
import type { INodeProperties, TriggerPanelDefinition } from 'n8n-workflow';

import type { DestinationName } from '../lead';

const TESTING =
	'<b>While you build the workflow</b>, click <b>Fetch Test Event</b>: the newest lead comes out, or a made-up sample that says why there is none.';

export const triggerPanel: TriggerPanelDefinition = {
	header: 'Read the leads that Microsoft writes',
	executionsHelp: {
		inactive: `${TESTING} <br /> <br /> <b>To get every new lead</b>, publish this workflow: it then looks for leads at the times that you set under Poll Times.`,
		active: `${TESTING} <br /> <br /> <b>This workflow is published</b>: it looks for leads at the times that you set under Poll Times. They show up in the executions list.`,
	},
	activationHint: {
		inactive:
			'Publish this workflow to get every new lead. Where none is found at that moment, n8n’s log says why.',
		active:
			'Every new lead starts this workflow; they show up in the executions list. If none comes, <b>Fetch Test Event</b> says why.',
	},
};

const OFFER_SETUP =
	'In Partner Center, open <b>Marketplace offers</b> → your offer → <b>Offer setup</b> → <b>Customer leads</b> → <b>Connect</b>';

/** What has to be set at Microsoft, for each destination that can be read. */
const NOTICES: Record<Exclude<DestinationName, 'https'>, string> = {
	azureTable: `${OFFER_SETUP} → <b>Azure table</b>, paste the connection string of the same storage account, click <b>Validate</b>, and publish the offer. Microsoft makes the table with the first lead.`,
	dynamics365: `${OFFER_SETUP} → <b>Dynamics 365 Customer Engagement</b>, and publish the offer. The trigger tells Microsoft’s leads from your others by the <b>Lead Source Column</b>.`,
	marketo: `${OFFER_SETUP} → <b>Marketo</b> with the same form, and publish the offer. Everybody who fills out that form comes out as a lead of Microsoft’s.`,
	salesforce: `${OFFER_SETUP} → <b>Salesforce</b>, and publish the offer. The trigger tells Microsoft’s leads from your others by their Lead Source.`,
};

export const connectionNotices: INodeProperties[] = Object.entries(NOTICES).map(
	([destination, displayName]) => ({
		displayName,
		name: `${destination}Notice`,
		type: 'notice',
		default: '',
		displayOptions: { show: { destination: [destination] } },
	}),
);

export const startFromAllNotice: INodeProperties = {
	displayName:
		'With <b>All Existing Leads</b> this workflow runs for all of history: every lead that is there, however old, does what the workflow does, emails included. To only look at them, use <i>Get Leads</i> of the Marketplace Lead node.',
	name: 'startFromAllNotice',
	type: 'notice',
	default: '',
	displayOptions: { show: { startFrom: ['all'] } },
};
