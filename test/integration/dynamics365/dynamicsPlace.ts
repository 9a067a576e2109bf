/** Dynamics 365 behind the poll contract: one Entra for all places, an environment for each. */
import type { INodeParameters } from 'n8n-workflow';

import { startDynamics } from '../../support/dynamics365/dynamics.ts';
import type { DynamicsStandIn } from '../../support/dynamics365/dynamics.ts';
import { startEntraAuthority } from '../../support/entra/authority.ts';
import type {
	Credentials,
	DestinationServer,
	Fault,
	LeadToWrite,
	PolledDestination,
	PollHarness,
	Traffic,
} from '../../support/pollContract/harness.ts';

/** Seconds the reader waits within a test without making it slow. */
const SHORT_WAIT = 2;

export const dynamicsPolled: PolledDestination = {
	destination: 'dynamics365',
	cannot: {
		absentPlace: 'every environment with Dynamics 365 Sales has the table Lead from its beginning',
		editsMoveClock: 'createdon never changes',
		ownCreationTime: 'createdon is the only time a lead has',
	},
	retries(fault) {
		if (fault.kind === 'slow') return false;
		return fault.kind === 'cut' || (fault.waitSeconds ?? 0) <= SHORT_WAIT;
	},
	async start(): Promise<DestinationServer> {
		const authority = await startEntraAuthority();
		const places: DynamicsPlace[] = [];
		return {
			async newPlace() {
				const place = new DynamicsPlace(await startDynamics({ authority }));
				places.push(place);
				return place;
			},
			async stop() {
				await Promise.all(places.map(async ({ standIn }) => await standIn.stop()));
				await authority.stop();
			},
		};
	},
};

export class DynamicsPlace implements PollHarness {
	readonly parameters: INodeParameters;
	readonly credentials: Credentials;
	readonly badCredentials: Credentials;
	readonly otherCredentials: Credentials;
	readonly secrets: string[];
	readonly standIn: DynamicsStandIn;

	constructor(standIn: DynamicsStandIn) {
		this.standIn = standIn;
		const of = (credential: Record<string, string>): Credentials => ({
			[standIn.credentialType]: credential,
		});
		const { options, ...parameters } = standIn.parameters;
		// With a condition in the query the watermark is the time of a sweep, not that of a record.
		this.parameters = {
			...parameters,
			options: { ...(options as object), includeOthers: true },
		} as INodeParameters;
		this.credentials = of(standIn.credential);
		this.badCredentials = of(standIn.badCredential);
		// The same environment as people copy its address out of the browser.
		const environmentUrl = `${standIn.origin}/main.aspx?pagetype=entitylist&etn=lead`;
		this.otherCredentials = of({ ...standIn.credential, environmentUrl });
		this.secrets = [standIn.credential, standIn.badCredential].map(
			({ clientSecret = '' }) => clientSecret,
		);
	}

	/** createdon has no parts of a second. */
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

	async edit(...names: string[]): Promise<void> {
		this.standIn.edit(names, { description: 'edited later' });
	}

	fault(fault: Fault, options?: { page?: number; times?: number }): void {
		this.standIn.server.fault(fault, options);
	}

	faultsLeft(): number {
		return this.standIn.server.faultsLeft();
	}

	shapePages(shape: { records?: number; emptyPages?: number }): void {
		this.standIn.shapePages(shape);
	}

	traffic(since?: Traffic): Traffic {
		return this.standIn.server.traffic(since);
	}
}
