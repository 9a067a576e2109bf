/** Marketo behind the poll contract: an instance of its own for each place. */
import { startMarketo } from '../../fakeServers/marketo/marketo.ts';
import type { MarketoOptions, FakeMarketo } from '../../fakeServers/marketo/marketo.ts';
import type { Credentials, PolledDestination } from '../../support/pollContract/harness.ts';
import { fakeServerPlaces, FakeServerPlace } from '../../support/pollContract/fakeServerPlace.ts';

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
		if (fault.kind === 'slow' || fault.kind === 'garbage') return false;
		// Being busy for a moment and being broken are tried again; a full rate window is long.
		return !(
			fault.kind === 'refused' &&
			fault.why === 'throttled' &&
			(fault.waitSeconds ?? 0) > SHORT_WAIT
		);
	},
	start: () => Promise.resolve(fakeServerPlaces(async () => await MarketoPlace.start())),
};

export class MarketoPlace extends FakeServerPlace<FakeMarketo> {
	static async start(options: MarketoOptions = {}): Promise<MarketoPlace> {
		return new MarketoPlace(await startMarketo(options));
	}

	get otherCredentials(): Credentials {
		return this.credentialsOf(this.fakeServer.otherCredential);
	}

	get secrets(): readonly string[] {
		return this.fakeServer.secrets;
	}

	async edit(...names: string[]): Promise<void> {
		await this.fakeServer.edit(...names);
	}

	shapePages({ records = 300, emptyPages = 0 }: { records?: number; emptyPages?: number }): void {
		this.fakeServer.shape = { ...this.fakeServer.shape, most: records, pauses: emptyPages };
	}
}
