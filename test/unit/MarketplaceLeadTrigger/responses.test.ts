import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { setLeadIdHeader, respondWithError } from '../../../nodes/MarketplaceLeadTrigger/responses';

/** What a caller gets from a real server whose handler is the given one. */
async function responseOf(
	handler: (response: ServerResponse, request: IncomingMessage) => void,
): Promise<{ status: number | undefined; headers: IncomingMessage['headers']; body: string }> {
	const server = createServer((request, response) => handler(response, request));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	try {
		const call = get({
			port: (server.address() as AddressInfo).port,
			host: '127.0.0.1',
			agent: false,
		});
		const [message] = (await once(call, 'response')) as [IncomingMessage];
		return { status: message.statusCode, headers: message.headers, body: await text(message) };
	} finally {
		server.closeAllConnections();
		server.close();
	}
}

describe('an error', () => {
	it('responds with the status, the headers and the body, and has n8n do nothing', async () => {
		let result: unknown;
		const { status, headers, body } = await responseOf((response) => {
			result = respondWithError(
				response,
				401,
				{ message: 'No.' },
				{ 'WWW-Authenticate': 'Basic realm="x"' },
			);
		});
		expect(result).toEqual({ noWebhookResponse: true });
		expect(status).toBe(401);
		expect(headers['www-authenticate']).toBe('Basic realm="x"');
		expect(headers['content-type']).toBe('application/json; charset=utf-8');
		expect(JSON.parse(body)).toEqual({ message: 'No.' });
	});

	it('ends a response that somebody began', async () => {
		const { status, body } = await responseOf((response) => {
			response.writeHead(202);
			response.write('begun');
			respondWithError(response, 500, { message: 'No.' });
		});
		expect({ status, body }).toEqual({ status: 202, body: 'begun' });
	});

	it('leaves a response alone that has ended', async () => {
		const { status, body } = await responseOf((response) => {
			response.end('done');
			expect(() => respondWithError(response, 500, { message: 'No.' })).not.toThrow();
		});
		expect({ status, body }).toEqual({ status: 200, body: 'done' });
	});

	it('survives a caller who hung up', async () => {
		const refused = new Promise<unknown>((resolve) => {
			void responseOf((response, request) => {
				request.once('close', () => {
					setImmediate(() => resolve(respondWithError(response, 400, { errors: ['No.'] })));
				});
				request.destroy();
			}).catch(() => undefined);
		});
		expect(await refused).toEqual({ noWebhookResponse: true });
	});
});

describe('setLeadIdHeader', () => {
	const headerFor = async (ids: string[]) =>
		(
			await responseOf((response) => {
				setLeadIdHeader(
					response,
					ids.map((id) => ({ id })),
				);
				response.end();
			})
		).headers['x-lead-id'];

	it('puts the id of a single lead into a header', async () => {
		expect(await headerFor(['https-1a2b'])).toBe('https-1a2b');
	});

	it.each([
		['there is none', []],
		['there are several', ['a', 'b']],
		['it would end the header', ['a\r\nSet-Cookie: b=c']],
		['it has a space', ['a b']],
		['it is no ASCII', ['ü']],
		['it is empty', ['']],
		['it is long', ['x'.repeat(10_000)]],
	])('puts none when %s', async (_name, ids) => {
		expect(await headerFor(ids)).toBeUndefined();
	});

	it('puts none into a response that somebody began', async () => {
		const { body } = await responseOf((response) => {
			response.write('begun');
			setLeadIdHeader(response, [{ id: 'a' }]);
			response.end();
		});
		expect(body).toBe('begun');
	});
});
