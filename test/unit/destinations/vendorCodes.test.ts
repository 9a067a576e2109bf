import { namesIn, shownCode } from '../../../nodes/destinations/vendorCodes';

it.each([
	['azureTable', 'TableNotFound'],
	['dynamics365', '0x80040333'],
	['marketo', '1003'],
	['marketo', 'invalid_client'],
	['salesforce', 'UNABLE_TO_LOCK_ROW'],
	['salesforce', 'inactive_org'],
] as const)('repeats a code of %s: %s', (vendor, code) => {
	expect(shownCode(vendor, code)).toBe(` (${code})`);
});

// What a proxy, or a service that echoes what was sent, can put where a code should be.
const OTHERS = [
	'',
	'hush',
	'a1B2c3D4e5F6',
	'JANE_DOE',
	'0xdeadbeef',
	'12',
	'4111111111111111',
	'__proto__',
	'has',
];

it.each(['azureTable', 'dynamics365', 'marketo', 'salesforce'] as const)(
	'repeats nothing else in the place of a code of %s',
	(vendor) => {
		for (const text of OTHERS)
			expect({ text, shown: shownCode(vendor, text) }).toEqual({ text, shown: '' });
	},
);

it.each([
	[
		"SELECT Id, Region__c FROM Lead WHERE Email = 'jane_doe' AND x = 1",
		['region__c', 'email', 'x'],
	],
	[
		"SELECT Id FROM Lead WHERE Name = 'O\\'jane_doe' AND City = '\\\\' AND Region__c = 'jane_doe",
		['city'],
	],
	[
		'leads?$select=new_x,createdon&$filter=new_y%20eq%20%27O%27%27jane_doe%27%20and%20z%20ne%20null',
		['new_y', 'z'],
	],
	["leads?$filter=a eq 'x%5C' and b eq 'jane_doe'", ['a']],
])('finds the names in %s, and no value', (query, expected) => {
	const names = namesIn(query);
	for (const name of expected) expect(names).toContain(name);
	expect([...names].filter((name) => /jane|doe/.test(name))).toEqual([]);
});
