/** What a record may cost: bounded in values, names and lengths, and linear in all of them. */
import { parseLead } from '../../../nodes/lead';
import { FreeNames } from '../../../nodes/lead/freeNames';
import { expectWellFormed, record } from './support';

it('of 249,000 values the first 5,000 are read, with a warning and without contact', () => {
	const lead = parseLead(record({ list: Array(249_000).fill(7) }));
	expectWellFormed(lead);
	expect((lead.properties['list'] as unknown[]).length).toBeLessThan(5_000);
	expect(lead).toMatchObject({
		contactAllowed: false,
		customer: { email: 'megan@contoso.com' },
		warnings: [
			'Only the first 5000 values of the record were read.',
			'What was left out may say not to contact the customer, so contact is not allowed.',
		],
	});
});

it('names that nest the prefix are told apart without going through them all', () => {
	const chain = Object.fromEntries(
		Array.from({ length: 800 }, (_, i) => [`${'UserDetails.'.repeat(i)}x`.slice(-900), i]),
	);
	const given = { ...chain, LeadSource: 'SPZA-INS|a.b', UserDetails: { ...chain } };
	const lead = parseLead(given);
	expectWellFormed(lead);
	// All of both, but for names that are alike when they are cut.
	expect(Object.keys(lead.properties).length).toBe(2 * Object.keys(chain).length);
	expect(parseLead(lead)).toEqual(lead);
});

it('a text is cut between its characters, and so is a name', () => {
	const lead = parseLead(record({ Description: '😀'.repeat(131_072), ['n'.repeat(3_000)]: 1 }));
	expectWellFormed(lead);
	expect(lead.description).toHaveLength(131_072);
	expect(Object.keys(lead.properties)).toEqual(['n'.repeat(1_000)]);
	expect(lead.contactAllowed).toBe(true);
	expect(lead.warnings).toEqual([
		'Texts of more than 131072 characters were cut.',
		'Names of fields of more than 1000 characters were cut.',
	]);
});

it.each([
	[' ', []],
	['\u200e', []],
	['\0', ['Characters that are not valid text were replaced or removed.']],
	['\ud800', ['Characters that are not valid text were replaced or removed.']],
])('%j, which nobody sees, is no part of a text that is cut', (invisible, warnings) => {
	for (const length of [131_072, 500_000]) {
		const hidden = (text: string) => record({ LeadSource: invisible.repeat(length) + text });
		const lead = parseLead(hidden('SPZA-DNC|contoso.crm'));
		expect(lead).toMatchObject({ contactAllowed: false, leadSource: 'SPZA-DNC|contoso.crm' });
		expect(lead.warnings).toEqual(warnings);
		const long = `do not mail${'to: a.b '.repeat(60_000)}`;
		expect(parseLead(hidden(long)).contactAllowed).toBe(false);
	}
});

it('of JSON in texts so much is heard, and what is beyond forbids contact', () => {
	const flags = (count: number) => JSON.stringify(Array(count).fill({ DoNotContact: 'no' }));
	const texts = (count: number) =>
		Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, flags(count)]));
	expect(parseLead(record(texts(1_900))).contactAllowed).toBe(true);
	const lead = parseLead(record(texts(2_500)));
	expect(lead.contactAllowed).toBe(false);
	expect(lead.warnings[0]).toMatch(/^The field ".+" holds "a list, an object or nothing"/);
	expect(parseLead(lead)).toEqual(lead);
});

it.each(['constructor', 'prototype', '__proto__', 'proto\0type'])(
	'what stands in a field named %j is asked before it is left out',
	(name) => {
		const holding = (held: object) =>
			JSON.parse(`{"LeadSource":"SPZA-INS|a.b",${JSON.stringify(name)}:${JSON.stringify(held)}}`);
		const lead = parseLead(holding({ DoNotContact: 'yes' }));
		expectWellFormed(lead);
		expect(lead.contactAllowed).toBe(false);
		expect(parseLead(holding({ DoNotContact: 'no' })).contactAllowed).toBe(true);
	},
);

