/** Every destination as the node Marketplace Lead writes into it, with the real service or a fake server. */
import type {
	ICredentialDataDecryptedObject,
	INode,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';

import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { parseLead, type JsonValue } from '../../../nodes/lead';
import { startAzurite } from '../../fakeServers/azureTable/azurite';
import { outputsOf, runNode } from '../../support/engine';
import { startDynamics, type FakeDynamics } from '../../fakeServers/dynamics365/dynamics';
import { startEntraAuthority } from '../../fakeServers/entra/authority';
import {
	cutBeforeAnswer,
	cutInBody,
	serverBusy,
	startFaultProxy,
	type FaultProxy,
} from '../../fakeServers/azureTable/faultProxy';
import { LeadReceiver } from '../../fakeServers/https/leadReceiver';
import { succeeded } from '../../fakeServers/marketo/responses';
import { FILL_OUT_FORM } from '../../fakeServers/marketo/instance';
import { startMarketo, type FakeMarketo } from '../../fakeServers/marketo/marketo';
import { MarketplaceTable } from '../../fakeServers/azureTable/marketplaceTable';
import type { Fault } from '../../fakeServers/faults';
import { startSalesforce, type FakeSalesforce } from '../../fakeServers/salesforce/salesforce';

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
	/** Entries of the options that reading needs. */
	readonly readingOptions?: INodeParameters;
	/** Values of parameters that work here, by their paths, where the default does not. */
	readonly valid?: Readonly<Record<string, unknown>>;
	/** Last names of the leads that are there, once for each record. */
	names(): Promise<string[]>;
	/** From now on refuses leads of this last name; gives what the node has to be told besides. */
	refuse(name: string): INodeParameters;
	/** Strikes one request that writes: the first, or a later one. */
	strike(fault: Fault, request?: number): void;
	/** How often that is still to come: above 0, a test did not get where it meant to. */
	struckLess(): number;
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
			...(operation === 'getLeads' ? place.reading : {}),
			...parameters,
			options: { ...(operation === 'getLeads' ? place.readingOptions : place.options), ...options },
		},
		credentials: { [place.credentialType]: credential as ICredentialDataDecryptedObject },
		...(onError && { onError }),
	};
	const [output] = outputsOf(await runNode(node, items));
	return output ?? [];
}

export const asItems = (...jsons: object[]): INodeExecutionData[] =>
	jsons.map((json) => ({ json })) as INodeExecutionData[];

const lastName = (record: unknown): string =>
	parseLead(record as JsonValue, { destination: 'https' }).customer.lastName;

const CUTS = { beforeAnswer: cutBeforeAnswer, inAnswer: cutInBody };

const WRONG_KEY = Buffer.alloc(64, 7).toString('base64');

