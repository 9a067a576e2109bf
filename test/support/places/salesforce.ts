/** Salesforce: an organisation of its own for each place. */
import type { INodeParameters } from 'n8n-workflow';

import { typedField } from '../../fakeServers/salesforce/fields.ts';
import { startSalesforce } from '../../fakeServers/salesforce/salesforce.ts';
import type { FakeSalesforce } from '../../fakeServers/salesforce/salesforce.ts';
import type { Credentials, PolledDestination } from '../pollContract/harness.ts';
import { FakeServerPlace } from './fakeServerPlace.ts';
import { located, type Places, placesOf, type StoredLead } from './place.ts';

/** Seconds: a poll tries again after a wait of so much at the most. */
const SHORT_WAIT = 2;
const HANDLED_FIELD = 'Handled__c';

export function salesforcePlaces(): Promise<Places<SalesforcePlace>> {
	return Promise.resolve(placesOf(async () => await SalesforcePlace.start()));
}

export const salesforcePolled: PolledDestination = {
	destination: 'salesforce',
	cannot: {
		absentPlace: 'leads are part of every organisation',
		editsMoveClock: 'CreatedDate never changes',
		emptyPages: 'Salesforce gives no page without leads before the end',
		offerTitles: 'Web-to-Lead has no field for it',
		progressByRecords: 'the query leaves out leads of other sources',
		ownCreationTime: 'CreatedDate is the only time of a lead',
	},
	retries(fault) {
		if (fault.kind === 'refused') return (fault.waitSeconds ?? 0) <= SHORT_WAIT;
		return fault.kind === 'cut';
	},
	start: salesforcePlaces,
};

export class SalesforcePlace extends FakeServerPlace<FakeSalesforce> {
	writing: INodeParameters = { salesforceMethod: 'restApi' };
	readonly again = 'unchanged';
	readonly marking = { markedBy: 'boolean', handledField: located(HANDLED_FIELD) };

	constructor(fakeServer: FakeSalesforce) {
		super(fakeServer);
		fakeServer.organisation.addField(typedField(HANDLED_FIELD, 'boolean', 'Handled'));
	}

	static async start(): Promise<SalesforcePlace> {
		return new SalesforcePlace(await startSalesforce());
	}

	override get otherCredentials(): Credentials {
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

	records(): Promise<StoredLead[]> {
		const records = this.fakeServer.organisation.records();
		return Promise.resolve(
			records.map(({ Id, LastName, Title }) => ({
				id: String(Id),
				lastName: String(LastName),
				title: String(Title ?? ''),
			})),
		);
	}

	marked(): Promise<number> {
		const records = this.fakeServer.organisation.records();
		return Promise.resolve(records.filter((record) => record[HANDLED_FIELD] === true).length);
	}

	refuse(name: string): INodeParameters {
		this.fakeServer.organisation.rules.validation = ({ LastName }) =>
			LastName === name ? 'Not this one' : undefined;
		return {};
	}

	endSession(): void {
		this.fakeServer.signIn.endSessions();
	}

	loseSignIn(): () => void {
		const { signIn } = this.fakeServer;
		signIn.endSessions();
		signIn.app.userActive = false;
		return () => {
			signIn.app.userActive = true;
		};
	}
}

/** The same by the form of Microsoft's connector, whose leads are there as soon as somebody looks. */
export class WebToLeadPlace extends SalesforcePlace {
	constructor(fakeServer: FakeSalesforce) {
		super(fakeServer);
		Object.assign(fakeServer.webToLead.settings, { delay: 0, dailyLimit: Infinity });
		this.writing = {
			salesforceMethod: 'webToLead',
			organizationId: fakeServer.organisation.id,
			environment: 'myDomain',
			myDomain: fakeServer.origin,
		};
	}

	static override async start(): Promise<WebToLeadPlace> {
		return new WebToLeadPlace(await startSalesforce());
	}

	get valid(): Record<string, unknown> {
		const { organizationId, myDomain } = this.writing;
		return { organizationId, myDomain };
	}

	override records(): Promise<StoredLead[]> {
		this.fakeServer.webToLead.work();
		return super.records();
	}
}
