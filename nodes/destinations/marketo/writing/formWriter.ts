import type { JsonObject, JsonValue } from '../../../lead';
import type { BatchLimits, ExistingRecord, LeadToSend, SendResult } from '../../contract';
import { DestinationError } from '../../destinationError';
import type { TimeLimits } from '../../timeLimits';
import type { MarketoClient } from '../connection/client';
import { textOf } from '../../../schemas';
import { readRecordResults } from '../connection/response';
import { recordError } from '../errors';
import { readFormLayout, type PersonFields } from '../metadata';
import { findFillOuts } from '../reading/activityLog';
import { keyOf } from '../reading/fillOut';
import { findPersons, MAX_ADDRESSES, type PersonsByEmail } from '../reading/persons';
import { LEAD_SOURCE, SOURCE_SYSTEM_NAME } from '../reading/record';
import { isPersonId, MarketoWriter, type PreparedPerson, type WriterOptions } from './writer';

/** Milliseconds by which the clocks of whoever made the lead and of Marketo may differ. */
const CLOCK_MARGIN = 5 * 60 * 1_000;
/** Milliseconds before now within which a fill-out is read back. */
const READ_BACK = 60 * 60 * 1_000;
/** Pages of the log that are looked through: 300 activities of all kinds each. */
const MAX_PAGES = 100;

/** Lead sources of the persons with one address, by the persons' ids. */
type Sources = ReadonlyMap<string, string>;

/**
 * Fills out the form for each lead, one in a call as Marketo takes them, and none whose fill-out is
 * there already: it is told by the key in the parameters of its address, or by the field that keeps
 * the lead's id.
 */
export class FormWriter extends MarketoWriter {
	readonly limits: BatchLimits = {
		maxRecords: 1,
		// Marketo runs ten calls at once, of all integrations together.
		concurrency: 4,
		maxLookups: MAX_ADDRESSES,
		// One response may be missing for what a lead says; so many in a row are not.
		maxFailures: 3,
	};
	protected readonly where = 'form';
	/** Where people look at persons of this instance; empty if untold. */
	private app = '';
	/** Of each address as it was looked up, until a lead is sent for it, which changes them. */
	private readonly sources = new Map<string, Sources>();
	/** The same for each lead that was sent, as it was before; `undefined` where an earlier lead changed it. */
	private readonly before = new Map<string, Sources | undefined>();
	/** Keys of the leads that were written last, by the persons' ids. */
	private readonly keys = new Map<string, string>();

	constructor(
		client: MarketoClient,
		private readonly formId: number,
		options: WriterOptions,
	) {
		super(client, options);
	}

	async findExisting(
		leads: readonly PreparedPerson[],
		limits: TimeLimits,
		isAgain: boolean,
	): Promise<Array<DestinationError | ExistingRecord | undefined>> {
		try {
			const persons = await this.personsOf(leads, limits);
			return isAgain
				? await this.findSent(leads, persons, limits)
				: await this.findEarlier(leads, persons, limits);
		} catch (error) {
			// Each call was made again as often as is of use: a log of 100 pages is not begun anew.
			throw error instanceof DestinationError ? error.with({ retryAfter: undefined }) : error;
		}
	}

	async send(
		[toSend]: ReadonlyArray<LeadToSend<PreparedPerson, ExistingRecord>>,
		limits: TimeLimits,
	): Promise<SendResult[]> {
		if (!toSend) return [];
		const { key, sequence, fields, query, missing } = toSend.prepared;
		if (!this.before.has(key)) {
			this.before.set(key, this.sources.get(sequence));
			this.sources.delete(sequence);
		}
		const response = await this.client.write(
			'/rest/v1/leads/submitForm.json',
			{
				formId: this.formId,
				input: [{ leadFormFields: fields, visitorData: { queryString: query } }],
			},
			limits,
		);
		const [{ id, status, code } = { status: '', code: '' }] = readRecordResults(response, 1);
		if (id === undefined) return [{ status: 'failed', error: recordError(code, missing) }];
		this.keys.set(id, key);
		if (status === 'created') this.made.add(id);
		return [{ status: 'created', id }];
	}

	urlOf(id: string): string {
		return this.app && `${this.app}/leadDatabase/loadLeadDetail?leadId=${id}`;
	}

	/** The fill-out that was written for the person, or their last one. */
	async readBack(leadId: string, limits: TimeLimits): Promise<JsonValue | undefined> {
		if (!isPersonId(leadId)) return undefined;
		const { formId } = this;
		const search = { formId, since: this.now() - READ_BACK, leadId, maxPages: MAX_PAGES };
		const { fillOuts } = await findFillOuts(this.client, search, limits);
		const key = this.keys.get(leadId);
		const fillOut = fillOuts.findLast((one) => key === undefined || keyOf(one) === key);
		return fillOut && (await this.personWith(fillOut, leadId, [], limits));
	}

	protected async readFields(limits: TimeLimits): Promise<PersonFields> {
		const { fields, app } = await readFormLayout(this.client, this.formId, limits);
		this.app = app;
		return fields;
	}

	/** A fill-out can't be changed, so of two versions of a lead the first one counts. */
	protected contentOf(): string {
		return '';
	}

