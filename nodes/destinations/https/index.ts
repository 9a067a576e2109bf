import type { DestinationDescription } from '../contract';
import { HttpError, openHttp } from '../httpClient';
import { editorLimits } from '../timeLimits';
import { readEndpoint } from './connection/endpoint';
import { notReached } from './errors';
import { httpsOptions, readAllowHttpOnLocalhost } from './properties';

/** Leads sent on, as Partner Center sends them. They are received by a trigger, so nothing is read. */
export const https: DestinationDescription = {
	name: 'https',
	displayName: 'HTTPS Endpoint',
	credentialType: 'marketplaceLeadHttpsApi',
	writing: {
		properties: [],
		options: httpsOptions,

		async open(input) {
			const endpoint = readEndpoint(input.credential, {
				allowHttpOnLocalhost: readAllowHttpOnLocalhost(input),
			});
			const { HttpsWriter } = await import('./writing/writer');
			return new HttpsWriter(endpoint, await openHttp());
		},
	},

	lists: {},

	signsIn: false,

	/**
	 * Tells whether the host responds, by TLS that can be trusted. Not whether it takes leads: that
	 * only a lead shows, and a button must not send one. So neither is the endpoint's own address
	 * asked, where any request may start a workflow, nor is the secret sent; what the host says of
	 * its root means nothing.
	 */
	async testCredential(credential, { signal } = editorLimits()) {
		// The option that allows http on this machine belongs to the node, which says so where it is off.
		const { url } = readEndpoint(credential, { allowHttpOnLocalhost: true });
		const client = await openHttp();
		try {
			await client.send({ method: 'HEAD', url: `${url.origin}/`, signal });
		} catch (error) {
			if (!(error instanceof HttpError)) throw error;
			throw notReached(error);
		}
	},
};
