/** Texts and records as nobody would write them by hand: long, repetitive, nested, out of every alphabet. */
import fc from 'fast-check';

import type { JsonValue } from '../../../nodes/lead';
import {
	NO_VALUES,
	OPT_OUT_NAMES,
	OWN_PERMISSION_NAMES,
	PERMISSION_NAMES,
	STATE_NAMES,
	YES_VALUES,
} from '../../../nodes/lead/contactNames';
import { LIKELY_HEADERS, WHOSE } from '../../../nodes/lead/fields';

/** UTF-16 units, as much as n8n's endpoint takes of Microsoft and of anybody. */
export const MAX_SIZE = 1_000_000;

const SIGNS = [
	...' \t\n\r\0|-@.,;:"\'\\<>[]{}()%=?&/+_#*`~!$^0179aAzZ',
	...['\r\n', '\ufeff', '\u200b', '\u202e', '\u00a0', '\u2028', '\ud800', '\udc00', '\ufffd'],
	...['é', 'e\u0301', 'İ', 'ı', 'ß', 'ﬁ', 'ნ', '中', 'ㅤ', '😀', '．', '＠', 'ＤＮＣ', '–'],
];

const WORDS = [
	...[
		'AzureMarketplace',
		'SPZA-DNC|',
		'AzurePortal-Create|a.b',
		'TestDrive',
		'INS',
		'DNC',
		'PLT-DNC',
	],
	...[
		'MSFT_TEST_636737558587117715',
		'Campaigns: ',
		'=?utf-8?B?WQ==?=',
		'mailto:',
		'kim@contoso.com',
	],
	...[
		'do not ',
		'opt out',
		'not ',
		'unsubscribed',
		'contact',
		'UserDetails.',
		'Republic of ',
		'Rep. ',
	],
	...[
		'+49 ',
		'00',
		'(0)',
		' ext. 5',
		'US - ',
		'place',
		'AADSTS',
		'flow',
		'xn--',
		'[[company]]',
		'[[email]]',
	],
	...[
		'<a href="',
		'<!--',
		'-->',
		'--!>',
		'<p>',
		'</p>',
		'<b>',
		'</i>',
		'<table>',
		'<script>',
		'&amp;',
	],
	...[
		'a:1:{',
		's:1:"a";',
		'i:0;',
		'}',
		"' OR 1=1 --",
		'%27',
		'{"a":',
		'[[',
		'null',
		'true',
		'1e999',
	],
];

export const NAMES = [
	...[
		'UserDetails',
		'CustomerInfo',
		'LeadSource',
		'ActionCode',
		'OfferTitle',
		'Description',
		'ProductId',
	],
	...[
		'FirstName',
		'LastName',
		'Email',
		'Phone',
		'Country',
		'Company',
		'Title',
		'FullName',
		'CreatedTime',
	],
	...['PartitionKey', 'RowKey', 'Timestamp', 'Id', 'oid', 'attributes', 'leadid', 'leadsourcecode'],
	...[
		'marketoGUID',
		'subject',
		'mktcmpid',
		'raw',
		'properties',
		'customer',
		'source',
		'action',
		'offer',
	],
	...[
		'id',
		'destination',
		'stage',
		'isTest',
		'warnings',
		'leadSource',
		'name',
		'value',
		'key',
		'email',
	],
	...['toJSON', 'constructor', '__proto__', 'journey', 'identity'],
	...[...OPT_OUT_NAMES, ...PERMISSION_NAMES].flatMap(({ names }) => names),
	...[...OWN_PERMISSION_NAMES, ...STATE_NAMES, ...Object.values(LIKELY_HEADERS).flat()],
	...WHOSE.map((whose) => `${whose} email`),
];

const VALUES: readonly JsonValue[] = [
	...[true, false, null, 0, 1, -1, 1e308, '', ' ', '0', '1.0', 'x', '{}', '[]', '"a"'],
	...[...YES_VALUES, ...NO_VALUES, 'Do Not Allow', 'US', 'Korea, Rep.', '+1 617 253 1000'],
	...['2026-03-01T12:00:00Z', 1_538_468_129, '/Date(1538468129000)/'],
];

const unit = (words: readonly string[]) =>
	fc.oneof(
		{ weight: 3, arbitrary: fc.constantFrom(...SIGNS) },
		{ weight: 3, arbitrary: fc.constantFrom(...WORDS, ...words) },
		{ weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }) },
	);

const joined = (parts: fc.Arbitrary<string>, minLength: number, maxLength: number) =>
	fc.array(parts, { minLength, maxLength }).map((all) => all.join(''));

