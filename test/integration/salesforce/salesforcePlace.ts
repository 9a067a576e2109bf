/** Salesforce behind the poll contract: an organisation of its own for each place. */
import { startSalesforce } from '../../fakeServers/salesforce/salesforce.ts';
import type { FakeSalesforce } from '../../fakeServers/salesforce/salesforce.ts';
import type { Credentials, PolledDestination } from '../../support/pollContract/harness.ts';
import { fakeServerPlaces, FakeServerPlace } from '../../support/pollContract/fakeServerPlace.ts';

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
	start: () =>
		Promise.resolve(fakeServerPlaces(async () => new SalesforcePlace(await startSalesforce()))),
};

export class SalesforcePlace extends FakeServerPlace<FakeSalesforce> {
	get otherCredentials(): Credentials {
		return this.credentialsOf(this.fakeServer.jwtCredential);
	}

	get secrets(): string[] {
		const { badCredential, signIn } = this.fakeServer;
		return [String(badCredential['consumerSecret']), ...signIn.secrets];
	}

	async edit(...names: string[]): Promise<void> {
		await Promise.resolve(this.fakeServer.edit(...names));
	}

	shapePages({ records = 2_000 }: { records?: number }): void {
		this.fakeServer.api.mostRecords = records;
	}
}
