import type { JsonValue } from '../../../lead';
import {
	DestinationError,
	type DirectWriter,
	type WritableLead,
	type WriteResult,
} from '../../contract';
import { retried, timeIsUp, type TimeLimits } from '../../timeLimits';
import type { MarketoClient } from '../connection/client';
import { keyOf, textOf, type FillOut } from '../reading/fillOut';
import { findFillOuts, findPerson } from './existing';
import { toPerson, type OutgoingPerson, type WritePlace } from './mapping';
import { readFormLayout, readPersonFields, type FormLayout } from '../metadata';
import { PERSON_FIELDS } from '../reading/reader';
import { LEAD_SOURCE, SOURCE_SYSTEM_NAME, toRecord } from '../reading/record';
import { readRecords } from './results';
import { FormSubmission, type Submitted } from './formWriter';
import { upsertPersons, type Upserted } from './upsertWriter';
import { explainRecord, explainWrite } from './errors';

/** Milliseconds before now within which a fill-out is read back. */
const READ_BACK = 60 * 60 * 1_000;
/** Answers of the log that are looked through for it. */
const MOST_PAGES = 100;

const PERSON_ID = /^\d{1,15}$/;
/** The address of a lead that was made to try a connection. */
const TEST_ADDRESS = /^msft_test_\d+@/i;

export interface MarketoWriterOptions {
	/** Filled out for each lead; `undefined` to create or update persons without a form. */
	formId: number | undefined;
	/** By its name in REST. */
	leadSourceField: string;
	/** The field that keeps the lead's id, by its name in REST; empty for none. */
	leadIdField: string;
	/** Of persons who are written without a form, by its name; empty for the instance's only one. */
	partition: string;
	/** Milliseconds before now within which an earlier fill-out is looked for; 0 for not at all. */
	lookBack: number;
}

/** A lead, and others of the call that are this very one. */
interface Task {
	person: OutgoingPerson;
	indexes: number[];
}

/** Writes leads as fill-outs of a form, or as persons. */
export class MarketoWriter implements DirectWriter {
	private layout: FormLayout | undefined;
	/** Keys of the leads that were written last, by the persons' ids. */
	private readonly keys = new Map<string, string>();
	/** Ids of persons who were not there before. */
	private readonly made = new Set<string>();
	/** Names of fields that were written beside the usual ones. */
	private readonly additional = new Set<string>();

	constructor(
		private readonly client: MarketoClient,
		private readonly options: MarketoWriterOptions,
	) {}

	async write(leads: readonly WritableLead[], limits: TimeLimits): Promise<WriteResult[]> {
		const results: WriteResult[] = [];
		if (leads.length === 0) return results;
		try {
			const late = timeIsUp(limits);
			if (late) throw late;
			this.layout ??= await this.readLayout(limits);
			const tasks = this.prepare(leads, this.layout, results);
			const persons = tasks.map(({ person }) => person);
			const written = await this.writeAll(persons, limits);
			tasks.forEach((task, at) => {
				const result = written[at];
				if (result) this.settle(results, task, result);
			});
		} catch (error) {
			const refusal = error instanceof DestinationError ? error : timeIsUp(limits);
			if (!refusal) throw error;
			const explained = explainWrite(refusal);
			leads.forEach((_, index) => (results[index] ??= { ok: false, error: explained }));
		}
		return results;
	}

	/** @param id the person's */
	async readBack(id: string, limits: TimeLimits): Promise<JsonValue | undefined> {
		if (!PERSON_ID.test(id)) return undefined;
		return await explained(async () => {
			const fillOut = await this.fillOutOf(id, limits);
			return fillOut && (await this.personWith(fillOut, limits));
		});
	}

	/**
	 * The person alone: Marketo has them at once, and shows a fill-out in its log minutes later.
	 *
	 * @param id the person's
	 */
	async readBackInPart(id: string, limits: TimeLimits): Promise<JsonValue | undefined> {
		if (!PERSON_ID.test(id)) return undefined;
		return await explained(async () => await this.personWith(noFillOut(id), limits));
	}

	/**
	 * Deletes the person, with all activities, where this writer made it or it is one of a test: a
	 * person whom Marketo knew before is somebody else's.
	 *
	 * @param id the person's
	 */
	async remove(id: string, limits: TimeLimits): Promise<void> {
		if (!PERSON_ID.test(id)) return;
		await explained(async () => {
			const person = await findPerson(this.client, id, [], limits);
			if (!person) return;
			const isOurs = this.made.has(id) || TEST_ADDRESS.test(textOf(person['email']));
			if (!isOurs) throw knownBefore();
			const input = [{ id: Number(id) }];
			const answer = await retried(
				async () => await this.client.write('/rest/v1/leads/delete.json', { input }, limits),
				limits,
			);
			const [record] = readRecords(answer, 1);
			const isGone = record?.status === 'deleted' || record?.code === NOT_FOUND;
			if (!isGone) throw explainRecord(record?.code ?? '');
		});
	}