/** A size, as often of two as of five or six digits: what is slow shows in the largest. */
export const sizes = (max: number) =>
	fc.oneof(
		{
			weight: 7,
			arbitrary: fc
				.integer({ min: 0, max: Math.ceil(Math.log2(max)) })
				.map((bits) => Math.min(2 ** bits, max)),
		},
		{ weight: 1, arbitrary: fc.constant(max) },
	);

/**
 * A beginning, something many times over, a middle, something else many times over, and an end: what
 * makes a pattern try all ways, and a scan begin again and again.
 */
export function longText(words: readonly string[] = [], max = MAX_SIZE): fc.Arbitrary<string> {
	const part = unit(words);
	const run = fc.tuple(joined(part, 1, 3), sizes(max / 2));
	return fc
		.tuple(joined(part, 0, 3), run, joined(part, 0, 2), fc.option(run), joined(part, 0, 3))
		.map(([start, first, middle, second, end]) => {
			const runs = [first, second].map((one) => repeated(one?.[0] ?? '', one?.[1] ?? 0));
			return `${start}${runs[0]}${middle}${runs[1]}${end}`.slice(0, max);
		});
}

function repeated(text: string, length: number): string {
	return text === '' ? '' : text.repeat(Math.ceil(length / text.length));
}

const shortText = joined(unit([]), 0, 6);
const name = fc
	.oneof(
		{ weight: 4, arbitrary: fc.constantFrom(...NAMES) },
		{ weight: 1, arbitrary: shortText },
		{
			weight: 1,
			arbitrary: fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom('_1', ' ', '.', ' (x)', '\0')),
		},
	)
	.map((given) => (Array.isArray(given) ? given.join('') : given));
const value = fc.oneof(fc.constantFrom(...VALUES), shortText);

const { small } = fc.letrec<{ small: JsonValue; holder: JsonValue }>((tie) => ({
	holder: fc.oneof(
		fc.array(tie('small'), { maxLength: 4 }),
		fc
			.array(fc.tuple(name, tie('small')), { maxLength: 8 })
			.map((entries): JsonValue => Object.fromEntries(entries)),
	),
	small: fc.oneof({ maxDepth: 4 }, value, tie('holder')),
}));

/** How the names of many fields differ from one another. */
const NAMED: readonly ((text: string, at: number) => string)[] = [
	(text, at) => `${text}${at}`,
	(text, at) => `${at}${text}`,
	(text, at) => `a${String.fromCharCode(0x2190 + (at % 0x4000))}${text}`,
	(text, at) => `${text.repeat(1 + (at % 40))}${at}`,
	(text, at) => `${'UserDetails.'.repeat(at % 60)}${text}${at}`,
	(text, at) => `${text} ${at.toString(2).replaceAll('0', ' ').replaceAll('1', '-')}`,
];

/** Many fields, values in a list, levels, or texts within texts. */
const large: fc.Arbitrary<JsonValue> = fc.oneof(
	fc
		.tuple(fc.constantFrom(...NAMED), fc.oneof(name, longText([], 200)), small, sizes(30_000))
		.map(([named, text, own, count]) => {
			const entries: [string, JsonValue][] = [];
			let left = MAX_SIZE;
			for (let at = 0; at < count && left > 0; at++) {
				entries.push([named(text, at), own]);
				left -= text.length + 40;
			}
			return Object.fromEntries(entries);
		}),
	fc.tuple(small, sizes(100_000)).map(([own, count]): JsonValue => Array(count).fill(own)),
	fc.tuple(fc.oneof(name, fc.constant('')), small, sizes(2_000)).map(([key, own, levels]) => {
		let nested = own;
		for (let at = 0; at < levels; at++) nested = key === '' ? [nested] : { [key]: nested };
		return nested;
	}),
	fc.tuple(small, sizes(16)).map(([own, levels]) => {
		let text = JSON.stringify(own);
		for (let at = 0; at < levels && text.length < MAX_SIZE / 3; at++) text = JSON.stringify(text);
		return text;
	}),
	longText(),
);

/** A record of no shape in particular, often with the fields of a lead. */
export const record: fc.Arbitrary<JsonValue> = fc
	.tuple(
		fc.array(
			fc.tuple(name, fc.oneof({ weight: 4, arbitrary: small }, { weight: 1, arbitrary: large })),
			{
				maxLength: 10,
			},
		),
		fc.option(large),
		fc.boolean(),
	)
	.map(([entries, other, isSpread]): JsonValue => {
		const own = Object.fromEntries(entries);
		if (other === null) return own;
		if (isSpread && typeof other === 'object') return { ...own, ...(other as object) };
		return entries.length === 0 ? other : { ...own, [entries[0]?.[0] ?? 'other']: other };
	})
	.filter((given) => JSON.stringify(given).length <= MAX_SIZE);
