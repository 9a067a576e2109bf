/**
 * The clients that a developer would take for each CRM, reading every lead as their documentation
 * shows it: what the poll trigger is held against. Each calls `use` with every lead's last name.
 */
import axios from 'axios';
import { DynamicsWebApi } from 'dynamics-web-api';
import { Connection } from 'jsforce';
import { ClientSecretCredential } from '@azure/identity';

import type { CrmOrder } from './drainCrmChild';

type Use = (name: unknown) => void;

/** Most leads a vendor gives in an answer: what asks least often. */
const DYNAMICS_PAGE = 5_000;
const MARKETO_PAGE = 300;
const FILL_OUT_FORM = 2;

export const BARE_CLIENTS: Record<string, (order: CrmOrder, use: Use) => Promise<void>> = {
	/** `dynamics-web-api`, with a token by `@azure/identity`. */
	async dynamics365({ credential }, use) {
		const {
			environmentUrl = '',
			authorityHost = '',
			tenantId = '',
			clientId = '',
			clientSecret = '',
		} = credential;
		const signIn = new ClientSecretCredential(tenantId, clientId, clientSecret, {
			authorityHost: authorityHost,
			disableInstanceDiscovery: true,
		});
		const client = new DynamicsWebApi({
			serverUrl: environmentUrl,
			dataApi: { version: '9.2' },
			onTokenRefresh: async () => (await signIn.getToken(`${environmentUrl}/.default`)).token,
		});
		const query = {
			collection: 'leads',
			select: ['leadid', 'lastname', 'firstname', 'emailaddress1', 'companyname', 'createdon'],
			orderBy: ['createdon', 'leadid'],
			maxPageSize: DYNAMICS_PAGE,
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

	/** `axios`: Marketo has no client of its own for Node. */
	async marketo({ credential, parameters }, use) {
		const { endpoint = '', clientId = '', clientSecret = '' } = credential;
		const origin = endpoint.replace(/\/rest$/, '');
		const grant = {
			grant_type: 'client_credentials',
			client_id: clientId,
			client_secret: clientSecret,
		};
		const token = await axios.get(`${origin}/identity/oauth/token`, { params: grant });
		const headers = { authorization: `Bearer ${token.data.access_token}` };
		const call = async (path: string, params: object) => {
			const { data } = await axios.get(`${origin}/rest/v1/${path}`, { params, headers });
			if (data.success !== true) throw new Error(`${path}: ${JSON.stringify(data.errors)}`);
			return data;
		};
		const since = new Date(Date.now() - 86_400_000).toISOString();
		const { nextPageToken } = await call('activities/pagingtoken.json', { sinceDatetime: since });
		const form = (parameters['form'] as { value: string }).value;
		for (let next = nextPageToken; ;) {
			const page = await call('activities.json', {
				nextPageToken: next,
				activityTypeIds: FILL_OUT_FORM,
				assetIds: form,
				batchSize: MARKETO_PAGE,
			});
			const ids = ((page.result ?? []) as Array<{ leadId: number }>).map(({ leadId }) => leadId);
			if (ids.length > 0) {
				const persons = await call('leads.json', {
					filterType: 'id',
					filterValues: ids.join(','),
					fields: 'id,firstName,lastName,email,company',
				});
				for (const { lastName } of persons.result) use(lastName);
			}
			if (!page.moreResult) return;
			next = page.nextPageToken;
		}
	},

	/** `jsforce`, with its own paging. */
	async salesforce({ credential, leads }, use) {
		const { myDomain = '', consumerKey = '', consumerSecret = '' } = credential;
		const connection = new Connection({
			loginUrl: myDomain,
			oauth2: { clientId: consumerKey, clientSecret: consumerSecret, loginUrl: myDomain },
		});
		await connection.authorize({ grant_type: 'client_credentials' });
		const { records } = await connection.query<{ LastName: string }>(
			'SELECT Id, LastName, FirstName, Email, Company, LeadSource, CreatedDate FROM Lead ORDER BY CreatedDate, Id',
			{ autoFetch: true, maxFetch: leads },
		);
		for (const { LastName } of records) use(LastName);
	},
};
