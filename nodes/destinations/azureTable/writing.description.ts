import type { INodeProperties } from 'n8n-workflow';

import { notSetUp } from '../address';
import type { WritingDescription } from '../destination.description';
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

	async open({ credential, parameter, option }) {
		const table = readTableName(parameter('table'));
		const createTable = readCreateTable(option('createTable'));
		// The SDK's own retries know no deadline; the writer's do.
		const account = await openAccount(credential, { retries: 0 });
		return new AzureTableWriter(account.table(table), { createTable });
	},
};

function readCreateTable(value: unknown): boolean {
	if (value === undefined) return true;
	if (typeof value === 'boolean') return value;
	throw notSetUp('Create Table is neither on nor off', 'Set the option to true or false.');
}
