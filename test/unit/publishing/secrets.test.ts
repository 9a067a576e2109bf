/** What the search for secrets knows as one. */
import { mark, secretsIn } from '../../../scripts/publishing/secrets.ts';

const TOKENS = [
	`eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`,
	`00D000000000001AAA!${'x'.repeat(24)}`,
	'4f5b1d4e-3c1b-4a52-9d1b-0123456789ab:sj',
	`Bearer ${'t'.repeat(24)}`,
	`SharedKey account:${'k'.repeat(43)}=`,
];

it('finds a mark and every kind of token wherever it stands', () => {
	for (const secret of [mark(), ...TOKENS]) {
		expect(secretsIn(`{"message":"was ${secret}, it says"}`)).toEqual([secret]);
	}
});

it('finds none in what only speaks of them', () => {
	expect(
		secretsIn('The marked lead: Authorization is Bearer …, the id 00D000000000001AAA.'),
	).toEqual([]);
});
