import type { JsonValue } from '../../../lead';
import type { BatchLimits, LeadToSend, SendResult } from '../../contract';
import { DestinationError } from '../../destinationError';
import type { TimeLimits } from '../../timeLimits';
import { readRecordResults, type RecordResult } from '../connection/response';
import { MarketoError, recordError } from '../errors';
import { readPersonFields, type PersonFields } from '../metadata';
import type { FieldValue, MappedPerson } from './mapping';
import { isPersonId, MarketoWriter, NO_FILL_OUT, type PreparedPerson } from './writer';

/** "Company update not allowed during syncLead". */
const NO_COMPANY = '1021';

/**
 * Creates each person, or updates the one with the email address. Done again after a lost response it
 * changes nothing more, so that is all there is to writing the same twice.
 *
 * The company is a record of its own in Marketo: a new person brings it along, and where Marketo does
 * not let it be changed with a person, the person is written without it.
 */
export class UpsertWriter extends MarketoWriter {
	readonly limits: BatchLimits = {
		// Marketo's own limit of a call.
		maxRecords: 300,
		// Bytes. Marketo accepts bodies of at most 1 MB (413).
		maxSize: 900_000,
		concurrency: 1,
	};
	protected readonly where = 'instance';
	/** Those whose company stays as it is. */
	private readonly withoutCompany = new Set<PreparedPerson>();

	async send(
		batch: ReadonlyArray<LeadToSend<PreparedPerson, never>>,
		limits: TimeLimits,
	): Promise<SendResult[]> {
		return await this.upsert(
			batch.map(({ prepared }) => prepared),
			limits,
		);
	}

	async readBack(id: string, limits: TimeLimits): Promise<JsonValue | undefined> {
		if (!isPersonId(id)) return undefined;
		return await this.personWith(NO_FILL_OUT, id, ['description'], limits);
	}

	override async readBackInPart(id: string, limits: TimeLimits): Promise<JsonValue | undefined> {
		return await this.readBack(id, limits);
	}

	protected async readFields(limits: TimeLimits): Promise<PersonFields> {
		return await readPersonFields(this.client, limits);
	}

	/** A person can be changed: of two versions of a lead the last one counts. */
	protected contentOf({ fields }: MappedPerson): string {
		return JSON.stringify(fields);
	}

	private async upsert(
		persons: readonly PreparedPerson[],
		limits: TimeLimits,
	): Promise<SendResult[]> {
		let records: RecordResult[];
		try {
			records = await this.sync(persons, limits);
		} catch (error) {
			// Of the call as a whole, for what some of them say.
			const isOfCompany = error instanceof MarketoError && error.vendorCode === NO_COMPANY;
			if (!isOfCompany || this.leaveCompanies(persons).length === 0) throw error;
			return await this.upsert(persons, limits);
		}
		const results = new Map(persons.map((person, at) => [person, this.resultOf(records[at])]));
		const again = this.leaveCompanies(persons.filter((_, at) => records[at]?.code === NO_COMPANY));
		if (again.length > 0) {
			const second = await this.upsert(again, limits).catch((error: unknown) => {
				if (!(error instanceof DestinationError)) throw error;
				// The others are written: what fails here must not be told of them.
				return again.map((): SendResult => ({ status: 'failed', error }));
			});
			again.forEach((person, at) => {
				const result = second[at];
				if (result) results.set(person, result);
			});
		}
		return [...results.values()];
	}

	private async sync(
		persons: readonly PreparedPerson[],
		limits: TimeLimits,
	): Promise<RecordResult[]> {
		const { partition } = this.options;
		const response = await this.client.write(
			'/rest/v1/leads.json',
			{
				action: 'createOrUpdate',
				lookupField: 'email',
				...(partition === '' ? {} : { partitionName: partition }),
				input: persons.map((person) => this.fieldsOf(person)),
			},
			limits,
		);
		return readRecordResults(response, persons.length);
	}

	private resultOf({ id, status, code }: RecordResult = { status: '', code: '' }): SendResult {
		if (id === undefined) return { status: 'failed', error: recordError(code) };
		if (status !== 'created') return { status: 'updated', id };
		this.made.add(id);
		return { status: 'created', id };
	}

	/** Gives those that can be written again without their company. */
	private leaveCompanies(persons: readonly PreparedPerson[]): PreparedPerson[] {
		const again = persons.filter((person) => Object.hasOwn(this.fieldsOf(person), 'company'));
		for (const person of again) this.withoutCompany.add(person);
		return again;
	}

	private fieldsOf(person: PreparedPerson): Readonly<Record<string, FieldValue>> {
		if (!this.withoutCompany.has(person)) return person.fields;
		const { company: _, ...others } = person.fields;
		return others;
	}
}
