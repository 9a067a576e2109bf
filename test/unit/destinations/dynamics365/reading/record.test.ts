import { readColumnSettings } from '../../../../../nodes/destinations/dynamics365/properties.ts';
import {
	FORMATTED_VALUE,
	toRecord,
} from '../../../../../nodes/destinations/dynamics365/reading/record.ts';

const columns = (additional: string[] = []) =>
	readColumnSettings({
		parameter: () => 'subject',
		option: (name) =>
			name === 'additionalColumns'
				? { values: additional.map((column) => ({ column })) }
				: undefined,
	});

const formatted = (name: string) => `${name}@${FORMATTED_VALUE}`;

it.each([
	// As every environment has them: the label is in the reader's language, the value in none.
	[true, 'Nicht zulassen', true],
	[false, 'Zulassen', false],
	// As a choice of the environment's own, where a number alone says nothing.
	[2, 'Do Not Allow', 'Do Not Allow'],
	[1, 'Allow', 'Allow'],
	[1, undefined, 1],
	['Do Not Send', undefined, 'Do Not Send'],
	[null, undefined, null],
])('an opt-out of %j, shown as %j, is read as %j', (value, label, read) => {
	const row = {
		donotsendmm: value,
		...(label === undefined ? {} : { [formatted('donotsendmm')]: label }),
	};
	expect(toRecord(row, columns())).toMatchObject({ donotsendmm: read });
});

it('an opt-out among the additional columns keeps its label beside it', () => {
	const row = { donotfax: true, [formatted('donotfax')]: 'Do Not Allow' };
	expect(toRecord(row, columns(['donotfax']))).toMatchObject({
		donotfax: true,
		donotfaxText: 'Do Not Allow',
	});
});
