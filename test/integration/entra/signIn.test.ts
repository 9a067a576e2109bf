/** Signing in at a fake Entra that is throttling, down or not there, for both services that use it. */
import { openAccount } from '../../../nodes/destinations/azureTable/connection/account.ts';
import { explainError } from '../../../nodes/destinations/azureTable/errors.ts';
import { DataverseClient } from '../../../nodes/destinations/dynamics365/connection/client.ts';
import { openEntra, readEntraApplication } from '../../../nodes/destinations/entra.ts';
import { DestinationError } from '../../../nodes/destinations/destinationError.ts';
import { timeLimits } from '../../../nodes/destinations/timeLimits.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { FakeEntra } from '../../fakeServers/entra/authority.ts';
import { errorOf } from '../../support/pollContract/errors.ts';

const SCOPE = 'https://storage.azure.com/.default';
/** Milliseconds: longer than any of this takes, shorter than what Entra asks to wait. */
const POLL_TIME = 50_000;

let authority: FakeEntra;
beforeAll(async () => {
	authority = await startEntraAuthority();
});
afterAll(async () => await authority?.stop());
beforeEach(async () => await authority.fault({ kind: 'cut', times: 0 }));

const credential = () => {
	const { tenantId, clientId, clientSecret } = authority.application;
	return { tenantId, clientId, clientSecret, cloud: 'custom', authorityHost: authority.host };
};

async function signIn(retries = 0, signal?: AbortSignal): Promise<string> {
	const entra = await openEntra(readEntraApplication(credential()), { retries });
	const { token } = await entra.getToken(SCOPE, signal ? { abortSignal: signal } : {});
	return token;
}

describe.each<[string, () => Promise<unknown>]>([
	[
		'Dynamics 365',
		async () => {
			const client = await DataverseClient.open(
				{ ...credential(), environmentUrl: 'https://localhost:1' },
				{ operation: 'read' },
			);
			await client.get({ path: 'WhoAmI', subject: 'environment', ...timeLimits(POLL_TIME) });
		},
	],
	[
		'Azure Table',
		async () => {
			const account = await openAccount({
				...credential(),
				authentication: 'entra',
				tableEndpoint: 'https://localhost:1',
			});
			const abortSignal = AbortSignal.timeout(POLL_TIME);
			try {
				await account.table('leads').listEntities({}).byPage().next();
			} catch (error) {
				throw abortSignal.aborted ? error : explainError(error, 'read');
			}
		},
	],
])('%s', (_, read) => {
	it('takes a throttled sign-in for throttling, and does not wait a minute in the poll', async () => {
		await authority.fault({ kind: 'throttled', times: 100, waitSeconds: 60 });
		expect(await errorOf(read())).toMatchObject({
			name: 'DestinationError',
			code: 'throttled',
			httpCode: '429',
			retryAfter: 60_000,
			message: expect.stringMatching(/^Entra is throttling/),
		});
		expect(await authority.requests()).toBe(1);
	});

	it('takes an Entra that is down for one that is down', async () => {
		await authority.fault({ kind: 'down', times: 100, status: 503, waitSeconds: 60 });
		expect(await errorOf(read())).toMatchObject({ code: 'unreachable', httpCode: '503' });
		await authority.fault({ kind: 'page', times: 100, status: 403, characters: 1_000_000 });
		expect(await errorOf(read())).toMatchObject({
			code: 'unexpectedResponse',
			message: 'Unexpected response from Entra (status 403)',
		});
	});

	it('signs in at the next attempt where a connection broke', async () => {
		await authority.fault({ kind: 'cut', times: 1 });
		// There is no service at the other end: it was asked, so there was a token.
		expect((await errorOf(read())).message).not.toMatch(/Entra/);
	});
});

it('goes on when it signs in again after Entra has calmed down', async () => {
	const entra = await openEntra(readEntraApplication(credential()), { retries: 0 });
	await authority.fault({ kind: 'throttled', times: 1, waitSeconds: 60 });
	await expect(entra.getToken(SCOPE)).rejects.toThrow(/throttling/);
	// The SDK by itself would not ask Entra again for a minute.
	const { token } = await entra.getToken(SCOPE);
	expect((await entra.getToken(SCOPE)).token).toBe(token);
	const before = await authority.requests();
	await entra.getToken(SCOPE);
	expect(await authority.requests()).toBe(before);
});

it('tries again after a short wait that Entra asks for', async () => {
	await authority.fault({ kind: 'down', times: 1, status: 503, waitSeconds: 1 });
	expect(await signIn(1)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
});

it('ends with its signal, also where Entra never responds', async () => {
	await authority.fault({ kind: 'silent', times: 100 });
	const ended = new AbortController();
	const refused = errorOf(signIn(3, ended.signal));
	while ((await authority.requests()) === 0) await new Promise(setImmediate);
	ended.abort();
	const error = await refused;
	expect(error).toBeInstanceOf(DestinationError);
	expect(error).toMatchObject({
		code: 'timeout',
		message: expect.stringMatching(/Entra.*in time/),
	});
});

it.each([
	[90002, 400, /Tenant ID is not known/],
	[7000229, 401, /not in this tenant/],
	[53003, 400, /Conditional Access/],
	[65001, 400, /consent/],
])('tells what AADSTS%i means, whichever request it comes to', async (code, status, said) => {
	await authority.fault({ kind: 'code', times: 100, code, status });
	const error = await errorOf(signIn());
	expect(error).toMatchObject({ code: 'authentication', message: expect.stringMatching(said) });
	expect(await authority.requests()).toBe(1);
});
