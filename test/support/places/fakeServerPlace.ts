/** What the places of all CRMs have in common, whatever the vendor. */
import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';

import type { DestinationName } from '../../../nodes/lead/types.ts';
import type { FakeServer } from '../../fakeServers/fakeServer.ts';
import type { Fault, Traffic } from '../../fakeServers/faults.ts';
import type { LeadToWrite } from '../../fakeServers/leadToWrite.ts';
import type { Credentials, PollHarness } from '../pollContract/harness.ts';
import type { StoredLead, WritePlace } from './place.ts';

/** What a fake server brings for it. */
export interface PlaceableFakeServer {
	readonly server: FakeServer;
	readonly credentialType: string;
	readonly credential: object;
	readonly badCredential: object;
	readonly parameters: { destination: string };
	/** Which requests faults strike; absent where leads can only be written, which is what they strike. */
	struck?: 'reading' | 'writing';
	insert(leads: readonly LeadToWrite[]): Promise<string[]>;
	/** These two are absent where a lead can be read as soon as it is written. */
	insertLate?(leads: readonly LeadToWrite[]): Promise<string[]>;
	showLate?(): void;
	stop(): Promise<void>;
}

/** A fake server of its own for each place. What is missing is the vendor's to say. */
export abstract class FakeServerPlace<Fake extends PlaceableFakeServer>
	implements PollHarness, WritePlace
{
	readonly reads: boolean = true;
	readonly options: INodeParameters = {};

	constructor(readonly fakeServer: Fake) {}

	abstract readonly again: WritePlace['again'];
	abstract readonly secrets: readonly string[];
	abstract readonly writing: INodeParameters;
	abstract edit(...names: string[]): Promise<void>;
	abstract shapePages(shape: { records?: number; emptyPages?: number }): void;
	abstract records(): Promise<StoredLead[]>;
	abstract refuse(name: string): INodeParameters;
	abstract loseSignIn(): () => void;

	/** Of a vendor with one kind of sign-in there are none, which its `cannot` has to say. */
	get otherCredentials(): Credentials {
		throw this.lacks('a second kind of sign-in', "cannot: { secondSignIn: 'why' }");
	}

	get destination(): DestinationName {
		return this.fakeServer.parameters.destination as DestinationName;
	}

	get parameters(): INodeParameters {
		return { ...this.fakeServer.parameters };
	}

	get credentialType(): string {
		return this.fakeServer.credentialType;
	}

	get credential(): ICredentialDataDecryptedObject {
		return { ...this.fakeServer.credential };
	}

	get badCredential(): ICredentialDataDecryptedObject {
		return { ...this.fakeServer.badCredential };
	}

	get credentials(): Credentials {
		return this.credentialsOf(this.credential);
	}

	get badCredentials(): Credentials {
		return this.credentialsOf(this.badCredential);
	}

	protected credentialsOf(credential: object): Credentials {
		return { [this.credentialType]: { ...credential } };
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
		if (!this.fakeServer.insertLate) throw this.lacksLate();
		return await this.fakeServer.insertLate(leads);
	}

	showLate(): void {
		if (!this.fakeServer.showLate) throw this.lacksLate();
		this.fakeServer.showLate();
	}

	fault(fault: Fault, options?: { page?: number; times?: number }): void {
		this.fakeServer.server.fault(fault, options);
	}

	faultAny(fault: Fault, request: number): void {
		this.fakeServer.server.faultAny(fault, request);
	}

	strike(fault: Fault, request = 0, times = 1): void {
		this.strikeWriting();
		this.fakeServer.server.fault(fault, { page: request, times });
	}

	faultsLeft(): number {
		return this.fakeServer.server.faultsLeft();
	}

	meanwhile(action: () => void, request = 0): void {
		this.strikeWriting();
		this.fakeServer.server.meanwhile(action, { page: request });
	}

	traffic(since?: Traffic): Traffic {
		return this.fakeServer.server.traffic(since);
	}

	async stop(): Promise<void> {
		await this.fakeServer.stop();
	}

	/** @throws where faults would strike the requests that read instead */
	private strikeWriting(): void {
		if (this.fakeServer.struck !== undefined) this.fakeServer.struck = 'writing';
		else if (this.reads) throw this.lacks('`struck`', '`reads = false`');
	}

	private lacksLate(): Error {
		return this.lacks('records that show late', "cannot: { lateRecords: 'why' }");
	}

	/** For what a suite asks of a place that has never said that it can't. */
	private lacks(what: string, saying: string): Error {
		return new Error(
			`The fake server of ${this.destination} has not ${what}: give it that, or say ${saying}`,
		);
	}
}
