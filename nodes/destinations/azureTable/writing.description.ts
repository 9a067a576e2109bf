import type { INodeProperties } from 'n8n-workflow';

import type { WritingDescription } from '../contract';
import { readBoolean } from '../input';
import { openAccount } from './account';
import { readTableName, tableProperty } from './table.description';
import { AzureTableWriter } from './writer';

const options: INodeProperties[] = [
	{
		displayName: 'Create Table',
		name: 'createTable',
		type: 'boolean',
		default: true,
		description:
			"Whether to make the table with the first lead where it does not exist yet, as Microsoft's connector does",
	},
];

/** A table takes any column, so there is no list of fields to choose from. */
export const azureTableWriting: WritingDescription = {
	properties: [tableProperty],
	options,

	async open(input) {
		const { credential, parameter } = input;
		const table = readTableName(parameter('table'));
		const createTable = readBoolean(input, 'createTable', 'Create Table', true);
		// The SDK's own retries know no deadline; the writer's do.
		const account = await openAccount(credential, { retries: 0 });
		return new AzureTableWriter(account.table(table), { createTable });
	},
};
