import type { JsonValue, Lead } from '../../../lead';
import { configurationError } from '../../addresses';
import type { DestinationError, WritableLead } from '../../contract';
import type { LeadColumns } from '../metadata';
import { paragraphs } from './leadText';
import {
	forbidsContact,
	leadValues,
	withNotes,
	withPlaceholders,
	type LeadValues,
} from './mapping';
import type { OutgoingRecord } from './restMapping';

/** Characters of an additional field; none of the form is longer. */
const MOST_TEXT = 32_000;

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
} as const satisfies Record<keyof LeadValues, string>;
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

/**
 * A lead as a form, but for the organisation's id.
 *
 * @param columns the organisation's fields, where they are known
 * @throws DestinationError for an additional field that no form may have
 */
export function toForm(
	{ lead, additional }: WritableLead,
	columns: LeadColumns | undefined,
): Record<string, string> {
	const values = withPlaceholders(leadValues(lead));
	const form: Record<string, string> = Object.fromEntries(
		Object.entries(FORM_NAMES).map(([name, formName]) => [
			formName,
			values[name as keyof LeadValues],
		]),
	);
	Object.assign(form, countryOf(lead, values, columns));
	if (forbidsContact(lead, values)) Object.assign(form, { emailOptOut: '1', doNotCall: '1' });
	for (const [name, value] of Object.entries(additional)) {
		if (!FORM_NAME.test(name) || RESERVED.test(name) || UNSAFE.has(name)) throw noSuchName(name);
		form[name] = formText(value);
	}
	return form;
}

/** Names that reach a prototype and are no field of any form. */
const UNSAFE: ReadonlySet<string> = new Set(['constructor', 'prototype']);

/** The country as the organisation takes it, where that is known. */
function countryOf(
	{ customer }: Lead,
	{ Country, Description }: LeadValues,
	columns: LeadColumns | undefined,
): Record<string, string> {
	const codes = columns?.get('countrycode');
	if (!codes || Country === '') return {};
	if (codes.choices.some(({ value }) => value === customer.country)) {
		return { country: '', [COUNTRY_CODE]: customer.country };
	}
	return { country: '', description: withNotes(Description, [`Country: ${Country}`]) };
}

/** The form as the lead's record will have it. */
export function toValues(form: Readonly<Record<string, string>>): OutgoingRecord['values'] {
	const whole = Object.entries(FORM_NAMES).map(([name, formName]): [string, string] => [
		name,
		form[formName] ?? '',
	]);
	return Object.fromEntries(whole.filter(([, text]) => text !== ''));
}

function formText(value: JsonValue): string {
	if (value === null) return '';
	// As a browser sends a checkbox: the one that is not ticked has nothing.
	if (typeof value === 'boolean') return value ? '1' : '';
	const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
	return paragraphs(text, MOST_TEXT);
}

function noSuchName(name: string): DestinationError {
	const what = FORM_NAME.test(name) ? `the field ${name}` : 'a field of that name';
	return configurationError(
		`A lead in Web-to-Lead may not have ${what}`,
		'Take the names from a form that Setup, Web-to-Lead makes: custom fields go by their ids, as in 00N1a00000ABCDE.',
	);
}
