/** The node as n8n's editor meets it, as far as no destination has to be there. */
import type { INodeParameters } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { DESTINATIONS } from '../../../nodes/destinations';
import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { choosersOf, expectCredentials, listsOf } from '../support/destinations';

const type = new MarketplaceLead();
const { description, methods } = type;
const OPERATIONS = ['checkConnection', 'createLeads', 'getLeads', 'sendTestLead'];

it('writes into every destination, and reads those that can be read', () => {
	const [written, read, marked] = choosersOf(type);
	expect(written).toEqual(DESTINATIONS.map(({ name }) => name));
	expect(read).toEqual(DESTINATIONS.filter(({ reading }) => reading).map(({ name }) => name));
	expect(marked).toEqual(
		DESTINATIONS.filter(({ reading }) => reading?.marking).map(({ name }) => name),
	);
	expectCredentials(type, DESTINATIONS);
});

it('has a method behind every list and mapper, and with the poll trigger a use for each', () => {
	const { searched, loaded } = listsOf(type);
	expect(Object.keys(methods.listSearch)).toEqual(expect.arrayContaining(searched));
	expect(Object.keys(methods.loadOptions)).toEqual(expect.arrayContaining(loaded));
	const trigger = listsOf(new MarketplaceLeadPollTrigger());
	const used = [...searched, ...loaded, ...trigger.searched, ...trigger.loaded];
	expect([...new Set(used)].sort()).toEqual(Object.keys(methods.listSearch).sort());

	const mappers = description.properties.filter(({ type: kind }) => kind === 'resourceMapper');
	expect(mappers).not.toEqual([]);
	for (const { typeOptions } of mappers) {
		const method = typeOptions?.resourceMapper?.resourceMapperMethod;
		expect(Object.keys(methods.resourceMapping)).toContain(method);
	}
});

/** What n8n finds missing before it lets the node run. */
function issuesOf(given: INodeParameters): string[] {
	const node = { id: '1', name: 'Test', type: description.name, typeVersion: 1, position: [0, 0] };
	const parameters = NodeHelpers.getNodeParameters(
		description.properties,
		given,
		true,
		false,
		{ typeVersion: 1 },
		description,
	);
	const issues = NodeHelpers.getNodeParametersIssues(
		description.properties,
		{ ...node, parameters: parameters ?? {} } as never,
		description,
	);
	return Object.keys(issues?.parameters ?? {});
}

describe.each(DESTINATIONS.map(({ name }) => name))('with %s', (destination) => {
	it.each(OPERATIONS)('%s asks for nothing but what only the user knows', (operation) => {
		if (operation === 'getLeads' && destination === 'https') return;
		const expected = destination === 'marketo' ? ['form'] : [];
		expect(issuesOf({ operation, destination })).toEqual(expected);
	});
});

it.each([
	['azureTable', []],
	['dynamics365', ['handledColumn']],
	['salesforce', ['handledField']],
])('to mark leads in %s it asks for what marks them', (destination, expected) => {
	const marking = { operation: 'markAsHandled', destination };
	expect(issuesOf(marking)).toEqual(expected);
});

it('asks for the form only where Marketo needs one', () => {
	const marketo = { destination: 'marketo', marketoMethod: 'upsertPerson' };
	expect(issuesOf({ operation: 'createLeads', ...marketo })).toEqual([]);
});

it('asks for the organisation only where Web-to-Lead needs it', () => {
	const form = {
		operation: 'createLeads',
		destination: 'salesforce',
		salesforceMethod: 'webToLead',
	};
	expect(issuesOf(form)).toEqual(['organizationId']);
	expect(issuesOf({ ...form, environment: 'myDomain' })).toEqual(['organizationId', 'myDomain']);
});
