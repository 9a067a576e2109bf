/** The fake Dataverse's `$metadata`, and everything that this package asks held against it. */
import type {
	ICredentialDataDecryptedObject,
	INodeExecutionData,
	INodeParameters,
	INodePropertyOptions,
} from 'n8n-workflow';

import { dynamics365 } from '../../../nodes/destinations/dynamics365';
import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { LEAD_COLUMNS } from '../../fakeServers/dynamics365/columns';
import { edmTypeOf } from '../../fakeServers/dynamics365/csdl';
import { startDynamics, type FakeDynamics } from '../../fakeServers/dynamics365/dynamics';
import { requestsTo, violationsAt } from '../../fakeServers/dynamics365/heldAgainstModel';
import { ServiceModel } from '../../fakeServers/dynamics365/serviceModel';
import { startEntraAuthority, type EntraAuthority } from '../../fakeServers/entra/authority';
import { destinationInput } from '../../support/destinationInput';
import { outputsOf, pollContext, runNode } from '../../support/engine';

const { description } = new MarketplaceLead();
const OPERATIONS = (
	description.properties.find(({ name }) => name === 'operation')!.options as INodePropertyOptions[]
).map(({ value }) => String(value));
const CREATE = OPERATIONS.find((name) => name.startsWith('create'))!;

const MARKING: INodeParameters = {
	markedBy: 'boolean',
	handledColumn: choice('contoso_handled'),
};
/** Each way in which a lead can say that it is handled. */
const MARKINGS: INodeParameters[] = [
	MARKING,
	{ markedBy: 'dateTime', handledColumn: choice('contoso_visitedon') },
	{
		markedBy: 'choice',
		handledColumn: choice('leadsourcecode'),
		pendingChoice: '1',
		handledChoice: '8',
	},
];

let authority: EntraAuthority;
let dynamics: FakeDynamics;
beforeAll(async () => {
	authority = await startEntraAuthority();
});
afterAll(async () => await authority?.stop());
beforeEach(async () => {
	dynamics = await startDynamics({ authority });
});
afterEach(async () => await dynamics?.stop());

const leads = (count: number) =>
	Array.from({ length: count }, (_, at) => ({
		json: {
			UserDetails: {
				FirstName: 'Kim',
				LastName: `O'Neill & Söhne ${at}`,
				Email: `kim.${at}@fabrikam.example`,
				Phone: '(425) 555-0100',
				Country: 'US',
				Company: 'Fabrikam',
				Title: 'Buyer',
			},
			LeadSource: 'AzureMarketplace-INS|contoso.crm',
			OfferTitle: "Contoso's CRM",
			Description: 'Please call\nme',
		},
	}));

async function execute(
	operation: string,
	{
		count = 3,
		parameters = {},
		options = {},
		items,
	}: {
		count?: number;
		parameters?: INodeParameters;
		options?: INodeParameters;
		items?: INodeExecutionData[];
	} = {},
): Promise<INodeExecutionData[]> {
	const { options: columns, ...others } = dynamics.parameters as INodeParameters;
	const run = await runNode(
		{
			type: new MarketplaceLead(),
			parameters: {
				operation,
				...others,
				...(operation === 'markAsHandled' && MARKING),
				...parameters,
				options: { ...(columns as INodeParameters), ...options },
			},
			credentials: {
				[dynamics.credentialType]: dynamics.credential as ICredentialDataDecryptedObject,
			},
			onError: 'continueRegularOutput',
		},
		items ?? (operation === 'markAsHandled' ? await created(count) : leads(count)),
	);
	return outputsOf(run)[0]!;
}

/** Leads that are there, as Mark as Handled takes them. */
async function created(count: number): Promise<INodeExecutionData[]> {
	return (await execute(CREATE, { count })).map(({ json }) => ({
		json: { id: (json['written'] as { id: string }).id, destination: 'dynamics365' },
	}));
}

const failedOf = (output: Awaited<ReturnType<typeof execute>>) =>
	output.filter(({ json }) => Object.hasOwn(json, 'error'));

