/** Dynamics 365 behind the poll contract: one Entra for all places, an environment for each. */
import { startDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import type { FakeDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { Credentials, PolledDestination } from '../../support/pollContract/harness.ts';
import { fakeServerPlaces, FakeServerPlace } from '../../support/pollContract/fakeServerPlace.ts';

/** Seconds the reader waits within a test without making it slow. */
const SHORT_WAIT = 2;

export const dynamicsPolled: PolledDestination = {
	destination: 'dynamics365',
	cannot: {
		absentPlace: 'every environment with Dynamics 365 Sales has the table Lead from its beginning',
		editsMoveClock: 'createdon never changes',
		ownCreationTime: 'createdon is the only time a lead has',
		progressByRecords: 'the query leaves out other leads',
	},
	retries(fault) {
		if (fault.kind === 'slow' || fault.kind === 'garbage') return false;
		return fault.kind === 'cut' || (fault.waitSeconds ?? 0) <= SHORT_WAIT;
	},
	async start() {
		const authority = await startEntraAuthority();
		return fakeServerPlaces(
			async () => new DynamicsPlace(await startDynamics({ authority })),
			async () => await authority.stop(),
		);
	},
};

export class DynamicsPlace extends FakeServerPlace<FakeDynamics> {
	/** The same environment as people copy its address out of the browser. */
	get otherCredentials(): Credentials {
		const environmentUrl = `${this.fakeServer.origin}/main.aspx?pagetype=entitylist&etn=lead`;
		return this.credentialsOf({ ...this.fakeServer.credential, environmentUrl });
	}

	get secrets(): string[] {
		const { credential, badCredential } = this.fakeServer;
		return [credential, badCredential].map(({ clientSecret = '' }) => clientSecret);
	}

	async edit(...names: string[]): Promise<void> {
		this.fakeServer.edit(names, { description: 'edited later' });
	}

	shapePages(shape: { records?: number; emptyPages?: number }): void {
		this.fakeServer.shapePages(shape);
	}
}
