/** What an expression can make different for each item, the credential included. */
import type { ICredentialDataDecryptedObject, INode, INodeExecutionData } from 'n8n-workflow';

import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { CHECKS } from '../../../nodes/destinations/check/report';
import { outputsOf, runNode, type TestNode } from '../../support/engine';
import { LeadReceiver } from '../../fakeServers/https/leadReceiver';

const leadFor = (email: string, fields: object = {}) => ({
	...fields,
	LeadSource: 'SPZA-INS|contoso.crm',
	UserDetails: { Email: email },
});

let receivers: LeadReceiver[] = [];
beforeEach(async () => {
	receivers = [await LeadReceiver.start(), await LeadReceiver.start()];
});
afterEach(async () => {
	for (const receiver of receivers) await receiver.stop();
});

const addressOf = (index: number) => receivers[index]!.credential['endpointUrl']!;
const received = () =>
	receivers.map(({ leads }) =>
		[...leads.values()].map((lead) => (lead as ReturnType<typeof leadFor>).UserDetails.Email),
	);

interface Given {
	parameters?: TestNode['parameters'];
	credentials?: Record<string, ICredentialDataDecryptedObject>;
	onError?: INode['onError'];
}

async function run(
	operation: string,
	jsons: object[],
	{ parameters, credentials, onError = 'continueRegularOutput' }: Given = {},
): Promise<INodeExecutionData[]> {
	const node: TestNode = {
		type: new MarketplaceLead(),
		parameters: {
			operation,
			destination: 'https',
			...parameters,
			options: { allowHttpOnLocalhost: true, ...(parameters?.options as object) },
		},
		credentials: credentials ?? { marketplaceLeadHttpsApi: { endpointUrl: addressOf(0) } },
		onError,
	};
	const items = jsons.map((json) => ({ json })) as INodeExecutionData[];
	return outputsOf(await runNode(node, items)).flat();
}

const told = (items: INodeExecutionData[]) =>
	items.map(({ json, pairedItem }) => [
		(pairedItem as { item: number }).item,
		json['error'] ?? (json['written'] as { outcome: string }).outcome,
	]);

describe('a credential with an expression', () => {
	const credentials = { marketplaceLeadHttpsApi: { endpointUrl: '={{ $json.url }}' } };

	it('sends each lead to the place that it gives for the item', async () => {
		const items = [0, 1, 0].map((at, nr) => leadFor(`${nr}@contoso.com`, { url: addressOf(at) }));
		const went = await run('createLeads', items, { credentials });
		expect(told(went)).toEqual([
			[0, 'created'],
			[1, 'created'],
			[2, 'created'],
		]);
		expect(Object.keys(went[0]!.json)[0]).toBe('written');
		expect(received()).toEqual([['0@contoso.com', '2@contoso.com'], ['1@contoso.com']]);
	});

	it('sends each test lead there, too', async () => {
		const items = [0, 1].map((at) => ({ url: addressOf(at) }));
		expect(told(await run('sendTestLead', items, { credentials }))).toHaveLength(2);
		expect(received().map(({ length }) => length)).toEqual([1, 1]);
	});

	it('fails the one item for which it gives nothing that can be used', async () => {
		const items = [{ url: addressOf(0) }, {}, { url: addressOf(1) }];
		const went = told(await run('sendTestLead', items, { credentials }));
		expect(went).toMatchObject([
			[0, 'created'],
			[1, expect.stringMatching(/address/)],
			[2, 'created'],
		]);
		expect(received().map(({ length }) => length)).toEqual([1, 1]);
	});

	it('is in no message, whatever fails', async () => {
		const secret = 'a-very-secret-code';
		const url = addressOf(0).replace(receivers[0]!.secret, secret);
		const refused = run('createLeads', [leadFor('kim@contoso.com', { url })], {
			credentials,
			onError: 'stopWorkflow',
		});
		const error: unknown = await refused.catch((thrown: unknown) => thrown);
		expect(JSON.stringify({ ...(error as object), node: {} })).not.toContain(secret);
	});
});

