/** Sending leads as the node opens it, and the test of the credential, against real servers. */
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { MarketplaceLeadHttpsApi } from '../../../credentials/MarketplaceLeadHttpsApi.credentials.ts';
import { https } from '../../../nodes/destinations/https';
import type { WritableLead, WriteResult } from '../../../nodes/destinations/contract';
import type { DestinationError } from '../../../nodes/destinations/destinationError';
import { parseLead } from '../../../nodes/lead';
import { inTime } from '../../support/inTime.ts';
import { destinationInput } from '../../support/destinationInput.ts';
import { localCertificate } from '../../fakeServers/entra/certificate.ts';
import { BLAME, expectNoSecret, errorOf as thrownBy } from '../../support/pollContract/errors.ts';
import { FakeServer, type FakeResponse } from '../../fakeServers/fakeServer.ts';
import { openWriter } from '../../support/openWriter';

const SECRET = 'a-secret-in-the-address';
const TOKEN = 'a-secret-in-the-header';
/** Reserved by RFC 2606: no such host exists anywhere. */
const NO_HOST = 'https://leads.invalid';

const tls = localCertificate();
let receiver: FakeServer;
let secureReceiver: FakeServer;
let response: FakeResponse;

const vendor = {
	asksForLeads: () => false,
	respond: () => response,
	refuse: () => ({ status: 500 }),
};

beforeAll(async () => {
	receiver = await FakeServer.start(vendor);
	secureReceiver = await FakeServer.start(vendor, { tls, host: 'localhost' });
});
beforeEach(() => {
	response = { status: 200, body: { id: 'lead-at-the-receiver' } };
	for (const { requests } of [receiver, secureReceiver]) requests.length = 0;
});
afterAll(async () => {
	await receiver?.stop();
	await secureReceiver?.stop();
});

/** Every field of the form, as n8n hands them over. */
const filledIn = (data: Record<string, string>) => ({
	...Object.fromEntries(
		new MarketplaceLeadHttpsApi().properties.map(({ name, default: value }) => [name, value]),
	),
	...data,
});
const credential = (origin: string, header = {}) =>
	filledIn({ endpointUrl: `${origin}/api/lead?code=${SECRET}`, ...header });

const lead: WritableLead = {
	lead: {
		...parseLead({
			UserDetails: { FirstName: 'Kim', LastName: 'Sample' },
			LeadSource: 'AzureMarketplace',
			ActionCode: 'INS',
		}),
		id: 'lead-1',
	},
	additional: { Region: 'EMEA' },
};

async function write(
	data: Record<string, unknown>,
	options: Record<string, unknown> = { allowHttpOnLocalhost: true },
): Promise<WriteResult> {
	const writer = await openWriter(https.writing, destinationInput(data, {}, { options }));
	const [result] = await writer.write([lead], inTime());
	return result!;
}

function expectHelpful(error: unknown, said: RegExp): void {
	const { message, description } = error as DestinationError;
	expect(message).toMatch(said);
	expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(description).toMatch(/^[A-Z].{20,}\.$/);
	expect(`${message} ${description}`).not.toMatch(BLAME);
	expectNoSecret(error, [SECRET, TOKEN]);
}

function errorOf(result: WriteResult): DestinationError {
	if (result.ok) throw new Error('It was not refused');
	return result.error;
}

describe('a lead', () => {
	it('goes to the endpoint, and the id it gives is told', async () => {
		expect(await write(credential(receiver.origin))).toEqual({
			ok: true,
			written: { outcome: 'created', id: 'lead-at-the-receiver', url: '' },
		});
		const [request, ...others] = receiver.requests;
		expect(others).toEqual([]);
		expect(`${request?.url.pathname}${request?.url.search}`).toBe(`/api/lead?code=${SECRET}`);
		expect(request?.headers['authorization']).toBeUndefined();
		expect(JSON.parse(request!.body)).toMatchObject({ Region: 'EMEA', ActionCode: 'INS' });
	});

	it('takes the header along that the receiver asks for', async () => {
		const header = { headerName: 'Authorization', headerValue: `Bearer ${TOKEN}` };
		expect(await write(credential(receiver.origin, header))).toMatchObject({ ok: true });
		expect(receiver.requests[0]?.headers).toMatchObject({
			authorization: `Bearer ${TOKEN}`,
			'content-type': 'application/json; charset=utf-8',
			'idempotency-key': expect.stringMatching(/^[0-9a-f]{32}$/),
		});
	});

	it('does not go to this machine by http unless that is allowed', async () => {
		for (const options of [{}, { allowHttpOnLocalhost: false }]) {
			const error = await thrownBy(write(credential(receiver.origin), options));
			expect(error).toMatchObject({ code: 'configuration' });
			expectHelpful(error, /http address of this machine/);
		}
		expect(receiver.requests).toEqual([]);
	});

	it.each([
		[401, 'authentication', /did not accept the secret/],
		[403, 'permission', /does not let this sender in/],
		[404, 'notFound', /Nothing at this address takes leads/],
		[301, 'configuration', /redirects to another address/],
		[422, 'rejected', /did not take the lead/],
		[500, 'rejected', /could not take the lead/],
		[502, 'unreachable', /down or behind a gateway/],
		[504, 'unreachable', /down or behind a gateway/],
	])('refused with %i is %s', async (status, code, said) => {
		response = { status, headers: { location: `https://other.example/${SECRET}` }, body: SECRET };
		const header = { headerName: 'X-Api-Key', headerValue: TOKEN };
		const error = errorOf(await write(credential(receiver.origin, header)));
		expect(error).toMatchObject({ code, httpCode: String(status) });
		expectHelpful(error, said);
	});

	it('without anybody there is unreachable', async () => {
		const error = errorOf(await write(credential(NO_HOST)));
		expect(error).toMatchObject({ code: 'unreachable' });
		expectHelpful(error, /host of the endpoint is not known|could not be reached/);
	});
});

