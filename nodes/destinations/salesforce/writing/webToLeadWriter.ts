import type {
	BatchLimits,
	ExistingRecord,
	LeadToSend,
	LeadWriter,
	SendResult,
	WritableLead,
} from '../../contract';
import { DestinationError } from '../../destinationError';
import {
	HttpError,
	openHttp,
	unreachable,
	type HttpClient,
	type HttpResponse,
} from '../../httpClient';
import { inTime, pause, retryAfterOf, type TimeLimits } from '../../timeLimits';
import type { SalesforceSession } from '../connection/session';
import { unexpected } from '../errors';
import { readLeadFields, type LeadFields } from '../metadata';
import { ExistingLeads } from './existing';
import { readLead, removeLead } from './readBack';
import { prepareForm, type PreparedForm } from './webToLeadMapping';

/** Milliseconds between looking whether leads have been made of the forms; the last one repeats. */
const LOOKS = [250, 500, 1_000, 2_000] as const;
/** Milliseconds. Salesforce makes leads of forms within seconds, but for busy days. */
const CONFIRM_TIME = 30_000;

export interface WebToLeadForm {
	/** The organisation's id, as Web-to-Lead forms have it. */
	oid: string;
	/** Of the servlet that takes the forms. */
	url: string;
}

/**
 * Writes leads as Microsoft's connector does. The servlet takes any form with the same response, so
 * the result is `sent`, and the same lead sent twice makes two.
 */
export class WebToLeadWriter implements LeadWriter<PreparedForm> {
	readonly limits: BatchLimits = {
		maxRecords: 1,
		// The servlet is made for people, who send a form now and then.
		concurrency: 4,
		maxLookups: 1_000,
		maxFailures: 3,
	};
	private http: HttpClient | undefined;

	constructor(private readonly form: WebToLeadForm) {}

	prepare(lead: WritableLead): PreparedForm {
		return prepareForm(lead, undefined);
	}

	async send(
		batch: ReadonlyArray<LeadToSend<PreparedForm, ExistingRecord>>,
		limits: TimeLimits,
	): Promise<SendResult[]> {
		const results: SendResult[] = [];
		for (const { prepared } of batch) {
			const error = await this.sendForm(prepared, limits.signal);
			results.push(error ? { status: 'failed', error } : { status: 'sent', id: '' });
		}
		return results;
	}

	/**
	 * Gives why the form was not taken, or why that is uncertain: then it is not sent again, because
	 * the servlet would make another lead of it.
	 *
	 * @throws DestinationError where it was not taken, and no other will be
	 */
	private async sendForm(
		{ form }: PreparedForm,
		signal: AbortSignal,
	): Promise<DestinationError | undefined> {
		let response: HttpResponse;
		try {
			this.http ??= await openHttp();
			response = await this.http.send({
				method: 'POST',
				url: this.form.url,
				headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
				body: new URLSearchParams({ oid: this.form.oid, ...form }).toString(),
				signal,
			});
		} catch (thrown) {
			if (!(thrown instanceof HttpError)) throw thrown;
			const error = unreachable(thrown, 'Web-to-Lead of Salesforce', 'write');
			if (!error.mayBeDone) throw error;
			return uncertain();
		}
		const { status, headers } = response;
		if (status === 429 || status === 503) throw tooBusy(response);
		if (status >= 500) return uncertain(String(status));
		if (status !== 200) throw unexpected(response, 'write');
		// Where the servlet breaks it says so in a header alone; where it doesn't, that proves nothing.
		return /exception/i.test(headers['is-processed'] ?? '') ? notTaken() : undefined;
	}
}

/**
 * The same, with a look at what became of the forms. The servlet makes leads of 500 a day and keeps
 * the rest waiting, and tells nobody but the people of the organisation when it made none: so a lead
 * is `created` only where it was found afterwards.
 */
export class ConfirmedWebToLeadWriter extends WebToLeadWriter implements LeadWriter<PreparedForm> {
	private fields: LeadFields | undefined;
	private existing: ExistingLeads | undefined;

	constructor(
		form: WebToLeadForm,
		private readonly session: SalesforceSession,
		/** Milliseconds in which a lead has to be made of a form. */
		private readonly confirmTime = CONFIRM_TIME,
	) {
		super(form);
	}

