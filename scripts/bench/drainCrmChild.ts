/**
 * The process that `drainCrms.ts` measures, bundled for CommonJS because n8n's packages load no
 * other way. Takes a {@link CrmOrder} as JSON in its argument and prints a {@link CrmReport}.
 */

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { pollContext } from '../../test/support/engine.ts';
import { builtNode } from './builtNode.ts';
import { BARE_CLIENTS } from './crmClients.ts';
import type { CrmOrder, CrmReport } from './crmOrder.ts';
import { peakMemory } from './peakMemory.ts';

const order = JSON.parse(process.argv[2] ?? '') as CrmOrder;

/** Every lead has to come exactly once. */
function tally(): { add: (name: unknown) => void; count: () => number } {
	const seen = new Uint8Array(order.leads);
	let count = 0;
	return {
		add(name) {
			const index = Number(/(\d+)$/.exec(String(name))?.[1]);
			if (seen[index] !== 0) throw new Error(`"${String(name)}" came twice, or from elsewhere.`);
			seen[index] = 1;
			count += 1;
		},
		count: () => count,
	};
}

/** Polls as n8n does, from no cursor until every lead has come. */
async function pollAll(limit: number): Promise<void> {
	const { credentialType, credential, parameters, leads } = order;
	const poller = pollContext({
		type: builtNode(order.packageFolder, 'MarketplaceLeadPollTrigger'),
		parameters: { ...parameters, startFrom: 'all', maxLeads: limit } as INodeParameters,
		credentials: { [credentialType]: credential },
	});
	const { add, count } = tally();
	while (count() < leads) {
		const [items = []] = (await poller.poll()) ?? [];
		// n8n's own, which it ends or has elsewhere; the test's engine would keep them all.
		poller.executions.length = 0;
		if (items.length === 0) throw new Error(`A poll found nothing after ${count()} leads.`);
		for (const { json } of items) add((json as { customer: IDataObject }).customer['lastName']);
	}
}

async function readBare(limit: number): Promise<void> {
	const { add, count } = tally();
	const read = BARE_CLIENTS[order.destination];
	if (!read) throw new Error(`There is no bare client for ${order.destination}.`);
	await read(order, add, limit);
	if (count() !== order.leads) throw new Error(`The bare client read ${count()} leads.`);
}

async function main(): Promise<CrmReport> {
	// Loaded by every child, so that their memory differs by what they do.
	builtNode(order.packageFolder, 'MarketplaceLeadPollTrigger');
	const seconds: number[] = [];
	for (const side of order.sides) {
		const started = performance.now();
		await (side.by === 'bare' ? readBare : pollAll)(side.limit);
		seconds.push((performance.now() - started) / 1_000);
	}
	return { seconds, peakMemory: peakMemory() };
}

main().then(
	(report) => process.stdout.write(JSON.stringify(report)),
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
		process.exitCode = 1;
	},
);