describe('the test of the credential', () => {
	const tested = async (data: Record<string, unknown>) => await https.testCredential(data);

	it('connects to the host, and sends neither a lead nor a secret', async () => {
		const header = { headerName: 'Authorization', headerValue: `Bearer ${TOKEN}` };
		await tested(credential(receiver.origin, header));
		const [request, ...others] = receiver.requests;
		expect(others).toEqual([]);
		expect(request).toMatchObject({ method: 'HEAD', body: '' });
		expect(request?.url.href).toBe(`${receiver.origin}/`);
		expectNoSecret(request, [SECRET, TOKEN]);
	});

	it.each([200, 301, 401, 403, 404, 405, 500, 503])(
		'takes %i for a response: what the root says is not what the endpoint does',
		async (status) => {
			response = { status };
			await expect(tested(credential(receiver.origin))).resolves.toBeUndefined();
		},
	);

	it('tells a certificate that n8n does not trust', async () => {
		const error = await thrownBy(tested(credential(secureReceiver.origin)));
		expect(error).toMatchObject({ code: 'unreachable' });
		expectHelpful(error, /^The certificate of the endpoint/);
		expect(secureReceiver.requests).toEqual([]);
	});

	it('takes one that n8n trusts', async () => {
		const trusted = getCACertificates('default');
		setDefaultCACertificates([...trusted, tls.cert]);
		try {
			await expect(tested(credential(secureReceiver.origin))).resolves.toBeUndefined();
		} finally {
			setDefaultCACertificates(trusted);
		}
	});

	it('tells a port that speaks no TLS', async () => {
		const { port } = new URL(receiver.origin);
		const error = await thrownBy(tested(credential(`https://127.0.0.1:${port}`)));
		expect(error).toMatchObject({ code: 'unreachable' });
		expectHelpful(error, /^The endpoint could not be reached \(\w+\)$/);
	});

	it('tells a host that nobody knows', async () => {
		const error = await thrownBy(tested(credential(NO_HOST)));
		expect(error).toMatchObject({ code: 'unreachable' });
		expectHelpful(error, /^The host of the endpoint is not known$|could not be reached/);
	});

	it('tells a host that does not respond, in the time there is', async () => {
		const silent: Server = createServer();
		await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
		const { port } = silent.address() as AddressInfo;
		try {
			const action = https.testCredential(credential(`http://127.0.0.1:${port}`), inTime(300));
			const error = await thrownBy(action);
			expect(error).toMatchObject({ code: 'timeout' });
			expectHelpful(error, /did not respond in time/);
		} finally {
			silent.close();
		}
	});

	it.each([
		[{ endpointUrl: '' }, /Endpoint URL is not an address/],
		[{ endpointUrl: `http://leads.contoso.example/?code=${SECRET}` }, /not an https address/],
		[{ headerName: 'Host', headerValue: TOKEN }, /sets itself/],
		[{ headerValue: TOKEN }, /has no name/],
	])('tells what is not filled in as it should be: %j', async (data, said) => {
		const error = await thrownBy(tested({ ...credential(receiver.origin), ...data }));
		expect(error).toMatchObject({ code: 'configuration' });
		expectHelpful(error, said);
		expect(receiver.requests).toEqual([]);
	});
});

describe('the form of the credential', () => {
	const { properties } = new MarketplaceLeadHttpsApi();

	it('hides what may be a secret', () => {
		const hidden = properties.filter(({ typeOptions }) => typeOptions?.password === true);
		expect(hidden.map(({ name }) => name)).toEqual(['endpointUrl', 'headerValue']);
	});

	it('is of the type that the destination asks for', () => {
		expect(new MarketplaceLeadHttpsApi().name).toBe(https.credentialType);
	});
});