describe('what is done once for items with the same settings', () => {
	const pairs = (items: INodeExecutionData[]) => items.map(({ pairedItem }) => pairedItem);
	const all = [{ item: 0 }, { item: 1 }, { item: 2 }];

	it('a test lead', async () => {
		const items = await run('sendTestLead', [{}, {}, {}]);
		expect(pairs(items)).toEqual([all]);
		expect(received()[0]).toHaveLength(1);
	});

	it('a test lead for each setting that differs', async () => {
		const parameters = { offerTitle: '={{ $json.offer }}' };
		const jsons = ['A', 'B', 'A'].map((offer) => ({ offer }));
		const items = await run('sendTestLead', jsons, { parameters });
		expect(pairs(items)).toEqual([[{ item: 0 }, { item: 2 }], { item: 1 }]);
		expect(received()[0]).toHaveLength(2);
	});

	it('a check, whose failure is one too', async () => {
		const [report, ...others] = await run('checkConnection', [{}, {}, {}]);
		expect([report!.pairedItem, others]).toEqual([all, []]);
		expect(received()[0]).toHaveLength(1);
		const parameters = { options: { stepTimeout: '={{ "soon" }}' } };
		const failed = await run('checkConnection', [{}, {}, {}], { parameters });
		expect(failed).toEqual([
			{ json: { error: expect.stringMatching('Timeout per Step') as string }, pairedItem: all },
		]);
	});
});

describe('a check', () => {
	it('says how many checks passed, and how many nobody could make', async () => {
		const [report] = await run('checkConnection', [{}]);
		const { ok, message, checks } = report!.json as { ok: boolean; message: string; checks: [] };
		expect([ok, message, checks.length]).toEqual([true, '3 checks passed, 4 skipped', 7]);
	});

	it('comes out as an item for each check when asked for', async () => {
		const parameters = { options: { oneItemPerCheck: true } };
		const items = await run('checkConnection', [{}, {}], { parameters });
		expect(items.map(({ json }) => json['name'])).toEqual(CHECKS);
		expect(items[0]).toEqual({
			json: {
				name: 'reachable',
				status: 'passed',
				duration: expect.any(Number) as number,
				message: expect.stringMatching(/./) as string,
				toDo: '',
				destination: 'https',
				checkedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
			},
			pairedItem: [{ item: 0 }, { item: 1 }],
		});
	});
});

describe('leads that are left out', () => {
	const items = [leadFor('1@contoso.com'), leadFor('2@contoso.com'), leadFor('3@contoso.com')];
	const forbidden = { ...items[1]!, LeadSource: 'SPZA-DNC|contoso.crm' };
	const outputsWith = async (parameters: object) => {
		const node: TestNode = {
			type: new MarketplaceLead(),
			parameters: {
				operation: 'createLeads',
				destination: 'https',
				...parameters,
				options: { allowHttpOnLocalhost: true, ...(parameters as { options?: object }).options },
			},
			credentials: { marketplaceLeadHttpsApi: { endpointUrl: addressOf(0) } },
		};
		const given = [items[0]!, forbidden, items[2]!].map((json) => ({ json }));
		const outputs = outputsOf(await runNode(node, given as unknown as INodeExecutionData[]));
		return outputs.map(told);
	};

	it.each([
		[
			{},
			[
				[
					[0, 'created'],
					[2, 'created'],
				],
				[[1, 'leftOut']],
			],
		],
		// As an earlier version called it.
		[
			{ options: { doNotContact: 'skip' } },
			[
				[
					[0, 'created'],
					[2, 'created'],
				],
				[[1, 'leftOut']],
			],
		],
		[
			{ separateOutputs: false },
			[
				[
					[0, 'created'],
					[1, 'leftOut'],
					[2, 'created'],
				],
			],
		],
		[{ options: { doNotContact: 'write' } }, [[0, 1, 2].map((at) => [at, 'created']), []]],
	])('with %j', async (parameters, expected) => {
		expect(await outputsWith(parameters)).toEqual(expected);
		expect(received()[0]).toHaveLength(
			expected.flat().filter(([, what]) => what === 'created').length,
		);
	});
});

