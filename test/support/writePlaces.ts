/** Every destination as the node Marketplace Lead writes into it, with the real service or a fake server. */
import type {
	ICredentialDataDecryptedObject,
	INode,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';

import { MarketplaceLead } from '../../nodes/MarketplaceLead/MarketplaceLead.node';
import { parseLead, type JsonValue } from '../../nodes/lead';
import { startAzurite } from '../fakeServers/azureTable/azurite';
import { outputsOf, runNode } from './engine';
import { startDynamics, type FakeDynamics } from '../fakeServers/dynamics365/dynamics';
import { startEntraAuthority } from '../fakeServers/entra/authority';
import {
	authenticationFailed,
	cutBeforeAnswer,
	cutBeforeRequest,
	cutInBody,
	garbage,
	operationTimedOut,
	serverBusy,
	slowAnswer,
	startFaultProxy,
	type Fault as AzureFault,
	type FaultProxy,
	type SeenRequest,
} from '../fakeServers/azureTable/faultProxy';
import { LeadReceiver } from '../fakeServers/https/leadReceiver';
import { FILL_OUT_FORM } from '../fakeServers/marketo/instance';
import { startMarketo, type FakeMarketo } from '../fakeServers/marketo/marketo';
import { MarketplaceTable, type TableAccount } from '../fakeServers/azureTable/marketplaceTable';
import type { Fault } from '../fakeServers/faults';
import { typedField } from '../fakeServers/salesforce/fields';
import { startSalesforce, type FakeSalesforce } from '../fakeServers/salesforce/salesforce';

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
	/** The leads that are there, once for each record. */
	records(): Promise<StoredLead[]>;
	/** Parameters by which Mark as Handled marks here; absent where nothing can be marked. */
	readonly marking?: INodeParameters;
	/** How many leads are marked. */
	marked?(): Promise<number>;
	/** From now on refuses leads of this last name; gives what the node has to be told besides. */
	refuse(name: string): INodeParameters;
	/** Strikes requests that write: the first from now on, or a later one; once, or `times`. */
	strike(fault: Fault, request?: number, times?: number): void;
	/** How often that is still to come: above 0, a test did not get where it meant to. */
	struckLess(): number;
	/** Does something just before a request that writes is answered: the first from now on, or a later one. */
	meanwhile(action: () => void, request?: number): void;
	/** Ends what the sign-in has given, as time does; absent where every request signs in. */
	endSession?(): void;
	/** From now on the sign-in is refused, until what is given back is called. */
	loseSignIn(): () => void;
	/** Requests so far, those of the sign-in included where they come to the same server. */
	requests(): number;
	stop(): Promise<void>;
}

/** A lead as it stands at the destination. */
export interface StoredLead {
	/** As writing gives it. */
	id: string;
	lastName: string;
	title: string;
}

/** Last names of the leads that are there, once for each record. */
export async function namesAt(place: WritePlace): Promise<string[]> {
	return (await place.records()).map(({ lastName }) => lastName);
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
	return outputsOf(await runNode(node, items)).flat();
}

export const asItems = (...jsons: object[]): INodeExecutionData[] =>
	jsons.map((json) => ({ json })) as INodeExecutionData[];

function customerOf(record: unknown): Pick<StoredLead, 'lastName' | 'title'> {
	const { lastName, title } = parseLead(record as JsonValue, { destination: 'https' }).customer;
	return { lastName, title };
}

const located = (name: string): INodeParameters[string] => ({
	__rl: true,
	mode: 'name',
	value: name,
});

const CUTS = {
	afterTaking: cutBeforeAnswer,
	beforeAnswer: cutBeforeRequest,
	inAnswer: cutInBody,
};

function playedFault(fault: Fault): AzureFault {
	switch (fault.kind) {
		case 'cut':
			return CUTS[fault.where]();
		case 'garbage':
			return garbage(fault.what);
		case 'slow':
			return slowAnswer(fault.milliseconds);
		case 'refused':
			return fault.why === 'broken'
				? operationTimedOut()
				: serverBusy({ retryAfterSeconds: fault.waitSeconds ?? 0 });
	}
}

/** Whether it changes rows. */
const isWriting = ({ kind, method, table }: SeenRequest) =>
	kind === 'batch' || (method !== 'GET' && table !== undefined);

const WRONG_KEY = Buffer.alloc(64, 7).toString('base64');

