import type { DestinationDescription, WriteInput } from '../contract';
import { processCache } from '../processCache';
import { editorLimits } from '../timeLimits';
import { openAccount } from './connection/account';
import { explainError, isMissingTable } from './errors';
import { lists } from './lists';
import type { PendingRows } from './marking/pending';
import {
	markingProperties,
	readCreateTable,
	readHandledRows,
	readTableName,
	tableProperty,
	writingOptions,
} from './properties';
import { AzureTableReader } from './reading/reader';

async function openPending(input: WriteInput): Promise<PendingRows> {
	const table = readTableName(input.parameter('table'));
	const { way, handledTable } = readHandledRows(input, table);
	const { credential, cache = processCache } = input;
	// For changes without the SDK's own retries, which know no deadline and would claim a row twice.
	const account = await openAccount(credential, { retries: 0, cache });
	const reading = await openAccount(credential, { cache });
	const { PendingRows } = await import('./marking/pending');
	return new PendingRows(account, { table, handledTable, way }, reading);
}

export const azureTable: DestinationDescription = {
	name: 'azureTable',
	displayName: 'Azure Table',
	credentialType: 'marketplaceLeadAzureTableApi',
	reading: {
		properties: [tableProperty],
		options: [],

		async open({ credential, parameter, cache = processCache }) {
			const table = readTableName(parameter('table'));
			const account = await openAccount(credential, { cache });
			return {
				// Table names are told apart without regard to case.
				identity: JSON.stringify(['azureTable', account.url, table.toLowerCase()]),
				reader: new AzureTableReader(account.table(table)),
			};
		},

		survey: {
			place: ({ parameter }) => `the table "${readTableName(parameter('table'))}"`,
		},

		marking: {
			properties: markingProperties,
			placeProperties: [tableProperty],
			open: openPending,
			openMarker: openPending,
		},
	},
	// A table takes any column, so there is no list of fields to choose from.
	writing: {
		properties: [tableProperty],
		options: writingOptions,

		async open(input) {
			const table = readTableName(input.parameter('table'));
			const createTable = readCreateTable(input);
			// The SDK's own retries know no deadline; the engine's do.
			const { credential, cache = processCache } = input;
			const account = await openAccount(credential, { retries: 0, cache });
			const { AzureTableWriter } = await import('./writing/writer');
			return new AzureTableWriter(account.table(table), { createTable });
		},
	},

	lists,

	signsIn: true,
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
			throw explainError(error, 'signIn');
		}
	},
};
