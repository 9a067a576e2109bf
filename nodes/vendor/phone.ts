/** The one way to libphonenumber-js: the build bundles this module with it into one file. */
export { parsePhoneNumberFromString } from 'libphonenumber-js';
