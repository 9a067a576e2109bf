import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { microsoftTestLead } from '../lead';
import { destinationOptions } from '../parameters/destinationProperties';
import { readText } from '../parameters/readItems';
import { itemsBySettings } from './turns';
import { writeLeads } from './writeLeads';
import { additionalFieldsProperties, timeoutOption } from './writeOptions';

const show = { operation: ['sendTestLead'] };

/** The offer that a test lead is sent for. */
export function offerTitleProperty(operation: string): INodeProperties {
	return {
		displayName: 'Offer Title',
		name: 'offerTitle',
		type: 'string',
		displayOptions: { show: { operation: [operation] } },
		default: '',
		placeholder: 'e.g. Contoso CRM',
		description: 'Title of the offer in the test lead. "Test Offer" when empty.',
	};
}

export const sendTestLeadProperties: INodeProperties[] = [
	offerTitleProperty('sendTestLead'),
	...additionalFieldsProperties('sendTestLead'),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show },
		default: {},
		options: [timeoutOption, ...destinationOptions('writing')],
	},
];

/** Writes a test lead, once for all items with the same settings; it comes out as Create Leads gives leads. */
export async function sendTestLead(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const now = Date.now();
	return await writeLeads(
		context,
		(_item, itemIndex, { name }) => {
			const offerTitle = readText(context, 'offerTitle', itemIndex);
			// Each of them a lead of its own: its number is the time.
			const lead = microsoftTestLead({ destination: name, offerTitle, now: now + itemIndex });
			return [{ lead }];
		},
		await itemsBySettings(context),
	);
}
