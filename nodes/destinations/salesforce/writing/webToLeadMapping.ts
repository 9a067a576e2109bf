import type { JsonValue, Lead } from '../../../lead';
import { configurationError } from '../../addresses';
import type { WritableLead } from '../../contract';
import type { DestinationError } from '../../destinationError';
import { hasToForbidContact } from '../../leadMapping';
import type { LeadFields } from '../metadata';
import {
	paragraphs,
	standardValues,
	createdOrReceived,
	withNotes,
	withPlaceholders,
	type MappedLead,
	type StandardValues,
} from './mapping';

/** Characters of an additional field; none of the form is longer. */
const MAX_TEXT = 32_000;

/** Names of a form's fields: standard ones by words, custom ones by their ids. */
const FORM_NAME = /^(?:[A-Za-z]\w{0,79}|00N[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?)$/;
/** What a form says to the servlet itself, which no lead may. */
const RESERVED = /^(oid|orgid|encoding|retURL|debug|debugEmail|captcha_settings)$/i;

/** The form's names of the fields that Microsoft's connector fills: https://help.salesforce.com/s/articleView?id=sf.setting_up_web-to-lead.htm */
export const FORM_NAMES = {
	FirstName: 'first_name',
	LastName: 'last_name',
	Email: 'email',
	Company: 'company',
	Title: 'title',
	Phone: 'phone',
	Country: 'country',
	Description: 'description',
	LeadSource: 'lead_source',
} as const satisfies Record<keyof StandardValues, string>;
/** The form's names of further standard fields, from the forms that Setup makes. */
export const FURTHER_FORM_NAMES: Readonly<Record<string, string>> = {
	AnnualRevenue: 'revenue',
	City: 'city',
	CountryCode: 'country_code',
	DoNotCall: 'doNotCall',
	Fax: 'fax',
	HasOptedOutOfEmail: 'emailOptOut',
	HasOptedOutOfFax: 'faxOptOut',
	Industry: 'industry',
	MobilePhone: 'mobile',
	NumberOfEmployees: 'employees',
	PostalCode: 'zip',
	Rating: 'rating',
	Salutation: 'salutation',
	State: 'state',
	StateCode: 'state_code',
	Street: 'street',
	Website: 'URL',
};
/** Where the organisation has picklists for countries. */
const COUNTRY_CODE = 'country_code';

/** A lead as it is sent, and as the record that is made of it will have it. */
export interface PreparedForm extends MappedLead {
	readonly form: Readonly<Record<string, string>>;
}

/**
 * @param fields the organisation's fields, where they are known
 * @throws DestinationError for an additional field that no form may have
 */
export function prepareForm(lead: WritableLead, fields: LeadFields | undefined): PreparedForm {
	const form = toForm(lead, fields);
	const content = JSON.stringify(Object.entries(form).sort());
	const key = JSON.stringify([lead.lead.id, content]);
	const values = Object.fromEntries(
		Object.entries(FORM_NAMES)
			.map(([name, formName]) => [name, form[formName] ?? ''])
			.filter(([, text]) => text !== ''),
	) as MappedLead['values'];
	return { key, content, size: 1, form, values, time: createdOrReceived(lead.lead) };
}

/** The form, but for the organisation's id. */
function toForm(
	{ lead, additional }: WritableLead,
	fields: LeadFields | undefined,
): Record<string, string> {
	const values = withPlaceholders(standardValues(lead));
	const form: Record<string, string> = Object.fromEntries(
		Object.entries(FORM_NAMES).map(([name, formName]) => [
			formName,
			values[name as keyof StandardValues],
		]),
	);
	Object.assign(form, countryOf(lead, values, fields));
	for (const [name, value] of Object.entries(additional)) {
		if (!FORM_NAME.test(name) || RESERVED.test(name) || UNSAFE.has(name)) throw noSuchName(name);
		form[name] = formText(value);
	}
	// Last: an additional field may stand in the place of the lead source that said it, or say otherwise.
	if (hasToForbidContact(lead, { LeadSource: form[FORM_NAMES.LeadSource] ?? '' })) {
		Object.assign(form, { emailOptOut: '1', doNotCall: '1' });
	}
	return form;
}

/** Names that reach a prototype and are no field of any form. */
const UNSAFE: ReadonlySet<string> = new Set(['constructor', 'prototype']);

/** The country as the organisation takes it, where that is known. */
function countryOf(
	{ customer }: Lead,
	{ Country, Description }: StandardValues,
	fields: LeadFields | undefined,
): Record<string, string> {
	const codes = fields?.get('countrycode');
	if (!codes || Country === '') return {};
	if (codes.choices.some(({ value }) => value === customer.country)) {
		return { country: '', [COUNTRY_CODE]: customer.country };
	}
	return { country: '', description: withNotes(Description, [`Country: ${Country}`]) };
}

function formText(value: JsonValue): string {
	if (value === null) return '';
	// As a browser sends a checkbox: the one that is not ticked has nothing.
	if (typeof value === 'boolean') return value ? '1' : '';
	const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
	return paragraphs(text, MAX_TEXT);
}

function noSuchName(name: string): DestinationError {
	const what = FORM_NAME.test(name) ? `the field ${name}` : 'a field of that name';
	return configurationError(
		`A Web-to-Lead form can't have ${what}`,
		'Take the names from a form that Setup, Web-to-Lead makes: custom fields go by their ids, as in 00N1a00000ABCDE.',
	);
}
