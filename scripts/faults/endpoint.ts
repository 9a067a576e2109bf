/**
 * Leads posted to n8n's endpoint as Microsoft does it: each once, whatever n8n is doing, and never again.
 * What became of each is counted outside n8n.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { PACKAGE } from '../host/demo.ts';
import type { RestClient, WorkflowFile, WorkflowNode } from '../host/rest.ts';
import { retryAll } from './delivery.ts';
import type { Count } from './results.ts';
import type { Sink } from './sink.ts';
import { TRIES } from './workflows.ts';

const PATH = '/https/Posted';
/** Milliseconds between two leads, at most; at least half of it. */
const PAUSE = 600;
/** As long as a sender waits that is in no hurry, milliseconds. */
const RESPONSE_TIMEOUT_MS = 60_000;
/** A lost worker's execution is given up after some minutes. */
const SETTLED = 300_000;
const ROUND = 5_000;

export class Endpoint {
	private readonly url: string;
	private readonly workflowId: string;
	private readonly random: () => number;
	private readonly taken: string[] = [];
	/** Without a response, or with another status than 200. */
	private refused = 0;
	/** With 200 from an n8n that could not take anything yet. */
	private notTaken = 0;
	private posting: Promise<void> | undefined;
	private isPosting = false;

	private constructor(url: string, workflowId: string, random: () => number) {
		this.url = url;
		this.workflowId = workflowId;
		this.random = random;
	}

	static async activate(
		rest: RestClient,
		webhookUrl: string,
		{ origin }: Sink,
		random: () => number,
	): Promise<Endpoint> {
		const webhookId = randomUUID();
		const workflow = await rest.createWorkflow(workflowOf(webhookId, origin + PATH));
		const { status, triggers } = await rest.activate(workflow);
		if (status !== 'published') throw new Error(`HTTPS endpoint: ${JSON.stringify(triggers)}`);
		return new Endpoint(`${webhookUrl}/webhook/${webhookId}/lead`, workflow.id, random);
	}

	/** Posts leads until it is stopped. */
	start(): void {
		this.isPosting = true;
		this.posting = this.post();
	}

	/** Waits for the responses that are still to come. */
	async stop(): Promise<void> {
		this.isPosting = false;
		await this.posting;
	}

	async count(sink: Sink, rest: RestClient, retries: boolean): Promise<Count> {
		await this.settled(rest);
		const taken = sink.of(PATH);
		const lost = () => this.taken.filter((id) => !taken.has(id)).length;
		const counted = {
			destination: 'HTTPS endpoint',
			handledWhen: '–',
			acknowledged: false,
			sent: this.taken.length,
			handedOver: undefined,
			atSink: taken.size,
			again: [...taken.values()].reduce((sum, { times }) => sum + times - 1, 0),
			doubled: undefined,
			marked: undefined,
			pending: undefined,
			lost: lost(),
			refused: this.refused,
			notTaken: this.notTaken,
		};
		if (!retries) return { ...counted, lostAfterRetry: undefined };
		await retryAll(rest, this.workflowId);
		return { ...counted, lostAfterRetry: lost() };
	}

	private async post(): Promise<void> {
		const open = new Set<Promise<void>>();
		while (this.isPosting) {
			const one = this.postOne().finally(() => open.delete(one));
			open.add(one);
			await sleep(PAUSE * (0.5 + this.random() / 2));
		}
		await Promise.all(open);
	}

	private async postOne(): Promise<void> {
		const company = randomUUID();
		const lead = {
			UserDetails: {
				FirstName: 'Kim',
				LastName: 'Sample',
				Email: `kim@${company}.example`,
				Company: company,
			},
			LeadSource: 'AzureMarketplace',
			ActionCode: 'INS',
			OfferTitle: 'Contoso Gateway',
		};
		try {
			const response = await fetch(this.url, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(lead),
				signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MS),
			});
			await response.body?.cancel();
			const id = response.headers.get('x-lead-id');
			if (response.status !== 200) this.refused += 1;
			else if (id === null) this.notTaken += 1;
			else this.taken.push(id);
		} catch {
			// Nobody there, or killed before it responded: the sender knows that nothing was taken.
			this.refused += 1;
		}
	}

	/** Until every execution has ended; one that never does is counted as it is. */
	private async settled(rest: RestClient): Promise<void> {
		const deadline = Date.now() + SETTLED;
		while (Date.now() < deadline) {
			const executions = await rest.executions(this.workflowId);
			if (executions.every(({ stoppedAt }) => stoppedAt !== null)) return;
			await sleep(ROUND);
		}
	}
}

function workflowOf(webhookId: string, url: string): WorkflowFile {
	const trigger: WorkflowNode = {
		id: 'trigger',
		...{ name: 'Trigger', type: `${PACKAGE}.marketplaceLeadTrigger`, typeVersion: 2 },
		...{ position: [0, 0], parameters: { authentication: 'none' }, webhookId },
	};
	const sink: WorkflowNode = {
		id: 'sink',
		...{ name: 'Sink', type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2, position: [200, 0] },
		parameters: {
			...{ method: 'POST', url, sendBody: true, specifyBody: 'json', options: {} },
			jsonBody: '={{ JSON.stringify({ id: $json.id, destination: $json.destination }) }}',
		},
		// What fails while the sink is away is the workflow's own to try again.
		...TRIES,
	};
	return {
		name: 'Delivery: HTTPS endpoint',
		nodes: [trigger, sink],
		connections: { Trigger: { main: [[{ node: 'Sink', type: 'main', index: 0 }]] } },
	};
}
