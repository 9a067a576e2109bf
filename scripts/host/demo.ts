import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type { LeadDestination } from '../../test/fakeServers/leadDestinations.ts';
import { MarketplaceTable } from '../../test/fakeServers/azureTable/marketplaceTable.ts';
import type {
	MarketplaceRow,
	TableAccount,
} from '../../test/fakeServers/azureTable/marketplaceTable.ts';
import type { Progress } from './cache.ts';
import { PROJECT_ROOT } from './paths.ts';
import type { CredentialRef, Execution, RestClient, Workflow, WorkflowFile } from './rest.ts';
import { SAMPLES } from './samples.ts';
import type { FileSample, SeenLead, Via } from './samples.ts';
import { duration } from './text.ts';
import { waitFor } from './wait.ts';

export const PACKAGE = 'n8n-nodes-marketplace-leads';
/** n8n polls once a minute at most; the rest is for the poll itself on a busy machine. */
const NEXT_POLL_MS = 120_000;
const PARSER = `${PACKAGE}.leadSource`;

/** The examples, which are also the workflows of the demo, each with the ways its leads come. */
export const EXAMPLES = {
	'leads-from-https.json': ['HTTPS'],
	'leads-from-azure-table.json': ['Azure Table'],
	'leads-from-crms.json': ['Dynamics 365', 'Marketo', 'Salesforce'],
	'webhook-to-lead-source.json': ['Webhook'],
} as const satisfies Record<string, readonly Via[]>;
/** For the user to execute; the demo itself starts nothing in it. */
const TO_TRY = 'check-connections.json';

/** A running n8n with our package, and the storage account that leads are written to. */
export interface DemoHost {
	readonly baseUrl: string;
	/** Where leads are sent to, if that is another process. */
	readonly webhookUrl?: string;
	readonly rest: RestClient;
	readonly azurite: TableAccount & { connectionString: string };
}

export interface DemoResult {
	/** Every lead that came out, in the order of its execution. */
	seen: SeenLead[];
	/** In words, what did not come out as expected; empty when all is well. */
	differences: string[];
}

/**
 * The main job from end to end on a running n8n: credentials and the example workflows as a user
 * sets them up, every sample sent, and what came out held against what has to.
 */
export class Demo {
	private readonly host: DemoHost;
	private readonly crms: readonly LeadDestination[];
	/** Told what goes on; may be exchanged between the parts. */
	progress: Progress;
	private readonly workflows = new Map<Via, Workflow>();
	private readonly returnedIds: string[] = [];
	private readonly differences: string[] = [];
	/** By execution: what has ended does not change, and is not asked for again. */
	private readonly read = new Map<string, Found[]>();

	/** `crms` are the fake servers, as n8n reaches them. */
	constructor(
		host: DemoHost,
		crms: readonly LeadDestination[],
		progress: Progress = () => undefined,
	) {
		this.host = host;
		this.crms = crms;
		this.progress = progress;
	}

	async run(): Promise<DemoResult> {
		await this.importWorkflows();
		await this.sendSamples();
		return await this.collect();
	}

	/** Makes the credentials and puts the example workflows live. */
	async importWorkflows(): Promise<void> {
		const { rest, azurite } = this.host;
		const storage = await rest.createCredential('marketplaceLeadAzureTableApi', 'Lead storage', {
			authentication: 'connectionString',
			connectionString: azurite.connectionString,
		});
		const crms: Array<LeadDestination & { reference: CredentialRef }> = [];
		for (const crm of this.crms) {
			const { credentialType, displayName, credential } = crm;
			const reference = await rest.createCredential(credentialType, displayName, credential);
			crms.push({ ...crm, reference });
		}
		const table = await new MarketplaceTable(azurite).create();
		await table.insert(await rows('before'));
		await this.writeToCrms('before');

		for (const [file, vias] of [...Object.entries(EXAMPLES), [TO_TRY, []] as const]) {
			this.progress(`Importing ${file}`);
			const workflow = await readExample(file);
			for (const node of workflow.nodes) {
				if (/\.marketplaceLead(PollTrigger)?$/.test(node.type)) {
					const crm = crms.find(({ name }) => name === node.parameters['destination']);
					node.credentials = crm
						? { [crm.credentialType]: crm.reference }
						: { marketplaceLeadAzureTableApi: storage };
					node.parameters = { ...node.parameters, ...crm?.parameters };
				}
				// Leads are there before the workflow is.
				if (node.type.endsWith('.marketplaceLeadPollTrigger')) {
					node.parameters = { ...node.parameters, startFrom: 'all' };
				}
			}
			const created = await rest.createWorkflow(workflow);
			if (file === TO_TRY) continue;
			for (const via of vias) this.workflows.set(via, created);
			const { status, triggers } = await rest.activate(created);
			if (status !== 'published') {
				const reasons = triggers.map((trigger) => trigger.errorMessage).join(' ');
				throw new Error(`n8n did not activate ${file} (${status}). ${reasons}`);
			}
		}
	}

