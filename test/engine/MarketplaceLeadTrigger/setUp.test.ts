/** What n8n asks of the trigger as it puts the endpoint live: the node on n8n-core's real HookContext. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { HookContext } from 'n8n-core';
import type { IHookFunctions, INodeParameters, WorkflowActivateMode } from 'n8n-workflow';

import { MarketplaceLeadTrigger } from '../../../nodes/MarketplaceLeadTrigger/MarketplaceLeadTrigger.node';
import { hintsBeside } from '../../support/hints';
import { callWebhook, hookContext, type TestNode } from '../../support/engine';

const type = new MarketplaceLeadTrigger();
const { create, checkExists } = type.webhookMethods.default;
const LONG = 'c0ffee00c0ffee00c0ffee00';
/** Of an example of version 0.1.0. */
const PUBLISHED = 'B0D32728-cbf3-5df0-b329-b324356146d9';

function contextOf(node: Omit<TestNode, 'type'>, activation: WorkflowActivateMode) {
	const context = hookContext({ type, ...node }, activation);
	expect(context).toBeInstanceOf(HookContext);
	const warn = jest.spyOn(context.logger, 'warn').mockClear();
	return {
		context: context as IHookFunctions,
		warned: () => warn.mock.calls.map(([line]) => line),
	};
}

const guarded = (authentication: string, secret: string): Omit<TestNode, 'type'> => ({
	parameters: { authentication } as INodeParameters,
	credentials: { marketplaceLeadTriggerApi: { secret, user: 'marketplace' } },
});

afterEach(() => jest.restoreAllMocks());

it('is looked at each time', async () => {
	const { context } = contextOf({}, 'activate');
	expect(await checkExists.call(context)).toBe(false);
});

it.each([
	['by a URL of its own', { webhookId: '7d8a0f0e-0b5f-4a5c-9a55-0d2b8a1a7a11' }],
	['by a secret that is long enough', guarded('sharedSecret', LONG)],
	['by nothing', { parameters: { authentication: 'none' }, webhookId: PUBLISHED }],
	[
		'by a secret behind a URL that is known',
		{ ...guarded('sharedSecret', LONG), webhookId: PUBLISHED },
	],
] as Array<[string, Omit<TestNode, 'type'>]>)('goes live, guarded %s', async (_, node) => {
	const { context, warned } = contextOf(node, 'activate');
	expect(await create.call(context)).toBe(true);
	expect(warned()).toEqual([]);
});

const BAD: Array<[string, Omit<TestNode, 'type'>, RegExp]> = [
	[
		'a secret that is short',
		guarded('sharedSecret', 'fifteen-letters'),
		/shorter than 16 characters/,
	],
	['a password that is short', guarded('basicAuth', 'short'), /shorter than 16 characters/],
	['no way to authenticate', { parameters: { authentication: 'token' } }, /"Authentication"/],
	[
		'a switch that is an expression',
		{ parameters: { options: { outputRefused: '={{ true }}' } } },
		/Output Refused Requests is neither true nor false/,
	],
	['a URL of an example', { webhookId: PUBLISHED }, /holds an ID that is published in an example/],
];

describe.each(BAD)('with %s', (_, node, said) => {
	it.each<WorkflowActivateMode>(['activate', 'manual'])(
		'does not go live where a person is told: %s',
		async (activation) => {
			const { context } = contextOf(node, activation);
			await expect(create.call(context)).rejects.toThrow(said);
		},
	);

	it.each<WorkflowActivateMode>(['init', 'update', 'leadershipChange'])(
		'goes live as before, with a line in the log: %s',
		async (activation) => {
			const { context, warned } = contextOf(node, activation);
			expect(await create.call(context)).toBe(true);
			expect(warned()).toEqual([expect.stringMatching(said)]);
		},
	);
});

it('is in no example with an ID, which everybody would know', () => {
	const folder = path.join(__dirname, '../../../examples');
	const files = readdirSync(folder);
	expect(files.length).toBeGreaterThan(10);
	const withId = files.filter((file) => {
		const { nodes } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as {
			nodes: object[];
		};
		return nodes.some((node) => 'webhookId' in node);
	});
	expect(withId).toEqual([]);
});

describe('the hint in the editor', () => {
	const REFUSED = [[], [{ refused: true, status: 401 }]];

	it('is beside a request that was refused', () => {
		expect(hintsBeside(type, REFUSED)).toEqual([expect.stringContaining('refused')]);
		for (const outputs of [undefined, [[]], [[{ id: 'a' }]], [[{ id: 'a' }], []]]) {
			expect(hintsBeside(type, outputs)).toEqual([]);
		}
	});

	it('is there where the URL is of an example, before anything has run', () => {
		const webhookId = PUBLISHED.toLowerCase();
		const said = [expect.stringContaining('is no secret')];
		expect(hintsBeside(type, undefined, { webhookId })).toEqual(said);
		const parameters = { authentication: 'sharedSecret' };
		expect(hintsBeside(type, undefined, { webhookId, parameters })).toEqual([]);
	});
});

it('goes live without an ID of its own, and says what to do for one', async () => {
	const { context, warned } = contextOf({}, 'activate');
	expect(await create.call(context)).toBe(true);
	expect(warned()).toEqual([
		expect.stringMatching(/holds no ID of its own yet.* save and publish/),
	]);
	const guardedNode = contextOf(guarded('sharedSecret', LONG), 'activate');
	await create.call(guardedNode.context);
	expect(guardedNode.warned()).toEqual([]);
});

it('marks each lead that comes to a URL of an example', async () => {
	const LEAD = {
		LeadSource: 'AzureMarketplace',
		ActionCode: 'INS',
		UserDetails: { FirstName: 'A' },
	};
	const request = { query: {}, headers: {}, contentType: 'application/json', body: LEAD };
	const response = { headersSent: false, writableEnded: false, setHeader: () => undefined };
	const { workflowData } = await callWebhook({ type, webhookId: PUBLISHED }, request, response);
	expect(workflowData?.[0]?.[0]?.json['warnings']).toContainEqual(
		expect.stringContaining('is no secret'),
	);
});
