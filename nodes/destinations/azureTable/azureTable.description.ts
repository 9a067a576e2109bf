import type { DestinationDescription, DestinationInput, ListEntry } from '../contract';
import { editorLimits } from '../timeLimits';
import { azureTableWriting } from './writing.description';
import { readTableName, tableProperty } from './table.description';
import { openAccount } from './account';
import { AzureTableReader } from './reader';
import { explainRefusal, isMissingTable } from './refusal';

/** An account can hold any number of tables; nobody scrolls further. */
const MOST_LISTED = 1_000;

export const azureTable: DestinationDescription = {
	name: 'azureTable',
	displayName: 'Azure Table',
	credentialType: 'azureTableApi',
	reading: {
		properties: [tableProperty],
		options: [],

		async open({ credential, parameter }) {
			const table = readTableName(parameter('table'));
			const account = await openAccount(credential);
			return {
				// Table names are told apart without regard to case.
				identity: JSON.stringify(['azureTable', account.url, table.toLowerCase()]),
				reader: new AzureTableReader(account.table(table)),
			};
		},
	},
	writing: azureTableWriting,

	lists: {
		async searchTables({ credential }: DestinationInput): Promise<ListEntry[]> {
			const account = await openAccount(credential, { retries: 1 });
			const names: string[] = [];
			try {
				const { signal: abortSignal } = editorLimits();
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

	async testCredential(credential, { signal: abortSignal } = editorLimits()) {
		const account = await openAccount(credential, { retries: 0 });
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
