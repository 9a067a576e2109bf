/** The poll trigger in n8n's engine, as far as no destination has to be there. */
import type { INodeParameters, INodeProperties } from 'n8n-workflow';
import { NodeHelpers, NodeOperationError } from 'n8n-workflow';

import { MarketplaceLeadAzureTableApi } from '../../../credentials/MarketplaceLeadAzureTableApi.credentials';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { DESTINATIONS } from '../../../nodes/destinations';
import { pollContext } from '../../support/engine';
import { shownProperties, withDefaults } from '../../support/matrix';
import { assertDeclared } from '../../support/nodeParameters';
import { choosersOf, expectCredentials, listsOf } from '../support/destinations';

const type = new MarketplaceLeadPollTrigger();
const { description, methods } = type;
/** Nothing is asked of it: every test here ends before the first request. */
const credentials = {
	marketplaceLeadAzureTableApi: {
		connectionString: 'AccountName=contosoleads;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:9/x',
	},
};

describe('the node', () => {
	it('polls, and has no webhook that polling would rule out', () => {
		expect(description).toMatchObject({ polling: true, inputs: [] });
		expect(description.group).toEqual(['trigger']);
		expect(description.webhooks).toBeUndefined();
		expect(type).not.toHaveProperty('webhook');
		expect(type.poll).toBeInstanceOf(Function);
	});

	it('has a second output where a lead can be given up', () => {
		const outputsOf = (parameters: INodeParameters) => {
			const { workflow } = pollContext({ type, parameters });
			const [node] = Object.values(workflow.nodes);
			return NodeHelpers.getNodeOutputs(workflow, node!, description);
		};
		expect(outputsOf({})).toEqual(['main']);
		expect(outputsOf({ handledWhen: 'handedOver' })).toEqual(['main']);
		expect(outputsOf({ handledWhen: 'markedInWorkflow' })).toEqual([
			{ type: 'main', displayName: 'Leads' },
			{ type: 'main', displayName: 'Given Up' },
		]);
	});

	it('asks how leads are handled where they can be marked, and for a start where they are not', () => {
		const shown = (parameters: INodeParameters) =>
			shownProperties(description, withDefaults(description, parameters)).map(({ name }) => name);
		expect(shown({ destination: 'marketo' })).not.toContain('handledWhen');
		expect(shown({})).toEqual(expect.arrayContaining(['handledWhen', 'startFrom']));
		expect(shown({})).not.toContain('createdSince');
		const marked = shown({ handledWhen: 'executionFinishes' });
		expect(marked).toEqual(expect.arrayContaining(['createdSince', 'handledLeadsAre']));
		expect(marked).not.toContain('startFrom');
	});

	it('offers every destination that can be read, with a credential of its own that has a test', () => {
		const readable = DESTINATIONS.filter(({ reading }) => reading);
		const [chooser] = choosersOf(type);
		expect(chooser).toEqual(readable.map(({ name }) => name));
		expect(chooser).not.toContain('https');
		expectCredentials(type, readable);
	});

	it('says of every destination that can be read what to set in Partner Center', () => {
		// Other notices depend on more than the destination, or on something else.
		const notices = description.properties
			.filter(({ type: kind, displayOptions: { show = {} } = {} }) => {
				return kind === 'notice' && Object.keys(show).join() === 'destination';
			})
			.map(({ name, displayName }) => [name, displayName.startsWith('In Partner Center, ')]);
		const readable = DESTINATIONS.filter(({ reading }) => reading);
		expect(notices).toEqual(readable.map(({ name }) => [`${name}Notice`, true]));
	});

	it('has a method behind every list of its parameters', () => {
		const { searched, loaded } = listsOf(type);
		expect(searched).toEqual(expect.arrayContaining(['searchTables', 'searchPersonFields']));
		expect(loaded).toContain('searchLeadFields');
		expect(Object.keys(methods.listSearch)).toEqual(expect.arrayContaining(searched));
		expect(Object.keys(methods.loadOptions)).toEqual(expect.arrayContaining(loaded));
	});

	it('declares what the destinations and the code read', () => {
		const read = ['destination', 'table', 'startFrom', 'startDate', 'maxLeads'];
		const nested = ['filters.actions', 'filters.testLeads', 'options.stageGuide'];
		for (const name of [...read, ...nested]) {
			expect(() => assertDeclared(description, name)).not.toThrow();
		}
	});

	it('has defaults that n8n takes for complete', () => {
		const shown = (parameters: INodeParameters) =>
			NodeHelpers.getNodeParametersIssues(
				description.properties,
				{
					...{ id: '1', name: 'Test', type: description.name, typeVersion: 1, position: [0, 0] },
					parameters: {
						...NodeHelpers.getNodeParameters(
							description.properties,
							parameters,
							true,
							false,
							null,
							description,
						),
					},
				},
				description,
			);
		expect(shown({})).toBeNull();
		expect(shown({ startFrom: 'date' })?.parameters).toHaveProperty('startDate');
	});
});

