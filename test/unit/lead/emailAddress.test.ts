import fc from 'fast-check';
import { asAddress, emailAddress, mailbox } from '../../../nodes/lead/emailAddress';

describe('the address in a text', () => {
	it.each([
		['kim@contoso.com', 'kim@contoso.com'],
		[' Kim@CONTOSO.com\n', 'kim@contoso.com'],
		['\u00a0kim@contoso.com\u200b', 'kim@contoso.com'],
		['<kim@contoso.com>', 'kim@contoso.com'],
		['Kim Sample <Kim@contoso.com>', 'kim@contoso.com'],
		['Kim Sample (kim@contoso.com)', 'kim@contoso.com'],
		['kim@contoso.com (sam@contoso.com)', 'kim@contoso.com'],
		['"sam@contoso.com" <kim@contoso.com>', 'kim@contoso.com'],
		["'kim@contoso.com'", 'kim@contoso.com'],
		['mailto:kim@contoso.com', 'kim@contoso.com'],
		['MAILTO:kim@contoso.com?subject=Hello', 'kim@contoso.com'],
		['Kim <mailto:kim@contoso.com>', 'kim@contoso.com'],
		['kim@contoso.com.', 'kim@contoso.com'],
		['kim@contoso.com;', 'kim@contoso.com'],
		['kim@contoso.com>', 'kim@contoso.com'],
		['<kim@contoso.com', 'kim@contoso.com'],
		['"kim@contoso.com', 'kim@contoso.com'],
		['kim@contoso.com).', 'kim@contoso.com'],
		['kim＠contoso.com', 'kim@contoso.com'],
		[';kim@contoso.com,', 'kim@contoso.com'],
		['kim@contoso.com ; ', 'kim@contoso.com'],
		['kim@contoso.com; Kim@contoso.com', 'kim@contoso.com'],
		['kim@contoso.com (Kim Sample)', 'kim@contoso.com'],
		['(kim@contoso.com)', 'kim@contoso.com'],
		['[kim@contoso.com]', 'kim@contoso.com'],
		['“kim@contoso.com”', 'kim@contoso.com'],
		['«kim@contoso.com»', 'kim@contoso.com'],
		['＜kim@contoso.com＞', 'kim@contoso.com'],
		['Kim Sample [mailto:kim@contoso.com]', 'kim@contoso.com'],
		['Kim Sample <kim@contoso.com>;', 'kim@contoso.com'],
		['<"kim@contoso.com">', 'kim@contoso.com'],
		['E-mail: kim@contoso.com', 'kim@contoso.com'],
		['SMTP:Kim@contoso.com', 'kim@contoso.com'],
		['mailto: kim@contoso.com', 'kim@contoso.com'],
		['mailto:o%27brien@contoso.com', "o'brien@contoso.com"],
		['mailto:kim%2Bazure@contoso.com?cc=sam@contoso.com', 'kim+azure@contoso.com'],
		['mailto:%20kim%40contoso.com', 'kim@contoso.com'],
		['mailto:kim%E2%80%8B@contoso.com', 'kim@contoso.com'],
		['kim%40contoso.com', 'kim@contoso.com'],
		['%20kim@contoso.com', 'kim@contoso.com'],
		['kim%zz@contoso.com', 'kim%zz@contoso.com'],
		['o%27brien@contoso.com', "o'brien@contoso.com"],
		['kim%2Bazure@contoso.com', 'kim+azure@contoso.com'],
		['%3Ckim@contoso.com%3E', 'kim@contoso.com'],
		['kim@contoso.com%0A', 'kim@contoso.com'],
		['kim@contoso.com%C2%A0', 'kim@contoso.com'],
		['&lt;kim@contoso.com&gt;', 'kim@contoso.com'],
		['kim&#64;contoso.com&nbsp;', 'kim@contoso.com'],
		['kim@contoso.com<br/>', 'kim@contoso.com'],
		['<a href="mailto:kim@contoso.com">kim@contoso.com</a>', 'kim@contoso.com'],
		['kim@contoso.com\\r\\n', 'kim@contoso.com'],
		['mailto://kim@contoso.com', 'kim@contoso.com'],
		['(work) kim@contoso.com', 'kim@contoso.com'],
		['kim@contoso.com!', 'kim@contoso.com'],
		['kim@contoso.com(', 'kim@contoso.com'],
		['\u202akim@contoso.com\u202c', 'kim@contoso.com'],
		['\u2066kim@contoso.com\u2069', 'kim@contoso.com'],
		['k\u200bim@con\u00adtoso.com', 'kim@contoso.com'],
		['\u3164kim@contoso.com\ufe0f', 'kim@contoso.com'],
		['\ufeffkim@contoso.com\u2028', 'kim@contoso.com'],
		['\tkim@contoso.com\u0001', 'kim@contoso.com'],
		// Lower-cased, and still the same mailbox.
		['YASİN@contoso.com', 'yasin@contoso.com'],
		['YASI\u0307N@contoso.com', 'yasin@contoso.com'],
		['YASIN@CONTOSO.COM', 'yasin@contoso.com'],
		['ΝΙΚΟΣ@contoso.com', 'νικοσ@contoso.com'],
		["o'hara+azure_1@mail.contoso.co.uk", "o'hara+azure_1@mail.contoso.co.uk"],
		['kim@bücher.example', 'kim@xn--bcher-kva.example'],
		['kim@XN--BCHER-KVA.example', 'kim@xn--bcher-kva.example'],
		['用户@例え.jp', '用户@xn--r8jz45g.jp'],
	])('%j is %s', (text, address) => {
		expect(emailAddress(text)).toBe(address);
	});

	it.each([
		'',
		'n/a',
		'kim',
		'@contoso.com',
		'kim@',
		'kim@contoso',
		'kim@localhost',
		'kim@127.0.0.1',
		'kim@[127.0.0.1]',
		'kim@-contoso.com',
		'kim@contoso..com',
		'.kim@contoso.com',
		'k..im@contoso.com',
		'kim sample@contoso.com',
		'kim@contoso.com, sam@contoso.com',
		'kim@contoso.com;sam@contoso.com',
		'<kim@contoso.com><sam@contoso.com>',
		'Kim <kim@contoso.com>, Sam <sam@contoso.com>',
		'mailto:kim@contoso.com,sam@contoso.com',
		'mailto:kim@contoso.com%2Csam@contoso.com',
		'mailto:kim%0d%0aBcc:sam@contoso.com',
		'kim@contoso.com; n/a',
		'kim%252Bazure@contoso.com',
		'kim@contoso.com%0D%0ABcc:sam@contoso.com',
		'kim@contoso.com\\r\\nBcc:sam@contoso.com',
		'<a href="mailto:kim@contoso.com">kim</a> <a href="mailto:sam@contoso.com">sam</a>',
		'=?utf-8?Q?kim?=@contoso.com',
		'kim%20sample@contoso.com',
		'mailto:',
		'kim@sam@contoso.com',
		'"kim sample"@contoso.com',
		'***@university.edu',
		'k**@university.edu',
		`${'k'.repeat(65)}@contoso.com`,
		`kim@${'contoso.'.repeat(40)}com`,
		'ü'.repeat(33) + '@contoso.com',
		'kim@con/toso.ü.com',
		'kim@contoso.ü:80',
		'x'.repeat(501) + '@contoso.com',
		`${'@!'.repeat(100_000)}é`,
		'<'.repeat(200_000),
		'%40'.repeat(60_000),
	])('there is none in %j', (text) => {
		expect(emailAddress(text)).toBe('');
	});

	it('is itself what it is found in, and never leaves its header', () => {
		const part = fc.oneof(
			fc.string({ unit: 'binary', maxLength: 12 }),
			fc.constantFrom('kim', '@', 'contoso.com', '<', '>', '"', 'mailto:', ',', '\r\nBcc: ', 'ü'),
		);
		fc.assert(
			fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
				const address = emailAddress(parts.join(''));
				expect(emailAddress(address)).toBe(address);
				expect(address).not.toMatch(/[\s\p{Cc}<>()[\]",;:\\]/u);
			}),
			{ numRuns: 3_000 },
		);
	});
});