	private async readLayout(limits: TimeLimits): Promise<FormLayout> {
		const { formId } = this.options;
		if (formId !== undefined) return await readFormLayout(this.client, formId, limits);
		return { fields: await readPersonFields(this.client, limits), app: '' };
	}

	private prepare(
		leads: readonly WritableLead[],
		{ fields }: FormLayout,
		results: WriteResult[],
	): Task[] {
		const { formId, leadIdField } = this.options;
		const { leadSourceField } = this;
		const where = formId === undefined ? 'instance' : 'form';
		const place: WritePlace = { fields, where, leadSourceField, leadIdField };
		const tasks = new Map<string, Task>();
		leads.forEach((lead, index) => {
			try {
				const person = toPerson(lead, place);
				for (const name of Object.keys(lead.additional)) this.additional.add(name);
				// A fill-out can't be changed, a person can: of two versions the last one counts.
				const version = formId === undefined ? JSON.stringify(person.fields) : '';
				const key = `${person.key}${version}`;
				const twin = tasks.get(key);
				if (twin) twin.indexes.push(index);
				else tasks.set(key, { person, indexes: [index] });
			} catch (error) {
				if (!(error instanceof DestinationError)) throw error;
				results[index] = { ok: false, error: error };
			}
		});
		return [...tasks.values()];
	}

	private async writeAll(
		persons: readonly OutgoingPerson[],
		limits: TimeLimits,
	): Promise<Array<Submitted | Upserted>> {
		const { formId, ...options } = this.options;
		if (formId === undefined) {
			return await upsertPersons(this.client, persons, options.partition, limits);
		}
		const { leadSourceField } = this;
		const submission = { ...options, formId, leadSourceField };
		return await new FormSubmission(this.client, submission).submit(persons, limits);
	}

	/** Microsoft's guide lets a form have the system field instead of the usual one. */
	private get leadSourceField(): string {
		const { formId, leadSourceField } = this.options;
		const fields = this.layout?.fields;
		const isElsewhere =
			formId !== undefined && leadSourceField === LEAD_SOURCE && fields?.has(LEAD_SOURCE) === false;
		return isElsewhere && fields.get(SOURCE_SYSTEM_NAME)?.readOnly === false
			? SOURCE_SYSTEM_NAME
			: leadSourceField;
	}

	private settle(results: WriteResult[], task: Task, result: Submitted | Upserted): void {
		for (const [at, index] of task.indexes.entries()) {
			if ('refusal' in result) {
				results[index] = { ok: false, error: result.refusal };
				continue;
			}
			const { id } = result;
			const outcome = at > 0 ? 'unchanged' : result.outcome;
			results[index] = { ok: true, written: { outcome, id, url: this.urlOf(id) } };
			this.keys.set(id, task.person.key);
			if (result.isNew) this.made.add(id);
		}
	}

	private urlOf(id: string): string {
		const app = this.layout?.app ?? '';
		return app && `${app}/leadDatabase/loadLeadDetail?leadId=${id}`;
	}

	private async personWith(fillOut: FillOut, limits: TimeLimits): Promise<JsonValue | undefined> {
		const { formId } = this.options;
		const { leadSourceField } = this;
		const fields = [...PERSON_FIELDS, leadSourceField, ...this.additional];
		const names = formId === undefined ? [...fields, 'description'] : fields;
		const person = await findPerson(this.client, String(fillOut.leadId), names, limits);
		return person && toRecord(fillOut, person, leadSourceField);
	}

	/** The fill-out that was written for the person, or their last one; one of nothing without a form. */
	private async fillOutOf(leadId: string, limits: TimeLimits): Promise<FillOut | undefined> {
		const { formId } = this.options;
		if (formId === undefined) return noFillOut(leadId);
		const since = (this.client.serviceTime ?? Date.now()) - READ_BACK;
		const search = { formId, since, leadId, mostPages: MOST_PAGES };
		const { fillOuts } = await findFillOuts(this.client, search, limits);
		const key = this.keys.get(leadId);
		return fillOuts.findLast((fillOut) => key === undefined || keyOf(fillOut) === key);
	}
}

/** "Lead not found". */
const NOT_FOUND = '1004';

function noFillOut(leadId: string): FillOut {
	return {
		guid: '',
		leadId: Number(leadId),
		activityDate: '',
		at: undefined,
		formId: '',
		formName: '',
		attributes: new Map(),
	};
}

async function explained<Result>(work: () => Promise<Result>): Promise<Result> {
	try {
		return await work();
	} catch (error) {
		throw error instanceof DestinationError ? explainWrite(error) : error;
	}
}

function knownBefore(): DestinationError {
	return new DestinationError('The person was in Marketo before, and was left there', {
		description: 'Only persons who were made by a test are deleted. Look at it in Marketo.',
		code: 'other',
	});
}
