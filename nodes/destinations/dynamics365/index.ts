import { isMarketplaceLead } from '../../lead';
import type { DestinationDescription } from '../contract';
import { processCache } from '../processCache';
import { editorLimits } from '../timeLimits';
import { DataverseClient } from './connection/client';
import { searchColumns, writableFields } from './lists';
import {
	readColumnSettings,
	readingOptions,
	readingProperties,
	readWriteRules,
	writingOptions,
	writingProperties,
} from './properties';
import { DynamicsReader } from './reading/reader';
import { DynamicsWriter } from './writing/writer';

export const dynamics365: DestinationDescription = {
	name: 'dynamics365',
	displayName: 'Dynamics 365',
	credentialType: 'marketplaceLeadDynamics365Api',
	reading: {
		properties: readingProperties,
		options: readingOptions,
		isMarketplaceLead,

		async open(input) {
			const columns = readColumnSettings(input);
			const { credential, cache = processCache } = input;
			const client = await DataverseClient.open(credential, { operation: 'read', cache });
			return {
				identity: JSON.stringify(['dynamics365', client.origin]),
				reader: new DynamicsReader(client, columns, input.wanted),
			};
		},
	},
	writing: {
		properties: writingProperties,
		options: writingOptions,

		async open(input) {
			const columns = readColumnSettings(input);
			const rules = readWriteRules(input);
			const { credential, cache = processCache } = input;
			const client = await DataverseClient.open(credential, { operation: 'write', cache });
			return new DynamicsWriter(client, columns, rules);
		},

		fields: writableFields,
	},

	lists: { searchColumns },

	async testCredential(credential, limits = editorLimits()) {
		const client = await DataverseClient.open(credential, { operation: 'signIn', retries: false });
		await client.get({ path: 'WhoAmI', subject: 'environment', ...limits });
		await client.get({
			path: 'leads?$select=leadid',
			prefer: 'odata.maxpagesize=1',
			subject: 'leads',
			...limits,
		});
	},
};
