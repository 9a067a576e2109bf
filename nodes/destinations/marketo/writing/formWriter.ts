import type { JsonObject } from '../../../lead';
import { DestinationError } from '../../contract';
import { atMost, retried, timeIsUp, type TimeLimits } from '../../timeLimits';
import type { MarketoClient } from '../connection/client';
import { keyOf, textOf } from '../reading/fillOut';
import { findFillOuts, findPersons, MOST_ADDRESSES, type PersonsByEmail } from './existing';
import type { OutgoingPerson } from './mapping';
import { readRecords } from './results';
import { explainRecord, explainWrite, isOfOneLead, mayBeDone } from './errors';

/** Submits at once. Marketo takes ten, of all integrations together. */
const AT_ONCE = 4;
/** Milliseconds by which the clocks of whoever made the lead and of Marketo may differ. */
const CLOCK_MARGIN = 5 * 60 * 1_000;
/**
 * Leads in a row for which Marketo had no answer, after which no more are tried: one may be for what
 * a lead says, so many are not.
 */
const MOST_UNANSWERED = 3;
/** Answers of the log that are looked through: 300 activities of all kinds each. */
const MOST_PAGES = 100;

export interface SubmitOptions {
	formId: number;
	leadSourceField: string;
	/** Empty for none. */
	leadIdField: string;
	/** Milliseconds before now within which an earlier fill-out is looked for. */
	lookBack: number;
}

/** What has become of one: `id` is the person's, `isNew` a person's who was not there before. */
export type Submitted =
	{ outcome: 'created' | 'unchanged'; id: string; isNew: boolean } | { refusal: DestinationError };

interface Task {
	person: OutgoingPerson;
	/**
	 * The lead source of each person with this address before the submit, by id; `undefined` where an
	 * earlier lead of this call has changed it since.
	 */
	before: ReadonlyMap<string, string> | undefined;
	/** A call that may have been taken got no answer. */
	unsure: boolean;
	done?: Submitted;
}

/**
 * Fills out the form for each, one in a call as Marketo takes them, and none whose fill-out is there
 * already: it is told by the key in the parameters of its address, or by the field that keeps the
 * lead's id.
 */
export class FormSubmission {
	/** What ends it for all that are left. */
	private stopped: DestinationError | undefined;
	/** Leads in a row. */
	private unanswered = 0;

	constructor(
		private readonly client: MarketoClient,
		private readonly options: SubmitOptions,
	) {}

	/** @param persons no two of the same key */
	async submit(persons: readonly OutgoingPerson[], limits: TimeLimits): Promise<Submitted[]> {
		const tasks = persons.map((person): Task => ({ person, before: undefined, unsure: false }));
		this.stopped = undefined;
		for (let at = 0; at < tasks.length; at += MOST_ADDRESSES) {
			const batch = tasks.slice(at, at + MOST_ADDRESSES);
			try {
				await this.lookUp(batch, limits);
			} catch (error) {
				if (!(error instanceof DestinationError)) throw error;
				this.stopped = withoutRetry(error);
			}
			// Two calls for one address at a time would make two persons of it.
			await atMost(AT_ONCE, [...chains(batch)], async (chain) => {
				for (const [place, task] of chain.entries()) {
					if (place > 0) task.before = undefined;
					task.done ??= await this.take(task, limits);
				}
			});
		}
		return tasks.map(({ done }) => {
			if (!done) throw new TypeError('A lead was left without a result');
			return done;
		});
	}

	/** Finds what is there already. */
	private async lookUp(tasks: readonly Task[], limits: TimeLimits): Promise<void> {
		if (this.stopped) return;
		const late = timeIsUp(limits);
		if (late) throw late;
		const emails = [...new Set(tasks.map(({ person }) => person.email.toLowerCase()))];
		const persons = await this.personsOf(emails, limits);
		const known: Task[] = [];
		for (const task of tasks) {
			const own = personsWith(persons, task.person);
			const { leadSourceField } = this.options;
			task.before = new Map(own.map((one) => [textOf(one['id']), textOf(one[leadSourceField])]));
			const holder = this.holderOf(own, task.person);
			if (holder) task.done = there(textOf(holder['id']));
			else if (own.length > 0) known.push(task);
		}
		const { lookBack } = this.options;
		// Who is not known has filled out nothing.
		if (known.length === 0 || lookBack === 0) return;
		const now = this.client.serviceTime ?? Date.now();
		const first = Math.min(...known.map(({ person }) => person.time)) - CLOCK_MARGIN;
		const { ids, whole } = await this.written(Math.max(first, now - lookBack), limits);
		for (const task of known) {
			const id = ids.get(task.person.key);
			if (id !== undefined) task.done = there(id);
			else if (!whole) task.done = { refusal: cannotTell() };
		}
	}

