/** Marketo behind the poll contract: an instance of its own for each place. */
import type {
	Credentials,
	DestinationServer,
	Fault,
	LeadToWrite,
	PolledDestination,
	PollHarness,
	Traffic,
} from '../../support/pollContract/harness.ts';
import { startMarketo } from '../../support/marketo/marketo.ts';
import type { MarketoOptions, MarketoStandIn } from '../../support/marketo/marketo.ts';

/** Seconds: of what is asked to wait longer, Marketo says that the rate is exceeded, which is 20 s. */
const SHORT_WAIT = 2;

export const marketoPolled: PolledDestination = {
	destination: 'marketo',
	cannot: {
		absentPlace: 'a form has to be there before Partner Center can be given its ID',
		editsMoveClock: 'a fill-out never changes; what is edited is the person',
		progressByRecords: 'fill-outs of one form are few among all activities that are looked through',
		ownCreationTime: 'a fill-out has one time, that of the customer’s act',
	},
	retries(fault) {
		if (fault.kind === 'slow') return false;
		// Being busy for a moment and being broken are tried again; a full rate window is long.
		return !(
			fault.kind === 'refused' &&
			fault.why === 'throttled' &&
			(fault.waitSeconds ?? 0) > SHORT_WAIT
		);
	},
	async start(): Promise<DestinationServer> {
		const places: MarketoPlace[] = [];
		return {
			async newPlace() {
				const place = await MarketoPlace.start();
				places.push(place);
				return place;
			},
			async stop() {
				await Promise.all(places.map(async ({ standIn }) => await standIn.stop()));
			},
		};
	},
};

export class MarketoPlace implements PollHarness {
	readonly parameters;
	readonly credentials: Credentials;
	readonly badCredentials: Credentials;
	readonly otherCredentials: Credentials;
	readonly standIn: MarketoStandIn;

	constructor(standIn: MarketoStandIn) {
		this.standIn = standIn;
		const of = (credential: object) => ({ [standIn.credentialType]: credential }) as Credentials;
		this.parameters = { destination: 'marketo', ...standIn.parameters };
		this.credentials = of(standIn.credential);
		this.badCredentials = of(standIn.badCredential);
		this.otherCredentials = of(standIn.otherCredential);
	}

	static async start(options: MarketoOptions = {}): Promise<MarketoPlace> {
		return new MarketoPlace(await startMarketo(options));
	}

	get secrets(): readonly string[] {
		return this.standIn.secrets;
	}

	now(): number {
		return Math.floor(this.standIn.now() / 1_000) * 1_000;
	}

	pass(milliseconds: number): void {
		this.standIn.pass(milliseconds);
	}

	async insert(leads: readonly LeadToWrite[]): Promise<string[]> {
		return await this.standIn.insert(leads);
	}

	async insertLate(leads: readonly LeadToWrite[]): Promise<string[]> {
		return await this.standIn.insertLate(leads);
	}

	showLate(): void {
		this.standIn.showLate();
	}

	async edit(...names: string[]): Promise<void> {
		await this.standIn.edit(...names);
	}

	fault(fault: Fault, options?: { page?: number; times?: number }): void {
		this.standIn.fault(fault, options);
	}

	faultsLeft(): number {
		return this.standIn.faultsLeft();
	}

	shapePages({ records = 300, emptyPages = 0 }: { records?: number; emptyPages?: number }): void {
		this.standIn.shape = { ...this.standIn.shape, most: records, pauses: emptyPages };
	}

	traffic(since?: Traffic): Traffic {
		return this.standIn.traffic(since);
	}
}