describe('the credential', () => {
	const { properties } = new MarketplaceLeadAzureTableApi();
	const ways = (properties[0]?.options ?? []).flatMap((option) =>
		'value' in option ? [String(option.value)] : [],
	);

	it('hides every secret', () => {
		const secrets = ['connectionString', 'sasUrl', 'accountKey', 'clientSecret'];
		const hidden = (property: INodeProperties) => property.typeOptions?.password === true;
		expect(properties.filter(hidden).map(({ name }) => name)).toEqual(secrets);
	});

	it('asks, for each way to sign in, for what that needs and no more', () => {
		const asked = (values: INodeParameters) =>
			properties
				.filter((property) => NodeHelpers.displayParameter(values, property, null, null))
				.map(({ name }) => name)
				.slice(1);
		expect(Object.fromEntries(ways.map((way) => [way, asked({ authentication: way })]))).toEqual({
			accountKey: ['cloud', 'accountName', 'accountKey'],
			connectionString: ['connectionString'],
			entra: ['cloud', 'accountName', 'tenantId', 'clientId', 'clientSecret'],
			sas: ['sasUrl'],
		});
		const custom = (authentication: string) => asked({ authentication, cloud: 'custom' });
		expect(custom('accountKey')).toContain('tableEndpoint');
		expect(custom('entra')).toEqual(expect.arrayContaining(['tableEndpoint', 'authorityHost']));
		// Left over from another choice, they must not bring fields back.
		expect(custom('sas')).toEqual(['sasUrl']);
	});
});

describe('a poll with parameters that can’t be', () => {
	const polled = (parameters: INodeParameters) =>
		pollContext({ type, parameters, credentials }).poll();

	it.each<[string, INodeParameters, RegExp]>([
		[
			'no leads at all',
			{ maxLeads: 0 },
			/^Max Leads per Poll is not a whole number of at least 1$/,
		],
		['half a lead', { maxLeads: 1.5 }, /^Max Leads per Poll/],
		['a text of leads', { maxLeads: 'many' }, /^Max Leads per Poll/],
		['no date', { startFrom: 'date', startDate: '' }, /^"Start Date" is not a date$/],
		['a date that is none', { startFrom: 'date', startDate: 'soon' }, /^"Start Date"/],
		['a text with a number in it', { startFrom: 'date', startDate: 'lead 7' }, /^"Start Date"/],
		['a day no month has', { startFrom: 'date', startDate: '2026-02-30' }, /^"Start Date"/],
		['a destination that is none', { destination: 'fax' }, /^The destination is not one/],
		['one of every object', { destination: 'constructor' }, /^The destination is not one/],
		['a table that is none', { table: { __rl: true, mode: 'name', value: 'a b' } }, /table name/],
		['no table', { table: { __rl: true, mode: 'name', value: '' } }, /^"Table" is empty/],
		['a filter that is none', { filters: { testLeads: 'sometimes' } }, /"Test Leads"/],
		[
			'what n8n can read no expression in',
			{ filters: { actions: '={{ 1 + }}', offers: 'contoso.*' } },
			/^The expression in "Actions" can't be evaluated: /,
		],
		[
			'an expression of an item, of which a trigger has none',
			{ maxLeads: "={{ $('Start').first().json.count }}" },
			/^The expression in "Max Leads per Poll" can't be evaluated: /,
		],
		['a guide that is none', { options: { stageGuide: 'x' } }, /"Stage Guide"/],
		...[0, 10_081, 1e13, 'soon'].map((redeliverAfter): [string, INodeParameters, RegExp] => [
			`to redeliver after ${redeliverAfter} minutes`,
			{ handledWhen: 'markedInWorkflow', options: { redeliverAfter } },
			/^Redeliver After \(Minutes\) is not a number from 1 to 10080$/,
		]),
		...[0, 1.5, 1_001].map((maxAttempts): [string, INodeParameters, RegExp] => [
			`to give up after ${maxAttempts} attempts`,
			{ handledWhen: 'markedInWorkflow', options: { maxAttempts } },
			/^Max Attempts is not a whole number from 1 to 1000$/,
		]),
	])('is refused: %s', async (_, parameters, said) => {
		const error = await polled(parameters).catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(NodeOperationError);
		expect((error as Error).message).toMatch(said);
	});

	it('is refused where the credential is not set up, in the same way', async () => {
		const poller = pollContext({ type, credentials: { marketplaceLeadAzureTableApi: {} } });
		const error = await poller.poll().catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error).toMatchObject({
			message: 'The connection string is empty',
			description: expect.stringContaining('Access keys'),
		});
		expect(poller.nodeStaticData()).toEqual({});
	});
});
