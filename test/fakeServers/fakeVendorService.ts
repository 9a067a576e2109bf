/**
 * A vendor that has one fake server and asks no more of it than to respond. Erasable TypeScript without
 * imports from `nodes`.
 */
import { FakeServer } from './fakeServer.ts';
import type { FakeRequest, FakeResponse, FakeServerOptions } from './fakeServer.ts';
import type { Fault } from './faults.ts';

export abstract class FakeVendorService {
	private running: FakeServer | undefined;

	protected abstract respond(request: FakeRequest): FakeResponse;
	/** How it turns a caller away. */
	protected abstract refuse(fault: Fault & { kind: 'refused' }): FakeResponse;

	async start(options: FakeServerOptions): Promise<this> {
		this.running = await FakeServer.start(
			{
				asksForLeads: () => true,
				respond: (request) => this.respond(request),
				refuse: (fault) => this.refuse(fault),
			},
			options,
		);
		return this;
	}

	get server(): FakeServer {
		if (!this.running) throw new Error('The fake server is not started');
		return this.running;
	}

	/** The vendor's clock, epoch milliseconds; before it is started, that of this machine. */
	now(): number {
		return this.running?.now() ?? Date.now();
	}

	fault(fault: Fault, options?: { page?: number; times?: number }): void {
		this.server.fault(fault, options);
	}

	async stop(): Promise<void> {
		await this.running?.stop();
	}
}
