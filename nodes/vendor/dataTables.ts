/** The part of @azure/data-tables that we use; the build bundles this file with all it imports. */
export {
	AzureNamedKeyCredential,
	AzureSASCredential,
	RestError,
	TableClient,
	TableServiceClient,
	odata,
} from '@azure/data-tables';
export type {
	TableEntity,
	TableEntityResult,
	TableServiceClientOptions,
	TransactionAction,
} from '@azure/data-tables';
