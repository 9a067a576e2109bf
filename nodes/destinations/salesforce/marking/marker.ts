import {
	DestinationError,
	type LeadMarker,
	type LeadToMark,
	type MarkResult,
} from '../../contract';
import type { HandledField } from '../../handledField';
import { inTime, timeIsUp, type TimeLimits } from '../../timeLimits';
import type { SalesforceSession } from '../connection/session';
import { textLiteral } from '../connection/soql';
import {
	noSuchLead,
	notALeadId,
	recordError,
	wrongHandledField,
	type RecordError,
} from '../errors';
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

interface Open {
	index: number;
	lead: LeadToMark;
}

/** Sets a field of leads, by up to 200 in a call. */
export class SalesforceMarker implements LeadMarker {
	/** Only once something is to be marked: a poll need not sign in for it. */
	private session: Promise<SalesforceSession> | undefined;

	constructor(
		private readonly signIn: () => Promise<SalesforceSession>,
		private readonly field: HandledField,
	) {}

	async mark(leads: readonly LeadToMark[], limits: TimeLimits): Promise<MarkResult[]> {
		const results: MarkResult[] = [];
		const open: Open[] = [];
		leads.forEach((lead, index) => {
			if (isLeadId(lead.id)) open.push({ index, lead });
			else results[index] = { ok: false, error: notALeadId() };
		});
		let failed: DestinationError | undefined;
		for (let at = 0; at < open.length; at += MAX_RECORDS) {
			const batch = open.slice(at, at + MAX_RECORDS);
			if (!failed) {
				try {
					await inTime(async () => {
						await this.markBatch(batch, results, limits);
					}, limits);
				} catch (error) {
					failed = toError(error, limits);
				}
			}
			for (const { index } of batch) {
				if (failed) results[index] ??= { ok: false, error: failed };
			}
		}
		return results;
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

	private async markBatch(
		batch: readonly Open[],
		results: MarkResult[],
		{ signal }: TimeLimits,
	): Promise<void> {
		const session = await this.opened();
		// A person may have moved the lead on meanwhile, which must not be taken back.
		const moved =
			this.field.kind === 'choice' ? await this.movedOn(session, batch, signal) : new Set<string>();
		const left = batch.filter(({ index, lead }) => {
			if (!moved.has(lead.id.slice(0, 15))) return true;
			results[index] = { ok: true, outcome: 'alreadyHandled' };
			return false;
		});
		if (left.length === 0) return;
		const records = left.map(({ lead }) => ({
			Id: lead.id,
			[this.field.name]: handledValue(this.field, lead.handledAt),
		}));
		const response = await session.save(
			async (connection) =>
				await connection.update('Lead', records, { allOrNone: false, headers: HEADERS }),
			signal,
		);
		const { body } = response;
		if (!Array.isArray(body) || body.length !== left.length) throw response.unexpected();
		left.forEach(({ index }, at) => {
			const { success, errors } = Object(body[at]) as Partial<Record<string, unknown>>;
			if (success === true) results[index] = { ok: true, outcome: 'marked' };
			else if (success !== false) throw response.unexpected();
			else {
				const [entry] = Array.isArray(errors) ? (errors as unknown[]) : [];
				const first = Object(entry) as RecordError;
				const isGone = GONE.has(String(first.statusCode));
				results[index] = { ok: false, error: isGone ? noSuchLead() : recordError(first) };
			}
		});
	}

	/** Ids, in 15 characters, of those that are there and pending no more. */
	private async movedOn(
		session: SalesforceSession,
		batch: readonly Open[],
		signal: AbortSignal,
	): Promise<Set<string>> {
		const ids = batch.map(({ lead }) => textLiteral(lead.id)).join(', ');
		const soql = (where: string) =>
			`SELECT Id FROM Lead WHERE Id IN (${ids})${where} LIMIT ${MAX_RECORDS}`;
		const [all, pending] = await Promise.all([
			session.query(soql(''), signal),
			session.query(soql(` AND (${pendingCondition(this.field)})`), signal),
		]);
		const idsOf = (records: readonly unknown[]) =>
			records.map((record) => String((Object(record) as { Id?: unknown }).Id).slice(0, 15));
		const stillPending = new Set(idsOf(pending.records));
		return new Set(idsOf(all.records).filter((id) => !stillPending.has(id)));
	}

	private async opened(): Promise<SalesforceSession> {
		const session = (this.session ??= this.signIn());
		session.catch(() => {
			if (this.session === session) this.session = undefined;
		});
		return await session;
	}
}

function toError(error: unknown, limits: TimeLimits): DestinationError {
	if (error instanceof DestinationError) return error;
	const isLate = timeIsUp(limits);
	if (isLate) return isLate;
	throw error;
}