describe('$metadata', () => {
	it('needs a sign-in, and tells each column with its type', async () => {
		const url = `${dynamics.origin}/api/data/v9.2/$metadata`;
		expect((await fetch(url)).status).toBe(401);
		const model = new ServiceModel(dynamics.csdl);
		for (const column of LEAD_COLUMNS) {
			const select = { method: 'GET', path: `leads?$select=${column.name}`, body: '' };
			const isProperty = edmTypeOf(column) !== undefined;
			expect([column.name, model.check(select)]).toEqual([
				column.name,
				isProperty ? [] : [expect.stringContaining('no property')],
			]);
		}
	});
});

describe('what is asked', () => {
	it.each(OPERATIONS)('by %s is as the model says', async (operation) => {
		await dynamics.insert([{ name: 'here' }, { name: 'here too' }]);
		expect(failedOf(await execute(operation))).toEqual([]);
		expect(requestsTo(dynamics).length).toBeGreaterThan(0);
		expect(violationsAt(dynamics)).toEqual([]);
	});

	it.each([
		['leads that are there already', {}],
		['the choices of Lead Source', { parameters: { leadSourceColumn: choice('leadsourcecode') } }],
		['a column that keeps the id', { options: { leadIdColumn: choice('contoso_leadid') } }],
		[
			'columns of every kind',
			{
				parameters: {
					additionalFields: {
						mappingMode: 'defineBelow',
						value: {
							numberofemployees: 250,
							revenue: 1_000_000.5,
							estimatedclosedate: '2026-12-24',
							contoso_visitedon: '2026-12-24T10:00:00+02:00',
							donotphone: true,
							leadsourcecode: '8',
							contoso_offerid: '42',
						},
					},
				},
			},
		],
	] as Array<[string, Parameters<typeof execute>[1]]>)(
		'with %s is as the model says',
		async (_, given) => {
			for (let time = 0; time < 2; time += 1) {
				expect(failedOf(await execute(CREATE, { count: 12, ...given }))).toEqual([]);
			}
			const changed = { parameters: {}, ...given };
			dynamics.edit([`O'Neill & Söhne 3`], { jobtitle: 'Seller', telephone1: null });
			expect(failedOf(await execute(CREATE, { count: 12, ...changed }))).toEqual([]);
			const methods = new Set(requestsTo(dynamics).map(({ method }) => method));
			expect([...methods]).toEqual(expect.arrayContaining(['GET', 'PATCH']));
			const written = Object.keys(given?.parameters?.['additionalFields'] ?? {}).length > 0;
			expect(dynamics.rows().some((row) => row['numberofemployees'] === 250)).toBe(written);
			expect(violationsAt(dynamics)).toEqual([]);
		},
	);

	it.each([
		['everything', {}],
		['some sources', { filters: { sources: ['azureMarketplace'], actions: ['INS'] } }],
		['offers with quotes', { filters: { offers: "contoso's*, O'Neill" } }],
		['others too', { options: { includeOthers: true } }],
		...MARKINGS.map((marking): [string, INodeParameters] => [
			`pending leads, marked by ${String(marking['markedBy'])},`,
			{ handledWhen: 'markedInWorkflow', ...marking },
		]),
	] as Array<[string, INodeParameters]>)(
		'by polls for %s is as the model says',
		async (_, given) => {
			const { options, ...parameters } = dynamics.parameters as INodeParameters;
			const trigger = pollContext({
				type: new MarketplaceLeadPollTrigger(),
				parameters: {
					...parameters,
					startFrom: 'all',
					...given,
					options: { ...(options as INodeParameters), ...(given['options'] as INodeParameters) },
				},
				credentials: {
					[dynamics.credentialType]: dynamics.credential as ICredentialDataDecryptedObject,
				},
			});
			dynamics.shapePages({ records: 7 });
			await dynamics.insert(Array.from({ length: 60 }, (_, at) => ({ name: `n${at}` })));
			for (let poll = 0; poll < 4; poll += 1) await trigger.poll();
			await trigger.poll('manual');
			expect(requestsTo(dynamics).length).toBeGreaterThan(8);
			expect(violationsAt(dynamics)).toEqual([]);
		},
	);

	it.each(MARKINGS.map((marking) => [marking['markedBy'], marking] as const))(
		'by marking with a %s is as the model says, and as often as it is done',
		async (_, marking) => {
			const items = await created(3);
			for (let time = 0; time < 2; time += 1) {
				const output = await execute('markAsHandled', { parameters: marking, items });
				expect(failedOf(output)).toEqual([]);
			}
			expect(violationsAt(dynamics)).toEqual([]);
		},
	);

	it('by the editor and the test of the credential is as the model says', async () => {
		const { credential, parameters } = dynamics;
		await dynamics365.testCredential(credential);
		const input = destinationInput(credential, parameters);
		expect(await dynamics365.writing.fields!(input)).not.toEqual([]);
		for (const list of Object.values(dynamics365.lists)) expect(await list(input)).not.toEqual([]);
		expect(violationsAt(dynamics)).toEqual([]);
	});
});

