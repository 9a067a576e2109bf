/** Fake CRMs whose leads are marked by a field, and what goes wrong with them. */
import { startDynamics, type FakeDynamics } from '../../test/fakeServers/dynamics365/dynamics.ts';
import type { EntraAuthority } from '../../test/fakeServers/entra/authority.ts';
import type { FakeServer } from '../../test/fakeServers/fakeServer.ts';
import type { Fault } from '../../test/fakeServers/faults.ts';
import { typedField } from '../../test/fakeServers/salesforce/fields.ts';
import {
	startSalesforce,
	type FakeSalesforce,
} from '../../test/fakeServers/salesforce/salesforce.ts';
import type { LeadStore, Written } from './stores.ts';
import { OTHER_JSON, PAGE, SLOW, WAIT, type Weather } from './weather.ts';

const FIELD = 'Handled__c';
const COLUMN = 'contoso_handled';
const named = (value: string) => ({ __rl: true, mode: 'name', value });

export interface CrmStore extends LeadStore {
	readonly server: FakeServer;
	begin(weather: Weather, random: () => number): void;
	clear(): void;
	stop(): Promise<void>;
}

abstract class Crm<Fake extends FakeDynamics | FakeSalesforce> {
	protected readonly fake: Fake;
	private written = 0;
	protected abstract turnAway(why: 'forbidden' | 'revoked'): void;
	protected abstract letIn(): void;

	constructor(fake: Fake) {
		this.fake = fake;
	}

	get server() {
		return this.fake.server;
	}

	get credentialType() {
		return this.fake.credentialType;
	}

	get credential() {
		return this.fake.credential;
	}

	async write(count: number): Promise<Written[]> {
		const leads = Array.from({ length: count }, () => ({ name: `Lead ${(this.written += 1)}` }));
		const ids = await this.fake.insert(leads);
		return ids.map((id) => ({ id, lead: id }));
	}

	async stop(): Promise<void> {
		await this.fake.stop();
	}

	begin(weather: Weather, random: () => number): void {
		this.fake.struck = random() < 0.5 ? 'reading' : 'writing';
		if (weather === 'destination says 403') this.turnAway('forbidden');
		else if (weather === 'token revoked') this.turnAway('revoked');
		else this.server.fault(faultOf(weather, random), { times: Infinity });
	}

	clear(): void {
		this.server.fault(
			faultOf('destination away', () => 0),
			{ times: 0 },
		);
		this.letIn();
	}

	get clock() {
		return this.server;
	}

	turnClock(milliseconds: number): void {
		this.server.pass(milliseconds);
	}

	/** CRMs keep no count of it. */
	async handOvers(): Promise<undefined> {
		return await Promise.resolve(undefined);
	}
}

function faultOf(weather: Weather, random: () => number): Fault {
	switch (weather) {
		case 'destination slow':
			return { kind: 'slow', milliseconds: SLOW };
		case 'destination cuts':
			return { kind: 'cut', where: random() < 0.5 ? 'afterTaking' : 'inResponse' };
		case 'destination throttles':
			return { kind: 'refused', why: random() < 0.5 ? 'throttled' : 'busy', waitSeconds: WAIT };
		case 'destination sends garbage': {
			const [type, text] = random() < 0.5 ? ['text/html', PAGE] : ['application/json', OTHER_JSON];
			const headers = { 'content-type': type };
			return { kind: 'garbage', what: { headers, body: () => Buffer.from(text) } };
		}
		default:
			return { kind: 'cut', where: 'beforeResponse' };
	}
}

class SalesforceStore extends Crm<FakeSalesforce> implements CrmStore {
	readonly displayName = 'Salesforce';
	readonly destination = 'salesforce';
	readonly parameters = { destination: 'salesforce' };
	readonly marking = { markedBy: 'boolean', handledField: named(FIELD) };

	constructor(fake: FakeSalesforce) {
		super(fake);
		fake.organisation.addField(typedField(FIELD, 'boolean', 'Handled'));
	}

	override async write(count: number): Promise<Written[]> {
		const written = await super.write(count);
		const { organisation } = this.fake;
		// A checkbox is never empty.
		for (const { id } of written) organisation.update(id, { [FIELD]: false }, this.fake.now());
		return written;
	}

	async pending(): Promise<number> {
		return (await this.total()) - (await this.marked());
	}

	async marked(): Promise<number> {
		const records = this.fake.organisation.records();
		return await Promise.resolve(records.filter((record) => record[FIELD] === true).length);
	}

	protected turnAway(why: 'forbidden' | 'revoked'): void {
		if (why === 'forbidden') this.fake.organisation.rights.leads = false;
		else {
			this.fake.signIn.app.userActive = false;
			this.fake.signIn.endSessions();
		}
	}

	protected letIn(): void {
		this.fake.organisation.rights.leads = true;
		this.fake.signIn.app.userActive = true;
	}

	private async total(): Promise<number> {
		return await Promise.resolve(this.fake.organisation.records().length);
	}
}

class DynamicsStore extends Crm<FakeDynamics> implements CrmStore {
	readonly displayName = 'Dynamics 365';
	readonly destination = 'dynamics365';
	readonly marking = { markedBy: 'boolean', handledColumn: named(COLUMN) };

	get parameters() {
		const { destination, leadSourceColumn } = this.fake.parameters;
		return { destination, leadSourceColumn };
	}

	async pending(): Promise<number> {
		return await Promise.resolve(this.fake.rows().filter((row) => row[COLUMN] !== true).length);
	}

	async marked(): Promise<number> {
		return await Promise.resolve(this.fake.rows().filter((row) => row[COLUMN] === true).length);
	}

	protected turnAway(why: 'forbidden' | 'revoked'): void {
		if (why === 'forbidden') this.fake.mayReadLeads = false;
		else {
			this.fake.caller = 'disabled';
			this.fake.expireTokens();
		}
	}

	protected letIn(): void {
		this.fake.mayReadLeads = true;
		this.fake.caller = 'member';
	}
}

export async function startSalesforceStore(): Promise<CrmStore> {
	return new SalesforceStore(await startSalesforce());
}

export async function startDynamicsStore(authority: EntraAuthority): Promise<CrmStore> {
	return new DynamicsStore(await startDynamics({ authority }));
}
