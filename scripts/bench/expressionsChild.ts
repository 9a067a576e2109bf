/**
 * The process that `expressions.ts` measures, bundled for CommonJS because n8n's packages load no
 * other way: `PACKAGE ITEMS legacy|vm bare|ours`; prints the seconds.
 */
import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { Expression, NodeConnectionTypes } from 'n8n-workflow';

import { outputsOf, runNode } from '../../test/support/engine.ts';
import { builtNode } from './builtNode.ts';

const [folder = '', count = '', engine = '', side = ''] = process.argv.slice(2);

/** An expression in each of four parts of the lead. */
const leadFields = {
	email: '={{ $json.mail }}',
	lastName: '={{ $json.name }}',
	company: '={{ $json.firm }}',
	// Of somebody who must not be contacted: everything is read, and nothing sent.
	leadSource: '={{ $json.source }}',
};

const bare: INodeType = {
	description: {
		displayName: 'Bare',
		name: 'bare',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Bare' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		properties: [
			{
				displayName: 'Lead Fields',
				name: 'leadFields',
				type: 'collection',
				default: {},
				options: Object.keys(leadFields).map((name) => ({
					displayName: name,
					name,
					type: 'string',
					default: '',
				})),
			},
		],
	},
	async execute(this: IExecuteFunctions) {
		const items = this.getInputData();
		const read = items.map((_, at) => this.getNodeParameter('leadFields', at) as object);
		return await Promise.resolve([read.map((json) => ({ json: { ...json } }))]);
	},
};

const ours = (): Parameters<typeof runNode>[0] => ({
	type: builtNode(folder, 'MarketplaceLead'),
	parameters: {
		operation: 'createLeads',
		destination: 'https',
		readLeadFrom: 'fields',
		leadFields,
		options: { doNotContact: 'leaveOut', allowHttpOnLocalhost: true },
	},
	credentials: { marketplaceLeadHttpsApi: { endpointUrl: 'http://127.0.0.1:9/lead' } },
});

const items = (length: number): INodeExecutionData[] =>
	Array.from({ length }, (_, at) => ({
		json: {
			mail: `kim.${at}@fabrikam.example`,
			name: `Sample ${at}`,
			firm: 'Fabrikam',
			source: 'SPZA-DNC|contoso.crm',
		},
	}));

async function pass(length: number): Promise<number> {
	const given = items(length);
	const node = side === 'bare' ? { type: bare, parameters: { leadFields } } : ours();
	const started = performance.now();
	const went = outputsOf(await runNode(node, given)).flat();
	const seconds = (performance.now() - started) / 1_000;
	const failed = went.filter(({ json }) => Object.hasOwn(json, 'error'));
	if (went.length !== length || failed.length > 0) throw new Error('Not every item was read.');
	return seconds;
}

async function main(): Promise<number> {
	if (engine === 'vm') {
		// As n8n starts it by default.
		await Expression.initExpressionEngine({
			engine,
			poolSize: 1,
			maxCodeCacheSize: 1_024,
			bridgeTimeout: 5_000,
			bridgeMemoryLimit: 128,
		});
	}
	// Code that V8 has not compiled yet is no measure.
	await pass(500);
	const seconds = await pass(Number(count));
	if (engine === 'vm') await Expression.disposeExpressionEngine();
	return seconds;
}

main().then(
	(seconds) => process.stdout.write(JSON.stringify(seconds)),
	(error: unknown) => {
		console.error(error);
		process.exitCode = 1;
	},
);