	private async take(task: Task, limits: TimeLimits): Promise<Submitted> {
		try {
			return await retried(async () => {
				if (this.stopped) throw this.stopped;
				const late = timeIsUp(limits);
				if (late) throw late;
				const id = task.unsure ? await this.idIfTaken(task, limits) : undefined;
				if (id === undefined) return await this.send(task, limits);
				return { outcome: 'created', id, isNew: task.before?.has(id) === false };
			}, limits);
		} catch (error) {
			const refusal = error instanceof DestinationError ? error : timeIsUp(limits);
			if (!refusal) throw error;
			if (this.endsAll(refusal)) this.stopped ??= withoutRetry(refusal);
			return { refusal: explainWrite(refusal) };
		}
	}

	private async send(task: Task, limits: TimeLimits): Promise<Submitted> {
		const { fields, query, missing } = task.person;
		try {
			const answer = await this.client.write(
				'/rest/v1/leads/submitForm.json',
				{
					formId: this.options.formId,
					input: [{ leadFormFields: fields, visitorData: { queryString: query } }],
				},
				limits,
			);
			const [record] = readRecords(answer, 1);
			this.unanswered = 0;
			if (record?.id !== undefined) {
				return { outcome: 'created', id: record.id, isNew: record.status === 'created' };
			}
			return { refusal: explainRecord(record?.code ?? '', missing) };
		} catch (error) {
			task.unsure ||= mayBeDone(error);
			throw error;
		}
	}

	private endsAll(refusal: DestinationError): boolean {
		if (isOfOneLead(refusal)) return false;
		if (!refusal.mayBeDone && refusal.code !== 'other') return true;
		this.unanswered += 1;
		return this.unanswered >= MOST_UNANSWERED;
	}

	/** The person's id, where the submit whose answer was lost has been taken after all. */
	private async idIfTaken({ person, before }: Task, limits: TimeLimits) {
		const persons = await this.personsOf([person.email.toLowerCase()], limits);
		const own = personsWith(persons, person);
		const holder =
			this.holderOf(own, person) ?? own.find((one) => this.isTouched(one, before, person));
		if (holder) return textOf(holder['id']);
		if (own.length === 0) return undefined;
		const now = this.client.serviceTime ?? Date.now();
		const { ids } = await this.written(now - CLOCK_MARGIN, limits);
		return ids.get(person.key);
	}

	/**
	 * Whether a person is there since the submit, or names since then what the lead names as its
	 * source: the log may show the fill-out only minutes later. That something else of a person has
	 * changed says nothing, since scores and campaigns change persons all the time.
	 */
	private isTouched(
		person: JsonObject,
		before: Task['before'],
		{ fields }: OutgoingPerson,
	): boolean {
		const { leadSourceField } = this.options;
		const sent = String(fields[leadSourceField] ?? '');
		const isSo = textOf(person[leadSourceField]) === sent;
		return before !== undefined && isSo && before.get(textOf(person['id'])) !== sent;
	}

	private holderOf(own: readonly JsonObject[], { fields }: OutgoingPerson) {
		const { leadIdField } = this.options;
		if (leadIdField === '') return undefined;
		return own.find((one) => textOf(one[leadIdField]) === String(fields[leadIdField]));
	}

	private async personsOf(emails: string[], limits: TimeLimits): Promise<PersonsByEmail> {
		const { leadSourceField, leadIdField } = this.options;
		const fields = [leadSourceField, leadIdField].filter((name) => name !== '');
		return await findPersons(this.client, emails, fields, limits);
	}

	/** The persons' ids by the keys of the leads that were written since a time. */
	private async written(since: number, limits: TimeLimits) {
		const { formId } = this.options;
		const search = { formId, since, mostPages: MOST_PAGES };
		const { fillOuts, whole } = await findFillOuts(this.client, search, limits);
		const ids = new Map<string, string>();
		for (const fillOut of fillOuts) {
			const key = keyOf(fillOut);
			if (key !== '') ids.set(key, String(fillOut.leadId));
		}
		return { ids, whole };
	}
}

function personsWith(persons: PersonsByEmail, { email }: OutgoingPerson): readonly JsonObject[] {
	return persons.get(email.toLowerCase()) ?? [];
}

/** Those of one address, in their order. */
function chains(tasks: readonly Task[]): Iterable<Task[]> {
	const chains = new Map<string, Task[]>();
	for (const task of tasks) {
		const email = task.person.email.toLowerCase();
		chains.set(email, [...(chains.get(email) ?? []), task]);
	}
	return chains.values();
}

function there(id: string): Submitted {
	return { outcome: 'unchanged', id, isNew: false };
}

/** For those that are left there is nothing to wait for. */
function withoutRetry(error: DestinationError): DestinationError {
	const { message, description, code: reason, httpCode } = explainWrite(error);
	return new DestinationError(message, { description, code: reason, httpCode });
}

function cannotTell(): DestinationError {
	return new DestinationError('It could not be told in time whether the lead is there already', {
		description:
			'It was not written. Since the lead came in, the instance has had more than 30,000 activities to look through: set the option Look Back to fewer hours, or name a Lead ID Field.',
		code: 'throttled',
	});
}
