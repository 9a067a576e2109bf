/** Signed in to a CRM with the client that a developer would take, as its documentation shows it. */
import axios from 'axios';
import { DynamicsWebApi } from 'dynamics-web-api';
import { Connection } from 'jsforce';
import { ClientSecretCredential } from '@azure/identity';

/** Data of n8n's credential. */
type Credential = Record<string, string>;

/** `dynamics-web-api`, with a token by `@azure/identity`. */
export function dynamicsClient(credential: Credential): DynamicsWebApi {
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
	return new DynamicsWebApi({
		serverUrl: environmentUrl,
		dataApi: { version: '9.2' },
		onTokenRefresh: async () => (await signIn.getToken(`${environmentUrl}/.default`)).token,
	});
}

/** Calls `/rest/v1/…` by `axios`, with a query or a body: Marketo has no client of its own for Node. */
export async function marketoCalls(credential: Credential) {
	const { endpoint = '', clientId = '', clientSecret = '' } = credential;
	const origin = endpoint.replace(/\/rest$/, '');
	const grant = {
		grant_type: 'client_credentials',
		client_id: clientId,
		client_secret: clientSecret,
	};
	const token = await axios.get(`${origin}/identity/oauth/token`, { params: grant });
	const headers = { authorization: `Bearer ${token.data.access_token}` };
	return async (path: string, given: { params: object } | { data: object }) => {
		const method = 'data' in given ? 'POST' : 'GET';
		const url = `${origin}/rest/v1/${path}`;
		const { data } = await axios.request({ method, url, headers, ...given });
		if (data.success !== true) throw new Error(`${path}: ${JSON.stringify(data.errors)}`);
		return data;
	};
}

/** `jsforce`, with client credentials. */
export async function salesforceConnection(credential: Credential): Promise<Connection> {
	const { myDomain = '', consumerKey = '', consumerSecret = '' } = credential;
	const connection = new Connection({
		loginUrl: myDomain,
		oauth2: { clientId: consumerKey, clientSecret: consumerSecret, loginUrl: myDomain },
	});
	await connection.authorize({ grant_type: 'client_credentials' });
	return connection;
}
