/** Signing in to Marketo, right and with each part wrong, on a real server. */
import { LoadOptionsContext } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	INodeListSearchResult,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import { MarketplaceLeadMarketoApi } from '../../../credentials/MarketplaceLeadMarketoApi.credentials.ts';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node.ts';
import { inTime } from '../../support/inTime.ts';
import { pollContext, testCredential } from '../../support/engine.ts';
import { gatewayPage } from '../../fakeServers/marketo/responses.ts';
import { startMarketo } from '../../fakeServers/marketo/marketo.ts';
import type { FakeMarketo } from '../../fakeServers/marketo/marketo.ts';
import { BLAME, expectNoSecret } from '../../support/pollContract/errors.ts';
import { CLOSED_PORT } from '../../support/nobody.ts';
import { skipWaits } from '../../support/skippedWaits.ts';

type Data = ICredentialDataDecryptedObject;

skipWaits();

const type = new MarketplaceLeadPollTrigger();
const defaults = Object.fromEntries(
	new MarketplaceLeadMarketoApi().properties.map(({ name, default: value }) => [name, value]),
) as Data;

let marketo: FakeMarketo;
beforeEach(async () => {
	marketo = await startMarketo();
});
afterEach(async () => await marketo?.stop());

/** What n8n hands over: every field of the form, those not filled in with their defaults. */
const filledIn = (changes: Data = {}): Data => ({ ...defaults, ...marketo.credential, ...changes });

const tested = async (changes: Data = {}) =>
	await testCredential(type, 'marketplaceLeadMarketoApiTest', filledIn(changes));

