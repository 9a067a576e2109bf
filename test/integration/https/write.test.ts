/** Leads sent to real HTTP servers, and into our own trigger. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';

import fc from 'fast-check';

import { https } from '../../../nodes/destinations/https';
import type { WritableLead, WriteResult } from '../../../nodes/destinations/contract';
import { DestinationError } from '../../../nodes/destinations/destinationError';
import {
	microsoftTestLead,
	parseLead,
	readLeadInput,
	type JsonObject,
	type Lead,
} from '../../../nodes/lead';
import { MarketplaceLeadTrigger } from '../../../nodes/MarketplaceLeadTrigger/MarketplaceLeadTrigger.node';
import { inTime } from '../../support/inTime.ts';
import { BLAME, expectNoSecret } from '../../support/pollContract/errors.ts';
import { startWebhookServer } from '../../support/webhookServer';
import { generatedWritableLead } from './generatedLeads.ts';
import { destinationInput } from '../../support/destinationInput.ts';
import { openWriter } from '../../support/openWriter.ts';

const SECRET = 'a-secret-in-the-address';

interface Received {
	path: string;
	headers: IncomingMessage['headers'];
	body: string;
}
type Respond = (request: Received, response: ServerResponse, number: number) => void;

let server: Server;
let origin: string;
let received: Received[];
let respond: Respond;
/** How many requests were open at once, at most. */
let mostOpen: number;

const takes: Respond = (_request, response) => response.writeHead(202).end();

