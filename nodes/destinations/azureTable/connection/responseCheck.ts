import type { TableServiceClientOptions } from '../../../vendor/dataTables';
import { readJsonObject, unexpectedResponse } from '../../unexpectedResponse';

type AdditionalPolicy = NonNullable<TableServiceClientOptions['additionalPolicies']>[number];

export const SERVICE = 'Azure Table Storage';

/**
 * Checks what was read before the SDK does, which takes an HTML page, `{}` or any other JSON for a
 * last page without rows: the rest of the table would be skipped without a word.
 */
export function responseCheck(): AdditionalPolicy {
	return {
		// Each attempt's response as it came; what is thrown here, the SDK doesn't try again.
		position: 'perRetry',
		policy: {
			name: 'responseCheck',
			async sendRequest(request, next) {
				const response = await next(request);
				const { pathname, searchParams } = new URL(request.url);
				// With `comp` it is XML about the service itself.
				const isRead = request.method === 'GET' && !searchParams.has('comp');
				if (!isRead || response.status !== 200) return response;
				const headers = response.headers.toJSON();
				const isRow = /\(PartitionKey=/i.test(pathname);
				const { value } = readJsonObject(
					{ status: 200, headers, body: response.bodyAsText ?? '' },
					SERVICE,
					isRow ? ['PartitionKey', 'RowKey'] : ['odata.metadata', 'value'],
				);
				if (isRow) return response;
				if (!Array.isArray(value)) {
					throw unexpectedResponse(SERVICE, 'its "value" is not a list', 200);
				}
				// The continuation token is in such headers: without any, this could be a cut-off page.
				if (!Object.keys(headers).some((name) => name.startsWith('x-ms-'))) {
					throw unexpectedResponse(SERVICE, 'it has none of the headers of Azure (x-ms-…)', 200);
				}
				return response;
			},
		},
	};
}
