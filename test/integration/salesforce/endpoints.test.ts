/**
 * Whatever this package asks of Salesforce, jsforce asks as well, with a transport of its own; and each
 * query is parsed and held against what `describe` says of the fields in it.
 */
import { parseQuery } from '@jetstreamapp/soql-parser-js';
import { Connection, type Field } from 'jsforce';
import type {
	ICredentialDataDecryptedObject,
	INodeParameters,
	INodePropertyOptions,
} from 'n8n-workflow';

import { salesforce as described } from '../../../nodes/destinations/salesforce';
import type { DestinationDescription } from '../../../nodes/destinations/contract';
import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { typedField } from '../../fakeServers/salesforce/fields';
import { startSalesforce, type FakeSalesforce } from '../../fakeServers/salesforce/salesforce';
import { tokensOf } from '../../fakeServers/salesforce/soqlWhere';
import { destinationInput } from '../../support/destinationInput';
import { outputsOf, pollContext, runNode } from '../../support/engine';

const destination: DestinationDescription = described;
const { description } = new MarketplaceLead();
const OPERATIONS = (
	description.properties.find(({ name }) => name === 'operation')!.options as INodePropertyOptions[]
).map(({ value }) => String(value));
/** Takes leads that are there. */
const MARK = 'markAsHandled';

/** Each way in which a lead can say that it is handled. */
const MARKINGS: INodeParameters[] = [
	{ markedBy: 'boolean', handledField: byName('Handled__c') },
	{ markedBy: 'dateTime', handledField: byName('Handled_At__c') },
	{
		markedBy: 'choice',
		handledField: byName('Status'),
		pendingPicklistValue: 'Open - Not Contacted',
		handledPicklistValue: "Working - Contacted 'twice'",
	},
];

const VERSION = '60.0';
const KEY = 'Marketplace_Lead_ID__c';

let salesforce: FakeSalesforce;
beforeEach(async () => {
	salesforce = await startSalesforce();
	salesforce.organisation.addExternalId(KEY, 'Marketplace Lead ID');
	salesforce.organisation.addCustomField('Region__c', 'Region');
	salesforce.organisation.addField(typedField('Handled__c', 'boolean', 'Handled'));
	salesforce.organisation.addField(typedField('Handled_At__c', 'datetime', 'Handled At'));
});
afterEach(async () => await salesforce?.stop());

