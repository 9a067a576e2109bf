/**
 * The codes of i18n-iso-countries and its names in English; the build bundles this module with
 * them into one file. From the library's `index`, because its main module loads all languages.
 */
import english from 'i18n-iso-countries/langs/en.json';

export { alpha2ToAlpha3, alpha3ToAlpha2, numericToAlpha2 } from 'i18n-iso-countries/index';

/** Names of countries by ISO 3166-1 alpha-2: the usual one, or a list that begins with it. */
export type CountryNames = Readonly<Record<string, string | readonly string[]>>;

export function englishNames(): CountryNames {
	return english.countries;
}