	async open(limits: TimeLimits): Promise<void> {
		const read = async () => await readLeadFields(this.session, limits.signal);
		this.fields ??= await inTime(read, limits);
		this.existing ??= new ExistingLeads(this.session, this.fields);
	}

	override prepare(lead: WritableLead): PreparedForm {
		return prepareForm(lead, this.fields);
	}

	async findExisting(leads: readonly PreparedForm[], { signal }: TimeLimits) {
		return (await this.existing?.find(leads, signal)) ?? [];
	}

	override async send(
		batch: ReadonlyArray<LeadToSend<PreparedForm, ExistingRecord>>,
		limits: TimeLimits,
	): Promise<SendResult[]> {
		return (await super.send(batch, limits)).map((result) => {
			if (result.status !== 'failed') return { status: 'pending' };
			return result.error.mayBeDone ? { status: 'pending', error: result.error } : result;
		});
	}

	/** Waits until leads have been made of the forms. */
	async confirm(leads: readonly PreparedForm[], limits: TimeLimits): Promise<SendResult[]> {
		const until = Date.now() + this.confirmTime;
		const found = new Map<PreparedForm, string>();
		// Whether it was looked for after all the time that Salesforce may need.
		let isCertain = false;
		for (let turn = 0; found.size < leads.length && !isCertain; turn += 1) {
			const wait = LOOKS[turn] ?? LOOKS.at(-1) ?? 0;
			const end = Date.now() + wait;
			if (end >= limits.deadline || !(await pause(wait, limits.signal))) break;
			const open = leads.filter((lead) => !found.has(lead));
			try {
				const records = await inTime(async () => await this.findExisting(open, limits), limits);
				open.forEach((lead, at) => {
					const id = records[at]?.id;
					if (id !== undefined) found.set(lead, id);
				});
			} catch (error) {
				if (!(error instanceof DestinationError)) throw error;
				// The forms are sent all the same, and what was found of them stays found.
				break;
			}
			isCertain = end >= until;
		}
		return leads.map((lead) => {
			const id = found.get(lead);
			if (id !== undefined) return { status: 'created', id };
			return { status: 'failed', error: isCertain ? notMade() : uncertain() };
		});
	}

	urlOf(id: string): string {
		return this.session.leadUrl(id);
	}

	async readBack(id: string, limits: TimeLimits) {
		return await readLead(this.session, id, [], limits);
	}

	async remove(id: string, limits: TimeLimits): Promise<void> {
		await removeLead(this.session, id, limits);
	}
}

/** A form may have become a lead or not. */
function uncertain(httpCode?: string): DestinationError {
	return new DestinationError('It is not certain whether Salesforce has made a lead of the form', {
		description:
			'Look for the lead in Salesforce before you send it again, because Web-to-Lead would make another one.',
		code: 'unreachable',
		operation: 'write',
		httpCode,
		mayBeDone: true,
	});
}

function tooBusy({ status, headers }: HttpResponse): DestinationError {
	return new DestinationError('Web-to-Lead of Salesforce is too busy', {
		description: 'Nothing was written: send the lead again later.',
		code: 'throttled',
		operation: 'write',
		httpCode: String(status),
		retryAfter: retryAfterOf(headers['retry-after']) ?? 0,
		mayBeDone: false,
	});
}

function notTaken(): DestinationError {
	return new DestinationError('Web-to-Lead of Salesforce did not take the lead', {
		description:
			'Check the Organization ID, and that Web-to-Lead is enabled in the organisation (Setup, Web-to-Lead).',
		code: 'rejected',
		operation: 'write',
		httpCode: '200',
	});
}

function notMade(): DestinationError {
	return new DestinationError('Salesforce took the form but no lead has come of it', {
		description:
			'Check the Organization ID, that Web-to-Lead is enabled and asks for no reCAPTCHA, that no picklist or other field is mandatory, that no validation or duplicate rule blocks the lead, and that the day’s 500 are not used up. The Default Lead Creator gets an email with the reason.',
		code: 'configuration',
		operation: 'write',
	});
}
