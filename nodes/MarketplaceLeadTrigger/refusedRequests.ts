/**
 * Requests that start no workflow as leads: told in n8n's log, and to the workflow where its user wants to
 * know. Anybody can send them, so whatever is told is bounded, and holds no secret, be it right or wrong.
 */
import type { INodeExecutionData } from 'n8n-workflow';

import { toOneLine } from '../destinations/text';
import { cleanText, truncate } from '../lead/text';
import { type EndpointSecret, type SecretCarrier, secretsIn } from './authentication';
import type { DeliveredRequest } from './webhookBody';

/** Milliseconds within which a trigger logs one kind once and starts only so many executions. */
const PERIOD = 60_000;
const MAX_EXECUTIONS = 10;
/** Triggers of one process; of more, the one that was asked longest ago is forgotten. */
const MAX_TRIGGERS = 1_000;
/** Characters of a body: a lead has some 1,000. */
const MAX_BODY = 10_000;
/** Characters of any other text, and how many reasons are told. */
const MAX_TEXT = 300;
const MAX_REASONS = 20;
/** Characters. A shorter secret is no secret, and taking it out would leave gaps in every word. */
const MIN_SECRET = 4;
const REMOVED = '[secret removed]';

export interface Refused {
	/** As responded; 200 for a lead that does not pass the filters. */
	status: number;
	/** Sentences. */
	reasons: readonly string[];
}

export interface Allowance {
	/** Whether it is to be logged; with how many of its status were not, since the last that was. */
	logged: { others: number } | undefined;
	/** The same for starting the workflow. */
	passedOn: { others: number } | undefined;
}

interface KnownTrigger {
	/** When each status was logged last, and how many came since. */
	logs: Map<number, { at: number; others: number }>;
	begin: number;
	executions: number;
	/** Not passed on since the last that was. */
	others: number;
}

/** What each trigger of this process has told of late. */
export class RefusedRequests {
	private readonly triggers = new Map<string, KnownTrigger>();

	/** @param now milliseconds that only go forward */
	constructor(private readonly now: () => number = () => performance.now()) {}

	/** Counts a request that a trigger refuses. */
	add(trigger: string, { status }: Refused): Allowance {
		const known = this.triggerOf(trigger);
		const now = this.now();
		if (now - known.begin >= PERIOD) Object.assign(known, { begin: now, executions: 0 });
		const mayStart = known.executions < MAX_EXECUTIONS;
		const passedOn = mayStart ? { others: known.others } : undefined;
		known.executions += mayStart ? 1 : 0;
		known.others = mayStart ? 0 : known.others + 1;

		const log = known.logs.get(status);
		if (log && now - log.at < PERIOD) {
			log.others += 1;
			return { logged: undefined, passedOn };
		}
		known.logs.set(status, { at: now, others: 0 });
		return { logged: { others: log?.others ?? 0 }, passedOn };
	}

	private triggerOf(trigger: string): KnownTrigger {
		const known = this.triggers.get(trigger) ?? {
			logs: new Map(),
			begin: -Infinity,
			executions: 0,
			others: 0,
		};
		this.triggers.delete(trigger);
		this.triggers.set(trigger, known);
		const [oldest] = this.triggers.keys();
		if (this.triggers.size > MAX_TRIGGERS && oldest !== undefined) this.triggers.delete(oldest);
		return known;
	}
}

/** What is known of a request besides its body. */
export interface RefusedRequest extends DeliveredRequest {
	/** By the proxies that n8n trusts (N8N_PROXY_HOPS). */
	ip?: unknown;
	socket?: { remoteAddress?: unknown };
}

/** One line for n8n's log, without line breaks. `who` names the trigger. */
export function logLine(
	who: string,
	{ status, reasons }: Refused,
	others: number,
	secrets: readonly string[],
): string {
	const reason = oneLine(withoutSecrets(reasons.join(' '), secrets), MAX_TEXT);
	const before = others === 0 ? '' : ` ${others} more like it came before and were not logged.`;
	return status === 200
		? `${who} did not pass on a lead: ${reason}${before}`
		: `${who} refused a request (status ${status}): ${reason}${before}`;
}

/** The item for the workflow. Never throws, whatever the request holds. */
export function refusedItem(
	request: RefusedRequest,
	{ status, reasons }: Refused,
	{ secrets, others }: { secrets: readonly string[]; others: number },
): INodeExecutionData {
	const text = withoutSecrets(bodyOf(request), secrets);
	return {
		json: {
			refused: true,
			status,
			reasons: reasons
				.slice(0, MAX_REASONS)
				.map((reason) => oneLine(withoutSecrets(reason, secrets), MAX_TEXT)),
			receivedAt: new Date().toISOString(),
			senderAddress: oneLine(textOf(request.ip) || textOf(request.socket?.remoteAddress), MAX_TEXT),
			contentType: oneLine(withoutSecrets(textOf(request.contentType), secrets), MAX_TEXT),
			body: truncate(text, MAX_BODY),
			isBodyCut: text.length > MAX_BODY,
			othersNotShown: others,
		},
	};
}

/** All that must not be told: what is expected, and what was given, which may be right elsewhere. */
export function secretsOf(carrier: SecretCarrier, { secret, user }: EndpointSecret): string[] {
	const given = [secret, ...secretsIn(carrier)].filter((value) => typeof value === 'string');
	// Also as clean text has them; of NULs alone nothing is left, which stands between any two letters.
	const plain = [...given, ...given.map(cleanText)].filter(({ length }) => length >= MIN_SECRET);
	const forms = plain.flatMap((value) => [
		value,
		encodeURIComponent(value.toWellFormed()),
		JSON.stringify(value).slice(1, -1),
		base64(value),
		base64(`${textOf(user)}:${value}`),
	]);
	// The longest first: one can be a part of another.
	return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

function base64(text: string): string {
	return Buffer.from(text)
		.toString('base64')
		.replace(/={1,2}$/, '');
}

/** Of clean text: cleaning it afterwards would put together what had stood apart. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
	return secrets.reduce((rest, secret) => rest.replaceAll(secret, REMOVED), cleanText(text));
}

/** As text, and more of it than is told: a secret must not be cut in two before it is found. */
function bodyOf({ rawBody, body }: RefusedRequest): string {
	const most = 4 * MAX_BODY;
	if (rawBody) return rawBody.subarray(0, most).toString('utf8');
	if (typeof body === 'string') return body.slice(0, most);
	try {
		// As if it were always text: of what is no JSON there is none.
		const text = JSON.stringify(body) as string | undefined;
		return text === undefined ? '' : text.slice(0, most);
	} catch {
		// Nested deeper than the stack: there is nothing in it to read.
		return '';
	}
}

/** On one line: who sends a line break would write lines of his own into the log. */
function oneLine(text: string, most: number): string {
	const line = toOneLine(text);
	return line.length > most ? `${truncate(line, most)}…` : line;
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
