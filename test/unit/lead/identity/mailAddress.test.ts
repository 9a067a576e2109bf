import fc from 'fast-check';
import { mailAddress, mailbox } from '../../../../nodes/lead/identity/mailAddress';

describe('the address in a text', () => {
	it.each([
		['kim@contoso.com', 'kim@contoso.com'],
		[' Kim@CONTOSO.com\n', 'kim@contoso.com'],
		['\u00a0kim@contoso.com\u200b', 'kim@contoso.com'],
		['<kim@contoso.com>', 'kim@contoso.com'],
		['Kim Sample <Kim@contoso.com>', 'kim@contoso.com'],
		['"sam@contoso.com" <kim@contoso.com>', 'kim@contoso.com'],
		["'kim@contoso.com'", 'kim@contoso.com'],
		['mailto:kim@contoso.com', 'kim@contoso.com'],
		['MAILTO:kim@contoso.com?subject=Hello', 'kim@contoso.com'],
		['Kim <mailto:kim@contoso.com>', 'kim@contoso.com'],
		['kim@contoso.com.', 'kim@contoso.com'],
		['kim@contoso.com;', 'kim@contoso.com'],
		['kim＠contoso.com', 'kim@contoso.com'],
		["o'hara+azure_1@mail.contoso.co.uk", "o'hara+azure_1@mail.contoso.co.uk"],
		['kim@bücher.example', 'kim@xn--bcher-kva.example'],
		['kim@XN--BCHER-KVA.example', 'kim@xn--bcher-kva.example'],
		['用户@例え.jp', '用户@xn--r8jz45g.jp'],
	])('%j is %s', (text, address) => {
		expect(mailAddress(text)).toBe(address);
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
	])('there is none in %j', (text) => {
		expect(mailAddress(text)).toBe('');
	});

	it('is itself what it is found in, and never leaves its header', () => {
		const part = fc.oneof(
			fc.string({ unit: 'binary', maxLength: 12 }),
			fc.constantFrom('kim', '@', 'contoso.com', '<', '>', '"', 'mailto:', ',', '\r\nBcc: ', 'ü'),
		);
		fc.assert(
			fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
				const address = mailAddress(parts.join(''));
				expect(mailAddress(address)).toBe(address);
				expect(address).not.toMatch(/[\s\p{Cc}<>()[\]",;:\\]/u);
			}),
			{ numRuns: 3_000 },
		);
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
		['kim@contoso.com', mailAddress('kim@cont\u043eso.com')],
	])('are not %s and %s', (one, other) => {
		expect(mailbox(one)).not.toBe(mailbox(other));
	});
});
