import type { LeadMarker, LeadToMark, MarkResult } from '../../contract';
import type { DestinationError } from '../../destinationError';
import type { HandledField } from '../../handledField';
import { type BatchMarking, markLeads } from '../../markLeads';
import { inTime, type TimeLimits } from '../../timeLimits';
import { lowerCase } from '../../vendorCodes';
import { readSaveResults } from '../connection/saveResults';
import type { SalesforceSession } from '../connection/session';
import { textLiteral } from '../connection/soql';
import { noSuchLead, notALeadId, recordError, wrongHandledField } from '../errors';
import { readLeadFields } from '../metadata';
import { isLeadId } from '../reading/position';
import { FIELD_TYPES, handledValue, pendingCondition } from './field';

/** Salesforce's own limit for a call. */
const MAX_RECORDS = 200;

/** Without the header a rule could take the lead from whoever works on it. */
const HEADERS = { 'Sforce-Auto-Assign': 'FALSE' };

/** What Salesforce says of a lead that was deleted, or that the user may not see. */
const GONE: ReadonlySet<string> = new Set([
	'ENTITY_IS_DELETED',
	'INVALID_CROSS_REFERENCE_KEY',
	'NOT_FOUND',
]);

/** Sets a field of leads, by up to 200 in a call. */
export class SalesforceMarker implements BatchMarking, LeadMarker {
	/** One at a time: what is spent is spent for all of the organisation's integrations. */
	readonly limits = { maxRecords: MAX_RECORDS, concurrency: 1 };
	/** A person may move a lead on from one value of a choice to others than the handled one. */
	readonly findMovedOn: BatchMarking['findMovedOn'];
	/** Only once something is to be marked: a poll need not sign in for it. */
	private session: Promise<SalesforceSession> | undefined;

	constructor(
		private readonly signIn: () => Promise<SalesforceSession>,
		private readonly field: HandledField,
	) {
		if (field.kind === 'choice') {
			this.findMovedOn = async (leads, { signal }) => await this.areMovedOn(leads, signal);
		}
	}

	async mark(leads: readonly LeadToMark[], limits: TimeLimits): Promise<MarkResult[]> {
		return await markLeads(this, leads, limits);
	}

	checkId(id: string): DestinationError | undefined {
		return isLeadId(id) ? undefined : notALeadId();
	}

	async check(limits: TimeLimits): Promise<void> {
		await inTime(async () => {
			const session = await this.opened();
			const fields = await readLeadFields(session, limits.signal);
			const { kind, name } = this.field;
			const found = fields.get(name.toLowerCase());
			if (found?.type !== FIELD_TYPES[kind] || !found.updateable) {
				throw wrongHandledField(name, FIELD_TYPES[kind], found?.type === FIELD_TYPES[kind]);
			}
			if (this.field.kind !== 'choice' || found.choices.length === 0) return;
			const { pending, handled } = this.field;
			const values = new Set(found.choices.map(({ value }) => value));
			const missing = [pending, handled].find((value) => !values.has(value));
			if (missing !== undefined) throw wrongHandledField(name, `picklist with "${missing}"`, false);
		}, limits);
	}

	async send(leads: readonly LeadToMark[], { signal }: TimeLimits): Promise<MarkResult[]> {
		const session = await this.opened();
		const records = leads.map(({ id, handledAt }) => ({
			Id: id,
			[this.field.name]: handledValue(this.field, handledAt),
		}));
		const names = lowerCase([this.field.name]);
		const response = await session.save(
			async (connection) =>
				await connection.update('Lead', records, { allOrNone: false, headers: HEADERS }),
			signal,
			names,
		);
		return readSaveResults(response, leads.length).map(({ success, error }): MarkResult => {
			if (success) return { ok: true, outcome: 'marked' };
			return {
				ok: false,
				error: GONE.has(error.statusCode) ? noSuchLead() : recordError(error, names),
			};
		});
	}

	/** Whether they are there and pending no more. */
	private async areMovedOn(leads: readonly LeadToMark[], signal: AbortSignal): Promise<boolean[]> {
		const session = await this.opened();
		const ids = leads.map(({ id }) => textLiteral(id)).join(', ');
		const soql = (where: string) =>
			`SELECT Id FROM Lead WHERE Id IN (${ids})${where} LIMIT ${MAX_RECORDS}`;
		const [all, pending] = await Promise.all([
			session.query(soql(''), signal),
			session.query(soql(` AND (${pendingCondition(this.field)})`), signal),
		]);
		// An ID has 15 characters, or three more that say their case.
		const idsOf = (records: readonly unknown[]) =>
			new Set(
				records.map((record) => String((Object(record) as { Id?: unknown }).Id).slice(0, 15)),
			);
		const [there, stillPending] = [idsOf(all.records), idsOf(pending.records)];
		return leads
			.map(({ id }) => id.slice(0, 15))
			.map((id) => there.has(id) && !stillPending.has(id));
	}

	private async opened(): Promise<SalesforceSession> {
		const session = (this.session ??= this.signIn());
		session.catch(() => {
			if (this.session === session) this.session = undefined;
		});
		return await session;
	}
}
