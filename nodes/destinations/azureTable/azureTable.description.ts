import type { INodeProperties } from 'n8n-workflow';
import type { DestinationDescription } from '../destination.description';
import { DestinationError, type DestinationInput, type ListEntry } from '../types';
import { openAccount } from './account';
import { AzureTableReader } from './reader';
import { explainRefusal, isMissingTable } from './refusal';

/** The table Microsoft's connector makes unless the publisher names another. */
const DEFAULT_TABLE = 'MarketplaceLeads';
const TABLE_NAME = '^[A-Za-z][A-Za-z0-9]{2,62}$';
/** Milliseconds. A person is waiting before the editor. */
const EDITOR_TIMEOUT = 20_000;
/** An account can hold any number of tables; nobody scrolls further. */
const MOST_LISTED = 1_000;

const properties: INodeProperties[] = [
	{
		displayName: 'Table',
		name: 'table',
		type: 'resourceLocator',
		default: { mode: 'name', value: DEFAULT_TABLE },
		required: true,
		description:
			'The table Microsoft writes the leads into. It may not exist yet: Microsoft makes it with the first lead.',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: 'searchTables', searchable: true },
			},
			{
				displayName: 'By Name',
				name: 'name',
				type: 'string',
				placeholder: 'e.g. MarketplaceLeads',
				validation: [
					{
						type: 'regex',
						properties: {
							regex: TABLE_NAME,
							errorMessage: 'A table name has 3 to 63 letters and digits and begins with a letter',
						},
					},
				],
			},
		],
	},
];

export const azureTable: DestinationDescription = {
	name: 'azureTable',
	displayName: 'Azure Table',
	credentialType: 'azureTableApi',
	reading: {
		properties,
		options: [],

		async open({ credential, parameter }) {
			const table = tableName(parameter('table'));
			const account = await openAccount(credential);
			return {
				// Table names are told apart without regard to case.
				identity: JSON.stringify(['azureTable', account.url, table.toLowerCase()]),
				reader: new AzureTableReader(account.table(table)),
			};
		},
	},

	lists: {
		async searchTables({ credential }: DestinationInput): Promise<ListEntry[]> {
			const account = await openAccount(credential, { retries: 1 });
			const names: string[] = [];
			try {
				const abortSignal = AbortSignal.timeout(EDITOR_TIMEOUT);
				for await (const { name } of account.service().listTables({ abortSignal })) {
					if (name !== undefined) names.push(name);
					if (names.length >= MOST_LISTED) break;
				}
			} catch (error) {
				throw explainRefusal(error);
			}
			return names.sort((a, b) => a.localeCompare(b, 'en')).map((name) => ({ name, value: name }));
		},
	},

	async testCredential(credential) {
		const account = await openAccount(credential, { retries: 0 });
		const abortSignal = AbortSignal.timeout(EDITOR_TIMEOUT);
		try {
			if (account.onlyTable === undefined) {
				await account.service().listTables({ abortSignal }).byPage({ maxPageSize: 1 }).next();
				return;
			}
			// A SAS made for one table may not list the others.
			const rows = account.table(account.onlyTable).listEntities({ abortSignal });
			await rows.byPage({ maxPageSize: 1 }).next();
		} catch (error) {
			if (isMissingTable(error)) return;
			throw explainRefusal(error);
		}
	},
};

function tableName(value: unknown): string {
	const name = typeof value === 'string' ? value.trim() : '';
	if (new RegExp(TABLE_NAME).test(name)) return name;
	throw new DestinationError('The table name is not one Azure allows', {
		description: `It has 3 to 63 letters and digits and begins with a letter, such as ${DEFAULT_TABLE}.`,
		reason: 'configuration',
	});
}
