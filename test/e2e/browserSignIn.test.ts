/**
 * Signing in with the browser, as a person does: the editor in a real browser, n8n's callback, and an
 * authorization server that checks PKCE. The environment of Dynamics 365 takes no token but that server's.
 */
import type { Editor } from '../../scripts/host/editor.ts';
import { startDynamics } from '../fakeServers/dynamics365/dynamics.ts';
import type { FakeDynamics } from '../fakeServers/dynamics365/dynamics.ts';
import { type BrowserHost, describeInBrowser, openEditor, WALK_TIME } from './support/browser.ts';
import {
	chain,
	itemsOf,
	LiveWorkflow,
	NEXT_POLL_MS,
	node,
	pollsFrom,
	withCredential,
} from './support/workflows.ts';

const TYPE = 'marketplaceLeadDynamics365OAuth2Api';
const NAME = 'Sales, signed in with the browser';

describeInBrowser('a person who signs in with the browser', () => {
	let host: BrowserHost;
	let editor: Editor;
	let dynamics: FakeDynamics;
	let live: LiveWorkflow | undefined;

	beforeAll(async () => {
		({ host, editor } = await openEditor());
		const authority = { ...host.outside.authority, stop: async () => undefined };
		dynamics = await startDynamics({ authority });
	}, WALK_TIME);

	afterAll(async () => {
		await live?.remove();
		await editor?.close();
		await dynamics?.stop();
	});

	it(
		'connects the account, and n8n polls with its tokens and renews them',
		async () => {
			const { outside, rest } = host;
			const { host: authorityHost, application } = outside.authority;
			const { tenantId, clientId, clientSecret } = application;
			const credential = await rest.createCredential(TYPE, NAME, {
				environmentUrl: dynamics.origin,
				cloud: 'custom',
				authorityHost,
				tenantId,
				clientId,
				clientSecret,
			});
			await editor.connectAccount(credential.id);

			await dynamics.insert([{ name: 'Before' }]);
			const trigger = withCredential(
				pollsFrom({
					destination: 'dynamics365',
					authentication: 'oAuth2',
					options: { includeOthers: true },
				}),
				credential,
			);
			const workflow = chain('Signed in', trigger, node('End', 'n8n-nodes-base.noOp'));
			live = await LiveWorkflow.activate(host, workflow);
			const [first] = await live.executions(1);
			expect(itemsOf(first!).map(({ customer }) => customer.lastName)).toEqual(['Before']);

			dynamics.expireTokens();
			await dynamics.insert([{ name: 'After' }]);
			const leads = await live.leads(2, NEXT_POLL_MS);
			expect(leads.map(({ customer }) => customer.lastName)).toEqual(['Before', 'After']);
		},
		WALK_TIME,
	);
});