describe('an expression that throws', () => {
	const items = [1, 2, 3].map((nr) => leadFor(`${nr}@contoso.com`, { nr }));
	// n8n makes nothing of what JavaScript throws: only its own errors leave an expression.
	const throwsFor = (nr: number, otherwise: string) =>
		`={{ $json.nr === ${nr} ? $('Nobody').first().json.it : ${otherwise} }}`;

	it.each([1, 2, 3])('in the options for item %i fails that one alone', async (nr) => {
		const parameters = { options: { timeout: throwsFor(nr, '5') } };
		const went = told(await run('createLeads', items, { parameters }));
		expect(went.map(([item, outcome]) => [item, outcome === 'created'])).toEqual(
			[0, 1, 2].map((item) => [item, item !== nr - 1]),
		);
		expect(received()[0]).toHaveLength(2);
	});

	it('as n8n keeps it from the environment is told as that, for that item alone', async () => {
		const { N8N_BLOCK_ENV_ACCESS_IN_NODE: before } = process.env;
		process.env['N8N_BLOCK_ENV_ACCESS_IN_NODE'] = 'true';
		try {
			const parameters = { options: { timeout: '={{ $json.nr === 2 ? $env.LEAD_MINUTES : 5 }}' } };
			expect(told(await run('createLeads', items, { parameters }))).toEqual([
				[0, 'created'],
				[1, `The expression in "Timeout (Minutes)" can't be evaluated: access to env vars denied`],
				[2, 'created'],
			]);
		} finally {
			if (before === undefined) delete process.env['N8N_BLOCK_ENV_ACCESS_IN_NODE'];
			else process.env['N8N_BLOCK_ENV_ACCESS_IN_NODE'] = before;
		}
		expect(received()[0]).toEqual(['1@contoso.com', '3@contoso.com']);
	});

	it('stops the workflow when it is told to, after the others are written', async () => {
		const parameters = { options: { timeout: throwsFor(1, '5') } };
		const refused = run('createLeads', items, { parameters, onError: 'stopWorkflow' });
		await expect(refused).rejects.toMatchObject({
			context: { itemIndex: 0 },
			description: expect.stringMatching(
				/Not written: \[item 0\] of 3 items\. All others are written\.$/,
			) as string,
		});
		expect(received()[0]).toEqual(['2@contoso.com', '3@contoso.com']);
	});

	it('says that others are written only where there are others', async () => {
		const parameters = { options: { timeout: "={{ $('Nobody').first().json.it }}" } };
		const refused = run('createLeads', items, { parameters, onError: 'stopWorkflow' });
		await expect(refused).rejects.toMatchObject({
			description: expect.stringMatching(
				/Not written: \[item 0\], \[item 1\], \[item 2\] of 3 items\.$/,
			) as string,
		});
	});
});

describe('numbers and booleans out of expressions', () => {
	it.each([
		['"true"', 'created'],
		['" TRUE "', 'created'],
		['1', 'created'],
		['"false"', 'The Endpoint URL is an http address of this machine'],
		['0', 'The Endpoint URL is an http address of this machine'],
		['"perhaps"', 'Allow HTTP on Localhost is neither true nor false'],
		['[true]', 'Allow HTTP on Localhost is neither true nor false'],
	])('%s for a switch', async (given, outcome) => {
		const parameters = { options: { allowHttpOnLocalhost: `={{ ${given} }}` } };
		const [[, found] = []] = told(
			await run('createLeads', [leadFor('1@contoso.com')], { parameters }),
		);
		expect(found).toMatch(outcome);
	});

	it.each([
		['"2"', 'created'],
		['" 2.5 "', 'created'],
		['null', 'created'],
		['"two"', 'Timeout (Minutes) is not a number above 0'],
		['"-1"', 'Timeout (Minutes) is not a number above 0'],
		['true', 'Timeout (Minutes) is not a number above 0'],
		['[5]', 'Timeout (Minutes) is not a number above 0'],
	])('%s for a number', async (given, outcome) => {
		const parameters = { options: { timeout: `={{ ${given} }}` } };
		const [[, found] = []] = told(
			await run('createLeads', [leadFor('1@contoso.com')], { parameters }),
		);
		expect(found).toBe(outcome);
	});
});

describe('a required parameter that comes out empty', () => {
	const azure = {
		marketplaceLeadAzureTableApi: {
			authentication: 'connectionString',
			connectionString: 'nothing is asked',
		},
	};
	const salesforce = { marketplaceLeadSalesforceApi: { authentication: 'clientCredentials' } };
	const webToLead = {
		destination: 'salesforce',
		salesforceMethod: 'webToLead',
		environment: 'myDomain',
		organizationId: '={{ "" }}',
		myDomain: '={{ $json.nothing }}',
	};

	it.each(['checkConnection', 'createLeads', 'getLeads', 'sendTestLead'])(
		'is named by %s',
		async (operation) => {
			for (const value of ['={{ undefined }}', '={{ null }}', '={{ "" }}', '={{ " " }}']) {
				const given = { destination: 'azureTable', table: { __rl: true, mode: 'name', value } };
				const [item] = await run(operation, [leadFor('1@contoso.com')], {
					parameters: given,
					credentials: azure,
				});
				expect(item!.json).toEqual({ error: '"Table" is empty' });
			}
		},
	);

	it('is named with all others', async () => {
		const [item] = await run('checkConnection', [{}], {
			parameters: webToLead,
			credentials: salesforce,
		});
		expect(item!.json).toEqual({ error: '"Organization ID" and "My Domain" are empty' });
	});

	it('is not asked for where another parameter hides it for the item', async () => {
		const parameters = { ...webToLead, salesforceMethod: '={{ "restApi" }}' };
		const [item] = await run('createLeads', [leadFor('1@contoso.com')], {
			parameters,
			credentials: salesforce,
		});
		expect(item!.json['error']).not.toMatch('empty');
	});
});
