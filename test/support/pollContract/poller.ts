/** The node under test on n8n-core's real PollContext, at one place of a destination. */
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import type { Lead } from '../../../nodes/lead/types.ts';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node.ts';
import type { StoredCursor } from '../../../nodes/polling/cursor.ts';
import { pollContext } from '../engine.ts';
import type { TestPoller } from '../engine.ts';
import type { Credentials, PolledDestination, PollHarness } from './harness.ts';

export interface PollerOptions {
	parameters?: INodeParameters;
	credentials?: Credentials;
	/** What n8n had stored; nothing when absent. */
	staticData?: IDataObject;
	/** The workflow's time zone; that of the n8n instance when absent. */
	timezone?: string;
}

export class Poller {
	private readonly poller: TestPoller;

	constructor(
		readonly place: PollHarness,
		options: PollerOptions = {},
	) {
		const { parameters, credentials, staticData, timezone } = options;
		this.poller = pollContext({
			type: new MarketplaceLeadPollTrigger(),
			// Most tests are of leads that are there already.
			parameters: { startFrom: 'all', ...place.parameters, ...parameters },
			credentials: credentials ?? place.credentials,
			...(staticData === undefined ? {} : { staticData }),
		});
		if (timezone !== undefined) Object.assign(this.poller.workflow, { timezone });
	}

	/** The leads of one poll; `budget` is the time n8n gives it, in milliseconds. */
	async leads({ budget, manual = false }: { budget?: number; manual?: boolean } = {}): Promise<
		Lead[]
	> {
		const context = this.poller.context(manual ? 'manual' : 'trigger');
		const given =
			budget === undefined
				? context
				: (Object.create(context, { getPollBudgetMs: { value: () => budget } }) as typeof context);
		const output = await this.poller.pollOn(given);
		// An execution without items is not one that n8n should start.
		expect(output).not.toEqual([[]]);
		return (output ?? []).flatMap((items: INodeExecutionData[]) =>
			items.map(({ json }) => json as unknown as Lead),
		);
	}

	/** The names of the leads of one poll, sorted: destinations differ in their order. */
	async poll(options: { budget?: number } = {}): Promise<string[]> {
		return namesOf(await this.leads(options));
	}

	/** Polls until a scan has ended; the names of all leads that came, sorted. */
	async drain(): Promise<string[]> {
		const leads: Lead[] = [];
		do leads.push(...(await this.leads()));
		while (this.cursor?.scan);
		return namesOf(leads);
	}

	async manual(): Promise<Lead> {
		const [lead, ...more] = await this.leads({ manual: true });
		expect(more).toEqual([]);
		return lead!;
	}

	/** The cursor as it would be stored; `undefined` before the first poll. */
	get cursor(): StoredCursor | undefined {
		const data = this.poller.kept();
		const [own] =
			Object.entries(data)
				.find(([name]) => name.startsWith('node:'))
				?.slice(1) ?? [];
		return (own as { cursor?: StoredCursor } | undefined)?.cursor;
	}

	/** All static data of the workflow, as n8n would store it. */
	kept(): IDataObject {
		return this.poller.kept();
	}

	/** n8n started anew on this workflow with these static data, those of now when absent. */
	restarted(staticData: IDataObject = this.kept(), options: PollerOptions = {}): Poller {
		return new Poller(this.place, { ...options, staticData });
	}
}

export function namesOf(leads: readonly Lead[]): string[] {
	return leads.map(({ customer }) => customer.lastName).sort();
}

/**
 * The watermark of a scan that has ended, its latest record being of this time. Where the records
 * don't tell how far it has come, it is the scan's beginning.
 */
export function watermarkAt(latest: number, { cannot }: PolledDestination): unknown {
	return cannot.progressByRecords === undefined ? latest : expect.any(Number);
}

/** Static data in which the node's own part is missing: n8n did not save it. */
export function withoutNodeData(staticData: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(staticData).filter(([name]) => !name.startsWith('node:')),
	);
}

/** Static data with another cursor in the node's own part. */
export function withCursor(staticData: IDataObject, cursor: unknown): IDataObject {
	return Object.fromEntries(
		Object.entries(staticData).map(([name, data]) =>
			name.startsWith('node:') ? [name, { cursor }] : [name, data],
		),
	) as IDataObject;
}
