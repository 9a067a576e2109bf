/**
 * The one way to country-to-iso, which knows countries by their official and other usual names; the
 * build bundles this module with it into one file.
 */
export { countryToAlpha2 } from 'country-to-iso';
