import { countryCode } from './country';
import { emailAddress } from './emailAddress';
import type { FieldBag } from './fieldBag';
import type { FieldName } from './fields';
import { companyDomain } from './mailboxKind';
import { readPhoneNumber } from './phone';
import { isTestText } from './testLead';
import { quote } from './text';
import type { JsonValue, LeadCustomer } from './types';
import type { Warnings } from './warnings';

/** Takes the customer's fields; each is the empty string where it is missing. */
export function takeCustomer(fields: FieldBag, isTest: boolean, warnings: Warnings): LeadCustomer {
	const text = (field: FieldName) => takeText(fields, field, warnings);
	const firstName = text('firstName').trim();
	const lastName = text('lastName').trim();
	const original = { email: text('email'), phone: text('phone'), country: text('country') };
	const email = readEmail(original.email.trim(), warnings);
	const country = readCountry(original.country.trim(), warnings);
	return {
		firstName,
		lastName,
		fullName: takeFullName(fields, firstName, lastName, warnings),
		email: email.text,
		domain: companyDomain(email.address),
		phone: readPhone(original.phone.trim(), country, isTest, warnings),
		country: country || original.country.trim(),
		company: text('company').trim(),
		title: text('title').trim(),
		original,
	};
}

/** A field as text, untrimmed; what cannot be text stays a property, with a warning. */
export function takeText(fields: FieldBag, name: FieldName, warnings: Warnings): string {
	const field = fields.take(name);
	if (!field) return '';
	const text = toText(field.value);
	if (text !== undefined) return text;
	warnings.add(`The field ${quote(field.name)} holds no text. It was kept as a property.`);
	fields.putBack(field);
	return '';
}

/** Text, numbers and booleans as text. */
export function toText(value: JsonValue): string | undefined {
	if (typeof value === 'string') return value;
	return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function takeFullName(
	fields: FieldBag,
	firstName: string,
	lastName: string,
	warnings: Warnings,
): string {
	const joined = `${firstName} ${lastName}`.trim();
	const field = fields.peek('fullName');
	const given = takeText(fields, 'fullName', warnings).trim();
	if (given === '' || given === joined) return joined;
	if (firstName === '' || lastName === '') return given;
	if (field) fields.putBack(field);
	return joined;
}

/** The address, empty where there is none, and what the lead shows for it. */
function readEmail(text: string, warnings: Warnings): { address: string; text: string } {
	const address = emailAddress(text);
	if (text === '') {
		warnings.add('The lead has no email address.');
	} else if (address === '') {
		warnings.add(`The email address ${quote(text)} does not look like one.`);
	}
	return { address, text: address || text };
}

function readCountry(text: string, warnings: Warnings): string {
	if (text === '') return '';
	const code = countryCode(text);
	if (code === '' && !isTestText(text)) {
		warnings.add(`The country ${quote(text)} is not a known one. It was left as it came.`);
	}
	return code;
}

function readPhone(text: string, country: string, isTest: boolean, warnings: Warnings): string {
	if (text === '') return '';
	const { number, choice } = readPhoneNumber(text, country);
	// Microsoft's test leads have a number that exists nowhere.
	if (number === '' && !isTest) {
		const left = 'It was left as it came.';
		if (choice.length > 0) {
			warnings.add(`The phone number ${quote(text)} could be ${choice.join(' or ')}. ${left}`);
		} else {
			const reason = country === '' ? 'has no known country' : `is not a valid one in ${country}`;
			warnings.add(`The phone number ${quote(text)} ${reason}. ${left}`);
		}
	}
	return number || text;
}