beforeAll(async () => {
	let open = 0;
	server = createServer((request, response) => {
		open += 1;
		mostOpen = Math.max(mostOpen, open);
		response.on('close', () => (open -= 1));
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = Buffer.concat(chunks).toString('utf8');
			const seen = { path: request.url ?? '', headers: request.headers, body };
			received.push(seen);
			respond(seen, response, received.length);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
	received = [];
	respond = takes;
	mostOpen = 0;
});
afterAll(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

const inputOf = (endpointUrl: string, allowHttpOnLocalhost = true) =>
	destinationInput({ endpointUrl }, {}, { options: { allowHttpOnLocalhost } });
const open = async (endpointUrl = `${origin}/leads?code=${SECRET}`) =>
	await openWriter(https.writing, inputOf(endpointUrl));
const send = async (leads: readonly WritableLead[], within = inTime()) =>
	await (await open()).write(leads, within);

const lead = (number = 1): WritableLead => ({
	lead: {
		...parseLead(
			{
				UserDetails: {
					FirstName: 'Kim',
					LastName: `Sample ${number}`,
					Email: 'Kim.Sample@Fabrikam.example',
					Phone: '4255550100',
					Country: 'USA',
					Company: 'Fabrikam',
					Title: 'Buyer',
				},
				LeadSource: 'AzureMarketplace',
				ActionCode: 'INS',
				OfferTitle: 'Fabrikam Widget',
				Description: 'Please call',
			},
			{ destination: 'https' },
		),
		id: `lead-${number}`,
	},
	additional: {},
});
const leads = (count: number) => Array.from({ length: count }, (_, at) => lead(at));
const numberOf = ({ body }: Received) =>
	Number((JSON.parse(body) as { UserDetails: { LastName: string } }).UserDetails.LastName.slice(7));
const errorsOf = (results: readonly WriteResult[]) =>
	results.flatMap((result) => (result.ok ? [] : [result.error]));
const created = (id = '') => ({ ok: true, written: { outcome: 'created', id, url: '' } });

function expectHelpful(error: DestinationError | undefined, said: RegExp): void {
	expect(error).toBeInstanceOf(DestinationError);
	const { message, description } = error!;
	expect(message).toMatch(said);
	expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(description).toMatch(/^[A-Z].{20,}\.$/);
	expect(`${message} ${description}`).not.toMatch(BLAME);
	expectNoSecret(error, [SECRET]);
}

describe('a lead', () => {
	it('is posted as Partner Center posts it, with the additional fields beside', async () => {
		const [result] = await send([
			{ ...lead(), additional: { Region: 'EMEA', OfferTitle: 'Other' } },
		]);
		expect(result).toEqual(created());
		const [request] = received;
		expect(request?.path).toBe(`/leads?code=${SECRET}`);
		expect(request?.headers).toMatchObject({
			'content-type': 'application/json; charset=utf-8',
			'idempotency-key': expect.stringMatching(/^[0-9a-f]{32}$/),
		});
		expect(JSON.parse(request!.body)).toEqual({
			UserDetails: {
				FirstName: 'Kim',
				LastName: 'Sample 1',
				Email: 'Kim.Sample@Fabrikam.example',
				Phone: '4255550100',
				Country: 'USA',
				Company: 'Fabrikam',
				Title: 'Buyer',
			},
			LeadSource: 'AzureMarketplace',
			ActionCode: 'INS',
			OfferTitle: 'Other',
			Description: 'Please call',
			Region: 'EMEA',
		});
	});

	it('of Microsoft’s is what Microsoft sends', async () => {
		const test = microsoftTestLead({ destination: 'https', now: Date.now() });
		await send([{ lead: test, additional: {} }]);
		const { lastName } = test.customer;
		expect(JSON.parse(received[0]!.body)).toEqual({
			UserDetails: {
				FirstName: lastName,
				LastName: lastName,
				Email: `${lastName}@test.com`,
				Phone: '1234567890',
				Country: 'US',
				Company: lastName,
				Title: lastName,
			},
			LeadSource: 'AzureMarketplace',
			ActionCode: 'INS',
			OfferTitle: 'Test Offer',
			Description: lastName,
		});
	});

	it('is read back as the same lead, whatever it holds', async () => {
		const writer = await open();
		await fc.assert(
			fc.asyncProperty(generatedWritableLead, async (writable) => {
				received = [];
				expect(await writer.write([writable], inTime())).toEqual([created()]);
				const input = readLeadInput(received[0]!.body);
				if (!input.ok) throw new Error(input.problems.join(' '));
				const [record] = input.records;
				const read = parseLead(record, { destination: 'https' });
				const { DoNotContact, ...properties } = read.properties;
				const isOurs = DoNotContact === true && !('DoNotContact' in writable.lead.properties);
				if (isOurs) expect(writable.lead.contactAllowed).toBe(false);
				const held = withoutUnheld(isOurs ? { ...read, properties } : read);
				expect(held).toEqual(expected(writable));
				if (writable.lead.isTest && read.isTest === false) throw new Error('No test lead any more');
				expect(read.contactAllowed).toBe(writable.lead.contactAllowed);
			}),
			{ numRuns: 100 },
		);
	});

	it('that may not be contacted stays one, whatever its parts say', async () => {
		const { lead: allowed } = lead();
		await send([{ lead: { ...allowed, contactAllowed: false }, additional: {} }]);
		expect(parseLead(JSON.parse(received[0]!.body)).contactAllowed).toBe(false);
	});

	it('that was edited is written as it is now', async () => {
		const { lead: before } = lead();
		const customer = {
			...before.customer,
			email: 'new@fabrikam.example',
			phone: '',
			country: 'DE',
		};
		await send([{ lead: { ...before, customer }, additional: {} }]);
		const { customer: read } = parseLead(JSON.parse(received[0]!.body));
		expect(read).toMatchObject({ email: 'new@fabrikam.example', phone: '', country: 'DE' });
	});
});

/** What the form has a place for. */
function withoutUnheld(lead: Lead): JsonObject {
	const { customer, source, action, offer, description, campaign, properties } = lead;
	const held = { customer, source, action, description, campaign, properties, title: offer.title };
	return JSON.parse(JSON.stringify(held)) as JsonObject;
}

const TAKEN =
	/^(userdetails|customerinfo|leadsource|actioncode|offerid|productid|offertitle|offerdisplayname|offername|publisherdisplayname|publishername|description|createdtime|createdon|createddate|activitydate|createdat|partitionkey|rowkey)$/;
const CUSTOMER: Record<string, keyof Lead['customer']> = {
	email: 'email',
	mobilephone: 'phone',
	telephone1: 'phone',
};

function expected({ lead, additional }: WritableLead): JsonObject {
	const held = withoutUnheld({
		...lead,
		offer: { ...lead.offer, title: lead.offer.title || lead.offer.id },
	});
	const own = parseLead({ LeadSource: 'SPZA-INS|a.b', ...additional }).properties;
	const properties = Object.entries(lead.properties).map(([name, value]) => {
		const plain = name.toLowerCase().replaceAll(/[_\- ]/g, '');
		const field = CUSTOMER[plain];
		const isTaken =
			TAKEN.test(plain) || (field && lead.customer[field] === '') || /^(full)?name$/.test(plain);
		return [isTaken ? `Original_${name}` : name, value] as const;
	});
	return { ...held, properties: { ...Object.fromEntries(properties), ...own } };
}

describe('the same lead', () => {
	it('has the same key each time, and another lead another', async () => {
		await send([lead(1), lead(2)]);
		await send([lead(1)]);
		const keys = received
			.sort((a, b) => numberOf(a) - numberOf(b))
			.map(({ headers }) => headers['idempotency-key']);
		expect(keys[0]).toBe(keys[1]);
		expect(keys[2]).not.toBe(keys[0]);
	});

	it('twice in a batch is sent once; changed, once more behind it', async () => {
		const changed = { ...lead(1), additional: { Region: 'EMEA' } };
		const results = await send([lead(1), lead(1), changed, lead(2)]);
		expect(results).toEqual([
			created(),
			{ ok: true, written: { outcome: 'unchanged', id: '', url: '' } },
			created(),
			created(),
		]);
		expect(received).toHaveLength(3);
	});

	it('is sent again under its key when the response is lost', async () => {
		respond = (request, response, number) =>
			number === 1 ? response.destroy() : takes(request, response, number);
		expect(await send([lead()])).toEqual([created()]);
		const keys = received.map(({ headers }) => headers['idempotency-key']);
		expect(keys).toHaveLength(2);
		expect(keys[0]).toBe(keys[1]);
	});
});

describe('the response', () => {
	it.each<[string, unknown, string]>([
		['an id', { id: 'abc-1', filtered: true }, 'abc-1'],
		['a number', { id: 7 }, '7'],
		['an id too long', { id: 'x'.repeat(257) }, ''],
		['an id with a line break', { id: 'a\nb' }, ''],
		['an empty id', { id: '' }, ''],
		['an object for an id', { id: { a: 1 } }, ''],
		['a list', [{ id: 'x' }], ''],
		['an inherited id', { __proto__: { id: 'x' } }, ''],
		['nothing', null, ''],
	])('may hold %s', async (_name, body, id) => {
		respond = (_request, response) => response.writeHead(200).end(JSON.stringify(body));
		expect(await send([lead()])).toEqual([created(id)]);
	});

	it('may be no JSON', async () => {
		respond = (_request, response) => response.writeHead(200).end('<html>Thank you</html>');
		expect(await send([lead()])).toEqual([created()]);
	});
});

describe('an error response', () => {
	it.each([
		[401, /did not accept the secret/],
		[403, /does not let this sender in/],
		[404, /Nothing at this address takes leads/],
		[405, /takes no POST/],
		[410, /gone for good/],
		[413, /larger than/],
		[422, /did not take the lead \(status 422\)/],
		[301, /redirects to another address/],
		[307, /redirects to another address/],
	])('with status %d is final', async (status, said) => {
		respond = (_request, response) =>
			response.writeHead(status, { location: `${origin}/other?code=${SECRET}` }).end(SECRET);
		const [error] = errorsOf(await send([lead()]));
		expectHelpful(error, said);
		expect(error?.httpCode).toBe(String(status));
		expect(received.map(({ path }) => path)).toEqual([`/leads?code=${SECRET}`]);
	});

	it.each([408, 429, 500, 502, 503])('with status %d is tried again', async (status) => {
		respond = (request, response, number) =>
			number === 1 ? response.writeHead(status).end() : takes(request, response, number);
		expect(await send([lead()])).toEqual([created()]);
		expect(received).toHaveLength(2);
	});

	it('that asks to wait is waited for', async () => {
		const at: number[] = [];
		respond = (request, response, number) => {
			at.push(Date.now());
			if (number === 1) response.writeHead(429, { 'retry-after': '2' }).end();
			else takes(request, response, number);
		};
		expect(await send([lead()])).toEqual([created()]);
		expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(1_990);
	});

	it('that asks to wait beyond the deadline is not waited for', async () => {
		respond = (_request, response) => response.writeHead(503, { 'retry-after': '7200' }).end();
		expectHelpful(errorsOf(await send([lead()]))[0], /down or behind a gateway/);
		expect(received).toHaveLength(1);
	});
});

describe('a batch', () => {
	it('of 500 with one refused has all others taken, in order, few at a time', async () => {
		respond = (request, response) => {
			const number = numberOf(request);
			// Later ones are responded to sooner, so that responses come out of order.
			setTimeout(
				() => {
					if (number === 250) response.writeHead(400).end();
					else response.writeHead(200).end(JSON.stringify({ id: `r${number}` }));
				},
				10 - (number % 5) * 2,
			);
		};
		const results = await send(leads(500));
		expect(results).toHaveLength(500);
		results.forEach((result, at) => {
			if (at === 250) expectHelpful(errorsOf([result])[0], /status 400/);
			else expect(result).toEqual(created(`r${at}`));
		});
		expect(mostOpen).toBeGreaterThan(1);
		expect(mostOpen).toBeLessThanOrEqual(5);
	});

	it('that is throttled in the middle is taken whole', async () => {
		respond = (request, response, number) => {
			if (number >= 20 && number < 30) response.writeHead(429, { 'retry-after': '1' }).end();
			else takes(request, response, number);
		};
		expect(errorsOf(await send(leads(50)))).toEqual([]);
		expect(received).toHaveLength(60);
	});

	it('into an endpoint that is gone is given up after a few', async () => {
		respond = (_request, response) => response.writeHead(404).end();
		const results = await send(leads(100));
		expect(errorsOf(results)).toHaveLength(100);
		for (const error of errorsOf(results))
			expectHelpful(error, /Nothing at this address takes leads/);
		expect(received.length).toBeLessThanOrEqual(8);
	});

	it('to nobody says so of each', async () => {
		const writer = await open(`http://127.0.0.1:1/leads?code=${SECRET}`);
		const results = await writer.write(leads(20), inTime());
		expect(errorsOf(results)).toHaveLength(20);
		expectHelpful(errorsOf(results)[0], /could not be reached|did not respond/);
	});

	it('of none is nothing', async () => {
		expect(await send([])).toEqual([]);
		expect(received).toEqual([]);
	});
});

describe('the address', () => {
	const refused = async (endpointUrl: string, allowHttpOnLocalhost = false) =>
		await openWriter(https.writing, inputOf(endpointUrl, allowHttpOnLocalhost)).then(
			() => undefined,
			(error: DestinationError) => error,
		);

	it.each([
		['', false],
		[`no address ${SECRET}`, true],
		[`http://leads.example/?code=${SECRET}`, true],
		[`http://127.0.0.1/?code=${SECRET}`, false],
		[`http://127.0.0.1.leads.example/?code=${SECRET}`, true],
		[`https://user:${SECRET}@leads.example/`, true],
		[`file:///${SECRET}`, true],
	])('is refused as %s (loopback %s)', async (url, allowHttpOnLocalhost) => {
		const error = await refused(url, allowHttpOnLocalhost);
		expectHelpful(error, /Endpoint URL/);
		expect(error?.code).toBe('configuration');
	});

	it('is in nothing that can be looked at', async () => {
		expect(await refused(`https://leads.example/?code=${SECRET}`)).toBeUndefined();
		const writer = await https.writing.open(inputOf(`https://leads.example/?code=${SECRET}`));
		expect(inspect(writer, { depth: 9, showHidden: true })).not.toContain(SECRET);
		expect(JSON.stringify(writer)).not.toContain(SECRET);
	});
});

it('reaches our own trigger, which tells the id of what it started with', async () => {
	const secret = 'c0ffee00c0ffee00c0ffee00';
	const trigger = await startWebhookServer({
		type: new MarketplaceLeadTrigger(),
		parameters: { authentication: 'sharedSecret' },
		credentials: { marketplaceLeadTriggerApi: { secret, user: 'marketplace' } },
	});
	try {
		const writer = await open(`${trigger.url}?code=${secret}`);
		const [result] = await writer.write([lead()], inTime());
		const [[item]] = trigger.started() as [[{ json: unknown }]];
		const started = item.json as Lead;
		expect(result).toEqual(created(started.id));
		expect(started.customer).toEqual(lead().lead.customer);

		const wrong = await open(`${trigger.url}?code=${SECRET}`);
		expectHelpful(errorsOf(await wrong.write([lead()], inTime()))[0], /did not accept the secret/);
	} finally {
		await trigger.stop();
	}
});
