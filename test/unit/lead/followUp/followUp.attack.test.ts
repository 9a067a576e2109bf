/**
 * Hostile inputs:
 * - leads whose every field is markup, a header of its own, a formula, a placeholder, a megabyte,
 *   control and direction characters, a link in place of a name
 * - templates that put values into script, style, comments, tags, unquoted attributes and links
 * - placeholders within placeholders
 */
import fc from 'fast-check';
import {
	composeFollowUp,
	followUpComposer,
	parseLead,
	type FollowUp,
} from '../../../../nodes/lead';
import { TemplateError } from '../../../../nodes/lead/followUp/template';
import { customersOf } from '../merge/support';

const FIELDS = 'FirstName LastName FullName Email Phone Country Company Title'.split(' ');
const HTML =
	'<p class="[[company]]" title=\'[[fullName]]\'>[[firstName]] [[lastName]] [[company]] [[phone]]</p><a href="https://contoso.com/[[company]]?[[email]]">[[offer]]</a><a href="[[company]]">[[publisher]]</a> [[campaign]] [[jobTitle]] [[country]]';
const TEXT = '[[salutation]]\n[[firstName]] [[company]] [[offer]] [[publisher]]';
const TEMPLATE = { subject: '[[company]] [[offer]] [[fullName]]', text: TEXT, html: HTML };
const KINDS = ['active', 'initialInterest', 'trialStarted', 'otherInterest'];
const composer = followUpComposer({
	templates: Object.fromEntries(KINDS.map((kind) => [kind, TEMPLATE])),
	includeSheetRow: true,
});

function hostile(value: string, email = 'kim@contoso.com') {
	return parseLead({
		PartitionKey: 'p',
		RowKey: '1',
		LeadSource: `SPZA-PLT|${value}`,
		OfferDisplayName: value,
		PublisherDisplayName: value,
		Description: `Campaigns: ${value}`,
		CustomerInfo: JSON.stringify({
			...Object.fromEntries(FIELDS.map((field) => [field, value])),
			Email: email,
		}),
	});
}

