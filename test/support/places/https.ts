/** An HTTPS endpoint that takes leads: a receiver of its own for each place. */
import type { INodeParameters } from 'n8n-workflow';

import type { JsonValue } from '../../../nodes/lead/index.ts';
import type { Fault, Traffic } from '../../fakeServers/faults.ts';
import { LeadReceiver } from '../../fakeServers/https/leadReceiver.ts';
import { CLOSED_PORT } from '../nobody.ts';
import { customerOf, type Places, placesOf, type StoredLead, type WritePlace } from './place.ts';

export function httpsPlaces(): Promise<Places<HttpsPlace>> {
	return Promise.resolve(placesOf(async () => await HttpsPlace.start()));
}

export class HttpsPlace implements WritePlace {
	readonly destination = 'https';
	readonly reads = false;
	/** A receiver does not tell whether it had the lead. */
	readonly again = 'created';
	readonly credentialType = 'marketplaceLeadHttpsApi';
	readonly writing = {};
	readonly options = { allowHttpOnLocalhost: true };
	readonly secrets = ['wrong-secret-wrong'];

	constructor(readonly receiver: LeadReceiver) {}

	static async start(): Promise<HttpsPlace> {
		return new HttpsPlace(await LeadReceiver.start());
	}

	get credential() {
		return this.receiver.credential;
	}

	get badCredential() {
		return this.receiver.badCredential;
	}

	/** Any request to an endpoint may start a workflow there, so its test asks the host alone. */
	get unreachable() {
		const { endpointUrl = '' } = this.badCredential;
		const url = new URL(endpointUrl);
		url.port = String(CLOSED_PORT);
		return { endpointUrl: url.href };
	}

	records(): Promise<StoredLead[]> {
		return Promise.resolve(
			[...this.receiver.leads].map(([id, body]) => ({ id, ...customerOf(body) })),
		);
	}

	readonly taken = (id: string) => this.receiver.leads.get(id) as JsonValue | undefined;

	refuse(name: string): INodeParameters {
		this.receiver.spoil = ({ body }) =>
			customerOf(JSON.parse(body)).lastName === name ? { status: 422 } : undefined;
		return {};
	}

	strike(fault: Fault, request = 0, times = 1): void {
		this.receiver.server.fault(fault, { page: request, times });
	}

	faultsLeft(): number {
		return this.receiver.server.faultsLeft();
	}

	meanwhile(action: () => void, request = 0): void {
		this.receiver.server.meanwhile(action, { page: request });
	}

	loseSignIn(): () => void {
		const { secret } = this.receiver;
		this.receiver.secret = 'another-secret';
		return () => {
			this.receiver.secret = secret;
		};
	}

	traffic(since?: Traffic): Traffic {
		return this.receiver.server.traffic(since);
	}

	async stop(): Promise<void> {
		await this.receiver.stop();
	}
}