	private async writeToCrms(when: 'after' | 'before'): Promise<void> {
		for (const { displayName, insert } of this.crms) {
			const leads = SAMPLES.flatMap((sample) =>
				'lead' in sample && sample.via === displayName && sample.when === when ? sample.lead : [],
			);
			await insert(leads);
		}
	}

	/** Sends every sample its own way; the rows of `before` are in the table already. */
	async sendSamples(): Promise<void> {
		for (const sample of SAMPLES) {
			if (!('file' in sample) || sample.via === 'Azure Table') continue;
			this.progress(`Sending ${sample.file}`);
			await this.send(sample);
		}
		this.progress('Writing leads into the table and the CRMs');
		await new MarketplaceTable(this.host.azurite).insert(await rows('after'));
		await this.writeToCrms('after');
	}

	private async send(sample: FileSample): Promise<void> {
		const response = await fetch(this.endpoint(sample.via), {
			method: 'POST',
			headers: { 'content-type': sample.contentType ?? 'application/json' },
			body: await readFile(sampleFile(sample)),
		});
		const body = await response.text();
		if (response.status !== 200) {
			this.differences.push(`${sample.file} got status ${response.status}: ${body}`);
			return;
		}
		if (sample.via !== 'HTTPS') return;
		const ids = [JSON.parse(body) as { id?: unknown } | Array<{ id?: unknown }>].flat();
		this.returnedIds.push(...ids.map(({ id }) => String(id)));
	}

	/** The production URL that leads are sent to. */
	endpoint(via: Via): string {
		const { baseUrl, webhookUrl = baseUrl } = this.host;
		const workflow = this.workflows.get(via);
		const trigger = workflow?.nodes.find((node) => node.webhookId !== undefined);
		if (!trigger) throw new Error(`The workflow of ${via} has no webhook.`);
		return via === 'HTTPS'
			? `${webhookUrl}/webhook/${trigger.webhookId}/lead`
			: `${webhookUrl}/webhook/${String(trigger.parameters['path'])}`;
	}

	/** Waits until as many leads as expected came out, or time is up, and compares. */
	async collect(): Promise<DemoResult> {
		const expected = SAMPLES.flatMap((sample) => sample.leads);
		const started = Date.now();
		let found: Found[] = [];
		const all = await waitFor(
			'The leads',
			NEXT_POLL_MS,
			async () => {
				found = await this.leadsOfExecutions();
				const waited = duration(Date.now() - started);
				this.progress(
					`${found.length} of ${expected.length} leads came out; n8n polls once a minute (${waited})`,
				);
				return found.length >= expected.length ? true : undefined;
			},
			1_000,
		).catch(() => false);
		if (!all) this.progress(`Only ${found.length} of ${expected.length} leads came out`);

		const seen = found.map(({ lead }) => lead);
		this.differences.push(...compareLeads(expected, seen));
		const httpsIds = found.filter(({ lead }) => lead.via === 'HTTPS').map(({ id }) => id);
		if (httpsIds.sort().join() !== this.returnedIds.sort().join()) {
			this.differences.push('The IDs returned to the callers are not those of the leads.');
		}
		if (new Set(found.map(({ id }) => id)).size !== found.length) {
			this.differences.push('Two leads have the same ID.');
		}
		return { seen, differences: this.differences };
	}

	private async leadsOfExecutions(): Promise<Found[]> {
		const { rest } = this.host;
		for (const workflow of new Set(this.workflows.values())) {
			for (const { id, stoppedAt } of (await rest.executions(workflow.id)).reverse()) {
				if (stoppedAt === null || this.read.has(id)) continue;
				const execution = await rest.execution(id);
				if (execution.status !== 'success') {
					const reason = execution.error?.message ?? 'without a message';
					throw new Error(
						`Execution ${id} of "${workflow.name}" ended as ${execution.status}: ${reason}`,
					);
				}
				this.read.set(id, leadsThrough(workflow, execution, this.viaOf(workflow)));
			}
		}
		return [...this.read.values()].flat();
	}

