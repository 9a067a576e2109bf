import {
	isMarketplaceLead,
	parseLead,
	type JsonObject,
	type JsonValue,
	type Lead,
} from '../../../lead';
import { contactName } from '../../../lead/contactWords';
import { findField } from '../../../lead/fields';
import { compact } from '../../../lead/text';
import { readParameters, withoutKey, type FillOut } from './fillOut';
import { readFormFields } from './formFields';

/** The lead source's name in REST, where the user names no other field. */
export const LEAD_SOURCE = 'leadSource';
/** The system field that Microsoft's guide lets the form's Lead Source be mapped to instead. */
export const SOURCE_SYSTEM_NAME = 'sourceSystemName';

/** Characters. A lead source has at most 255; longer texts are not looked into for one. */
const LONGEST_LEAD_SOURCE = 500;

/** What the form's script and its landing page send for themselves, as `compact` has it. */
const MACHINERY: ReadonlySet<string> = new Set([
	'action',
	'checksum',
	'checksumfields',
	'cr',
	'followuplpid',
	'formid',
	'formvid',
	'kw',
	'lpid',
	'lpurl',
	'mktdisp',
	'mktoreferrer',
	'mkttrk',
	'module',
	'munchkinid',
	'q',
	'subid',
]);

const FORM_FIELDS = 'Form Fields';
const QUERY_PARAMETERS = 'Query Parameters';

/** A listing's address has some ten; whoever writes more is playing. */
const MAX_PARAMETERS = 100;

/**
 * The fill-out with the person's fields, ready for `parseLead`. What the customer sent with this
 * very fill-out wins: the person's fields are those of now, which later fill-outs and merges have
 * changed.
 *
 * @param person by the names of REST; `undefined` for one who has been deleted or merged since
 * @param leadSourceField by its name in REST
 */
export function toRecord(
	found: FillOut,
	person: JsonObject | undefined,
	leadSourceField: string,
): JsonObject {
	const fillOut = withoutKey(found);
	const sent = readFormFields(fillOut.attributes.get(FORM_FIELDS) ?? '');
	const record = new RecordFields();
	record.set('marketoGUID', fillOut.guid);
	record.set('activityDate', fillOut.activityDate);
	record.set('leadId', fillOut.leadId);
	record.set('formId', fillOut.formId);
	record.set('formName', fillOut.formName);
	record.reserve();

	const { consumed, entries } = leadSources(sent.fields, person, leadSourceField);
	for (const [name, value] of Object.entries(person ?? {})) {
		if (name !== 'id' && !consumed(name)) record.addPersonal(name, value);
	}
	for (const [name, value] of sent.fields) {
		if (!MACHINERY.has(compact(name)) && !consumed(name)) record.addSent(name, textOfSent(value));
	}
	for (const [name, value] of entries) record.set(name, value);
	for (const [name, value] of fillOut.attributes) {
		// Kept as it came where it could not be read: nothing of a lead is thrown away.
		if (name !== FORM_FIELDS || !sent.whole) record.addLast(name, value);
	}
	record.addParameters(fillOut.attributes.get(QUERY_PARAMETERS) ?? '');
	return record.toJSON();
}

/**
 * Everything written into the form is a lead of Microsoft's, because the form is what Microsoft was
 * given; unless it says itself that it comes from elsewhere.
 */
export function isFillOutOfMicrosoft(lead: Lead): boolean {
	return lead.leadSource === '' || isMarketplaceLead(lead);
}

interface LeadSources {
	/** The lead source under `LeadSource`, and others under names that say whose they are. */
	entries: Array<[name: string, value: JsonValue]>;
	/** Whether the entries hold all that fields of this name say. */
	consumed: (name: string) => boolean;
}

/**
 * The lead source: of the fields that it is mapped to, else of whatever field of the fill-out reads
 * as one of Microsoft's, since a form can be mapped otherwise than the node is told. What was sent in
 * one of the first goes before a person's own, and what reads as Microsoft's before what does not. A
 * person's own counts only where it reads so: many keep there where they first met the person, which
 * says nothing of this fill-out.
 */
