import { DestinationError } from '../../contract';
import { retried, timeIsUp, type TimeLimits } from '../../timeLimits';
import type { MarketoClient } from '../connection/client';
import type { OutgoingPerson } from './mapping';
import { readRecords } from './results';
import { MarketoRefusal } from '../errors';
import { explainRecord, explainWrite, isOfOneLead } from './errors';

/** Marketo's own limit of a call. */
const MOST_RECORDS = 300;
/** "Company update not allowed during syncLead". */
const NO_COMPANY = '1021';
/** Bytes of a call's records. Marketo refuses bodies of more than 1 MB (413). */
const MOST_BYTES = 900_000;

export type Upserted =
	{ outcome: 'created' | 'updated'; id: string; isNew: boolean } | { refusal: DestinationError };

/**
 * Creates each person, or updates the one with the e-mail address. Done again after a lost answer it
 * changes nothing more, so that is all there is to writing the same twice.
 *
 * The company is a record of its own in Marketo: a new person brings it along, and where Marketo does
 * not let it be changed with a person, the person is written without it.
 *
 * @param partition by its name; empty for the instance's only one
 */
export async function upsertPersons(
	client: MarketoClient,
	persons: readonly OutgoingPerson[],
	partition: string,
	limits: TimeLimits,
): Promise<Upserted[]> {
	const results = new Map<OutgoingPerson, Upserted>();
	/** Those whose company stays as it is. */
	const withoutCompany = new Set<OutgoingPerson>();
	let stopped: DestinationError | undefined;

	const fieldsOf = (person: OutgoingPerson) => {
		if (!withoutCompany.has(person)) return person.fields;
		const { company: _, ...others } = person.fields;
		return others;
	};
	/** Those that can be written again without their company. */
	const leaveCompany = (batch: readonly OutgoingPerson[]): OutgoingPerson[] => {
		const again = batch.filter((person) => Object.hasOwn(fieldsOf(person), 'company'));
		for (const person of again) withoutCompany.add(person);
		return again;
	};
	const write = async (batch: readonly OutgoingPerson[]): Promise<void> => {
		try {
			stopped ??= timeIsUp(limits);
			if (stopped) throw stopped;
			const records = await retried(
				async () =>
					readRecords(
						await client.write(
							'/rest/v1/leads.json',
							{
								action: 'createOrUpdate',
								lookupField: 'email',
								...(partition === '' ? {} : { partitionName: partition }),
								input: batch.map(fieldsOf),
							},
							limits,
						),
						batch.length,
					),
				limits,
			);
			const again = leaveCompany(batch.filter((_, at) => records[at]?.code === NO_COMPANY));
			batch.forEach((person, at) => {
				const { id, status, code } = records[at] ?? { status: '', code: '' };
				const outcome = status === 'created' ? 'created' : 'updated';
				results.set(
					person,
					id === undefined
						? { refusal: explainRecord(code) }
						: { outcome, id, isNew: status === 'created' },
				);
			});
			if (again.length > 0) await write(again);
		} catch (error) {
			const refusal = error instanceof DestinationError ? error : timeIsUp(limits);
			if (!refusal) throw error;
			const isOfCompany = refusal instanceof MarketoRefusal && refusal.vendorCode === NO_COMPANY;
			if (isOfCompany && leaveCompany(batch).length > 0) {
				await write(batch);
				return;
			}
			if (isOfOneLead(refusal) && batch.length > 1) {
				// Turned away altogether for what one of them says: without it the others are taken.
				const middle = batch.length >> 1;
				await write(batch.slice(0, middle));
				await write(batch.slice(middle));
				return;
			}
			if (!isOfOneLead(refusal)) stopped ??= explainWrite(refusal);
			for (const person of batch) results.set(person, { refusal: explainWrite(refusal) });
		}
	};

	// One after the other: two calls for one address at a time would make two persons of it.
	for (const batch of batches(persons)) await write(batch);
	return persons.map((person) => {
		const result = results.get(person);
		if (!result) throw new TypeError('A lead was left without a result');
		return result;
	});
}

/** In their order, none of them with two of the same address. */
function batches(persons: readonly OutgoingPerson[]): OutgoingPerson[][] {
	const all: OutgoingPerson[][] = [];
	let emails = new Set<string>();
	let room = 0;
	for (const person of persons) {
		const email = person.email.toLowerCase();
		const size = Buffer.byteLength(JSON.stringify(person.fields)) + 1;
		const last = all.at(-1);
		if (!last || last.length >= MOST_RECORDS || size > room || emails.has(email)) {
			all.push([person]);
			emails = new Set([email]);
			room = MOST_BYTES - size;
		} else {
			last.push(person);
			emails.add(email);
			room -= size;
		}
	}
	return all;
}
