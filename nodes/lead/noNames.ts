import { lettersOf } from './fields';

/** What forms and systems write in place of a name of somebody or something, by letters and digits. */
const NO_NAMES: ReadonlySet<string> = new Set(
	[
		'admin administrator anonymous anonymoususer customer guest info none null nil private redacted',
		'test testing tester testuser undefined unknown user withheld name company organization',
		'vorname nachname prénom nombre nome voornaam firstname lastname yourname fullname firstnamelastname',
		'notprovided notavailable notspecified notapplicable notgiven na tbd asdf qwerty true false',
		'sales support team office it itdepartment marketing purchasing procurement owner ceo cto cio',
		'hello hi dear self individual privat personal keine ninguno ninguna aucun nessuno',
	]
		.flatMap((names) => names.split(' '))
		.map(lettersOf),
);
/** "aaa", "xxx", "000" */
const REPEATED = /^(.)\1{2,}$/iu;

/** Whether a text that should be a name stands for none: "n/a", "Not Specified", "Unknown Unknown". */
export function isNoName(text: string): boolean {
	const whole = lettersOf(text);
	if (whole === '' || isNone(whole)) return true;
	return text
		.split(/\s+/)
		.map(lettersOf)
		.every((word) => word === '' || isNone(word));
}

function isNone(letters: string): boolean {
	return NO_NAMES.has(letters) || REPEATED.test(letters);
}
