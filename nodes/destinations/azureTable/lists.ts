import type { DestinationDescription, DestinationInput, ListEntry } from '../contract';
import { editorLimits } from '../timeLimits';
import { openAccount } from './connection/account';
import { explainError } from './errors';

/** An account can hold any number of tables; nobody scrolls further. */
const MAX_TABLES = 1_000;

export const lists: DestinationDescription['lists'] = {
	async searchTables({ credential }: DestinationInput): Promise<ListEntry[]> {
		const account = await openAccount(credential, { retries: 1 });
		const names: string[] = [];
		try {
			const { signal: abortSignal } = editorLimits();
			for await (const { name } of account.service().listTables({ abortSignal })) {
				if (name !== undefined) names.push(name);
				if (names.length >= MAX_TABLES) break;
			}
		} catch (error) {
			throw explainError(error, 'read');
		}
		return names.sort((a, b) => a.localeCompare(b, 'en')).map((name) => ({ name, value: name }));
	},
};
