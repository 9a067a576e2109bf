import { type DefaultTreeAdapterTypes, parse } from 'parse5';

import { reportHtml, reportText } from '../../../../nodes/lead/report';
import { leadOf, report } from './support';

type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.Document;
type Element = DefaultTreeAdapterTypes.Element;

function nodesOf(node: Node): Node[] {
	return [node, ...('childNodes' in node ? node.childNodes.flatMap(nodesOf) : [])];
}

interface Page {
	elements: Element[];
	text: string;
	comments: string[];
	errors: string[];
}

/** As a browser reads it. */
function read(html: string): Page {
	const errors: string[] = [];
	const nodes = nodesOf(parse(html, { onParseError: ({ code }) => errors.push(code) }));
	const all = (name: string) =>
		nodes.flatMap((node) =>
			node.nodeName === name ? [node as unknown as { value: string; data: string }] : [],
		);
	return {
		elements: nodes.filter((node): node is Element => 'tagName' in node),
		text: all('#text')
			.map(({ value }) => value)
			.join(' '),
		comments: all('#comment').map(({ data }) => data),
		errors,
	};
}

const TAGS = 'b body br h1 h2 h3 head html meta p span table tbody td th title tr'.split(' ');
const ATTRIBUTES =
	'align bgcolor border cellpadding cellspacing charset content height lang name role scope style valign width'.split(
		' ',
	);

const HOSTILE = [
	'<script>alert(1)</script>',
	'"><img src=x onerror=alert(1)>',
	"'><svg/onload=alert(1)>",
	'</td></tr></table></body><h1>Owned</h1>',
	'<!--',
	'--><b>',
	'<![endif]-->',
	'&lt;script&gt;',
	'`${1}`',
	'\u202egpj.exe',
	'=?utf-8?q?=3Cscript=3E?=',
	'a'.repeat(5_000),
	'<'.repeat(3_000),
	'style="position:fixed"',
	'{{ $json.secret }}',
	'\0\u0001\u2028line',
];

const leadsNamed = (name: (at: number) => string) =>
	HOSTILE.flatMap((_text, at) =>
		[1, 2, 3, 4, 5, 6, 9].map((day) => {
			const text = name(at);
			return leadOf(`c${at}`, day, `${text}-${text}|pub${at}.offer`, {
				customer: { Country: text, Company: text, FirstName: text },
				...{ OfferDisplayName: text, mktcmpid: text, Description: `Campaigns: ${text}` },
			});
		}),
	);

describe('names of leads', () => {
	const options = { maxRows: 40, title: HOSTILE[0]! };
	const hostile = read(
		reportHtml(
			report(
				leadsNamed((at) => HOSTILE[at]!),
				options,
			),
		),
	);
	const decent = read(
		reportHtml(
			report(
				leadsNamed((at) => `Name${at}`),
				{ ...options, title: 'Title' },
			),
		),
	);

	it('make no element, attribute or comment', () => {
		const shape = (page: Page) => new Set(page.elements.map(({ tagName }) => tagName));
		expect([...shape(hostile)].sort()).toEqual([...shape(decent)].sort());
		expect(hostile.comments).toEqual(decent.comments);
		expect(hostile.errors).toEqual([]);
	});

	it('are read as they came, as text', () => {
		expect(hostile.text).toContain('<script>alert(1)</script>');
		expect(hostile.text).toContain('"><img src=x onerror=alert(1)>');
		for (const hidden of ['\0', '\u2028', '\u202e']) expect(hostile.text).not.toContain(hidden);
		expect(Math.max(...hostile.text.split(/\s/).map((word) => word.length))).toBeLessThan(201);
	});

	it('leave nothing but tables and text, without anything from elsewhere', () => {
		for (const { tagName, attrs } of hostile.elements) {
			expect(TAGS).toContain(tagName);
			for (const { name, value } of attrs) {
				expect(ATTRIBUTES).toContain(name);
				expect(value).not.toMatch(/url\(|expression|javascript:|https?:|flex|grid|position/i);
			}
		}
	});

	it('are one line each in the text', () => {
		const text = reportText(
			report(
				leadsNamed((at) => HOSTILE[at]!),
				options,
			),
		);
		for (const hidden of ['\0', '\u2028', '\u202e']) expect(text).not.toContain(hidden);
		expect(text.split('\n').every((line) => line.length < 400)).toBe(true);
	});
});

it('is small enough that Gmail does not cut it', () => {
	const leads = leadsNamed((at) => `${'&'.repeat(50)}${at} ${'n'.repeat(500)}`);
	const many = Array.from({ length: 200 }, (_, at) =>
		leadOf(`m${at}`, 1 + (at % 14), `s${at}-a${at}|pub.${'o'.repeat(100)}${at}`, {
			customer: { Country: `Country ${'c'.repeat(100)}${at}` },
			mktcmpid: `${'"'.repeat(100)}${at}`,
		}),
	);
	const html = reportHtml(report([...leads, ...many]));
	expect(html).toContain('others');
	expect(Buffer.byteLength(html)).toBeLessThan(100_000);
});

it('says that there is nothing', () => {
	const { text } = read(reportHtml(report([])));
	expect(text).toContain('No leads in this period.');
	expect(text).toContain('No customers in this period.');
	expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

it('warns first', () => {
	const leads = [1, 2, 3, 4, 5, 6].map((day) => leadOf('kim', day));
	const { text } = read(reportHtml(report(leads)));
	expect(text.indexOf('Unusual silence')).toBeLessThan(text.indexOf('Leads by day'));
	expect(text).toContain('No lead for contoso.crm for 8 days.');
});

it('is shaped for any width: no cell is wider than a phone', () => {
	const page = read(reportHtml(report(leadsNamed((at) => HOSTILE[at]!))));
	const widths = page.elements.flatMap(({ attrs }) =>
		attrs.flatMap(({ name, value }) =>
			name === 'width' && /^\d+$/.test(value) ? [Number(value)] : [],
		),
	);
	expect(widths.length).toBeGreaterThan(10);
	// The conditional comments, which only Outlook reads, hold the one that is.
	expect(Math.max(...widths)).toBeLessThan(120);
});