/** Method and path of every request so far, without versions and ids; each once. */
function endpoints(since = 0): string[] {
	const all = salesforce.server.requests.slice(since).map(({ method, url }) => {
		const path = url.pathname
			.replace(/\/v\d+\.0\//, '/v*/')
			.replace(/00Q\w{12,15}/, '{id}')
			.replace(/01g\w{15}-\d+/, '{locator}')
			.replace(/^\/id\/.*/, '/id/{organisation}/{user}');
		return `${method} ${path}`;
	});
	return [...new Set(all)].sort();
}

const leads = (count: number, mailbox: string) =>
	Array.from({ length: count }, (_, at) => ({
		json: {
			UserDetails: {
				FirstName: 'Kim',
				LastName: `O'Neill \\ 100% _${at}`,
				Email: `${mailbox}.${at}@fabrikam.example`,
				Phone: '(425) 555-0100',
				Country: 'US',
				Company: 'Fabrikam',
				Title: 'Buyer',
			},
			LeadSource: 'AzureMarketplace-INS|contoso.crm',
			Description: 'Please call\nme',
		},
	}));

async function execute(
	operation: string,
	parameters: INodeParameters,
	options: INodeParameters,
	items = leads(3, String(parameters['salesforceMethod'])),
) {
	const run = await runNode(
		{
			type: new MarketplaceLead(),
			parameters: { operation, destination: 'salesforce', ...parameters, options },
			credentials: {
				[salesforce.credentialType]: salesforce.credential as ICredentialDataDecryptedObject,
			},
			onError: 'continueRegularOutput',
		},
		items,
	);
	const output = outputsOf(run)[0]!;
	expect(output.filter(({ json }) => Object.hasOwn(json, 'error'))).toEqual([]);
}

/** Everything that the nodes, the editor and the tests of credentials ask. */
async function askAll(): Promise<void> {
	await salesforce.insert([{ name: 'here' }, { name: 'here too' }]);
	const externalIdField = byName(KEY);
	const rest: INodeParameters = { salesforceMethod: 'restApi' };
	const form: INodeParameters = {
		salesforceMethod: 'webToLead',
		organizationId: salesforce.organisation.id.slice(0, 15),
		environment: 'myDomain',
		myDomain: salesforce.origin,
	};
	for (const operation of OPERATIONS.filter((name) => name !== MARK)) {
		await execute(operation, rest, {});
		await execute(operation, { ...rest, externalIdField }, {});
		await execute(operation, { ...rest, externalIdField }, { runAssignmentRules: true });
	}
	const [create = ''] = OPERATIONS.filter((name) => name.startsWith('create'));
	await execute(create, form, {});
	expect(OPERATIONS).toContain(MARK);
	for (const marking of MARKINGS) await execute(MARK, marking, {}, someLeads());
	for (const parameters of [
		{},
		...MARKINGS.map((marking) => ({ handledWhen: 'markedInWorkflow', ...marking })),
		{ filters: { sources: ['azureMarketplace'], offers: "contoso's*" } },
		{ options: { includeOthers: true } },
	] as INodeParameters[]) {
		const trigger = pollContext({
			type: new MarketplaceLeadPollTrigger(),
			parameters: { destination: 'salesforce', startFrom: 'all', ...parameters },
			credentials: {
				[salesforce.credentialType]: salesforce.credential as ICredentialDataDecryptedObject,
			},
		});
		for (let poll = 0; poll < 3; poll += 1) await trigger.poll();
		await trigger.poll('manual');
	}
	const { credential, jwtCredential, refreshCredential } = salesforce;
	for (const one of [credential, jwtCredential, refreshCredential]) {
		await destination.testCredential(one);
	}
	for (const method of [rest, form]) {
		const input = destinationInput(credential, method);
		expect(await destination.writing.fields!(input)).not.toEqual([]);
	}
	for (const list of Object.values(destination.lists)) {
		expect(await list(destinationInput(credential))).not.toEqual([]);
	}
}

/** As the trigger gives them. */
function someLeads() {
	const records = salesforce.organisation.records().slice(0, 3);
	return records.map(
		({ Id }) => ({ json: { id: String(Id), destination: 'salesforce' } }) as never,
	);
}

function byName(value: string) {
	return { __rl: true, mode: 'name', value };
}

async function signedIn(): Promise<Connection> {
	const { consumerKey: clientId, consumerSecret: clientSecret } = salesforce.signIn;
	const loginUrl = salesforce.origin;
	const oauth2 = { clientId, clientSecret, loginUrl };
	const connection = new Connection({ loginUrl, version: VERSION, oauth2 });
	await connection.authorize({ grant_type: 'client_credentials' });
	return connection;
}

/** Fields that a query names, by what it does with them. */
function fieldsIn(soql: string) {
	const query = parseQuery(soql);
	const selected = (query.fields ?? []).flatMap((one) => (one.type === 'Field' ? [one.field] : []));
	const filtered = (query.where ? tokensOf(query.where) : []).flatMap((token) =>
		typeof token === 'string' ? [] : [token.field],
	);
	const named = (entries: unknown) =>
		[entries ?? []].flat().flatMap((one) => {
			const { field } = Object(one) as { field?: string };
			return field === undefined ? [] : [field];
		});
	const { orderBy, groupBy, sObject = '' } = query;
	return { sObject, selected, filtered, sorted: named(orderBy), grouped: named(groupBy) };
}

it('jsforce asks all that is asked here', async () => {
	await askAll();
	const ours = endpoints();
	const from = salesforce.server.requests.length;

	const connection = await signedIn();
	const record = { LastName: 'Sample', Company: 'Fabrikam' };
	await connection.identity();
	await connection.limits();
	await connection.describe('Lead');
	await connection.query('SELECT Id FROM Lead');
	await connection.tooling.query(
		"SELECT DurableId FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead'",
	);
	const [made] = await connection.create('Lead', [record]);
	const id = String(made?.id);
	await connection.retrieve('Lead', id);
	await connection.update('Lead', [{ Id: id, Handled__c: true }]);
	await connection.upsert('Lead', [{ ...record, [KEY]: 'a' }], KEY);
	await connection.destroy('Lead', id);

	const theirs = [...endpoints(from), 'POST /servlet/servlet.WebToLead'];
	expect(ours.filter((endpoint) => !theirs.includes(endpoint))).toEqual([]);
	expect(ours).toEqual([
		'DELETE /services/data/v*/sobjects/Lead/{id}',
		'GET /services/data/v*/query',
		'GET /services/data/v*/sobjects/Lead/describe',
		'GET /services/data/v*/sobjects/Lead/{id}',
		'GET /services/data/v*/tooling/query',
		'PATCH /services/data/v*/composite/sobjects',
		`PATCH /services/data/v*/composite/sobjects/Lead/${KEY}`,
		'POST /services/data/v*/composite/sobjects',
		'POST /services/oauth2/token',
		'POST /servlet/servlet.WebToLead',
	]);
});

it('asks by fields that may be asked by', async () => {
	await askAll();
	const { queries } = salesforce;
	expect(queries.length).toBeGreaterThan(10);
	const { fields } = await (await signedIn()).describe('Lead');
	const flagged = (flag?: keyof Field) =>
		new Set(fields.filter((field) => !flag || field[flag]).map(({ name }) => name));
	for (const soql of queries) {
		const { sObject, selected, filtered, sorted, grouped } = fieldsIn(soql);
		if (sObject === 'FieldDefinition') continue;
		expect(sObject).toBe('Lead');
		const missing = (names: string[], flag?: keyof Field) =>
			names.filter((name) => !flagged(flag).has(name));
		expect([
			soql,
			missing(selected),
			missing(filtered, 'filterable'),
			// Groups may also come in the order of how many they hold.
			missing(sorted, 'sortable'),
			missing(grouped, 'groupable'),
		]).toEqual([soql, [], [], [], []]);
	}
});

it.each([
	['SELECT Id FROM Lead ORDER BY Description', 'INVALID_FIELD'],
	['SELECT CreatedDate FROM Lead GROUP BY CreatedDate', 'INVALID_FIELD'],
	["SELECT Id FROM Lead WHERE Description LIKE 'a%'", 'INVALID_FIELD'],
])('is turned away where they may not: %s', async (soql, name) => {
	const connection = await signedIn();
	await expect(connection.query(soql)).rejects.toMatchObject({ name });
});
