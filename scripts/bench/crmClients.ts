/**
 * The clients that a developer would take for each CRM, reading every lead as their documentation
 * shows it: what the poll trigger is held against. Each calls `use` with every lead's last name,
 * and none asks for more than `limit` leads at a time.
 */

import { TableClient } from '@azure/data-tables';

import { dynamicsClient, marketoCalls, salesforceConnection } from './crmSignIn.ts';
import type { CrmOrder } from './crmOrder.ts';

type Use = (name: unknown) => void;

/** Most leads a vendor gives in a response: what asks least often. */
const TABLE_PAGE = 1_000;
const DYNAMICS_PAGE = 5_000;
const MARKETO_PAGE = 300;
const SALESFORCE_PAGE = 2_000;
const FILL_OUT_FORM = 2;

export const BARE_CLIENTS: Record<
	string,
	(order: CrmOrder, use: Use, limit: number) => Promise<void>
> = {
	async azureTable({ credential, parameters }, use, limit) {
		const { connectionString = '' } = credential;
		const { value } = parameters['table'] as { value: string };
		const table = TableClient.fromConnectionString(connectionString, value, {
			allowInsecureConnection: true,
		});
		const pages = table.listEntities<{ CustomerInfo?: string }>();
		for await (const page of pages.byPage({ maxPageSize: Math.min(limit, TABLE_PAGE) })) {
			for (const { CustomerInfo = '{}' } of page) {
				use((JSON.parse(CustomerInfo) as { LastName?: string }).LastName);
			}
		}
	},

	async dynamics365({ credential }, use, limit) {
		const client = dynamicsClient(credential);
		const query = {
			collection: 'leads',
			select: ['leadid', 'lastname', 'firstname', 'emailaddress1', 'companyname', 'createdon'],
			orderBy: ['createdon', 'leadid'],
			maxPageSize: Math.min(limit, DYNAMICS_PAGE),
		};
		interface Row {
			lastname: string;
		}
		let page = await client.retrieveMultiple<Row>(query);
		for (;;) {
			for (const { lastname } of page.value) use(lastname);
			if (!page.oDataNextLink) return;
			page = await client.retrieveMultiple<Row>(query, page.oDataNextLink);
		}
	},

	async marketo({ credential, parameters }, use, limit) {
		const call = await marketoCalls(credential);
		const since = new Date(Date.now() - 86_400_000).toISOString();
		const { nextPageToken } = await call('activities/pagingtoken.json', {
			params: { sinceDatetime: since },
		});
		const form = (parameters['form'] as { value: string }).value;
		for (let next = nextPageToken; ;) {
			const page = await call('activities.json', {
				params: {
					nextPageToken: next,
					activityTypeIds: FILL_OUT_FORM,
					assetIds: form,
					batchSize: Math.min(limit, MARKETO_PAGE),
				},
			});
			const ids = ((page.result ?? []) as Array<{ leadId: number }>).map(({ leadId }) => leadId);
			if (ids.length > 0) {
				const persons = await call('leads.json', {
					params: {
						filterType: 'id',
						filterValues: ids.join(','),
						fields: 'id,firstName,lastName,email,company',
					},
				});
				for (const { lastName } of persons.result) use(lastName);
			}
			if (!page.moreResult) return;
			next = page.nextPageToken;
		}
	},

	/** `jsforce`, with its own paging. */
	async salesforce({ credential, leads }, use, limit) {
		const connection = await salesforceConnection(credential);
		const { records } = await connection.query<{ LastName: string }>(
			'SELECT Id, LastName, FirstName, Email, Company, LeadSource, CreatedDate FROM Lead ORDER BY CreatedDate, Id',
			{
				autoFetch: true,
				maxFetch: leads,
				headers: {
					'Sforce-Query-Options': `batchSize=${Math.min(limit, SALESFORCE_PAGE)}`,
				},
			},
		);
		for (const { LastName } of records) use(LastName);
	},
};
