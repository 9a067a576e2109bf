/**
 * An HTTPS endpoint's far side: takes leads by POST, and keeps one for each idempotency key, as a
 * receiver does that knows the header. Erasable TypeScript: scripts run it as it is.
 */
import { FakeServer } from '../fakeServer.ts';
import type { FakeResponse, FakeServerOptions, FakeRequest } from '../fakeServer.ts';

export class LeadReceiver {
	readonly credentialType = 'marketplaceLeadHttpsApi';
	/** In the address, for a request to be taken. */
	secret = 'a-secret-in-the-address';
	/** Bodies by idempotency key, in the order they came. */
	readonly leads = new Map<string, unknown>();
	/** Responds in the place of the receiver; nothing for what it takes. */
	spoil: (request: FakeRequest) => FakeResponse | undefined = () => undefined;
	private startedServer: FakeServer | undefined;

	static async start(options: FakeServerOptions = {}): Promise<LeadReceiver> {
		const receiver = new LeadReceiver();
		receiver.startedServer = await FakeServer.start(
			{
				asksForLeads: ({ method }) => method === 'POST',
				respond: (request) => receiver.respond(request),
				refuse: ({ why, waitSeconds }) => ({
					status: { throttled: 429, busy: 503, broken: 500 }[why],
					...(waitSeconds !== undefined && { headers: { 'retry-after': String(waitSeconds) } }),
				}),
			},
			options,
		);
		return receiver;
	}

	get server(): FakeServer {
		if (!this.startedServer) throw new Error('The receiver is not started');
		return this.startedServer;
	}

	get credential(): Record<string, string> {
		return { endpointUrl: `${this.server.origin}/leads?code=${this.secret}` };
	}

	get badCredential(): Record<string, string> {
		return { endpointUrl: `${this.server.origin}/leads?code=wrong-secret-wrong` };
	}

	async stop(): Promise<void> {
		await this.server.stop();
	}

	private respond(request: FakeRequest): FakeResponse {
		if (request.method !== 'POST') return { status: 405 };
		if (request.url.searchParams.get('code') !== this.secret) return { status: 401 };
		const spoilt = this.spoil(request);
		if (spoilt) return spoilt;
		const key = request.headers['idempotency-key'] ?? `none-${this.leads.size}`;
		if (!this.leads.has(key)) this.leads.set(key, JSON.parse(request.body));
		return { status: 202, body: { id: key } };
	}
}
