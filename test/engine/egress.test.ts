/** n8n's SSRF protection, its own, around every request that the nodes make. */
import { SsrfProtectionService } from '@n8n/backend-network';
import { SsrfProtectionConfig } from '@n8n/config';
import { Container } from '@n8n/di';
import { LoadOptionsContext } from 'n8n-core';
import type { INodeParameters, INodeType, IWorkflowExecuteAdditionalData } from 'n8n-workflow';

import { DESTINATIONS } from '../../nodes/destinations';
import { openAccount } from '../../nodes/destinations/azureTable/connection/account';
import { keepTo } from '../../nodes/destinations/egress';
import { openHttp } from '../../nodes/destinations/httpClient';
import { LeadSource } from '../../nodes/LeadSource/LeadSource.node';
import { MarketplaceLead } from '../../nodes/MarketplaceLead/MarketplaceLead.node';
import { MarketplaceLeadPollTrigger } from '../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { keepToEgressRules } from '../../nodes/parameters/egress';
import { inTime } from '../support/inTime.ts';
import { egressPlaces, entraApplication, type EgressPlace } from '../support/egressPlaces.ts';
import { outputsOf, pollContext, runNode, type TestNode } from '../support/engine';
import { BLOCKED, protectsFromInside } from './support/ssrfProtection.ts';

const server = protectsFromInside();
const PLACES = egressPlaces(() => server().origin);

const lead = { UserDetails: { FirstName: 'A', LastName: 'B', Email: 'a@contoso.com' } };

describe('a node', () => {
	// In the place of what another node of the process has left: each has to ask n8n by itself.
	beforeEach(() => {
		keepTo({ validateUrl: async () => ({ ok: true }) });
	});

	const nodeAt = (
		type: INodeType,
		{ credentialType, credential }: EgressPlace,
		parameters: INodeParameters,
	): TestNode => ({ type, parameters, credentials: { [credentialType]: credential() } });

	/** What a method of the editor is given, such as a list's. */
	function editorContext(node: TestNode, path: string): LoadOptionsContext {
		const poller = pollContext(node);
		const [one] = Object.values(poller.workflow.nodes);
		const { additionalData } = poller.context() as unknown as {
			additionalData: IWorkflowExecuteAdditionalData;
		};
		const current = { ...additionalData, currentNodeParameters: one!.parameters };
		return new LoadOptionsContext(poller.workflow, one!, current, path);
	}

	it.each(PLACES)('writes nothing to $name, $credentialType', async (place) => {
		const parameters = { operation: 'createLeads', destination: place.name, ...place.parameters };
		const written = runNode(nodeAt(new MarketplaceLead(), place, parameters), [{ json: lead }]);
		await expect(written.then(outputsOf)).rejects.toThrow(BLOCKED);
		expect(server().connections).toBe(0);
	});

	it.each(PLACES.filter(({ name }) => name !== 'https'))(
		'polls nothing from $name, $credentialType',
		async (place) => {
			const parameters = { destination: place.name, ...place.parameters };
			const poller = pollContext(nodeAt(new MarketplaceLeadPollTrigger(), place, parameters));
			await expect(poller.poll('trigger')).rejects.toThrow(BLOCKED);
			expect(server().connections).toBe(0);
		},
	);

	const azureTable = PLACES.find(({ name }) => name === 'azureTable')!;
	const historyTable = { __rl: true, mode: 'id', value: 'History' };
	const inTable = { historyStore: 'azureTable', historyTable };

	it.each(['removeRepeats', 'clearRepeats'])('keeps no history by %s', async (operation) => {
		const node = nodeAt(new LeadSource(), azureTable, { operation, ...inTable });
		const run = runNode(node, [{ json: lead }]);
		await expect(run.then(outputsOf)).rejects.toThrow(BLOCKED);
		expect(server().connections).toBe(0);
	});

	const lists = [
		...Object.entries(new MarketplaceLead().methods.listSearch),
		...Object.entries(new LeadSource().methods.listSearch),
	];

	it.each(lists)('gives the editor no list by %s', async (name, search) => {
		const isOfHistory = name === 'searchHistoryTables';
		const destinations = DESTINATIONS.filter((each) => isOfHistory || name in each.lists);
		const places = PLACES.filter((place) => destinations.some((each) => each.name === place.name));
		expect(places.length).toBeGreaterThan(0);
		for (const place of isOfHistory ? [azureTable] : places) {
			keepTo({ validateUrl: async () => ({ ok: true }) });
			const parameters = { operation: 'createLeads', destination: place.name, ...place.parameters };
			const node = isOfHistory
				? nodeAt(new LeadSource(), place, { operation: 'removeRepeats', ...inTable })
				: nodeAt(new MarketplaceLead(), place, parameters);
			const listed = search.call(editorContext(node, 'parameters.table'));
			await expect(listed).rejects.toThrow(BLOCKED);
			expect(server().connections).toBe(0);
		}
	});

	it('gives the editor no fields', async () => {
		const place = PLACES.find(({ name }) => name === 'dynamics365')!;
		const parameters = { operation: 'createLeads', destination: place.name };
		const context = editorContext(nodeAt(new MarketplaceLead(), place, parameters), 'parameters');
		const { writableFields } = new MarketplaceLead().methods.resourceMapping;
		await expect(writableFields.call(context)).rejects.toThrow(BLOCKED);
		expect(server().connections).toBe(0);
	});
});

