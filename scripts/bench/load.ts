/**
 * The process that sends leads, so that sending takes nothing from what is measured but a share of
 * the machine. Takes a {@link LoadOrder} by message and responds to each with a {@link LoadReport}.
 */
import { Agent, request } from 'node:http';

import { httpsLead } from './leads.ts';

export interface LoadOrder {
	url: string;
	headers: Record<string, string>;
	connections: number;
	/** Sends for so long, and as many as {@link LEAST_REQUESTS} even if that takes longer. */
	milliseconds: number;
}

export interface LoadReport {
	requests: number;
	/** From the first request to the last response. */
	seconds: number;
	/** Of responses other than 200, the first few. */
	errors: string[];
}

const MAX_ERRORS = 3;
/** Fewer would measure by whole requests; on 2 idle cores n8n takes them in the time given anyway. */
const LEAST_REQUESTS = 40;

let leads = 0;

async function send(order: LoadOrder): Promise<LoadReport> {
	const agent = new Agent({ keepAlive: true, maxSockets: order.connections });
	const errors: string[] = [];
	let requests = 0;
	const started = performance.now();
	const isTime = () =>
		performance.now() - started < order.milliseconds || requests < LEAST_REQUESTS;
	const connection = async () => {
		while (isTime()) {
			requests += 1;
			const { status, text } = await post(agent, order);
			if (status !== 200 && errors.length < MAX_ERRORS) errors.push(`${status} ${text}`);
		}
	};
	try {
		await Promise.all(Array.from({ length: order.connections }, connection));
		return { requests, seconds: (performance.now() - started) / 1_000, errors };
	} finally {
		agent.destroy();
	}
}

function post(
	agent: Agent,
	{ url, headers }: LoadOrder,
): Promise<{ status: number | undefined; text: string }> {
	const body = JSON.stringify(httpsLead((leads += 1)));
	return new Promise((resolve, reject) => {
		request(
			url,
			{
				agent,
				method: 'POST',
				headers: {
					'content-type': 'application/json',
					'content-length': Buffer.byteLength(body),
					...headers,
				},
			},
			(response) => {
				let text = '';
				response
					.setEncoding('utf8')
					.on('data', (chunk: string) => (text += chunk))
					.on('error', reject)
					.on('end', () => resolve({ status: response.statusCode, text }));
			},
		)
			.on('error', reject)
			.end(body);
	});
}

process.on('message', (order: LoadOrder) => {
	send(order).then(
		(report) => process.send?.(report),
		(error: unknown) => {
			process.stderr.write(`${String(error)}\n`);
			process.exit(1);
		},
	);
});
