/** Several rows of one partition in one request, all or none. */
import type { TableClient, TransactionAction } from '../../../vendor/dataTables';
import type { Packable } from '../../packing';
import { unexpectedResponse } from '../../unexpectedResponse';
import { SERVICE } from './responseCheck';

/** The service's limit on rows, and bytes: 4 MiB less what a multipart body needs around its parts. */
export const TRANSACTION_LIMITS = { maxRecords: 100, maxSize: 3.5 * 1024 * 1024 } as const;
/** Partitions can be on servers of their own; more at once is what makes the service ask to wait. */
export const TRANSACTIONS_AT_ONCE = 4;
/** Bytes of a part's headers and address. */
const PART_OVERHEAD = 5_000;

/** @param content the cells as JSON */
export function toPackable(
	{ partitionKey, rowKey }: { partitionKey: string; rowKey: string },
	content: string,
): Packable {
	return {
		group: partitionKey,
		size: Buffer.byteLength(content) + PART_OVERHEAD,
		// The SDK takes braces in the addresses of a transaction's response for an error in JSON.
		isAlone: /[{}]/.test(partitionKey + rowKey),
	};
}

/**
 * The rows' new ETags, where they have one.
 *
 * @throws what the SDK throws; DestinationError for a response that is not one to a transaction
 */
export async function submitTransaction(
	table: TableClient,
	actions: TransactionAction[],
	abortSignal: AbortSignal,
): Promise<Array<string | undefined>> {
	const { subResponses } = await table.submitTransaction(actions, { abortSignal });
	if (subResponses.length === actions.length) return subResponses.map(({ etag }) => etag);
	// A proxy's page with status 200 has none: nothing was written then.
	throw unexpectedResponse(SERVICE, 'it is not one to a transaction', 200).with({
		operation: 'write',
		retryAfter: 0,
	});
}

/** The header that the SDK gives each delete of a transaction: whatever is there. */
const UNCONDITIONAL = /^(if-match: )\*(?=\r?$)/gim;

/**
 * Has the deletes of this client's next transaction succeed only for rows that are as they were read.
 * The SDK takes conditions for updates alone; without one, what a person changed since is lost.
 *
 * @param table a client for this transaction only
 * @param etags of its deletes, in their order
 */
export function makeDeletesConditional(table: TableClient, etags: readonly string[]): void {
	table.pipeline.addPolicy({
		name: 'conditionalDeletes',
		async sendRequest(request, next) {
			let count = 0;
			const given = typeof request.body === 'string' ? request.body : '';
			const body = given.replace(
				UNCONDITIONAL,
				(_header, name: string) => name + (etags[count++] ?? ''),
			);
			if (count !== etags.length) {
				throw new Error(`A transaction has ${count} deletes instead of ${etags.length}`);
			}
			// The SDK has measured its own body already.
			request.headers.set('content-length', Buffer.byteLength(body));
			return await next({ ...request, body });
		},
	});
}