describe('a client', () => {
	const send = async (url: string) =>
		await (await openHttp()).send({ method: 'GET', url, signal: inTime().signal });

	it('checks the address that is connected to, too: a name can be resolved anew', async () => {
		const { createSecureLookup } = Container.get(SsrfProtectionService);
		keepTo({
			// As if the name had led elsewhere a moment ago.
			validateUrl: async () => ({ ok: true }),
			createSecureLookup: createSecureLookup.bind(Container.get(SsrfProtectionService)),
		});
		await expect(send(server().origin.replace('127.0.0.1', 'localhost'))).rejects.toMatchObject({
			code: 'EGRESS_BLOCKED',
		});
		const account = await openAccount({
			authentication: 'connectionString',
			connectionString: `AccountName=account;AccountKey=a2V5;TableEndpoint=${server().origin.replace('127.0.0.1', 'localhost')}`,
		});
		await expect(account.table('a').getEntity('p', 'r')).rejects.toMatchObject({
			code: 'EGRESS_BLOCKED',
		});
		expect(server().connections).toBe(0);
	});

	it('asks what is allowed, and what n8n has no rules for', async () => {
		keepTo(Container.get(SsrfProtectionService));
		await expect(send(server().origin)).rejects.toMatchObject({ code: 'EGRESS_BLOCKED' });
		Container.get(SsrfProtectionConfig).enabled = false;
		const node = {
			type: new MarketplaceLead(),
			parameters: { operation: 'createLeads', destination: 'dynamics365' },
			credentials: {
				marketplaceLeadDynamics365Api: {
					environmentUrl: server().origin,
					...entraApplication(server().origin),
				},
			},
		};
		// Told by its response, so it was asked.
		const run = runNode(node, [{ json: { UserDetails: { Email: 'a@contoso.com' } } }]);
		await expect(run.then(outputsOf)).rejects.toThrow('Entra');
		expect(server().connections).toBeGreaterThan(0);
		// An n8n of before 2.40.
		const { helpers } = { helpers: {} };
		expect(() => keepToEgressRules({ helpers })).not.toThrow();
	});

	it('of Azure’s does not go where it is redirected to, which nothing has checked', async () => {
		keepTo({ validateUrl: async () => ({ ok: true }) });
		const account = await openAccount({
			authentication: 'connectionString',
			connectionString: `AccountName=account;AccountKey=a2V5;TableEndpoint=${server().origin}/moved`,
		});
		const read = account.table('a').getEntity('p', 'r');
		await expect(read).rejects.toMatchObject({ statusCode: 302 });
		expect(server().requests).toEqual([expect.stringMatching(/^\/moved\/a\(/)]);
	});
});
