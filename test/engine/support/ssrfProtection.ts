import { SsrfProtectionConfig } from '@n8n/config';
import { Container } from '@n8n/di';

import { InsideServer } from '../../support/insideServer.ts';

export const BLOCKED = 'n8n’s SSRF protection blocks requests to';

/** Switches n8n's own SSRF protection on for each test of the file; gives the server that it keeps requests from. */
export function protectsFromInside(): () => InsideServer {
	let inside: InsideServer;

	beforeAll(async () => {
		inside = await InsideServer.start();
	});

	afterAll(async () => await inside.stop());

	beforeEach(() => {
		inside.forget();
		// As N8N_SSRF_PROTECTION_ENABLED sets it; loopback is on its list by default. Not taken back behind each
		// test: of requests made side by side, one can still ask when another has been refused.
		Container.get(SsrfProtectionConfig).enabled = true;
	});

	return () => inside;
}