export class AzureTablePlace implements WritePlace {
	readonly destination = 'azureTable';
	readonly reads = true;
	readonly credentialType = 'marketplaceLeadAzureTableApi';
	readonly options = {};
	readonly reading = {};
	constructor(
		readonly azurite: FaultProxy,
		/** Behind it, for what a test reads itself. */
		private readonly service: TableAccount,
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
	async records() {
		const table = new MarketplaceTable(this.service, this.table);
		// Microsoft's connector makes it with the first lead.
		if (!(await table.exists())) return [];
		return (await table.list()).map(({ partitionKey, rowKey, CustomerInfo = '{}' }) => ({
			id: [partitionKey, rowKey].map(encodeURIComponent).join('/'),
			...customerOf({ UserDetails: CustomerInfo }),
		}));
	}
	get marking() {
		return { ...this.parameters, handledLeadsAre: 'move' };
	}
	async marked() {
		const handled = new MarketplaceTable(this.service, `${this.table}Handled`);
		return (await handled.list().catch(() => [])).length;
	}
	refuse(name: string) {
		const value = `={{ $json.customer.lastName === ${JSON.stringify(name)} ? 'no/key' : '' }}`;
		return { additionalFieldsByName: { values: [{ name: 'PartitionKey', value }] } };
	}
	strike(fault: Fault, request = 0, times = 1) {
		this.azurite.script([{ fault: playedFault(fault), when: isWriting, skip: request, times }]);
	}
	struckLess() {
		return this.azurite.unspentFaults;
	}
	meanwhile(action: () => void, request = 0) {
		let skip = request;
		this.azurite.onRequest = (seen) => {
			if (isWriting(seen) && (skip -= 1) === -1) action();
		};
	}
	loseSignIn() {
		this.azurite.script([{ fault: authenticationFailed(), times: Number.POSITIVE_INFINITY }]);
		return () => this.azurite.script([]);
	}
	requests() {
		return this.azurite.counts().requests;
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
	parameters: INodeParameters = { salesforceMethod: 'restApi' };
	readonly marking = { markedBy: 'boolean', handledField: located('Handled__c') };
	constructor(readonly fakeServer: FakeSalesforce) {
		fakeServer.organisation.addField(typedField('Handled__c', 'boolean', 'Handled'));
	}
	marked() {
		const records = this.fakeServer.organisation.records();
		return Promise.resolve(records.filter((record) => record['Handled__c'] === true).length);
	}
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
	records() {
		const records = this.fakeServer.organisation.records();
		return Promise.resolve(
			records.map(({ Id, LastName, Title }) => ({
				id: String(Id),
				lastName: String(LastName),
				title: String(Title ?? ''),
			})),
		);
	}
	endSession() {
		this.fakeServer.signIn.endSessions();
	}
	loseSignIn() {
		const { signIn } = this.fakeServer;
		signIn.endSessions();
		signIn.app.userActive = false;
		return () => {
			signIn.app.userActive = true;
		};
	}
	refuse(name: string) {
		this.fakeServer.organisation.rules.validation = ({ LastName }) =>
			LastName === name ? 'Not this one' : undefined;
		return {};
	}
	strike(fault: Fault, request = 0, times = 1) {
		this.fakeServer.struck = 'writing';
		this.fakeServer.server.fault(fault, { page: request, times });
	}
	meanwhile(action: () => void, request = 0) {
		this.fakeServer.struck = 'writing';
		this.fakeServer.server.meanwhile(action, { page: request });
	}
	requests() {
		return this.fakeServer.server.requests.length;
	}
	struckLess() {
		return this.fakeServer.server.faultsLeft();
	}
	async stop() {
		await this.fakeServer.stop();
	}
}

/** The same by the form of Microsoft's connector, whose leads are there as soon as somebody looks. */
export class WebToLeadPlace extends SalesforcePlace {
	constructor(fakeServer: FakeSalesforce) {
		super(fakeServer);
		Object.assign(fakeServer.webToLead.settings, { delay: 0, dailyLimit: Infinity });
		this.parameters = {
			salesforceMethod: 'webToLead',
			organizationId: fakeServer.organisation.id,
			environment: 'myDomain',
			myDomain: fakeServer.origin,
		};
	}
	get valid() {
		const { organizationId, myDomain } = this.parameters;
		return { organizationId, myDomain };
	}
	static override async start(): Promise<WebToLeadPlace> {
		return new WebToLeadPlace(await startSalesforce());
	}
	override records() {
		this.fakeServer.webToLead.work();
		return super.records();
	}
}

export class HttpsPlace implements WritePlace {
	readonly destination = 'https';
	readonly reads = false;
	readonly credentialType = 'marketplaceLeadHttpsApi';
	readonly parameters = {};
	readonly reading = {};
	readonly options = { allowHttpOnLocalhost: true };
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
	records() {
		return Promise.resolve(
			[...this.receiver.leads].map(([id, body]) => ({ id, ...customerOf(body) })),
		);
	}
	refuse(name: string) {
		this.receiver.spoil = ({ body }) =>
			customerOf(JSON.parse(body)).lastName === name ? { status: 422 } : undefined;
		return {};
	}
	strike(fault: Fault, request = 0, times = 1) {
		this.receiver.server.fault(fault, { page: request, times });
	}
	meanwhile(action: () => void, request = 0) {
		this.receiver.server.meanwhile(action, { page: request });
	}
	loseSignIn() {
		const { secret } = this.receiver;
		this.receiver.secret = 'another-secret';
		return () => {
			this.receiver.secret = secret;
		};
	}
	requests() {
		return this.receiver.server.requests.length;
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
	readonly credentialType = 'marketplaceLeadDynamics365Api';
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
	readonly marking = { markedBy: 'boolean', handledColumn: located('contoso_handled') };
	marked() {
		const rows = this.fakeServer.rows();
		return Promise.resolve(rows.filter((row) => row['contoso_handled'] === true).length);
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
	records() {
		return Promise.resolve(
			this.fakeServer.rows().map(({ leadid, lastname, jobtitle }) => ({
				id: String(leadid),
				lastName: String(lastname),
				title: String(jobtitle ?? ''),
			})),
		);
	}
	endSession() {
		this.fakeServer.expireTokens();
	}
	loseSignIn() {
		this.fakeServer.beforeWriting = () => ({ status: 401 });
		return () => {
			this.fakeServer.beforeWriting = () => undefined;
		};
	}
	refuse(name: string) {
		this.fakeServer.writing.plugIn = ({ lastname }) =>
			lastname === name ? 'Not this one' : undefined;
		return {};
	}
	strike(fault: Fault, request = 0, times = 1) {
		this.fakeServer.struck = 'writing';
		this.fakeServer.server.fault(fault, { page: request, times });
	}
	meanwhile(action: () => void, request = 0) {
		this.fakeServer.struck = 'writing';
		this.fakeServer.server.meanwhile(action, { page: request });
	}
	requests() {
		return this.fakeServer.server.requests.length;
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
	/** Fill-outs, of which a person can have several; or persons, where none are written. */
	records() {
		const { instance } = this.fakeServer;
		const fillOuts = instance.activities().filter(({ typeId }) => typeId === FILL_OUT_FORM);
		const isForm = this.parameters['marketoMethod'] === 'submitForm';
		const ids = isForm ? fillOuts.map(({ leadId }) => leadId) : [...instance.persons.keys()];
		// The log remembers fill-outs of persons who are gone.
		return Promise.resolve(
			ids.flatMap((id) => {
				const { fields } = instance.persons.get(id) ?? {};
				if (!fields) return [];
				const { lastName, title } = fields;
				return [{ id: String(id), lastName: String(lastName), title: String(title ?? '') }];
			}),
		);
	}
	endSession() {
		this.fakeServer.revokeAccess();
	}
	loseSignIn() {
		const [client] = this.fakeServer.clients;
		const { clientSecret } = client;
		client.clientSecret = 'another';
		this.fakeServer.revokeAccess();
		return () => {
			client.clientSecret = clientSecret;
		};
	}
	refuse(name: string) {
		this.fakeServer.instance.rejects = ({ lastName }) => lastName === name;
		return {};
	}
	strike(fault: Fault, request = 0, times = 1) {
		this.fakeServer.struck = 'writing';
		this.fakeServer.server.fault(fault, { page: request, times });
	}
	meanwhile(action: () => void, request = 0) {
		this.fakeServer.struck = 'writing';
		this.fakeServer.server.meanwhile(action, { page: request });
	}
	requests() {
		return this.fakeServer.server.requests.length;
	}
	struckLess() {
		return this.fakeServer.server.faultsLeft();
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
				return new AzureTablePlace(proxy, azurite, `MarketplaceLeads${(tables += 1)}`);
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

/** Further ways into destinations, as places of their own. */
export const OTHER_WAYS: typeof PLACES = {
	'salesforce by Web-to-Lead': async () => each(async () => await WebToLeadPlace.start()),
};

interface WritePlaces {
	place(): Promise<WritePlace>;
	stop(): Promise<void>;
}

function each(place: () => Promise<WritePlace>): WritePlaces {
	return { place, stop: () => Promise.resolve() };
}
