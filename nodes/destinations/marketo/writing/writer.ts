import type { JsonValue } from '../../../lead';
import type {
	BatchLimits,
	ExistingRecord,
	LeadToSend,
	LeadWriter,
	PreparedLead,
	SendResult,
	WritableLead,
} from '../../contract';
import { DestinationError } from '../../destinationError';
import { retried, type TimeLimits } from '../../timeLimits';
import type { MarketoClient } from '../connection/client';
import { textOf } from '../../../schemas';
import { readRecordResults } from '../connection/response';
import { recordError } from '../errors';
import type { PersonFields } from '../metadata';
import type { FillOut } from '../reading/fillOut';
import { findPerson } from '../reading/persons';
import { PERSON_FIELDS } from '../reading/reader';
import { toRecord } from '../reading/record';
import { toPerson, type MappedPerson, type WritePlace } from './mapping';

const PERSON_ID = /^\d{1,15}$/;
/** The address of a lead that was made to try a connection. */
const TEST_ADDRESS = /^msft_test_\d+@/i;
/** "Lead not found". */
const NOT_FOUND = '1004';

export interface WriterOptions {
	/** By its name in REST. */
	leadSourceField: string;
	/** The field that keeps the lead's id, by its name in REST; empty for none. */
	leadIdField: string;
	/** Of persons who are written without a form, by its name; empty for the instance's only one. */
	partition: string;
	/** Milliseconds before now within which an earlier fill-out is looked for; 0 for not at all. */
	lookBack: number;
}

/** Leads of one address go one after the other: two calls at a time would make two persons of it. */
export interface PreparedPerson extends MappedPerson, PreparedLead {
	readonly sequence: string;
}

/** What the two ways to write a person have in common. */
export abstract class MarketoWriter implements LeadWriter<PreparedPerson> {
	abstract readonly limits: BatchLimits;
	/** What may be written; `undefined` before that was read. */
	protected fields: PersonFields | undefined;
	/** In words, for errors. */
	protected abstract readonly where: WritePlace['where'];
	/** Ids of persons who were not there before. */
	protected readonly made = new Set<string>();
	/** Names of fields that were written beside the usual ones. */
	private readonly additional = new Set<string>();

	constructor(
		protected readonly client: MarketoClient,
		protected readonly options: WriterOptions,
	) {}

	async open(limits: TimeLimits): Promise<void> {
		this.fields ??= await this.readFields(limits);
	}

	prepare(lead: WritableLead): PreparedPerson {
		const { where, leadSourceField, fields = new Map() } = this;
		const { leadIdField } = this.options;
		const person = toPerson(lead, { fields, where, leadSourceField, leadIdField });
		for (const name of Object.keys(lead.additional)) this.additional.add(name);
		const sequence = person.email.toLowerCase();
		return { ...person, content: this.contentOf(person), size: sizeOf(person), sequence };
	}

	abstract send(
		batch: ReadonlyArray<LeadToSend<PreparedPerson, ExistingRecord>>,
		limits: TimeLimits,
	): Promise<SendResult[]>;

	/** @param id the person's */
	abstract readBack(id: string, limits: TimeLimits): Promise<JsonValue | undefined>;

	/**
	 * The person alone: Marketo has them at once, and shows a fill-out in its log minutes later.
	 *
	 * @param id the person's
	 */
	async readBackInPart(id: string, limits: TimeLimits): Promise<JsonValue | undefined> {
		if (!PERSON_ID.test(id)) return undefined;
		return await this.personWith(NO_FILL_OUT, id, [], limits);
	}

	/**
	 * Deletes the person, with all activities, where this writer made it or it is one of a test: a
	 * person whom Marketo knew before is somebody else's.
	 *
	 * @param id the person's
	 */
	async remove(id: string, limits: TimeLimits): Promise<void> {
		if (!PERSON_ID.test(id)) return;
		const person = await findPerson(this.client, id, [], limits);
		if (!person) return;
		const isOurs = this.made.has(id) || TEST_ADDRESS.test(textOf(person['email']));
		if (!isOurs) throw knownBefore();
		const input = [{ id: Number(id) }];
		const response = await retried(
			async () => await this.client.write('/rest/v1/leads/delete.json', { input }, limits),
			limits,
		);
		const [record] = readRecordResults(response, 1);
		const isGone = record?.status === 'deleted' || record?.code === NOT_FOUND;
		if (!isGone) throw recordError(record?.code ?? '');
	}

	protected abstract readFields(limits: TimeLimits): Promise<PersonFields>;

	/** Two of one lead with the same content are written once. */
	protected abstract contentOf(person: MappedPerson): string;

	/** By its name in REST. */
	protected get leadSourceField(): string {
		return this.options.leadSourceField;
	}

	/** The person as a record of this fill-out; `undefined` for one who is not there. */
	protected async personWith(
		fillOut: Omit<FillOut, 'leadId'>,
		id: string,
		further: readonly string[],
		limits: TimeLimits,
	): Promise<JsonValue | undefined> {
		const names = [...PERSON_FIELDS, this.leadSourceField, ...this.additional, ...further];
		const person = await findPerson(this.client, id, names, limits);
		return person && toRecord({ ...fillOut, leadId: Number(id) }, person, this.leadSourceField);
	}
}

/** Of a person who filled out nothing. */
export const NO_FILL_OUT: Omit<FillOut, 'leadId'> = {
	guid: '',
	activityDate: '',
	at: undefined,
	formId: '',
	formName: '',
	attributes: new Map(),
};

export function isPersonId(id: string): boolean {
	return PERSON_ID.test(id);
}

/** Bytes in the body of a call, with a comma. */
function sizeOf({ fields }: MappedPerson): number {
	return Buffer.byteLength(JSON.stringify(fields)) + 1;
}

function knownBefore(): DestinationError {
	return new DestinationError('The person was in Marketo before, and was left there', {
		description: 'Only persons who were made by a test are deleted. Look at it in Marketo.',
		code: 'other',
		operation: 'write',
	});
}