/** Whatever the lead, the message has this form. */
function expectHarmless(followUp: FollowUp): void {
	expect(followUp.to).not.toMatch(/[\s\p{Cc}<>,;:"\\]/u);
	expect(followUp.subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
	expect(followUp.text.split('\n').length).toBeLessThan(12);
	expect(followUp.text).not.toMatch(/(?!\n)\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
	expect(followUp.text.length + followUp.html.length).toBeLessThan(20_000);
	for (const cell of Object.values(followUp.sheetRow ?? {})) {
		expect(cell).not.toMatch(/^\s*[=+\-@]|[\r\n\t]/);
	}
}

/** The tags of the HTML, with their attributes emptied: those of the template and no others. */
function tagsOf(html: string): string[] {
	return [...html.matchAll(/<[^>]*>/g)].map(([tag]) =>
		tag.replace(/"[^"]*"/g, '""').replace(/'[^']*'/g, "''"),
	);
}
const TAGS = tagsOf(HTML);

const VALUES = [
	'<script>alert(1)</script>',
	'"><img src=x onerror=alert(1)>',
	"'><svg onload=alert(1)>",
	'" onmouseover="alert(1)',
	"' onmouseover='alert(1)",
	'javascript:alert(1)',
	'data:text/html,<b>',
	'&lt;b&gt;&#60;',
	'</p></a></body>',
	'<!-- ',
	'`',
	'x\r\nBcc: all@contoso.com',
	'x\nSubject: other',
	'x\u2028Bcc: a\u2029b\u0085c\0d\u001be',
	'\u202egnp.exe\u2066',
	'=HYPERLINK("http://evil.example","x")',
	'+cmd|calc',
	'-2+3',
	'@SUM(A1)',
	'\t=1',
	'[[email]]',
	'[[[[offer]]]]',
	'[[salutation]] [[sender]]',
	'{{ $env.SECRET }}',
	'={{ $json }}',
	'$& $1 $$ $`',
	'\ud800',
	'x'.repeat(10_000),
	'😀'.repeat(1_000),
	'Visit http://evil.example now',
	'evil.example',
];

describe('a lead full of', () => {
	it.each(VALUES)('%.40j stays what it is: text', (value) => {
		const lead = hostile(value);
		for (const entry of [lead, customersOf([lead])[0]!]) {
			const followUp = composer(entry);
			expect(followUp).toMatchObject({ write: true, to: 'kim@contoso.com' });
			expectHarmless(followUp);
			expect(tagsOf(followUp.html)).toEqual(TAGS);
			expect(followUp.html).not.toMatch(/href="\s*(javascript|data):/i);
			const builtIn = composeFollowUp(entry);
			expectHarmless(builtIn);
			expect(new Set(tagsOf(builtIn.html))).toEqual(new Set(['<p>', '</p>', '<br>']));
		}
	});

	it('anything at all has the same tags', () => {
		const value = fc.oneof(
			fc.string({ unit: 'binary' }),
			fc
				.array(fc.constantFrom(...VALUES.slice(0, 25), '"', "'", '<', '>', '&', '='))
				.map((all) => all.join('')),
		);
		fc.assert(
			fc.property(value, (text) => {
				const followUp = composer(hostile(text));
				fc.pre(followUp.kind === 'active');
				expectHarmless(followUp);
				expect(tagsOf(followUp.html)).toEqual(TAGS);
			}),
			{ numRuns: 500 },
		);
	});
});

it('a value is not cut through a character', () => {
	const { text } = composer(hostile(`x${'😀'.repeat(1_000)}`));
	expect(text).toMatch(/x(😀){99}(?!😀|\ufffd)/u);
	expect(text).not.toContain('\ufffd');
});

describe('a placeholder in a lead', () => {
	it('is shown, not filled', () => {
		const { text, html } = composer(hostile('[[email]]'));
		expect(text).toContain('[[email]]');
		expect(text).not.toContain('kim@contoso.com');
		expect(html).toContain('<p class="[[email]]"');
	});

	it('is not put together of two values', () => {
		const lead = hostile('x');
		const given = { ...lead, customer: { ...lead.customer, firstName: '[[em', company: 'ail]]' } };
		const templates = { active: { text: '[[firstName]][[company]]' } };
		expect(composeFollowUp(given, { templates }).text).toBe('[[email]]');
	});
});

describe('an address', () => {
	it.each([
		'kim@contoso.com\r\nBcc: all@contoso.com',
		'kim@contoso.com\nall@contoso.com',
		'kim@contoso.com, all@contoso.com',
		'kim@contoso.com;all@contoso.com',
		'"x\r\nBcc: a@b.com" <kim@contoso.com>, <b@c.com>',
		'kim@contoso.com%0aBcc:a@b.com',
		'kim\0@contoso.com',
		'kim@contoso.com\u2028Bcc: a@b.com',
	])('%j reaches nobody but one', (email) => {
		const followUp = composer(hostile('Kim', email));
		expectHarmless(followUp);
		expect(followUp.to.split('@').length).toBeLessThanOrEqual(2);
		if (followUp.write) expect(followUp.to).toMatch(/^kim@contoso\.com$/);
	});
});

describe('a template that puts a value', () => {
	const withHtml = (html: string) => followUpComposer({ templates: { active: { html } } });

	it.each([
		'<script>var x = "[[company]]"</script>',
		'<SCRIPT\n>[[company]]</script>',
		'<style>.a { color: [[company]] }</style>',
		'<!-- [[company]] -->',
		'<!--[if mso]><p>[[company]]</p><![endif]-->',
		'<p [[company]]>x</p>',
		'<[[company]]>x</p>',
		'<p title=[[company]]>x</p>',
		'<p title= x="[[company]]">',
		'<p title=x="[[company]]">',
		'<p title="x" "[[company]]">',
		'<p title="a"onclick="[[company]]">',
		'<p onclick="f(\'[[company]]\')">x</p>',
		'<p/onclick="[[company]]">x</p>',
		'<p style="color: [[company]]">x</p>',
		'<a href="javascript:f(\'[[company]]\')">x</a>',
		'<a href=" JavaScript:[[company]]">x</a>',
		'<img srcset="[[company]]">',
		'<iframe srcdoc="[[company]]"></iframe>',
		'<meta http-equiv="refresh" content="0;url=[[company]]">',
		'<noscript>[[company]]</noscript>',
		'</ x="> <script> [[company]] </script>">',
		'<!DOCTYPE x="> <script> [[company]] </script>">',
		'<a href="java&#115;cript:[[company]]">x</a>',
		'<a href="java\nscript:[[company]]">x</a>',
		'<a href="[[company]]:[[company]]">x</a>',
		'<a href="x" href="[[company]]">x</a>',
		'<body><body title="[[company]]">',
		'<svg><script>[[company]]</script></svg>',
		'<math><mtext><style>[[company]]</style></mtext></math>',
		'<textarea></textarea><script>[[company]]</script>',
		'<p>&lt;/p><[[company]]',
		'<script><!-- <script></script><p>[[company]]</p>',
		'<!--><a href="#" onclick="f(\'-->[[company]]\')">x</a>',
	])('%j is refused', (html) => {
		expect(() => withHtml(html)).toThrow(TemplateError);
		expect(() => withHtml(html)).toThrow(
			'The HTML of "Active" has [[company]] where no value of a lead is safe',
		);
	});

	it.each([
		['<!--><p>[[company]]</p>-->', 'a comment that is closed as it opens (<!-->)'],
		['<!---><p>[[company]]</p>-->', 'a comment that is closed as it opens (<!-->)'],
		['<!-- x --!><p>[[company]]</p>', 'a comment that ends with --!>'],
		['<!-- a <!-- b --> [[company]]', 'a comment within a comment'],
		['<title><!-- </title><p>[[company]]</p>', 'a comment within <title>'],
		['<textarea><!--</textarea><p>[[company]]</p>-->', 'a comment within <textarea>'],
		['<p"x">a</p"x"><p>[[company]]</p>', 'a tag whose name'],
		["<p'>[[company]]</p'>", 'a tag whose name'],
		['<p title="a"class="b">[[company]]</p>', 'no space between two attributes'],
		['<p a"b="c">[[company]]</p>', 'a quotation mark'],
		['<p a=b"c>[[company]]</p>', 'a quotation mark'],
		['<p a=1 a=2>[[company]]</p>', 'an attribute twice'],
		['<? x ?><p>[[company]]</p>', 'a tag that begins with <?'],
		['<![CDATA[x]]><p>[[company]]</p>', 'a CDATA section'],
		['<svg><![CDATA[[[company]]]]></svg>', 'a CDATA section'],
		['<noscript><p title="</noscript>[[company]]"></p></noscript>', 'a tag within <noscript>'],
		['<title><p title="</title>[[company]]"></p>', 'a tag within <title>'],
		['<p>[[company]]</p><!-- x', 'a comment without an end'],
		['<p>[[company]]</p><a x="', 'a tag without an end'],
	])('into %j is refused, because it is not clear where', (html, unclear) => {
		expect(() => withHtml(html)).toThrow(TemplateError);
		expect(() => withHtml(html)).toThrow(`The HTML of "Active" has ${unclear}`);
	});

	it.each([
		['tel:[[phone]]', 'tel:+16172531000'],
		['TEL:[[phone]]', 'TEL:+16172531000'],
		['sms:[[phone]]', 'sms:+16172531000'],
		['mailto:[[email]]', 'mailto:kim@contoso.example'],
		['mailto:?to=[[email]]', 'mailto:?to=kim%40contoso.example'],
		['mailto:[[email]]?subject=[[offer]]', 'mailto:kim@contoso.example?subject=A%26B%20%3F'],
		['mailto:[[company]]', 'mailto:a%40b.example%3Fcc%3Dx%40y.example%26%25'],
		['https://contoso.example/?to=[[phone]]', 'https://contoso.example/?to=%2B16172531000'],
		['tel:[[company]]', 'tel:a%40b.example%3Fcc%3Dx%40y.example%26%25'],
	])('into the link %s makes it %s', (link, expected) => {
		const one = parseLead({
			LeadSource: 'AzurePortal-Create|A',
			OfferTitle: 'A&B ?',
			UserDetails: {
				Email: 'kim@contoso.example',
				Phone: '+1 617 253 1000',
				Company: 'a@b.example?cc=x@y.example&%',
			},
		});
		const { html } = withHtml(`<a href="${link}">x</a>`)({
			...one,
			offer: { ...one.offer, title: 'A&B ?' },
		});
		expect(html).toBe(`<a href="${expected}">x</a>`);
	});

	it.each([
		'<!--[if !mso]><!--><p>[[company]]</p><!--<![endif]-->',
		'<table><tr>[[company]]<td>[[company]]</td></tr></table>',
		'<html><body bgcolor="#fff"><center>[[company]]</center></body></html>',
		'<a href="x"><p><i>[[company]]</a></i>',
		'a < [[company]] > b',
		'<!-- x --><p>[[company]]</p>',
		'<style>a { color: red }</style><p>[[company]]</p>',
		'<script>if (a < b) "</p>"</script>[[company]]',
		'<!DOCTYPE html><title>[[company]]</title>',
		'<p title = "[[company]]" class=x lang="en">x</p>',
		"<a\n\thref='https://contoso.com/[[company]]'>[[company]]</a>",
		'<p>it\'s "[[company]]"</p>',
		'<br/>[[company]]<br />[[company]]',
	])('%j is taken', (html) => {
		expect(withHtml(html)(hostile('<b>')).html).not.toContain('<b>');
	});
});

describe('a template that is too much to read', () => {
	const composed = (html: string) => () => followUpComposer({ templates: { active: { html } } });

	it.each([
		['characters', `[[company]]${'x'.repeat(200_000)}`, /more than 200,000 characters/],
		['tags', `[[company]]${'<b>'.repeat(10_001)}`, /more than 10,000 tags/],
		[
			'unknown placeholders',
			Array.from({ length: 5_000 }, (_, i) => `[[x${i}]]`).join(''),
			/and 4990 more/,
		],
	])('for its %s is refused in few words', (_what, html, message) => {
		expect(composed(html)).toThrow(TemplateError);
		expect(composed(html)).toThrow(message);
	});

	it('is no larger than mail programs show', () => {
		expect(composed(`[[company]]${'<b></b>'.repeat(4_000)}${'x'.repeat(90_000)}`)).not.toThrow();
	});

	it('is told apart from a place whatever letters it has', () => {
		const letters = ['place', 'placez', 'PLACEZZ', 'placezzz1x'].join(' ');
		const compose = composed(`<p title="${letters}">${letters} [[company]]</p>`)();
		const { html } = compose(hostile('<b>', 'kim@contoso.com'));
		expect(html).toBe(`<p title="${letters}">${letters} &lt;b&gt;</p>`);
	});
});