describe('what is not as the model says', () => {
	const GUID = '00000000-0000-0000-0000-000000000001';

	it.each([
		['GET', 'lead?$select=subject', 'no entity set lead'],
		['GET', 'leads?$select=topic', 'no property topic'],
		['GET', "leads?$filter=createdon ge 'yesterday'", 'Edm.DateTimeOffset is expected'],
		['GET', 'leads?$filter=createdon ge 2026-01-01', 'Edm.DateTimeOffset is expected'],
		['GET', "leads?$filter=leadsourcecode eq '8'", 'Edm.Int32 is expected'],
		['GET', "leads?$filter=subject eq null or contains(leadsourcecode,'8')", 'contains is not for'],
		['GET', "leads?$filter=not (startswith(subject,'a') and gone eq 1)", 'no property gone'],
		['GET', 'leads?$orderby=createdon,topic desc', 'no property topic'],
		['GET', 'leads?$skip=10', '$skip is not for this'],
		['GET', 'leads?$top=10&$top=11', 'stands twice'],
		['GET', "leads?$filter=subject eq 'it's'", "can't be parsed"],
		['GET', `leads(${GUID})?$filter=subject eq 'a'`, '$filter is not for this'],
		['GET', "leads('a')", 'Edm.Guid is expected'],
		['GET', "leads(subject='a')", 'subject is no key'],
		['GET', "EntityDefinitions(LogicalName='lead')/Columns", 'no navigation property Columns'],
		['GET', "EntityDefinitions(LogicalName='lead')/Attributes?$select=MaxLength", 'no property'],
		[
			'GET',
			"EntityDefinitions(LogicalName='lead')/Attributes/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$expand=OptionSet($select=Choices)",
			'no property Choices',
		],
		[
			'GET',
			"EntityDefinitions(LogicalName='lead')/Attributes/Microsoft.Dynamics.CRM.Text",
			'no type',
		],
		['PUT', `leads(${GUID})`, 'PUT is not for'],
		['POST', `leads(${GUID})`, 'POST is not for'],
	])('is told of %s %s', (method, path, message) => {
		const model = new ServiceModel(dynamics.csdl);
		const url = new URL(path, dynamics.origin);
		const given = { method, path: `${url.pathname.slice(1)}${url.search}`, body: '' };
		expect(model.check(given)).toEqual([expect.stringContaining(message)]);
	});

	it.each([
		[{ topic: 'a' }, 'no property topic'],
		[{ subject: 5 }, 'Edm.String is expected'],
		[{ leadsourcecode: '8' }, 'Edm.Int32 is expected'],
		[{ numberofemployees: 2.5 }, 'Edm.Int32 is expected'],
		[{ donotphone: 'true' }, 'Edm.Boolean is expected'],
		[{ createdon: '2026-01-01' }, 'Edm.DateTimeOffset is expected'],
		[{ estimatedclosedate: '2026-01-01T00:00:00Z' }, 'Edm.Date is expected'],
		[{ 'manager@odata.bind': '/systemusers(1)' }, 'no navigation property manager'],
	])('is told of %j', (body, message) => {
		const model = new ServiceModel(dynamics.csdl);
		const found = model.check({ method: 'POST', path: 'leads', body: JSON.stringify(body) });
		expect(found).toEqual([expect.stringContaining(message)]);
	});
});

function choice(value: string) {
	return { __rl: true, mode: 'name', value };
}
