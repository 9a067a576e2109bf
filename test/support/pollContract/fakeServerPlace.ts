/** What the places of all fake servers of ours have in common, whatever the vendor. */
import type { INodeParameters } from 'n8n-workflow';

import type { FakeServer } from '../../fakeServers/fakeServer.ts';
import type { Fault, Traffic } from '../../fakeServers/faults.ts';
import type { LeadToWrite } from '../../fakeServers/leadToWrite.ts';
import type { Credentials, DestinationServer, PollHarness } from './harness.ts';

/** What a fake server brings for it. */
export interface PlaceableFakeServer {
	readonly server: FakeServer;
	readonly credentialType: string;
	readonly credential: object;
	readonly badCredential: object;
	readonly parameters: object;
	insert(leads: readonly LeadToWrite[]): Promise<string[]>;
	insertLate(leads: readonly LeadToWrite[]): Promise<string[]>;
	showLate(): void;
	stop(): Promise<void>;
}

/** A fake server of its own for each place. What is missing is the vendor's to say. */
export abstract class FakeServerPlace<Fake extends PlaceableFakeServer> implements PollHarness {
	readonly fakeServer: Fake;

	constructor(fakeServer: Fake) {
		this.fakeServer = fakeServer;
	}

	abstract readonly otherCredentials: Credentials;
	abstract readonly secrets: readonly string[];
	abstract edit(...names: string[]): Promise<void>;
	abstract shapePages(shape: { records?: number; emptyPages?: number }): void;

	get parameters(): INodeParameters {
		return { ...this.fakeServer.parameters };
	}

	get credentials(): Credentials {
		return this.credentialsOf(this.fakeServer.credential);
	}

	get badCredentials(): Credentials {
		return this.credentialsOf(this.fakeServer.badCredential);
	}

	protected credentialsOf(credential: object): Credentials {
		return { [this.fakeServer.credentialType]: { ...credential } };
	}

	/** The CRMs' times are whole seconds. */
	now(): number {
		return Math.floor(this.fakeServer.server.now() / 1_000) * 1_000;
	}

	pass(milliseconds: number): void {
		this.fakeServer.server.pass(milliseconds);
	}

	async insert(leads: readonly LeadToWrite[]): Promise<string[]> {
		return await this.fakeServer.insert(leads);
	}

	async insertLate(leads: readonly LeadToWrite[]): Promise<string[]> {
		return await this.fakeServer.insertLate(leads);
	}

	showLate(): void {
		this.fakeServer.showLate();
	}

	fault(fault: Fault, options?: { page?: number; times?: number }): void {
		this.fakeServer.server.fault(fault, options);
	}

	faultAny(fault: Fault, request: number): void {
		this.fakeServer.server.faultAny(fault, request);
	}

	faultsLeft(): number {
		return this.fakeServer.server.faultsLeft();
	}

	traffic(since?: Traffic): Traffic {
		return this.fakeServer.server.traffic(since);
	}
}

/** Places that `start` makes, each with a fake server; `stop` is called behind them all. */
export function fakeServerPlaces<Fake extends PlaceableFakeServer>(
	start: () => Promise<FakeServerPlace<Fake>>,
	stop: () => Promise<void> = async () => undefined,
): DestinationServer {
	const places: Array<FakeServerPlace<Fake>> = [];
	return {
		async newPlace() {
			const place = await start();
			places.push(place);
			return place;
		},
		async stop() {
			await Promise.all(places.map(async ({ fakeServer }) => await fakeServer.stop()));
			await stop();
		},
	};
}
