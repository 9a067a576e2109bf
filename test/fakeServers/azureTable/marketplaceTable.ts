import { AzureNamedKeyCredential, TableClient, TableServiceClient } from '@azure/data-tables';
import type { TableEntity, TransactionAction } from '@azure/data-tables';

import type { Azurite } from './azurite.ts';

/** Azure's own limit on a transaction, which also has to stay within one partition. */
const ROWS_PER_TRANSACTION = 100;

/** The columns Microsoft's connector writes; `CustomerInfo` is JSON in a string. */
export interface MarketplaceRow {
	partitionKey: string;
	rowKey: string;
	ActionCode?: string;
	CreatedTime?: string | Date;
	CustomerInfo?: string;
	Description?: string;
	LeadSource?: string;
	OfferDisplayName?: string;
	PublisherDisplayName?: string;
	ProductId?: string;
	[column: string]: unknown;
}

export interface CustomerInfo {
	FirstName?: string;
	LastName?: string;
	Email?: string;
	Phone?: string;
	Country?: string;
	Company?: string;
	Title?: string;
}

export type TableAccount = Pick<Azurite, 'accountKey' | 'accountName' | 'endpoint'>;

/** The table as a publisher's storage account has it, with the ways a test changes it. */
export class MarketplaceTable {
	readonly client: TableClient;
	readonly service: TableServiceClient;

	constructor(account: TableAccount, tableName = 'MarketplaceLeads') {
		const credential = new AzureNamedKeyCredential(account.accountName, account.accountKey);
		const options = { allowInsecureConnection: true };
		this.client = new TableClient(account.endpoint, tableName, credential, options);
		this.service = new TableServiceClient(account.endpoint, credential, options);
	}

	get name(): string {
		return this.client.tableName;
	}

	/** Microsoft makes the table with the first lead, so a test chooses when it is there. */
	async create(): Promise<this> {
		await this.client.createTable();
		return this;
	}

	async exists(): Promise<boolean> {
		for await (const { name } of this.service.listTables()) if (name === this.name) return true;
		return false;
	}

	async drop(): Promise<void> {
		await this.client.deleteTable();
	}

	/** Inserts rows, by partition, in transactions of 100 and in the order given. */
	async insert(rows: readonly MarketplaceRow[]): Promise<void> {
		const partitions = new Map<string, MarketplaceRow[]>();
		for (const row of rows) {
			const partition = partitions.get(row.partitionKey);
			if (partition) partition.push(row);
			else partitions.set(row.partitionKey, [row]);
		}
		for (const partition of partitions.values()) {
			for (let at = 0; at < partition.length; at += ROWS_PER_TRANSACTION) {
				const batch = partition.slice(at, at + ROWS_PER_TRANSACTION);
				await this.client.submitTransaction(
					batch.map((row): TransactionAction => ['create', row as TableEntity]),
				);
			}
		}
	}

	/** What a person does who corrects a lead in place: moves the row's Timestamp, nothing else. */
	async touch(row: Pick<MarketplaceRow, 'partitionKey' | 'rowKey'>): Promise<void> {
		await this.client.updateEntity({ ...row, Description: 'edited later' }, 'Merge');
	}

	async remove(row: Pick<MarketplaceRow, 'partitionKey' | 'rowKey'>): Promise<void> {
		await this.client.deleteEntity(row.partitionKey, row.rowKey);
	}

	/** Every row with its Timestamp, in the service's order. */
	async list(): Promise<Array<MarketplaceRow & { timestamp: string }>> {
		const rows: Array<MarketplaceRow & { timestamp: string }> = [];
		for await (const row of this.client.listEntities()) {
			rows.push(row as unknown as MarketplaceRow & { timestamp: string });
		}
		return rows;
	}
}

/** One plausible lead in Microsoft's columns; `index` makes its key, customer and offer its own. */
export function marketplaceRow(
	index: number,
	changes: Partial<MarketplaceRow> = {},
): MarketplaceRow {
	const offerId = `fabrikam.widget-${index % 7}`;
	return {
		partitionKey: '2018-10-02',
		rowKey: `lead-${String(index).padStart(7, '0')}`,
		ActionCode: 'INS',
		CreatedTime: '2018-10-02T08:15:29Z',
		CustomerInfo: customerInfo({
			FirstName: 'Kim',
			LastName: `Sample ${index}`,
			Email: `kim.sample.${index}@fabrikam.example`,
			Phone: '4255550100',
			Country: 'US',
			Company: `Fabrikam ${index}`,
			Title: 'Buyer',
		}),
		Description: ' ',
		LeadSource: `AzureMarketplace-INS|${offerId}`,
		OfferDisplayName: `Fabrikam widget ${index % 7}`,
		PublisherDisplayName: 'Fabrikam',
		ProductId: offerId,
		...changes,
	};
}

/** Rows `from` to `from + count - 1` of {@link marketplaceRow}. */
export function marketplaceRows(
	count: number,
	from = 0,
	changes: Partial<MarketplaceRow> = {},
): MarketplaceRow[] {
	return Array.from({ length: count }, (_, at) => marketplaceRow(from + at, changes));
}

export function customerInfo(info: CustomerInfo): string {
	return JSON.stringify(info);
}