describe('an address as others take it', () => {
	it.each([
		[' Kim@Contoso.com', ' Kim@Contoso.com'],
		['<Kim@Contoso.com>', 'kim@contoso.com'],
		['kim@contoso.com;', 'kim@contoso.com'],
		['n/a', 'n/a'],
	])('of %j is %j', (text, expected) => {
		expect(asAddress(text)).toBe(expected);
	});
});

describe('one mailbox', () => {
	it.each([
		['kim.sample@gmail.com', 'kimsample@googlemail.com'],
		['kimsample+azure@gmail.com', 'kimsample@gmail.com'],
	])('%s and %s', (one, other) => {
		expect(mailbox(one)).toBe(mailbox(other));
	});

	it.each([
		['kim.sample@contoso.com', 'kimsample@contoso.com'],
		['kim+azure@contoso.com', 'kim@contoso.com'],
		['kim@contoso.com', 'kim@mail.contoso.com'],
		['kim@contoso.com', 'kim@contoso.co'],
		['kim@gmail.com.example', 'k.im@gmail.com.example'],
		['+a@gmail.com', '+b@gmail.com'],
		['kim@contoso.com', emailAddress('kim@cont\u043eso.com')],
	])('are not %s and %s', (one, other) => {
		expect(mailbox(one)).not.toBe(mailbox(other));
	});
});
