/** What the places of all stand-ins of ours have in common, whatever the vendor. */
import type { INodeParameters } from 'n8n-workflow';

import type { StandInServer } from '../../fakeServers/fakeServer.ts';
import type {
	Credentials,
	DestinationServer,
	Fault,
	LeadToWrite,
	PollHarness,
	Traffic,
} from './harness.ts';

/** What a stand-in brings for it. */
export interface PlaceableStandIn {
	readonly server: StandInServer;
	readonly credentialType: string;
	readonly credential: object;
	readonly badCredential: object;
	readonly parameters: object;
	insert(leads: readonly LeadToWrite[]): Promise<string[]>;
	insertLate(leads: readonly LeadToWrite[]): Promise<string[]>;
	showLate(): void;
	stop(): Promise<void>;
}

/** A stand-in of its own for each place. What is missing is the vendor's to say. */
export abstract class StandInPlace<StandIn extends PlaceableStandIn> implements PollHarness {
	readonly standIn: StandIn;

	constructor(standIn: StandIn) {
		this.standIn = standIn;
	}

	abstract readonly otherCredentials: Credentials;
	abstract readonly secrets: readonly string[];
	abstract edit(...names: string[]): Promise<void>;
	abstract shapePages(shape: { records?: number; emptyPages?: number }): void;

	get parameters(): INodeParameters {
		return { ...this.standIn.parameters };
	}

	get credentials(): Credentials {
		return this.credentialsOf(this.standIn.credential);
	}

	get badCredentials(): Credentials {
		return this.credentialsOf(this.standIn.badCredential);
	}

	protected credentialsOf(credential: object): Credentials {
		return { [this.standIn.credentialType]: { ...credential } };
	}

	/** The CRMs' times are whole seconds. */
	now(): number {
		return Math.floor(this.standIn.server.now() / 1_000) * 1_000;
	}

	pass(milliseconds: number): void {
		this.standIn.server.pass(milliseconds);
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

	fault(fault: Fault, options?: { page?: number; times?: number }): void {
		this.standIn.server.fault(fault, options);
	}

	faultAny(fault: Fault, request: number): void {
		this.standIn.server.faultAny(fault, request);
	}

	faultsLeft(): number {
		return this.standIn.server.faultsLeft();
	}

	traffic(since?: Traffic): Traffic {
		return this.standIn.server.traffic(since);
	}
}

/** Places that `start` makes, each with a stand-in; `stop` is called behind them all. */
export function standInServer<StandIn extends PlaceableStandIn>(
	start: () => Promise<StandInPlace<StandIn>>,
	stop: () => Promise<void> = async () => undefined,
): DestinationServer {
	const places: Array<StandInPlace<StandIn>> = [];
	return {
		async newPlace() {
			const place = await start();
			places.push(place);
			return place;
		},
		async stop() {
			await Promise.all(places.map(async ({ standIn }) => await standIn.stop()));
			await stop();
		},
	};
}