/** Refused in a sentence or two that name the part, without the secret. */
async function expectRefused(said: RegExp, changes: Data = {}): Promise<void> {
	const result = await tested(changes);
	expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(said) });
	expect(result.message).toMatch(/^["A-Z].{20,}\.$/s);
	expect(result.message).not.toMatch(BLAME);
	expectNoSecret(result, marketo.secrets);
}

describe('a sign-in that is right', () => {
	it.each<[string, () => Data]>([
		['an endpoint', () => ({})],
		['an endpoint without /rest', () => ({ endpoint: marketo.origin })],
		['an identity endpoint', () => ({ endpoint: `${marketo.origin}/identity/` })],
		['another custom service', () => ({ ...marketo.clients[1] })],
		['white space around it', () => ({ clientSecret: ` ${marketo.clients[0].clientSecret}\n` })],
	])('is %s', async (_, changes) => {
		expect(await tested(changes())).toEqual({
			status: 'OK',
			message: 'Connection successful',
		});
	});

	it('sends the token in the header, and the secret to the identity service only', async () => {
		await tested();
		const [signIn, ...calls] = marketo.requests;
		expect(signIn?.url.pathname).toBe('/identity/oauth/token');
		expect(calls.length).toBeGreaterThanOrEqual(3);
		for (const { url, headers, body } of calls) {
			expect(headers['authorization']).toMatch(/^Bearer \S+$/);
			expectNoSecret([url.href, body], marketo.secrets);
		}
	});
});

describe('a sign-in is refused', () => {
	it('with a client ID that is not known', async () => {
		await expectRefused(/Marketo does not know the Client ID/, { clientId: 'someone' });
	});

	it('with a client secret that is wrong', async () => {
		await expectRefused(/Client Secret is wrong/, { clientSecret: marketo.wrongSecret });
	});

	it('with fields that are empty or not what they should be', async () => {
		await expectRefused(/Client ID is missing/, { clientId: '' });
		await expectRefused(/Client Secret is missing/, { clientSecret: ' ' });
		await expectRefused(/Munchkin ID is invalid/, { address: 'munchkinId' });
		await expectRefused(/Munchkin ID is invalid/, { address: 'munchkinId', munchkinId: '1.2.3.4' });
		await expectRefused(/Endpoint is not an address/, { endpoint: '123-ABC-456' });
		await expectRefused(/Endpoint is not an https/, { endpoint: 'http://contoso.example/rest' });
		expect(marketo.requests).toEqual([]);
	});

	it.each([
		['Read-Only Activity', /permission Read-Only Activity/],
		['Read-Only Person', /permission Read-Only Person/],
		['Read-Only Assets', /permission Read-Only Assets/],
	])('without the permission %s', async (permission, said) => {
		marketo.permissions.delete(permission);
		await expectRefused(said);
	});

	it('by an instance without fill-outs', async () => {
		marketo.script(/types\.json$/, {
			status: 200,
			body: { success: true, result: [{ id: 2, name: 'Attend Event' }] },
		});
		await expectRefused(/no activities of type Fill Out Form/);
	});
});

describe('it is told apart', () => {
	it('where the host is not there', async () => {
		const closed = `http://127.0.0.1:${CLOSED_PORT}/rest`;
		await expectRefused(/could not be reached/, { endpoint: closed });
		// Reserved by RFC 2606: no such host exists anywhere.
		await expectRefused(/no Marketo instance at this address|could not be reached/, {
			endpoint: 'https://123-abc-456.mktorest.invalid/rest',
		});
	});

	it('where another service responds', async () => {
		await expectRefused(/no Marketo REST API at this address/, {
			endpoint: `${marketo.origin}/elsewhere/rest`,
		});
		const page = gatewayPage(200, 'Welcome');
		marketo.script(/types\.json$/, page, Number.POSITIVE_INFINITY);
		await expectRefused(/^Unexpected response from Marketo: it is an HTML page/);
	});

	it.each([
		[gatewayPage(503, 'Service Unavailable'), /temporarily unavailable \(status 503\)/],
		[gatewayPage(404, 'Not Found'), /no Marketo REST API at this address/],
		[{ status: 302, headers: { location: 'https://evil.example/' } }, /no Marketo REST API/],
		[{ status: 200, body: { success: true, result: 'no list' } }, /its result is no list/],
		[{ status: 200, body: [] }, /it is JSON, but not an object/],
		[{ status: 200, body: { success: false } }, /neither success nor a code/],
		['607', /daily calls of the Marketo instance are used up/],
		['713', /is short of a resource for the moment/],
	])('where it responds with %j', async (response, said) => {
		marketo.script(/types\.json$/, response, Number.POSITIVE_INFINITY);
		await expectRefused(said);
	});

	it('where Marketo itself falters for a moment', async () => {
		marketo.script(/types\.json$/, '611');
		marketo.script(/describe\.json$/, gatewayPage(502, 'Bad Gateway'));
		marketo.script(/forms\.json$/, '601');
		expect(await tested()).toMatchObject({ status: 'OK' });
	});

	it('where the token is not one of a header', async () => {
		const { MarketoClient } =
			await import('../../../nodes/destinations/marketo/connection/client.ts');
		const { readAccount } =
			await import('../../../nodes/destinations/marketo/connection/account.ts');
		const { RateLimiter } =
			await import('../../../nodes/destinations/marketo/connection/rateLimiter.ts');
		const limits = inTime();
		for (const access_token of [undefined, 5, '', 'a\r\nhost: evil.example', 'ü']) {
			const http = {
				send: async () => ({
					status: 200,
					headers: {},
					body: JSON.stringify({ access_token }),
				}),
			};
			const client = new MarketoClient(readAccount(filledIn()), 'read', http, new RateLimiter());
			await expect(client.read('/rest/v1/x.json', {}, limits)).rejects.toThrow(
				/holds no access token/,
			);
		}
	});
});

describe('the lists of the editor', () => {
	async function searched(
		list: string,
		filter?: string,
		changes: Data = {},
	): Promise<INodeListSearchResult> {
		const poller = pollContext({
			type,
			parameters: { destination: 'marketo' },
			credentials: { marketplaceLeadMarketoApi: filledIn(changes) },
		});
		const [node] = Object.values(poller.workflow.nodes);
		const { additionalData } = poller.context() as unknown as {
			additionalData: IWorkflowExecuteAdditionalData;
		};
		const context = new LoadOptionsContext(
			poller.workflow,
			node!,
			{ ...additionalData, currentNodeParameters: node!.parameters },
			'parameters.form',
		);
		return await type.methods.listSearch[list]!.call(context, filter);
	}

	it('hold every form by name and ID, over pages of 200', async () => {
		for (let id = 1; id <= 450; id += 1) marketo.instance.forms.push({ id, name: `Form ${id}` });
		const { results } = await searched('searchForms');
		expect(results).toHaveLength(451);
		expect(results).toContainEqual({ name: 'Form 450 (450)', value: '450' });
		expect(results.map(({ name }) => name)).toEqual(
			results.map(({ name }) => name).sort((a, b) => a.localeCompare(b, 'en')),
		);
		const narrowed = await searched('searchForms', 'MICROSOFT');
		expect(narrowed.results).toMatchObject([{ value: String(marketo.formId) }]);
	});

	it('hold no form that was never approved', async () => {
		const draft = [{ id: 'Email', dataType: 'email' }];
		marketo.instance.forms.push(
			{ id: 5, name: 'Draft', isApproved: false },
			{ id: 6, name: 'Both', draft },
		);
		const { results } = await searched('searchForms');
		expect(results.map(({ value }) => value)).toEqual(['6', String(marketo.formId)]);
	});

	it('hold no form where there is none', async () => {
		marketo.instance.forms.length = 0;
		expect((await searched('searchForms')).results).toEqual([]);
	});

	it('hold the partitions by name', async () => {
		marketo.instance.partitions.push('Asia');
		const { results } = await searched('searchPartitions');
		expect(results).toEqual([
			{ name: 'Asia', value: 'Asia' },
			{ name: 'Default', value: 'Default' },
		]);
	});

	it('hold the fields of a person by label and REST API name', async () => {
		const { results } = await searched('searchPersonFields', 'lead source');
		expect(results).toEqual([{ name: 'Lead Source (leadSource)', value: 'leadSource' }]);
	});

	it('are refused with the sign-in, and without the permission', async () => {
		const wrong = { clientSecret: marketo.wrongSecret };
		const error = await searched('searchForms', '', wrong).catch((reason: unknown) => reason);
		expect(error).toMatchObject({ name: 'NodeApiError', message: 'The Client Secret is wrong' });
		expectNoSecret(error, marketo.secrets);
		marketo.permissions.delete('Read-Only Assets');
		await expect(searched('searchForms')).rejects.toThrow(/may not make this call/);
	});
});
