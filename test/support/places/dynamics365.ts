/** Dynamics 365: one Entra for all places, an environment for each. */
import type { INodeParameters } from 'n8n-workflow';

import { startDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import type { FakeDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { Credentials, PolledDestination } from '../pollContract/harness.ts';
import { FakeServerPlace } from './fakeServerPlace.ts';
import { located, type Places, placesOf, type StoredLead } from './place.ts';

/** Seconds: the reader tries again after a wait of so much at the most. */
const SHORT_WAIT = 2;
const HANDLED_COLUMN = 'contoso_handled';

export async function dynamicsPlaces(): Promise<Places<DynamicsPlace>> {
	const authority = await startEntraAuthority();
	return placesOf(
		async () => new DynamicsPlace(await startDynamics({ authority })),
		async () => await authority.stop(),
	);
}

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
	start: dynamicsPlaces,
};

export class DynamicsPlace extends FakeServerPlace<FakeDynamics> {
	readonly writing: INodeParameters;
	override readonly options: INodeParameters;
	readonly again = 'unchanged';
	readonly marking = { markedBy: 'boolean', handledColumn: located(HANDLED_COLUMN) };

	constructor(fakeServer: FakeDynamics) {
		super(fakeServer);
		const { leadSourceColumn, options } = fakeServer.parameters as INodeParameters;
		this.writing = { leadSourceColumn: leadSourceColumn! };
		this.options = options as INodeParameters;
	}

	get readingOptions(): INodeParameters {
		return this.options;
	}

	/** The same environment as people copy its address out of the browser. */
	override get otherCredentials(): Credentials {
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

	records(): Promise<StoredLead[]> {
		return Promise.resolve(
			this.fakeServer.rows().map(({ leadid, lastname, jobtitle }) => ({
				id: String(leadid),
				lastName: String(lastname),
				title: String(jobtitle ?? ''),
			})),
		);
	}

	marked(): Promise<number> {
		const rows = this.fakeServer.rows();
		return Promise.resolve(rows.filter((row) => row[HANDLED_COLUMN] === true).length);
	}

	refuse(name: string): INodeParameters {
		this.fakeServer.writing.plugIn = ({ lastname }) =>
			lastname === name ? 'Not this one' : undefined;
		return {};
	}

	endSession(): void {
		this.fakeServer.expireTokens();
	}

	loseSignIn(): () => void {
		this.fakeServer.beforeWriting = () => ({ status: 401 });
		return () => {
			this.fakeServer.beforeWriting = () => undefined;
		};
	}
}