function leadSources(
	sent: ReadonlyArray<[string, string | string[]]>,
	person: JsonObject | undefined,
	leadSourceField: string,
): LeadSources {
	const names = [...new Set([leadSourceField, LEAD_SOURCE, SOURCE_SYSTEM_NAME])];
	const mapped = names.flatMap((name): Array<[name: string, text: string]> => {
		const [, value] = sent.find(([candidate]) => sameName(name)(candidate)) ?? [];
		const text = textOfSent(value ?? '').trim();
		return text === '' ? [] : [[name, text]];
	});
	const elsewhere = () =>
		sent
			.filter(([name]) => !MACHINERY.has(compact(name)))
			.find(([, value]) => isSurelyLeadSource(textOfSent(value)));
	const own = names.flatMap((name): Array<[name: string, text: string]> => {
		const value = person && Object.hasOwn(person, name) ? person[name] : undefined;
		const text = typeof value === 'string' ? value.trim() : '';
		// Of a field that nobody named, only what is a lead source.
		const isKept = name !== SOURCE_SYSTEM_NAME || isMarketplaceLeadSource(text);
		return text === '' || !isKept ? [] : [[name, text]];
	});
	const chosen =
		mapped.find(([, text]) => isMarketplaceLeadSource(text)) ?? elsewhere() ?? mapped[0];
	const found = chosen
		? textOfSent(chosen[1]).trim()
		: (own.find(([, text]) => isMarketplaceLeadSource(text))?.[1] ?? '');
	const taken = [...names, ...(chosen ? [chosen[0]] : [])];
	const keys = new Set(taken.map(compact).filter((key) => key !== ''));
	return {
		entries: [
			...mapped
				.filter(([, text]) => text !== found)
				.map(([name, text]): [string, JsonValue] => [`${FORM_FIELDS}.${name}`, text]),
			...own
				.filter(([, text]) => text !== found)
				.map(([name, text]): [string, JsonValue] => [`Person.${name}`, text]),
			['LeadSource', found],
		],
		consumed: (name) => taken.includes(name) || keys.has(compact(name)),
	};
}

function textOfSent(value: string | string[]): string {
	return typeof value === 'string' ? value : value.join('; ');
}

/** Read where a lead source is expected: a store's name alone is one. */
function isMarketplaceLeadSource(text: string): boolean {
	return text.length <= LONGEST_LEAD_SOURCE && isMarketplaceLead(leadOf(text));
}

/** Read where anything may stand: a known store, or a test lead, with what was done there. */
function isSurelyLeadSource(text: string): boolean {
	if (!text.includes('-') || text.length > LONGEST_LEAD_SOURCE) return false;
	const lead = leadOf(text);
	if (lead.isTest) return text.includes('|');
	return lead.action.code !== '' && isMarketplaceLead({ ...lead, leadSource: '' });
}

function leadOf(leadSource: string): Lead {
	return parseLead({ LeadSource: leadSource }, { destination: 'marketo' });
}

/** REST writes `firstName`, forms `FirstName`, and fields of one's own have underscores. */
function sameName(name: string): (other: string) => boolean {
	const wanted = compact(name);
	return (other) => other === name || (wanted !== '' && compact(other) === wanted);
}

/** The record while it is put together: of two fields of one name, one. */
class RecordFields {
	private readonly fields = new Map<string, [name: string, value: JsonValue]>();
	private readonly reserved = new Set<string>();

	/** A field of ours. */
	set(name: string, value: JsonValue): void {
		if (value !== '' && value !== null) this.fields.set(compact(name), [name, value]);
	}

	/** From here on nobody overwrites what is there. */
	reserve(): void {
		for (const key of this.fields.keys()) this.reserved.add(key);
	}

	addPersonal(name: string, value: JsonValue): void {
		if (isEmpty(value)) return;
		// Only what says not to contact is told: the rest is the usual state of every person.
		if (saysContact(name) && (value === false || value === 0)) return;
		const { key, isReserved } = this.placeOf(name);
		this.fields.set(key, [isReserved ? `Person.${name}` : name, value]);
	}

	addSent(name: string, value: string): void {
		if (value.trim() === '') return;
		const { key, isReserved } = this.placeOf(name);
		// Who has asked since then not to be contacted is not to be contacted.
		const isKept = saysContact(name) && this.fields.has(key);
		if (isKept) this.addLast(`${FORM_FIELDS}.${name}`, value);
		else this.fields.set(key, [isReserved ? `${FORM_FIELDS}.${name}` : name, value]);
	}

	/** A field that gives way to what is there. */
	addLast(name: string, value: string): void {
		const { key } = this.placeOf(name);
		if (value.trim() !== '' && !this.fields.has(key)) this.fields.set(key, [name, value]);
	}

	/**
	 * Those of the listing's address. Whoever writes the address writes them, so they add to the lead
	 * (a campaign, a partner) but stand for none of its other parts.
	 */
	addParameters(text: string): void {
		let left = MAX_PARAMETERS;
		for (const [name, value] of readParameters(text)) {
			left -= 1;
			if (left < 0) return;
			const field = findField(name)?.field;
			if (field === undefined || field === 'campaign') this.addLast(name, value);
		}
	}

	toJSON(): JsonObject {
		// Defines each field, so that one named `__proto__` becomes a field and not the prototype.
		return Object.fromEntries(this.fields.values());
	}

	/** Where a field is kept, and whether what is there already is nobody's to overwrite. */
	private placeOf(name: string): { key: string; isReserved: boolean } {
		const own = compact(name);
		const field = findField(name)?.field;
		// Also what would pass for the lead's id or time under another name.
		const isReserved = this.reserved.has(own) || field === 'marketoId' || field === 'createdAt';
		return { key: isReserved ? `other ${name}` : own || name, isReserved };
	}
}

function saysContact(name: string): boolean {
	return contactName(name) === 'optOut';
}

function isEmpty(value: JsonValue): boolean {
	return value === null || (typeof value === 'string' && value.trim() === '');
}
