import type { JsonValue } from '../../../lead';
import {
	DestinationError,
	type DirectWriter,
	type WritableLead,
	type WriteResult,
} from '../../contract';
import {
	type HttpClient,
	HttpError,
	type HttpResponse,
	openHttp,
	unreachable,
} from '../../httpClient';
import {
	atMost,
	inTime,
	pause,
	retried,
	retryAfterOf,
	timeIsUp,
	type TimeLimits,
} from '../../timeLimits';
import { readColumns, type LeadColumns } from '../metadata';
import { LeadLookUp, type StoredLead } from './existing';
import { readLead, removeLead } from './readBack';
import { timeOf, type OutgoingRecord } from './restMapping';
import { oddAnswer } from '../errors';
import type { SalesforceSession } from '../connection/session';
import { toForm, toValues } from './webToLeadMapping';

/** Forms at once; the servlet is made for people, who send one now and then. */
const MOST_AT_ONCE = 4;
/** Milliseconds between looking whether leads have been made of the forms; the last one repeats. */
const LOOKS = [250, 500, 1_000, 2_000] as const;
/** Milliseconds. Salesforce makes leads of forms within seconds, but for busy days. */
const CONFIRM_TIME = 30_000;

export interface WebToLeadOptions {
	/** The organisation's id, as Web-to-Lead forms have it. */
	oid: string;
	/** Of the servlet that takes the forms. */
	url: string;
	/** Finds the leads that were made; without, nothing tells whether one was. */
	session: SalesforceSession | undefined;
	/** Milliseconds in which a lead has to be made of a form; half a minute when absent. */
	confirmTime?: number;
}

interface Task {
	readonly index: number;
	readonly form: Readonly<Record<string, string>>;
	readonly record: OutgoingRecord;
	/** Leads of the same call that are this very one. */
	readonly twins: number[];
	result?: WriteResult;
	/** Why it is not known whether the form arrived. */
	doubt?: DestinationError;
}

/**
 * Writes leads as Microsoft's connector does. The servlet takes any form with the same answer,
 * makes leads of 500 a day and keeps the rest waiting, and tells nobody but the people of the
 * organisation when it made none: so a lead is `created` only where it was found afterwards.
 * Without a session the result is `sent`, and the same lead sent twice makes two.
 */
export class WebToLeadWriter implements DirectWriter {
	readonly readBack?: (id: string, limits: TimeLimits) => Promise<JsonValue | undefined>;
	readonly remove?: (id: string, limits: TimeLimits) => Promise<void>;
	readonly #options: WebToLeadOptions;
	#http: HttpClient | undefined;

	constructor(options: WebToLeadOptions) {
		this.#options = options;
		const { session } = options;
		if (session) {
			this.readBack = async (id, limits) => await readLead(session, id, [], limits);
			this.remove = async (id, limits) => {
				await removeLead(session, id, limits);
			};
		}
	}

	async write(leads: readonly WritableLead[], limits: TimeLimits): Promise<WriteResult[]> {
		const results: WriteResult[] = [];
		const { session } = this.#options;
		try {
			const columns =
				session && leads.length > 0
					? await inTime(async () => await readColumns(session, limits.signal), limits)
					: undefined;
			const tasks = this.#prepare(leads, columns, results);
			const look = session && columns ? new Confirmation(session, columns) : undefined;
			await look?.settle(tasks, 'unchanged', limits);
			const toSend = tasks.filter(({ result }) => !result);
			await atMost(MOST_AT_ONCE, toSend, async (task) => {
				await this.#send(task, limits);
			});
			if (look) await this.#confirm(look, toSend, limits);
			for (const task of tasks) settle(results, task);
		} catch (error) {
			if (!(error instanceof DestinationError)) throw error;
			leads.forEach((_, index) => {
				results[index] ??= { ok: false, error: error };
			});
		}
		return results;
	}

