/**
 * The clients that a developer would take for each destination, writing leads by their own batch
 * call as their documentation shows it: what the node is held against. None looks for what is there.
 */
import axios from 'axios';
import { TableClient } from '@azure/data-tables';

import { dynamicsClient, marketoCalls, salesforceConnection } from './crmSignIn.ts';
import type { BareWriterName, WriteOrder } from './writeOrder.ts';

export interface BareLead {
	id: string;
	firstName: string;
	lastName: string;
	email: string;
	company: string;
	leadSource: string;
}

/** Leads that are told apart by their round and their number. */
export function bareLeads(round: string, length: number): BareLead[] {
	return Array.from({ length }, (_, at) => ({
		id: `${round}-${at}`,
		firstName: 'Kim',
		lastName: `Sample ${round} ${at}`,
		email: `kim.${round}.${at}@fabrikam.example`,
		company: 'Fabrikam',
		leadSource: 'AzureMarketplace-INS|contoso.gateway',
	}));
}

/** The lead as a row of Microsoft's, so that it has an id. */
export function toRow({ id, firstName, lastName, email, company, leadSource }: BareLead) {
	return {
		PartitionKey: '2026-03-01',
		RowKey: id,
		LeadSource: leadSource,
		CreatedTime: '2026-03-01T12:00:00Z',
		CustomerInfo: JSON.stringify({
			FirstName: firstName,
			LastName: lastName,
			Email: email,
			Company: company,
		}),
	};
}

type BareWriter = (order: WriteOrder, leads: readonly BareLead[]) => Promise<void>;

/** The vendors' own limits of a call. */
const TRANSACTION = 100;
/**
 * Not Dataverse's 1,000: Microsoft advises against large batches and to begin with 10, because of the
 * execution time of a request. The largest that the node sends, so that only what is sent besides differs.
 * https://learn.microsoft.com/power-apps/developer/data-platform/api-limits#avoid-large-batches
 */
const ODATA_BATCH = 100;
const COLLECTION = 200;
const MARKETO_BATCH = 300;
/** Leads of each call, by the destination: what a look-up before each would be one for. */
export const LEADS_A_CALL: Readonly<Record<BareWriterName, number>> = {
	azureTable: TRANSACTION,
	dynamics365: ODATA_BATCH,
	https: 1,
	marketo: MARKETO_BATCH,
	salesforce: COLLECTION,
};
/** Requests at once, as the node's. */
const AT_ONCE = 5;

export const BARE_WRITERS: Record<BareWriterName, BareWriter> = {
	async azureTable({ credential, parameters }, leads) {
		const { connectionString = '' } = credential;
		const { value } = parameters['table'] as { value: string };
		const table = TableClient.fromConnectionString(connectionString, value, {
			allowInsecureConnection: true,
		});
		await table.createTable();
		for (const chunk of chunks(leads, TRANSACTION)) {
			await table.submitTransaction(
				chunk.map(({ id, firstName, lastName, email, company, leadSource }) => [
					'create',
					{
						partitionKey: '2026-03-01',
						rowKey: id,
						LeadSource: leadSource,
						ActionCode: 'INS',
						ProductId: 'contoso.gateway',
						CustomerInfo: JSON.stringify({
							FirstName: firstName,
							LastName: lastName,
							Email: email,
							Company: company,
						}),
					},
				]),
			);
		}
	},

	async dynamics365({ credential }, leads) {
		const client = dynamicsClient(credential);
		for (const chunk of chunks(leads, ODATA_BATCH)) {
			client.startBatch();
			for (const { firstName, lastName, email, company, leadSource } of chunk) {
				void client.create({
					collection: 'leads',
					data: {
						firstname: firstName,
						lastname: lastName,
						emailaddress1: email,
						companyname: company,
						subject: leadSource,
					},
				});
			}
			await client.executeBatch();
		}
	},

	/** One lead a request, as Microsoft sends them. */
	async https({ credential }, leads) {
		const { endpointUrl = '' } = credential;
		const left = leads.values();
		const worker = async (): Promise<void> => {
			for (const { id, firstName, lastName, email, company, leadSource } of left) {
				const UserDetails = {
					FirstName: firstName,
					LastName: lastName,
					Email: email,
					Company: company,
				};
				const headers = { 'Idempotency-Key': id };
				await axios.post(endpointUrl, { UserDetails, LeadSource: leadSource }, { headers });
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, worker));
	},

	async salesforce({ credential }, leads) {
		const connection = await salesforceConnection(credential);
		for (const chunk of chunks(leads, COLLECTION)) {
			await connection.sobject('Lead').create(
				chunk.map(({ firstName, lastName, email, company, leadSource }) => ({
					FirstName: firstName,
					LastName: lastName,
					Email: email,
					Company: company,
					LeadSource: leadSource,
				})),
				{ allOrNone: false },
			);
		}
	},

	async marketo({ credential }, leads) {
		const call = await marketoCalls(credential);
		for (const chunk of chunks(leads, MARKETO_BATCH)) {
			await call('leads.json', {
				data: {
					action: 'createOrUpdate',
					lookupField: 'email',
					input: chunk.map(({ firstName, lastName, email, company, leadSource }) => ({
						firstName,
						lastName,
						email,
						company,
						leadSource,
					})),
				},
			});
		}
	},
};

function chunks<Entry>(entries: readonly Entry[], size: number): Entry[][] {
	return Array.from({ length: Math.ceil(entries.length / size) }, (_, at) =>
		entries.slice(at * size, (at + 1) * size),
	);
}
