import type { IExecuteFunctions, INodeType, IPollFunctions } from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

import { outputsOf, pollContext, runNode } from '../../support/engine';

/** Counts its polls in its static data, and reads everything a polling node reads. */
const counter: INodeType = {
	description: {
		displayName: 'Counter',
		name: 'counter',
		group: ['trigger'],
		version: 1,
		description: 'Counts',
		defaults: { name: 'Counter' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		polling: true,
		credentials: [{ name: 'counterApi', required: true }],
		properties: [{ displayName: 'Step', name: 'step', type: 'number', default: 1 }],
	},
	async poll(this: IPollFunctions) {
		const kept = this.getWorkflowStaticData('node');
		const { start } = await this.getCredentials('counterApi');
		const count = Number(kept.count ?? start) + Number(this.getNodeParameter('step'));
		if (this.getMode() !== 'manual') kept.count = count;
		return [[{ json: { count, mode: this.getMode(), activation: this.getActivationMode() } }]];
	},
};

const doubler: INodeType = {
	description: {
		...counter.description,
		name: 'doubler',
		inputs: [NodeConnectionTypes.Main],
		outputs: '={{ $parameter.step === 2 ? ["main", "main"] : ["main"] }}',
	},
	async execute(this: IExecuteFunctions) {
		const items = this.getInputData();
		if (items.length === 0) throw new NodeOperationError(this.getNode(), 'Nothing came in');
		return [items, items];
	},
};

describe('the engine the other tests stand on', () => {
	it('polls with defaults, inline credentials, and static data that outlives the poller', async () => {
		const node = { type: counter, credentials: { counterApi: { start: 40 } } };
		const first = pollContext(node);
		expect(await first.poll('trigger', 'activate')).toEqual([
			[{ json: { count: 41, mode: 'trigger', activation: 'activate' } }],
		]);
		expect(await first.poll('manual', 'manual')).toEqual([
			[{ json: { count: 42, mode: 'manual', activation: 'manual' } }],
		]);
		expect(first.nodeStaticData()).toEqual({ count: 41 });

		const restarted = pollContext({ ...node, parameters: { step: 5 }, staticData: first.kept() });
		await restarted.poll();
		expect(restarted.nodeStaticData()).toEqual({ count: 46 });
		expect(first.nodeStaticData()).toEqual({ count: 41 });
	});

	it('refuses a node without its credentials, as n8n does', async () => {
		await expect(pollContext({ type: counter }).poll()).rejects.toThrow(
			'Node does not have any credentials set',
		);
	});

	it('runs a node and tells every output apart', async () => {
		const run = await runNode({ type: doubler, parameters: { step: 2 } }, [{ json: { a: 1 } }]);
		expect(outputsOf(run).map((items) => items.map((item) => item.json))).toEqual([
			[{ a: 1 }],
			[{ a: 1 }],
		]);
	});

	it('throws when a node asks for a parameter that it does not declare', async () => {
		const type: INodeType = {
			description: { ...counter.description, credentials: [] },
			async poll(this: IPollFunctions) {
				return await Promise.resolve([[{ json: { it: this.getNodeParameter('stpe', 1) } }]]);
			},
		};
		await expect(pollContext({ type }).poll()).rejects.toThrow(
			'"stpe", which its description does not',
		);
	});
});