	#prepare(
		leads: readonly WritableLead[],
		columns: LeadColumns | undefined,
		results: WriteResult[],
	): Task[] {
		const tasks = new Map<string, Task>();
		leads.forEach((lead, index) => {
			try {
				const form = toForm(lead, columns);
				const key = JSON.stringify([lead.lead.id, Object.entries(form).sort()]);
				const twin = tasks.get(key);
				if (twin) {
					twin.twins.push(index);
					return;
				}
				const record = { values: toValues(form), time: timeOf(lead.lead), key };
				tasks.set(key, { index, form, record, twins: [] });
			} catch (error) {
				if (!(error instanceof DestinationError)) throw error;
				results[index] = { ok: false, error: error };
			}
		});
		return [...tasks.values()];
	}

	async #send(task: Task, limits: TimeLimits): Promise<void> {
		const isLate = timeIsUp(limits);
		if (isLate) {
			task.result = { ok: false, error: isLate };
			return;
		}
		try {
			await retried(async () => {
				await this.#post(task.form, limits.signal);
			}, limits);
			if (!this.#options.session) {
				task.result = { ok: true, written: { outcome: 'sent', id: '', url: '' } };
			}
		} catch (error) {
			if (error instanceof Doubt && this.#options.session) task.doubt = error;
			else if (error instanceof DestinationError) task.result = { ok: false, error: error };
			else if (limits.signal.aborted) {
				task.result = { ok: false, error: timeIsUp(limits) ?? oddAnswer(undefined) };
			} else throw error;
		}
	}

	async #post(form: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
		this.#http ??= await openHttp();
		const body = new URLSearchParams({ oid: this.#options.oid, ...form }).toString();
		let answer: HttpResponse;
		try {
			answer = await this.#http.send({
				method: 'POST',
				url: this.#options.url,
				headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
				body,
				signal,
			});
		} catch (error) {
			if (!(error instanceof HttpError)) throw error;
			const refusal = unreachable(error, 'Web-to-Lead of Salesforce');
			throw NEVER_SENT.test(error.code) ? refusal : new Doubt();
		}
		if (answer.status === 429 || answer.status === 503) throw tooBusy(answer);
		if (answer.status >= 500) throw new Doubt(String(answer.status));
		if (answer.status !== 200) throw oddAnswer(answer);
		// Where the servlet breaks it says so in a header alone; where it doesn't, that proves nothing.
		if (/exception/i.test(answer.headers['is-processed'] ?? '')) throw notTaken();
	}

	/** Waits until leads have been made of the forms. */
	async #confirm(
		look: Confirmation,
		sent: readonly Task[],
		{ signal, deadline }: TimeLimits,
	): Promise<void> {
		const { confirmTime = CONFIRM_TIME } = this.#options;
		const until = Date.now() + confirmTime;
		// Whether it was looked for after all the time that Salesforce may need.
		let isCertain = false;
		for (let turn = 0; sent.some(({ result }) => !result) && !isCertain; turn += 1) {
			const wait = LOOKS[turn] ?? LOOKS.at(-1) ?? 0;
			const isLast = Date.now() + wait >= until;
			if (Date.now() + wait >= deadline) break;
			if (!(await pause(wait, signal))) break;
			try {
				await look.settle(sent, 'created', { signal, deadline });
			} catch (error) {
				if (!(error instanceof DestinationError)) throw error;
				// The forms are sent all the same, and what was found of them stays found.
				break;
			}
			isCertain = isLast;
		}
		for (const task of sent) {
			task.result ??= {
				ok: false,
				error: task.doubt ?? (isCertain ? notMade() : new Doubt()),
			};
		}
	}
}

/** Looks for the leads of forms. */
class Confirmation {
	readonly #session: SalesforceSession;
	readonly #lookUp: LeadLookUp;

	constructor(session: SalesforceSession, columns: LeadColumns) {
		this.#session = session;
		this.#lookUp = new LeadLookUp(session, columns);
	}

	/** Gives those that are found their result. @throws DestinationError */
	async settle(
		tasks: readonly Task[],
		outcome: 'created' | 'unchanged',
		limits: TimeLimits,
	): Promise<void> {
		const open = tasks.filter(({ result }) => !result);
		if (open.length === 0) return;
		const records = open.map(({ record }) => record);
		const found: Array<StoredLead | undefined> = await inTime(
			async () => await this.#lookUp.find(records, limits.signal),
			limits,
		);
		open.forEach((task, at) => {
			const id = found[at]?.id;
			if (id === undefined) return;
			task.result = { ok: true, written: { outcome, id, url: this.#session.leadUrl(id) } };
		});
	}
}

/** Codes of connections that never came to be: nothing was sent over them. */
const NEVER_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$|CERT|PROXY|_TLS_/;

/** A form may have become a lead or not. It is not sent again: the servlet would make another lead of it. */
class Doubt extends DestinationError {
	constructor(httpCode?: string) {
		super('It is not certain whether Salesforce has made a lead of the form', {
			description:
				'Look for the lead in Salesforce before you send it again, because Web-to-Lead would make another one.',
			code: 'unreachable',
			httpCode,
		});
	}
}

function settle(results: WriteResult[], { index, twins, result }: Task): void {
	if (!result) return;
	results[index] = result;
	for (const twin of twins) {
		results[twin] = result.ok
			? { ok: true, written: { ...result.written, outcome: 'unchanged' } }
			: result;
	}
}

function tooBusy({ status, headers }: HttpResponse): DestinationError {
	return new DestinationError('Web-to-Lead of Salesforce is too busy', {
		description: 'Nothing was written: send the lead again later.',
		code: 'throttled',
		httpCode: String(status),
		retryAfter: retryAfterOf(headers['retry-after']) ?? 0,
	});
}

function notTaken(): DestinationError {
	return new DestinationError('Web-to-Lead of Salesforce did not take the lead', {
		description:
			'Check the Organization ID, and that Web-to-Lead is enabled in the organisation (Setup, Web-to-Lead).',
		code: 'configuration',
		httpCode: '200',
	});
}

function notMade(): DestinationError {
	return new DestinationError('Salesforce took the form but no lead has come of it', {
		description:
			'Check the Organization ID, that Web-to-Lead is enabled and asks for no reCAPTCHA, that no picklist or other field is mandatory, that no validation or duplicate rule keeps the lead out, and that the day’s 500 are not used up. The Default Lead Creator gets an e-mail with the reason.',
		code: 'configuration',
	});
}
