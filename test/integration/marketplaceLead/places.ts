/** Every destination as the node Marketplace Lead writes into it, with the real service or a stand-in. */
import type {
	ICredentialDataDecryptedObject,
	INode,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';

import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { startAzurite, type Azurite } from '../../support/azurite';
import { outputsOf, runNode } from '../../support/engine';
import { LeadReceiver } from '../../support/leadReceiver';
import { startSalesforce, type Salesforce } from '../../support/salesforce/salesforce';

export interface WritePlace {
	readonly destination: string;
	/** What writing reports of a record's place; empty where it tells none. */
	readonly reads: boolean;
	readonly credentialType: string;
	credential(): Record<string, unknown>;
	badCredential(): Record<string, unknown>;
	/** Of the credential that is refused. */
	readonly secrets: string[];
	parameters: INodeParameters;
	/** Entries of the node's options. */
	options: INodeParameters;
	/** Further parameters that reading alone needs. */
	reading: INodeParameters;
	stop(): Promise<void>;
}

/** Runs the node, and gives its items. @throws what the node threw */
export async function run(
	place: WritePlace,
	operation: string,
	items: INodeExecutionData[],
	{
		parameters = {},
		options = {},
		credential = place.credential(),
		onError,
	}: {
		parameters?: INodeParameters;
		options?: INodeParameters;
		credential?: Record<string, unknown>;
		onError?: INode['onError'];
	} = {},
): Promise<INodeExecutionData[]> {
	const node = {
		type: new MarketplaceLead(),
		parameters: {
			operation,
			destination: place.destination,
			...place.parameters,
			...(operation === 'getAll' ? place.reading : {}),
			...parameters,
			options: { ...(operation === 'getAll' ? {} : place.options), ...options },
		},
		credentials: { [place.credentialType]: credential as ICredentialDataDecryptedObject },
		...(onError && { onError }),
	};
	const [output] = outputsOf(await runNode(node, items));
	return output ?? [];
}

export const asItems = (...jsons: object[]): INodeExecutionData[] =>
	jsons.map((json) => ({ json })) as INodeExecutionData[];

const WRONG_KEY = Buffer.alloc(64, 7).toString('base64');

class AzureTablePlace implements WritePlace {
	readonly destination = 'azureTable';
	readonly reads = true;
	readonly credentialType = 'azureTableApi';
	readonly options = {};
	readonly reading = {};
	constructor(
		readonly azurite: Azurite,
		readonly table: string,
	) {}
	get parameters() {
		return { table: { __rl: true, mode: 'name', value: this.table } };
	}
	credential() {
		return {
			authentication: 'connectionString',
			connectionString: this.azurite.connectionString,
		};
	}
	badCredential() {
		const { connectionString, accountKey } = this.azurite;
		return {
			...this.credential(),
			connectionString: connectionString.replace(accountKey, WRONG_KEY),
		};
	}
	readonly secrets = [WRONG_KEY];
	async stop() {}
}

class SalesforcePlace implements WritePlace {
	readonly destination = 'salesforce';
	readonly reads = true;
	readonly credentialType = 'marketplaceLeadSalesforceApi';
	readonly options = {};
	readonly reading = {};
	parameters: INodeParameters = { method: 'restApi' };
	constructor(readonly standIn: Salesforce) {}
	credential() {
		return this.standIn.credential;
	}
	badCredential() {
		return this.standIn.badCredential;
	}
	get secrets() {
		return [this.standIn.badCredential['consumerSecret'] ?? ''];
	}
	async stop() {
		await this.standIn.stop();
	}
}

class HttpsPlace implements WritePlace {
	readonly destination = 'https';
	readonly reads = false;
	readonly credentialType = 'marketplaceLeadHttpsApi';
	readonly parameters = {};
	readonly reading = {};
	readonly options = { allowLoopback: true };
	constructor(readonly receiver: LeadReceiver) {}
	credential() {
		return this.receiver.credential;
	}
	badCredential() {
		return this.receiver.badCredential;
	}
	readonly secrets = ['wrong-secret-wrong'];
	async stop() {
		await this.receiver.stop();
	}
}

/** The destinations, each with a place of its own for every test. */
export const PLACES: Record<string, () => Promise<WritePlaces>> = {
	azureTable: async () => {
		const azurite = await startAzurite();
		let tables = 0;
		return {
			place: async () => new AzureTablePlace(azurite, `MarketplaceLeads${(tables += 1)}`),
			stop: async () => await azurite.stop(),
		};
	},
	salesforce: async () => each(async () => new SalesforcePlace(await startSalesforce())),
	https: async () => each(async () => new HttpsPlace(await LeadReceiver.start())),
};

interface WritePlaces {
	place(): Promise<WritePlace>;
	stop(): Promise<void>;
}

function each(place: () => Promise<WritePlace>): WritePlaces {
	return { place, stop: () => Promise.resolve() };
}
