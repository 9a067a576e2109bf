type Phone = typeof import('../vendor/phone');

/** An E.164 number has 15 digits; the rest is for separators and an extension. */
const MAX_PHONE_LENGTH = 64;

/**
 * The number in E.164 (`+16175551234`), or empty where it is none that can exist. `country` (ISO
 * 3166-1 alpha-2, or empty) is where a number without country code is from. E.164 has no place
 * for an extension.
 */
export function phoneNumber(text: string, country: string): string {
	if (text.length > MAX_PHONE_LENGTH) return '';
	const number = text.trim().replace(/^00(?=[1-9])/, '+');
	if (country === '' && !/^[(\s]*[+\uff0b]/.test(number)) return '';
	// Not imported at the top: leads without a phone number, and n8n's start, need none of it.
	const { parsePhoneNumberFromString } = require('../vendor/phone') as Phone;
	// A country that the library has no plan for is the same to it as none.
	const parsed = parsePhoneNumberFromString(number, country as CountryOfPhone);
	return parsed?.isValid() ? parsed.number : '';
}

type CountryOfPhone = Extract<Parameters<Phone['parsePhoneNumberFromString']>[1], string>;