it('names of fields that become one are told of', () => {
	const lead = parseLead(record({ 'DoNot\0Contact': false, DoNotContact: true }));
	expect(lead.contactAllowed).toBe(false);
	expect(lead.warnings).toContain(
		'Of fields whose names differ only in characters that are not valid text, one was read.',
	);
});

it('text that lost characters before is told of', () => {
	expect(parseLead(record({ FirstName: 'Ren\ufffd' })).warnings).toEqual([
		'A text holds the sign "\ufffd": characters were lost before the lead came here.',
	]);
});

it('more containers than anybody sends stay properties', () => {
	const names = [
		'UserDetails',
		'User_Details',
		'user-details',
		'USERDETAILS',
		'user details',
		'CustomerInfo',
	];
	const lead = parseLead(record(Object.fromEntries(names.map((name, i) => [name, { a: i }]))));
	expect(Object.keys(lead.properties)).toHaveLength(6);
	expect(lead.properties).toMatchObject({ CustomerInfo: { a: 5 } });
});

describe('the time of a test lead', () => {
	const lead = (digits: string) =>
		parseLead({
			LeadSource: 'AzureMarketplace',
			ActionCode: 'INS',
			Description: `MSFT_TEST_${digits}`,
		});

	it.each([
		['636737558587117715', '2018-09-28T18:24:18.711Z'],
		['636573304831318844', '2018-03-22T15:48:03.131Z'],
	])('is what the ticks in its number say: %s', (digits, createdAt) => {
		expect(lead(digits)).toMatchObject({ isTest: true, createdAt });
	});

	it.each([
		'1',
		'123456789012345678',
		'9'.repeat(18),
		'9'.repeat(19),
		'9'.repeat(60),
		'621355968000000000',
	])('is none where that is no time of a test lead: %s', (digits) => {
		expect(lead(digits)).toMatchObject({ isTest: true, createdAt: '' });
	});

	it('gives way to what the destination says', () => {
		const CreatedTime = '2019-01-01T00:00:00.000Z';
		const given = { Description: 'MSFT_TEST_636737558587117715', CreatedTime };
		expect(parseLead(record(given)).createdAt).toBe(CreatedTime);
	});
});

describe('free names', () => {
	function give(names: FreeNames, wanted: readonly string[]): string[] {
		const holder: Record<string, number> = {};
		return wanted.map((name, i) => {
			const free = names.free(holder, name);
			expect(Object.hasOwn(holder, free)).toBe(false);
			holder[free] = i;
			return free;
		});
	}

	it('are each given once', () => {
		const wanted = ['a', 'a', 'a', 'Original_a', 'a', 'Original_a_2', 'b'];
		expect(give(new FreeNames('Original_'), wanted)).toEqual([
			'a',
			'Original_a',
			'Original_a_2',
			'Original_Original_a',
			'Original_a_3',
			'Original_Original_a_2',
			'b',
		]);
	});

	it('are no longer than they may be', () => {
		const given = give(new FreeNames('Original_', 20), Array<string>(200).fill('n'.repeat(15)));
		for (const name of given) expect(name.length).toBeLessThanOrEqual(20);
	});
});

it('an offer of endless letters in the lead source is no statement, now or when the lead is read again', () => {
	const LeadSource = `AzurePortal-Create|a.b${'\u0080\0<p>'.repeat(13_108)}`;
	const lead = parseLead({ LeadSource, Email: 'kim@contoso.com' });
	expect(lead).toMatchObject({ stage: 'active', offer: { publisherId: 'a' } });
	expect(parseLead(lead)).toEqual(lead);
	// What somebody has put there since is heard.
	for (const change of [{ id: 'please do not contact me' }, { optOut: true }]) {
		const edited = { ...lead, offer: { ...lead.offer, ...change } };
		expect(parseLead(edited)).toMatchObject({ contactAllowed: false });
	}
});

it('half a character in a long text is told of as in a short one', () => {
	const lead = parseLead(
		record({ Description: `A ${'b'.repeat(1_000)}\ud800${'c'.repeat(131_072)}` }),
	);
	expectWellFormed(lead);
	expect(lead.warnings).toEqual([
		'Texts of more than 131072 characters were cut.',
		'Characters that are not valid text were replaced or removed.',
	]);
});