	/** Microsoft's guide lets a form have the system field instead of the usual one. */
	protected override get leadSourceField(): string {
		const { leadSourceField } = this.options;
		const isElsewhere = leadSourceField === LEAD_SOURCE && this.fields?.has(LEAD_SOURCE) === false;
		return isElsewhere && this.fields?.get(SOURCE_SYSTEM_NAME)?.readOnly === false
			? SOURCE_SYSTEM_NAME
			: leadSourceField;
	}

	/** Fill-outs of earlier executions. */
	private async findEarlier(
		leads: readonly PreparedPerson[],
		persons: PersonsByEmail,
		limits: TimeLimits,
	): Promise<Array<DestinationError | ExistingRecord | undefined>> {
		const known = new Set<PreparedPerson>();
		const found = leads.map((lead) => {
			const own = personsOf(lead, persons);
			this.before.delete(lead.key);
			this.sources.set(lead.sequence, this.sourcesOf(own));
			const holder = this.holderOf(lead, own);
			if (holder) return this.existing(lead, textOf(holder['id']));
			// Who is not known has filled out nothing.
			if (own.length > 0) known.add(lead);
			return undefined;
		});
		const { lookBack } = this.options;
		if (known.size === 0 || lookBack === 0) return found;
		const first = Math.min(...[...known].map(({ time }) => time)) - CLOCK_MARGIN;
		const since = Math.max(first, this.now() - lookBack);
		const { ids, isWhole } = await this.writtenSince(since, limits);
		return leads.map((lead, at) => {
			if (!known.has(lead)) return found[at];
			const id = ids.get(lead.key);
			if (id !== undefined) return this.existing(lead, id);
			return isWhole ? undefined : cannotTell();
		});
	}

	/** What a submit has made whose response was lost. */
	private async findSent(
		leads: readonly PreparedPerson[],
		persons: PersonsByEmail,
		limits: TimeLimits,
	): Promise<Array<ExistingRecord | undefined>> {
		const found: Array<ExistingRecord | undefined> = [];
		for (const lead of leads) {
			const own = personsOf(lead, persons);
			const holder = this.holderOf(lead, own) ?? own.find((one) => this.isChanged(one, lead));
			let id = holder && textOf(holder['id']);
			if (id === undefined && own.length > 0) {
				const { ids } = await this.writtenSince(this.now() - CLOCK_MARGIN, limits);
				id = ids.get(lead.key);
			}
			if (id !== undefined && this.before.get(lead.key)?.has(id) === false) this.made.add(id);
			found.push(id === undefined ? undefined : this.existing(lead, id, true));
		}
		return found;
	}

	private existing({ key }: PreparedPerson, id: string, isOurs = false): ExistingRecord {
		this.keys.set(id, key);
		return { id, isSame: true, wasCreatedAfter: () => isOurs };
	}

	/**
	 * Whether a person is there since the submit, or names since then what the lead names as its
	 * source: the log may show the fill-out only minutes later. That something else of a person has
	 * changed says nothing, since scores and campaigns change persons all the time.
	 */
	private isChanged(person: JsonObject, { key, fields }: PreparedPerson): boolean {
		const { leadSourceField } = this;
		const before = this.before.get(key);
		const sent = String(fields[leadSourceField] ?? '');
		const isSo = textOf(person[leadSourceField]) === sent;
		return before !== undefined && isSo && before.get(textOf(person['id'])) !== sent;
	}

	private holderOf({ fields }: PreparedPerson, own: readonly JsonObject[]): JsonObject | undefined {
		const { leadIdField } = this.options;
		if (leadIdField === '') return undefined;
		return own.find((one) => textOf(one[leadIdField]) === String(fields[leadIdField]));
	}

	private sourcesOf(own: readonly JsonObject[]): Sources {
		return new Map(own.map((one) => [textOf(one['id']), textOf(one[this.leadSourceField])]));
	}

	private async personsOf(
		leads: readonly PreparedPerson[],
		limits: TimeLimits,
	): Promise<PersonsByEmail> {
		const emails = [...new Set(leads.map(({ sequence }) => sequence))];
		const fields = [this.leadSourceField, this.options.leadIdField].filter((name) => name !== '');
		return await findPersons(this.client, emails, fields, limits);
	}

	/** The persons' ids by the keys of the leads that were written since a time. */
	private async writtenSince(
		since: number,
		limits: TimeLimits,
	): Promise<{ ids: ReadonlyMap<string, string>; isWhole: boolean }> {
		const search = { formId: this.formId, since, maxPages: MAX_PAGES };
		const { fillOuts, isWhole } = await findFillOuts(this.client, search, limits);
		const ids = new Map<string, string>();
		for (const fillOut of fillOuts) {
			const key = keyOf(fillOut);
			if (key !== '') ids.set(key, String(fillOut.leadId));
		}
		return { ids, isWhole };
	}

	/** By Marketo's clock, epoch milliseconds. */
	private now(): number {
		return this.client.serviceTime ?? Date.now();
	}
}

function personsOf({ sequence }: PreparedPerson, persons: PersonsByEmail): readonly JsonObject[] {
	return persons.get(sequence) ?? [];
}

function cannotTell(): DestinationError {
	return new DestinationError('It could not be told in time whether the lead is there already', {
		description:
			'It was not written. Since the lead came in, the instance has had more than 30,000 activities to look through: set the option Look Back to fewer hours, or choose a Lead ID Field.',
		code: 'queryTooLarge',
		operation: 'write',
	});
}