export class AzureTablePlace implements WritePlace {
	readonly destination = 'azureTable';
	readonly reads = true;
	readonly credentialType = 'azureTableApi';
	readonly options = {};
	readonly reading = {};
	constructor(
		readonly azurite: FaultProxy,
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
	async names() {
		const rows = await new MarketplaceTable(this.azurite, this.table).list();
		return rows.map(({ CustomerInfo = '{}' }) => lastName({ UserDetails: CustomerInfo }));
	}
	refuse(name: string) {
		const value = `={{ $json.customer.lastName === ${JSON.stringify(name)} ? 'no/key' : '' }}`;
		return { additionalFields: { values: [{ name: 'PartitionKey', value }] } };
	}
	strike(fault: Fault, request = 0) {
		const struck =
			fault.kind === 'cut' ? CUTS[fault.where]() : serverBusy({ retryAfterSeconds: 1 });
		this.azurite.script([{ fault: struck, when: ({ kind }) => kind === 'batch', skip: request }]);
	}
	struckLess() {
		return this.azurite.unspentFaults;
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

export class SalesforcePlace implements WritePlace {
	readonly destination = 'salesforce';
	readonly reads = true;
	readonly credentialType = 'marketplaceLeadSalesforceApi';
	readonly options = {};
	readonly reading = {};
	parameters: INodeParameters = { method: 'restApi' };
	constructor(readonly fakeServer: FakeSalesforce) {}
	static async start(): Promise<SalesforcePlace> {
		return new SalesforcePlace(await startSalesforce());
	}
	credential() {
		return this.fakeServer.credential;
	}
	badCredential() {
		return this.fakeServer.badCredential;
	}
	get secrets() {
		return [this.fakeServer.badCredential['consumerSecret'] ?? ''];
	}
	names() {
		const records = this.fakeServer.organisation.records();
		return Promise.resolve(records.map(({ LastName }) => String(LastName)));
	}
	refuse(name: string) {
		this.fakeServer.organisation.rules.validation = ({ LastName }) =>
			LastName === name ? 'Not this one' : undefined;
		return {};
	}
	strike(fault: Fault, request = 0) {
		this.fakeServer.struck = 'writing';
		this.fakeServer.fault(fault, { page: request });
	}
	struckLess() {
		return this.fakeServer.server.faultsLeft();
	}
	async stop() {
		await this.fakeServer.stop();
	}
}

export class HttpsPlace implements WritePlace {
	readonly destination = 'https';
	readonly reads = false;
	readonly credentialType = 'marketplaceLeadHttpsApi';
	readonly parameters = {};
	readonly reading = {};
	readonly options = { allowLoopback: true };
	constructor(readonly receiver: LeadReceiver) {}
	static async start(): Promise<HttpsPlace> {
		return new HttpsPlace(await LeadReceiver.start());
	}
	credential() {
		return this.receiver.credential;
	}
	badCredential() {
		return this.receiver.badCredential;
	}
	readonly secrets = ['wrong-secret-wrong'];
	names() {
		return Promise.resolve([...this.receiver.leads.values()].map(lastName));
	}
	refuse(name: string) {
		this.receiver.spoil = ({ body }) =>
			lastName(JSON.parse(body)) === name ? { status: 422 } : undefined;
		return {};
	}
	strike(fault: Fault, request = 0) {
		this.receiver.server.fault(fault, { page: request });
	}
	struckLess() {
		return this.receiver.server.faultsLeft();
	}
	async stop() {
		await this.receiver.stop();
	}
}

export class DynamicsPlace implements WritePlace {
	readonly destination = 'dynamics365';
	readonly reads = true;
	readonly credentialType = 'marketplaceLeadDynamicsApi';
	readonly reading = {};
	parameters: INodeParameters;
	readonly options: INodeParameters;
	readonly readingOptions: INodeParameters;
	constructor(readonly fakeServer: FakeDynamics) {
		const { leadSourceColumn, options } = fakeServer.parameters as INodeParameters;
		this.parameters = { leadSourceColumn: leadSourceColumn! };
		this.options = options as INodeParameters;
		this.readingOptions = this.options;
	}
	credential() {
		return this.fakeServer.credential;
	}
	badCredential() {
		return this.fakeServer.badCredential;
	}
	get secrets() {
		return [this.fakeServer.badCredential['clientSecret'] ?? ''];
	}
	names() {
		return Promise.resolve(this.fakeServer.rows().map(({ lastname }) => String(lastname)));
	}
	refuse(name: string) {
		this.fakeServer.writing.plugIn = ({ lastname }) =>
			lastname === name ? 'Not this one' : undefined;
		return {};
	}
	strike(fault: Fault, request = 0) {
		this.fakeServer.struck = 'writing';
		this.fakeServer.server.fault(fault, { page: request });
	}
	struckLess() {
		return this.fakeServer.server.faultsLeft();
	}
	async stop() {
		await this.fakeServer.stop();
	}
}

export class MarketoPlace implements WritePlace {
	readonly destination = 'marketo';
	readonly reads = true;
	readonly credentialType = 'marketplaceLeadMarketoApi';
	readonly options = {};
	readonly reading = {};
	parameters: INodeParameters;
	constructor(readonly fakeServer: FakeMarketo) {
		this.parameters = { marketoMethod: 'submitForm', form: fakeServer.parameters.form };
	}
	static async start(): Promise<MarketoPlace> {
		return new MarketoPlace(await startMarketo());
	}
	credential() {
		return this.fakeServer.credential;
	}
	badCredential() {
		return this.fakeServer.badCredential;
	}
	get secrets() {
		return [this.fakeServer.wrongSecret];
	}
	/** Of fill-outs, of which a person can have several. */
	names() {
		const { instance } = this.fakeServer;
		const fillOuts = instance.activities().filter(({ typeId }) => typeId === FILL_OUT_FORM);
		// The log remembers fill-outs of persons who are gone.
		return Promise.resolve(
			fillOuts.flatMap(({ leadId }) => {
				const person = instance.persons.get(leadId);
				return person ? [String(person.fields['lastName'])] : [];
			}),
		);
	}
	refuse(name: string) {
		this.fakeServer.spoil = (path, body) =>
			/submitForm/.test(path) && body.includes(JSON.stringify(name))
				? succeeded({ result: [{ status: 'skipped', reasons: [{ code: '1003', message: 'No' }] }] })
				: undefined;
		return {};
	}
	strike(fault: Fault, request = 0) {
		this.fakeServer.struck = 'writing';
		this.fakeServer.fault(fault, { page: request });
	}
	struckLess() {
		return this.fakeServer.faultsLeft();
	}
	async stop() {
		await this.fakeServer.stop();
	}
}

/** The destinations, each with a place of its own for every test. */
export const PLACES: Record<string, () => Promise<WritePlaces>> = {
	azureTable: async () => {
		const azurite = await startAzurite();
		const proxy = await startFaultProxy(azurite);
		let tables = 0;
		return {
			async place() {
				proxy.reset();
				return new AzureTablePlace(proxy, `MarketplaceLeads${(tables += 1)}`);
			},
			async stop() {
				await proxy.stop();
				await azurite.stop();
			},
		};
	},
	dynamics365: async () => {
		const authority = await startEntraAuthority();
		return {
			place: async () => new DynamicsPlace(await startDynamics({ authority })),
			stop: async () => await authority.stop(),
		};
	},
	marketo: async () => each(async () => await MarketoPlace.start()),
	salesforce: async () => each(async () => await SalesforcePlace.start()),
	https: async () => each(async () => await HttpsPlace.start()),
};

interface WritePlaces {
	place(): Promise<WritePlace>;
	stop(): Promise<void>;
}

function each(place: () => Promise<WritePlace>): WritePlaces {
	return { place, stop: () => Promise.resolve() };
}
