/**
 * A webhook of a node behind a real HTTP server, called over real sockets. The server does what
 * n8n's does around a webhook, as read from n8n 2.40 (`body-parser.js`, `webhook-helpers.js`): it
 * parses some bodies, refuses invalid JSON with 422, and responds by the description's fields. The
 * node runs on n8n-core's real WebhookContext.
 */
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse as parseQuery } from 'node:querystring';
import { text } from 'node:stream/consumers';

import type { INodeExecutionData, IWebhookResponseData } from 'n8n-workflow';

import { callWebhook, type TestNode, workflowOf } from './engine';

export interface WebhookServer {
	url: string;
	port: number;
	/** What the webhook gave n8n for each request, in order. */
	results: IWebhookResponseData[];
	/** The items of the executions n8n would have started. */
	started(): INodeExecutionData[][];
	stop(): Promise<void>;
}

type N8nRequest = IncomingMessage & {
	body?: unknown;
	query: unknown;
	rawBody?: Buffer;
	contentType?: string;
	readRawBody(): Promise<void>;
};

/** What n8n reads for webhooks of version 2 and up; the rest is left to the node. */
const READ_BY_N8N = /^(application\/json|text\/plain|application\/x-www-form-urlencoded)|[/+]xml$/;

export async function startWebhookServer(node: TestNode): Promise<WebhookServer> {
	const results: IWebhookResponseData[] = [];
	const server: Server = createServer((message, response) => {
		void handle(node, message as N8nRequest, response, results).catch((error: unknown) => {
			// What n8n responds when a webhook throws; our node must never come to this.
			response.statusCode = 599;
			response.end(String(error));
		});
	});
	// Never closed for being idle: a busy machine can keep a sender waiting.
	server.keepAliveTimeout = 0;
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/webhook/lead`,
		port,
		results,
		started: () => results.flatMap(({ workflowData }) => workflowData ?? []),
		async stop() {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}

async function handle(
	node: TestNode,
	request: N8nRequest,
	response: ServerResponse,
	results: IWebhookResponseData[],
): Promise<void> {
	const [, query = ''] = (request.url ?? '').split('?', 2);
	// Like n8n's parser, a list for a parameter given twice.
	request.query = parseQuery(query);
	const parsed = await parseBody(request);
	if (!parsed) return respond(response, 422, { message: 'Failed to parse request body' });

	const result = await callWebhook(node, request, response);
	results.push(result);
	if (result.noWebhookResponse === true) return;
	if (result.workflowData === undefined) return respond(response, 200, result.webhookResponse);
	const { responseMode, responseData } = responseFields(node);
	if (responseMode === 'lastNode') {
		// n8n's response for "noData"; anything else would be data of the workflow.
		if (responseData === 'noData') return respond(response, 200, undefined);
		return respond(response, 200, result.workflowData.at(-1)?.[0]?.json);
	}
	respond(response, 200, responseData === '' ? result.webhookResponse : responseData);
}

/** The description's fields as n8n's expressions give them, with n8n's defaults for missing ones. */
export function responseFields(node: TestNode): { responseMode: unknown; responseData: unknown } {
	const workflow = workflowOf([node]);
	const [startNode] = Object.values(workflow.nodes);
	const [webhook] = node.type.description.webhooks ?? [];
	const evaluate = (field: string, otherwise: string) =>
		workflow.expression.getSimpleParameterValue(
			startNode!,
			webhook?.[field],
			'webhook',
			{},
			undefined,
			otherwise,
		);
	return {
		responseMode: evaluate('responseMode', 'onReceived'),
		responseData: evaluate('responseData', 'firstEntryJson'),
	};
}

/** False for JSON that cannot be parsed. */
async function parseBody(request: N8nRequest): Promise<boolean> {
	const [type, ...parameters] = (request.headers['content-type'] ?? '').split(';');
	if (type) {
		request.contentType = type.toLowerCase();
		const charset = parameters.map((part) => /^\s*charset="?([^"]*)"?$/i.exec(part)?.[1]);
		Object.assign(request, { encoding: charset.find(Boolean)?.toLowerCase() ?? 'utf-8' });
	}
	if (request.contentType?.startsWith('multipart/')) {
		await text(request);
		request.body = { data: {}, files: {} };
		return true;
	}
	request.readRawBody = async () => {
		if (request.rawBody !== undefined) return;
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		request.rawBody = Buffer.concat(chunks);
	};
	if (!READ_BY_N8N.test(request.contentType ?? '')) return true;
	await request.readRawBody();
	if (!request.rawBody?.length) return true;
	const content = request.rawBody.toString('utf8');
	try {
		if (request.contentType === 'application/json') {
			request.body = JSON.parse(content.replace(/^\ufeff/, ''));
		} else if (request.contentType === 'application/x-www-form-urlencoded') {
			request.body = parseQuery(content);
		} else if (request.contentType === 'text/plain') {
			request.body = content;
		} else if (/[/+]xml$/.test(request.contentType ?? '')) {
			request.body = { root: content };
		}
	} catch {
		return false;
	}
	return true;
}

function respond(response: ServerResponse, status: number, body: unknown): void {
	response.statusCode = status;
	if (typeof body === 'string') {
		response.end(body);
	} else {
		response.setHeader('content-type', 'application/json; charset=utf-8');
		response.end(body === undefined ? '' : JSON.stringify(body));
	}
}
