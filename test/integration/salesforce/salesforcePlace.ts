/** Salesforce behind the poll contract: an organisation of its own for each place. */
import { startSalesforce } from '../../support/salesforce/salesforce.ts';
import type { Salesforce } from '../../support/salesforce/salesforce.ts';
import type {
	Credentials,
	DestinationServer,
	Fault,
	LeadToWrite,
	PolledDestination,
	PollHarness,
	Traffic,
} from '../../support/pollContract/harness.ts';

/** Seconds that a poll waits within a test without making it slow. */
const SHORT_WAIT = 2;

export const salesforcePolled: PolledDestination = {
	destination: 'salesforce',
	cannot: {
		absentPlace: 'leads are part of every organisation',
		editsMoveClock: 'CreatedDate never changes',
		emptyPages: 'Salesforce answers no page without leads before the end',
		offerTitles: 'Web-to-Lead has no field for it',
		progressByRecords: 'the query leaves out leads of other sources',
		ownCreationTime: 'CreatedDate is the only time of a lead',
	},
	retries(fault) {
		if (fault.kind === 'refused') return (fault.waitSeconds ?? 0) <= SHORT_WAIT;
		return fault.kind === 'cut';
	},
	async start(): Promise<DestinationServer> {
		const places: SalesforcePlace[] = [];
		return {
			async newPlace() {
				const place = new SalesforcePlace(await startSalesforce());
				places.push(place);
				return place;
			},
			async stop() {
				await Promise.all(places.map(async ({ salesforce }) => await salesforce.stop()));
			},
		};
	},
};

export class SalesforcePlace implements PollHarness {
	readonly salesforce: Salesforce;
	readonly parameters;

	constructor(salesforce: Salesforce) {
		this.salesforce = salesforce;
		this.parameters = { ...salesforce.parameters };
	}

	get credentials(): Credentials {
		return { marketplaceLeadSalesforceApi: this.salesforce.credential };
	}

	get badCredentials(): Credentials {
		return { marketplaceLeadSalesforceApi: this.salesforce.badCredential };
	}

	get otherCredentials(): Credentials {
		return { marketplaceLeadSalesforceApi: this.salesforce.jwtCredential };
	}

	get secrets(): string[] {
		const { badCredential, signIn } = this.salesforce;
		return [String(badCredential['clientSecret']), ...signIn.secrets];
	}

	/** Salesforce's times are whole seconds. */
	now(): number {
		return Math.floor(this.salesforce.now() / 1_000) * 1_000;
	}

	pass(milliseconds: number): void {
		this.salesforce.pass(milliseconds);
	}

	async insert(leads: readonly LeadToWrite[]): Promise<string[]> {
		return await this.salesforce.insert(leads);
	}

	async insertLate(leads: readonly LeadToWrite[]): Promise<string[]> {
		return await this.salesforce.insertLate(leads);
	}

	showLate(): void {
		this.salesforce.showLate();
	}

	async edit(...names: string[]): Promise<void> {
		await Promise.resolve(this.salesforce.edit(...names));
	}

	fault(fault: Fault, options?: { page?: number; times?: number }): void {
		this.salesforce.fault(fault, options);
	}

	faultsLeft(): number {
		return this.salesforce.server.faultsLeft();
	}

	shapePages({ records = 2_000 }: { records?: number }): void {
		this.salesforce.api.mostRecords = records;
	}

	traffic(since?: Traffic): Traffic {
		return this.salesforce.traffic(since);
	}
}
