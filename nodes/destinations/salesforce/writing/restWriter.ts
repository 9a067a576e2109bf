import type {
	BatchLimits,
	ExistingRecord,
	LeadToSend,
	LeadWriter,
	SendResult,
	WritableLead,
} from '../../contract';
import { DestinationError } from '../../destinationError';
import { inTime, type TimeLimits } from '../../timeLimits';
import { readSaveResults, type SaveResult } from '../connection/saveResults';
import type { SalesforceSession } from '../connection/session';
import { recordError } from '../errors';
import { readLeadFields, type LeadField, type LeadFields } from '../metadata';
import { isLeadId } from '../reading/position';
import { ExistingLeads } from './existing';
import { changesOf, type MappedLead } from './mapping';
import { readLead, removeLead } from './readBack';
import { toRecord } from './restMapping';

/** Salesforce's own limit for a call. */
const MAX_RECORDS = 200;
/** Characters of a call's records: a few megabytes of notes take Salesforce longer than a minute. */
const MAX_CHARACTERS = 2_000_000;

/**
 * Web-to-Lead is not stopped by duplicate rules that only alert, so neither is this; one that blocks
 * blocks both.
 */
const DUPLICATES = { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' };
/** Salesforce runs lead assignment rules for what is created and what is updated unless told otherwise. */
const ASSIGNMENT = 'Sforce-Auto-Assign';

export interface RestWriterOptions {
	/**
	 * API name of a unique External ID field, which then keeps the lead's id: no lead is made twice,
	 * whoever writes at the same time. Empty for none: leads that are there are told by what they say.
	 */
	externalIdField: string;
	/**
	 * Whether the organisation's active assignment rule gives leads that are created their owner.
	 * It never runs for those that are updated: it would take them from whoever works on them.
	 */
	runAssignmentRules: boolean;
}

/** What the organisation says of its leads, and what was found of them. */
interface Organisation {
	fields: LeadFields;
	externalId: LeadField | undefined;
	existing: ExistingLeads;
}

/** Writes leads by the REST API, up to 200 in a call. */
export class RestWriter implements LeadWriter<MappedLead> {
	readonly limits: BatchLimits;
	/** Names of fields that were written beside the usual ones. */
	private readonly additional = new Set<string>();
	private organisation: Organisation | undefined;

	constructor(
		private readonly session: SalesforceSession,
		private readonly options: RestWriterOptions,
	) {
		this.limits = {
			maxRecords: MAX_RECORDS,
			maxSize: MAX_CHARACTERS,
			concurrency: 1,
			// A header says for a whole call whether the rules run.
			separatesUpdates: options.runAssignmentRules,
		};
	}

	async open(limits: TimeLimits): Promise<void> {
		if (this.organisation) return;
		const fields = await inTime(
			async () => await readLeadFields(this.session, limits.signal),
			limits,
		);
		const externalId = this.externalIdIn(fields);
		const existing = new ExistingLeads(this.session, fields, externalId);
		this.organisation = { fields, externalId, existing };
	}

	prepare(lead: WritableLead): MappedLead {
		const { fields, externalId } = this.opened();
		const record = toRecord(lead, fields, externalId);
		for (const name of Object.keys(lead.additional)) this.additional.add(name);
		return record;
	}

	async findExisting(leads: readonly MappedLead[], { signal }: TimeLimits) {
		return await this.opened().existing.find(leads, signal);
	}

	/** Of leads that somebody else has made since they were looked for. */
	async findConflicting(leads: readonly MappedLead[], limits: TimeLimits) {
		return await this.findExisting(leads, limits);
	}

	async send(
		batch: ReadonlyArray<LeadToSend<MappedLead, ExistingRecord>>,
		{ signal }: TimeLimits,
	): Promise<SendResult[]> {
		const { fields, externalId, existing } = this.opened();
		const names = new Set(fields.keys());
		// An upsert would run the rules on a lead that somebody else has made since the look-up. A
		// creation is rejected then, because the External ID is unique, and the lead is updated.
		const runsRules = this.options.runAssignmentRules && batch.every((lead) => !lead.existing);
		const records = batch.map((lead) =>
			lead.existing ? changesOf(lead.prepared) : { ...lead.prepared.values },
		);
		const options = {
			allOrNone: false,
			headers: { ...DUPLICATES, [ASSIGNMENT]: runsRules ? 'TRUE' : 'FALSE' },
		};
		const response = await this.session.save(
			async (connection) =>
				externalId && !runsRules
					? await connection.upsert('Lead', records, externalId.name, options)
					: await connection.create('Lead', records, options),
			signal,
			names,
		);
		// All of them first: what is no response says nothing of any lead.
		const results = readSaveResults(response, batch.length).map((entry) => {
			const result = toSendResult(entry, names);
			if (!result) throw response.unexpected();
			return result;
		});
		batch.forEach(({ prepared }, at) => {
			const result = results[at];
			if (result && 'id' in result) existing.claim(result.id, prepared);
		});
		return results;
	}

	urlOf(id: string): string {
		return this.session.leadUrl(id);
	}

	async readBack(id: string, limits: TimeLimits) {
		return await readLead(this.session, id, [...this.additional], limits);
	}

	async remove(id: string, limits: TimeLimits): Promise<void> {
		await removeLead(this.session, id, limits);
	}

	private opened(): Organisation {
		if (!this.organisation) throw new Error('The writer is not open');
		return this.organisation;
	}

	/** @throws DestinationError for a field that is no External ID of leads */
	private externalIdIn(fields: LeadFields): LeadField | undefined {
		const name = this.options.externalIdField.trim();
		if (name === '') return undefined;
		const field = fields.get(name.toLowerCase());
		if (field?.isExternalId) return field;
		throw new DestinationError('The External ID Field is no External ID that leads have', {
			description:
				'In Setup, Object Manager, Lead, make a Text field of length 255, Unique and External ID, give the user Edit Access to it, and name it as in Marketplace_Lead_Id__c.',
			code: 'configuration',
			operation: 'write',
		});
	}
}

/** `undefined` for what is no result of a record. */
function toSendResult(
	{ success, id, created, error: told }: SaveResult,
	names: ReadonlySet<string>,
): SendResult | undefined {
	if (success && !isLeadId(id)) return undefined;
	if (success) return { status: created === false ? 'updated' : 'created', id };
	const error = recordError(told, names);
	// It was made since it was looked for, unless it is another unique field.
	return told.statusCode === 'DUPLICATE_VALUE'
		? { status: 'exists', error }
		: { status: 'failed', error };
}
