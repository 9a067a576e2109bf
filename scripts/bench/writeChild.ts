/**
 * The process that `writeLeads.ts` measures, bundled for CommonJS because n8n's packages load no
 * other way. Takes a {@link WriteOrder} as JSON in its argument and prints a {@link WriteReport}.
 */
import { randomUUID } from 'node:crypto';

import type { INodeParameters } from 'n8n-workflow';

import { outputsOf, runNode } from '../../test/support/engine.ts';
import { builtNode } from './builtNode.ts';
import { peakMemory } from './peakMemory.ts';
import { BARE_WRITERS, bareLeads, type BareLead, toRow } from './writeClients.ts';
import type { WriteOrder, WriteReport } from './writeOrder.ts';

const order = JSON.parse(process.argv[2] ?? '') as WriteOrder;

function newLeads(length: number): BareLead[] {
	return bareLeads(randomUUID().slice(0, 8), length);
}

async function writeOurs(
	{ credentialType, credential, parameters, options }: WriteOrder,
	leads: readonly BareLead[],
): Promise<void> {
	const node = {
		type: builtNode(order.packageFolder, 'MarketplaceLead'),
		parameters: { ...parameters, options } as INodeParameters,
		credentials: { [credentialType]: credential },
	};
	const [items = []] = outputsOf(
		await runNode(
			node,
			leads.map((lead) => ({ json: toRow(lead) })),
		),
	);
	const created = items.filter(
		({ json }) => (json['written'] as { outcome?: string } | undefined)?.outcome === 'created',
	);
	if (created.length !== leads.length)
		throw new Error(`Only ${created.length} leads were created.`);
}

async function main(): Promise<WriteReport> {
	// Loaded by every child, so that their memory differs by what they do.
	builtNode(order.packageFolder, 'MarketplaceLead');
	const { client, side, warmUp, leads: length } = order;
	const write = side === 'bare' ? BARE_WRITERS[client] : writeOurs;
	if (warmUp > 0) await write(order, newLeads(warmUp));
	const leads = newLeads(length);
	const started = performance.now();
	await write(order, leads);
	const seconds = (performance.now() - started) / 1_000;
	return { seconds, peakMemory: peakMemory() };
}

main().then(
	(report) => process.stdout.write(JSON.stringify(report)),
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
		process.exitCode = 1;
	},
);