	/** By which way a lead came; a workflow may have several, told by the lead's destination. */
	private viaOf(workflow: Workflow): (lead: Record<string, unknown>) => Via {
		const ways = [...this.workflows].filter(([, of]) => of === workflow).map(([via]) => via);
		return ({ destination }) => {
			const crm = this.crms.find(({ name }) => name === destination)?.displayName;
			const way = ways.length === 1 ? ways[0] : ways.find((via) => via === crm);
			if (!way) throw new Error(`"${workflow.name}" gave a lead of "${String(destination)}".`);
			return way;
		};
	}
}

interface Found {
	id: string;
	lead: SeenLead;
}

/** The leads that left the parser, having checked that each output's node got what it was sent. */
function leadsThrough(
	workflow: WorkflowFile,
	execution: Execution,
	viaOf: (lead: Record<string, unknown>) => Via,
): Found[] {
	const parser = workflow.nodes.find((node) => node.type === PARSER);
	if (!parser) throw new Error(`"${workflow.name}" has no Lead Source node.`);
	const outputs = execution.runs[parser.name]?.[0]?.data?.main ?? [];
	return outputs.flatMap((items, output) => {
		const sent = items ?? [];
		const [next] = workflow.connections[parser.name]?.main[output] ?? [];
		const arrived = next ? (execution.runs[next.node]?.[0]?.data?.main[0] ?? []) : [];
		if (arrived.length !== sent.length) {
			throw new Error(
				`Output ${output} of "${parser.name}" sent ${sent.length} leads, of which ${arrived.length} came through.`,
			);
		}
		return sent.map(({ json }) => ({ id: String(json['id']), lead: seenLead(json, viaOf(json)) }));
	});
}

/** The columns of the demo's table out of a lead's JSON. */
export function seenLead(json: Record<string, unknown>, via: Via): SeenLead {
	const lead = json as unknown as {
		source: { code: string };
		action: { code: string };
		stage: string;
		offer: { id: string; title: string };
		customer: { company: string };
		contactAllowed: boolean;
		isTest: boolean;
	};
	return {
		via,
		source: lead.source.code,
		action: lead.action.code,
		stage: lead.stage,
		offer: lead.offer.id || lead.offer.title,
		company: lead.customer.company,
		contactAllowed: lead.contactAllowed,
		isTest: lead.isTest,
	};
}

/** What is missing and what is too much, in words; each lead has to be there as often as expected. */
export function compareLeads(expected: SeenLead[], seen: SeenLead[]): string[] {
	const left = seen.map(describe);
	const missing = expected.map(describe).filter((lead) => {
		const at = left.indexOf(lead);
		if (at >= 0) left.splice(at, 1);
		return at < 0;
	});
	return [
		...missing.map((lead) => `Expected, but did not come out: ${lead}`),
		...left.map((lead) => `Came out, but was not expected: ${lead}`),
	];
}

function describe(lead: SeenLead): string {
	const { via, source, action, stage, offer, company, contactAllowed, isTest } = lead;
	const contact = contactAllowed ? 'contact allowed' : 'do not contact';
	const codes = `${source || 'no source'}-${action || 'no action'}`;
	return [via, codes, stage, offer || 'no offer', company || 'no company', contact]
		.concat(isTest ? 'test lead' : [])
		.join(', ');
}

/** The rows of one half of the table's samples, as the SDK wants them. */
async function rows(when: 'after' | 'before'): Promise<MarketplaceRow[]> {
	const samples = SAMPLES.filter(
		(sample): sample is FileSample => sample.via === 'Azure Table' && sample.when === when,
	);
	return await Promise.all(
		samples.map(async (sample): Promise<MarketplaceRow> => {
			const row = JSON.parse(await readFile(sampleFile(sample), 'utf8')) as Record<string, string>;
			// The service sets the Timestamp itself.
			const { PartitionKey = '', RowKey = '', Timestamp: _, ...columns } = row;
			return { partitionKey: PartitionKey, rowKey: RowKey, ...columns };
		}),
	);
}

export async function readExample(file: string): Promise<WorkflowFile> {
	const text = await readFile(path.join(PROJECT_ROOT, 'examples', file), 'utf8');
	return JSON.parse(text) as WorkflowFile;
}

function sampleFile({ file }: FileSample): string {
	return path.join(PROJECT_ROOT, 'test', 'samples', file);
}
