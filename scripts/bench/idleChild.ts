/**
 * The process that `idle.ts` measures, bundled for CommonJS because n8n's packages load no other way.
 * Takes an {@link IdleOrder} as JSON in its argument and prints an {@link IdleReport}.
 */
import { readFileSync, writeFileSync } from 'node:fs';

import axios from 'axios';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { pollContext } from '../../test/support/engine.ts';
import { builtNode } from './builtNode.ts';

export interface IdleOrder {
	packageFolder: string;
	credentialType: string;
	credential: Record<string, string>;
	parameters: Record<string, unknown>;
	/** Where the one who started this counts what was sent, and writes a lead. */
	control: string;
	/** What n8n keeps between polls: read where it is there, and written at the end. */
	keptFile: string;
	/** Whether it goes on from what is kept there, as another process of n8n's does. */
	goesOn: boolean;
	/** Polls of each kind. */
	rounds: number;
}

/** What one poll took. */
export interface PollFigures {
	requests: number;
	/** Records in the responses. */
	rows: number;
	milliseconds: number;
	leads: number;
}

export interface IdleReport {
	/** The first poll in this process. */
	first: PollFigures;
	/** Until nothing was left, the first one included. */
	polls: number;
	/** Polls that find nothing, the next one and later ones. */
	second: PollFigures;
	idle: PollFigures[];
	/** Polls that find one new lead. */
	withLead: PollFigures[];
}

const order = JSON.parse(process.argv[2] ?? '') as IdleOrder;

async function counted(): Promise<{ requests: number; rows: number }> {
	const { data } = await axios.get<{ requests: number; rows: number }>(`${order.control}/traffic`);
	return data;
}

async function main(): Promise<IdleReport> {
	const { packageFolder, credentialType, credential, parameters, keptFile, goesOn } = order;
	const poller = pollContext({
		type: builtNode(packageFolder, 'MarketplaceLeadPollTrigger'),
		parameters: parameters as INodeParameters,
		credentials: { [credentialType]: credential },
		...(goesOn && { staticData: JSON.parse(readFileSync(keptFile, 'utf8')) as IDataObject }),
	});
	const poll = async (): Promise<PollFigures> => {
		const before = await counted();
		const started = performance.now();
		const [items = []] = (await poller.poll()) ?? [];
		const milliseconds = performance.now() - started;
		const after = await counted();
		return {
			requests: after.requests - before.requests,
			rows: after.rows - before.rows,
			milliseconds,
			leads: items.length,
		};
	};
	const first = await poll();
	let polls = 1;
	for (let last = first; last.leads > 0; polls += 1) last = await poll();
	const second = await poll();
	const idle: PollFigures[] = [];
	const withLead: PollFigures[] = [];
	for (let round = 0; round < order.rounds; round += 1) {
		idle.push(await poll());
		await axios.post(`${order.control}/lead`);
		const found = await poll();
		if (found.leads !== 1) throw new Error(`A poll found ${found.leads} leads in place of one.`);
		withLead.push(found);
	}
	if (idle.some(({ leads }) => leads > 0)) throw new Error('An idle poll found leads.');
	writeFileSync(keptFile, JSON.stringify(poller.kept()));
	return { first, polls, second, idle, withLead };
}

main().then(
	(report) => process.stdout.write(JSON.stringify(report)),
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
		process.exitCode = 1;
	},
);
