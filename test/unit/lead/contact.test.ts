import { readFileSync } from 'node:fs';
import path from 'node:path';

import { composeFollowUp, parseLead, readLeadInput } from '../../../nodes/lead';
import { sentenceKey, TOLD_BY } from '../../../nodes/lead/contactText';
import { contactName, saysDoNotContact } from '../../../nodes/lead/contactWords';
import {
	ALLOWING_VALUES,
	CONTACT_CHOICES,
	CONTACT_TOPICS,
	EMPTY_VALUES,
	NO_VALUES,
	OPT_OUT_NAMES,
	OWN_PERMISSION_NAMES,
	PERMISSION_NAMES,
	SENTENCES,
	STATE_NAMES,
	YES_VALUES,
} from '../../../nodes/lead/contactNames';
import cases from './cases/contact.json';
import { expectWellFormed, record } from './support';

const isAllowed = (fields: Record<string, unknown>): boolean => {
	const lead = parseLead(record(fields));
	expectWellFormed(lead);
	return lead.contactAllowed;
};

describe('what was read wrong before', () => {
	it.each(cases.map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
		const lead = parseLead(entry.input);
		expect(lead.contactAllowed).toBe(entry.expected.contactAllowed);
		if ('write' in entry.expected) {
			expect(composeFollowUp(lead)).toMatchObject({ write: entry.expected.write, to: '' });
		}
		expect(parseLead(lead)).toEqual(lead);
	});
});

const OPT_OUTS = OPT_OUT_NAMES.flatMap(({ names }) => names);
const PERMISSIONS = PERMISSION_NAMES.flatMap(({ names }) => names);

describe('an opt-out', () => {
	it.each(OPT_OUTS)('named %j forbids by any value but a known no', (name) => {
		for (const yes of [true, 1, 'true', 'Yes', 'WAHR', 't', '1.0', [true], 'x', '☑', { a: 'b' }]) {
			expect(isAllowed({ [name]: yes })).toBe(false);
		}
		for (const no of [false, 0, 'false', 'FALSE', '0', '', null, 'No', 'nein', ' ', [], [false]]) {
			expect(isAllowed({ [name]: no })).toBe(true);
		}
	});

	it.each([
		'doNotContact',
		'DONOTCONTACT',
		'do_not_contact',
		'do-not-contact',
		'Do Not Contact?',
		"Don't contact",
		'Don’t Call',
		'D.N.C.',
		'dnc',
		'Lead DNC',
		'customer.doNotContact',
		'customer_doNotContact_1',
		'DoNotContact__c',
		'msdyn_gdproptout',
		'メール配信停止',
		'Kein Kontakt',
		'수신거부',
		'Не звонить',
		'leaddonotcontact',
		'isUnsubscribed',
		'isunsubscribed',
		'hasOptedOutOfFax?',
		'HasOptedOutOfEmail',
		'emailOptOut',
		'email_opt_out',
		'E-Mail Opt-Out',
		'opt-out',
		'optedOutAt',
		'hs_email_optout_123456',
		'Opted out of email: Marketing Information',
		'Unsubscribed from all email',
		'new_donotbulkemail',
		'Do not allow Bulk Emails',
		'donotemail@OData.Community.Display.V1.FormattedValue',
		'blackListed',
		'marketingSuspended',
		'unsubscribedReason',
		'et4ae5__HasOptedOutOfMobile__c',
		'notAllowedToContact',
		'contactNotPermitted',
		'consentWithdrawn',
		'noConsent',
		'Désabonné',
		'DESABONNE',
		'NichtKontaktieren',
		'do\u200bNotContact',
		'ＤＮＣ',
	])('is %j', (name) => {
		expect(isAllowed({ [name]: true })).toBe(false);
		expect(isAllowed({ [name]: false })).toBe(true);
	});

	it.each([
		'Dncorp',
		'dncorp_id',
		'DNCorp',
		'adnc',
		'ADNCloud',
		'contact',
		'contactId',
		'options',
		'Adopted Outcome',
		'Do Not Delete',
		'do_not_sync',
		'unsubscribe_url',
		'optOutLink',
		'cookieConsent',
		'consentDate',
		'optInIp',
		'status',
	])('is not %j', (name) => {
		for (const value of [true, false, 'x', 'https://contoso.com/', '2026-01-01']) {
			expect(isAllowed({ [name]: value })).toBe(true);
		}
	});
});

describe('a question whether contact is wanted', () => {
	it.each([
		'May we call you?',
		'Can we call you',
		'canEmail',
		'Would you like to be contacted?',
		'wantsToBeContacted',
		'I agree to receive emails',
		'agreeToContact',
		'Contact me',
		'Contact requested',
	])('%j forbids by a clear no alone', (name) => {
		for (const no of [false, 'No', 0, 'Declined', 'nein'])
			expect(isAllowed({ [name]: no })).toBe(false);
		for (const yes of [true, '', null, 'Yes', 'mornings'])
			expect(isAllowed({ [name]: yes })).toBe(true);
	});

	it.each([
		'Contacted',
		'Has contact',
		'First Contact',
		'Call',
		'Accept terms',
		'Wants demo',
		'Can be called at',
	])('is not %j', (name) => {
		expect(isAllowed({ [name]: 'no' })).toBe(true);
	});
});

describe('a sentence', () => {
	it.each([
		'I do not want to be contacted by anyone',
		"I'd rather not be contacted",
		'Please do not contact me about this',
		'Do not contact Kim',
		"Don't follow up with me",
		'Please refrain from calling me',
		'No phone calls please',
		'Please remove my details',
		'Take me off the list',
		'I wish to opt out of marketing',
		'Customer asked not to be contacted',
		'The customer does not want to be called',
		'Customer is on the DNC list',
		'DNC per customer request',
		'I withdraw my consent',
		'Contact is not allowed',
		'Nicht kontaktieren, bitte',
		'Ich möchte nicht kontaktiert werden',
		'Kontaktaufnahme unerwünscht',
		'Je ne souhaite pas être contactée',
		'Merci de ne pas me contacter',
		'No quiero que me contacten',
		'Por favor, não entre em contato',
		'Non desidero essere contattato',
		'Gelieve niet te contacteren',
		'Proszę się nie kontaktować',
		'Vänligen kontakta mig inte',
		'Kontakt mig ikke',
		'Älkää ottako yhteyttä',
		'Nekontaktujte mě',
		'Kérem ne keressenek',
		'Nu doresc să fiu contactat',
		'Lütfen iletişime geçmeyiniz',
		'Пожалуйста, не звоните мне',
		'Не телефонуйте',
		'Μην επικοινωνείτε',
		'الرجاء عدم الاتصال',
		'נא לא להתקשר',
		'電話しないでください',
		'请勿致电',
		'연락하지 마세요',
		'กรุณาอย่าติดต่อ',
		'Vui lòng không liên hệ',
		'Jangan hubungi saya',
		'I cannot be contacted by phone',
		'You cannot contact me',
		'I cannot call you and do not call me',
		'Send me the prices but please do not call me',
		'Schicken Sie mir Preise und rufen Sie mich nicht an',
		'メールの配信を停止してください',
		'D&eacute;sabonn&eacute;',
	])('%j forbids', (Description) => {
		expect(isAllowed({ Description })).toBe(false);
	});

	it.each([
		'Please do not hesitate to contact me',
		'I would not mind being contacted',
		'I have not been contacted yet',
		'You did not call me back',
		'We did not get any emails from your system',
		'Do not contact list management is what we need',
		'The function must not be called twice',
		'We want to opt out of our current vendor',
		'Remove duplicates from the CRM',
		'Consent withdrawn events should be exported',
		'Zögern Sie nicht, mich zu kontaktieren',
		'Wir haben noch keinen Kontakt',
		'N’hésitez pas à me contacter',
		'No dude en contactarme',
		'No pude contactar con soporte',
		'Non esitate a contattarmi',
		'Aarzel niet om contact op te nemen',
		'Не стесняйтесь звонить',
		'連絡がありません',
		'没有人联系我',
		'To unsubscribe: https://contoso.com/u',
		'Hi, can you call me\nI have a question, thanks, bye',
		'I cannot contact you by phone',
		'Hello, we can’t email you again, please call',
		'You cannot be contacted by phone',
		'Your sales team cannot be contacted',
		'The customer could not be contacted yesterday',
		'Our users unsubscribe and opt out of emails, can your tool do that',
		'We have ten people and no marketing',
		'We call our customers and do not call functions twice',
		'Stop by our booth',
		'Please stop by',
		'We will stop at your booth for info',
	])('%j does not', (Description) => {
		expect(isAllowed({ Description })).toBe(true);
	});

	it.each([
		'STOP',
		'stop.',
		'Stop all',
		'UNSUBSCRIBE',
		'Opt-out',
		'Cancel',
		'END',
		'Arrêt',
		'停止',
		'Please cancel, thanks',
	])('%j forbids where it is the whole message', (Description) => {
		expect(isAllowed({ Description })).toBe(false);
	});

	it('of one word counts in a field that is nobody’s, too', () => {
		expect(isAllowed({ 'SMS reply': 'STOP' })).toBe(false);
		expect(isAllowed({ Company: 'Stop', LastName: 'End', City: 'Salir' })).toBe(true);
	});

	it('counted by a system is none', () => {
		expect(isAllowed({ 'Call history': 'no calls', 'Lost Reason': 'No contact yet' })).toBe(true);
	});
});

describe('what is about contact', () => {
	const TOPICS = CONTACT_TOPICS.flatMap(({ names }) => names);

	it.each(TOPICS)('%j forbids by a refusal in words', (name) => {
		for (const no of ['No', 'no thanks', 'Nein', 'Never', '停止', 'Unsubscribed', 'いいえ']) {
			expect(isAllowed({ [name]: no })).toBe(false);
			expect(isAllowed({ Notes: `Name: Kim\n${name}: ${no}` })).toBe(false);
		}
		for (const other of [
			false,
			'false',
			0,
			'',
			null,
			'none',
			'Yes',
			'Kim Sample',
			'No. 5 Main St',
		]) {
			expect(isAllowed({ [name]: other })).toBe(true);
			expect(isAllowed({ Notes: `${name}: ${other}` })).toBe(true);
		}
	});

	it.each(CONTACT_CHOICES)('%j forbids where the choice is none', (name) => {
		for (const none of ['None', 'no', 'Keine', 'なし', 'Do not contact']) {
			expect(isAllowed({ [name]: none })).toBe(false);
			expect(isAllowed({ Notes: `${name}: ${none}` })).toBe(false);
		}
		for (const choice of ['Email', 'Any', '--None--', '', null, 1]) {
			expect(isAllowed({ [name]: choice })).toBe(true);
		}
	});

	it.each([
		'Contact?: no',
		'Contact? no thanks',
		'Contact: no thanks',
		'Contact by phone: no',
		'My contact preference: None',
		'Newsletter - nein danke',
		'Consent: no thanks',
		'May we call you? No thanks',
		'メール配信：停止',
		'Contact: not allowed',
		'contact:\n  allowed: false',
		'[contact]\nallowed=false',
		'<td>Newsletter</td><td>No</td>',
	])('%j in a text forbids', (Description) => {
		expect(isAllowed({ Description })).toBe(false);
	});

	it.each([
		'Contact: No. 5 Main Street',
		'Contact email: none',
		'Contact info: no',
		'Phone: no',
		'電話: なし',
		'Contact: Kim Sample',
		'Follow up: no problem',
	])('%j in a text does not', (Description) => {
		expect(isAllowed({ Description })).toBe(true);
	});

	it('is a permission where its parent makes it one', () => {
		expect(isAllowed({ contactPreferences: { email: false, phone: true } })).toBe(true);
		expect(isAllowed({ permissions: [{ type: 'contact', allowed: true }] })).toBe(true);
		expect(isAllowed({ Notes: 'contact:\n  name: Kim\n  allowed: true' })).toBe(true);
		expect(isAllowed({ allow: { marketing: false } })).toBe(false);
		expect(isAllowed({ 'Call history': 'no calls', Call: 'no', 'Contact Name': 'No' })).toBe(true);
	});
});

describe('a form in a text', () => {
	it.each([
		'<input name="dnc" value="1">',
		"<input value='1' type='hidden' name='doNotContact'/>",
		'<INPUT type=checkbox NAME=dnc checked>',
		'<input type="checkbox" id="optOut" checked="checked" />',
		'<input type="checkbox" name="contactAllowed" value="1">',
		'<input type="radio" name="contactAllowed" value="yes"><input type="radio" name="contactAllowed" value="no" checked>',
		'<label><input type="checkbox" checked> Do not contact</label>',
		'<label>Do not contact</label> <input type="checkbox" checked>',
		'<p>Kim</p><p><input type="checkbox"> May contact</p>',
		'<select name="dnc"><option value="0">No</option><option value="1" selected>Yes</option></select>',
		'<textarea name="doNotContact">yes</textarea>',
		'<field name="dnc" value="true"/>',
		'<field name="dnc">true</field>',
		'<lead id="5" dnc="true" plan="x"/>',
		'<lead plan="x" contactAllowed=\'false\'>',
		'<DoNotContact value="true"/>',
		'<meta name="marketing-consent" content="no">',
		'&lt;input name="dnc" value="1"&gt;',
	])('%s forbids', (Description) => {
		expect(isAllowed({ Description })).toBe(false);
		expect(isAllowed({ 'Form (HTML)': `<div>Kim</div>${Description}<br>` })).toBe(false);
	});

	it.each([
		'<input name="dnc" value="0">',
		'<input type="checkbox" name="dnc" value="1">',
		'<input type="checkbox" name="contactAllowed" checked>',
		'<input type="radio" name="contactAllowed" value="yes" checked><input type="radio" name="contactAllowed" value="no">',
		'<label><input type="checkbox"> Do not contact</label>',
		'<select name="dnc"><option value="0" selected>No</option><option value="1">Yes</option></select>',
		'<select name="plan"><option value="1" selected>Pro</option></select>',
		'<field name="dnc" value="false"/>',
		'<field name="dnc">false</field>',
		'<lead id="5" dnc="false" plan="x"/>',
		'<input type="submit" name="unsubscribe" value="Unsubscribe">',
		'<p class="unsubscribe" style="color:red">Call me</p>',
		'<a id="unsubscribe" href="https://contoso.com/u">here</a>',
	])('%s does not', (Description) => {
		expect(isAllowed({ Description })).toBe(true);
	});
});

describe('in Base64', () => {
	const base64 = (text: string) => Buffer.from(text).toString('base64');

	it.each([
		base64('{"DoNotContact":true}'),
		base64('{"DoNotContact":true}').replaceAll('=', ''),
		base64('[{"x":1},{"a":{"optOut":"yes"}}]'),
		`data:application/json;base64,${base64('{"contactAllowed":false}')}`,
		base64('Please do not contact me'),
		base64('連絡しないでください'),
		base64(base64('{"DoNotContact":true}')),
		base64(JSON.stringify({ x: 'y'.repeat(90), dnc: 1 })).replace(/.{76}/g, '$&\r\n'),
	])('a statement counts: %j', (value) => {
		expect(isAllowed({ payload: value })).toBe(false);
		expect(isAllowed({ Description: value })).toBe(false);
	});

	it.each([
		base64('{"DoNotContact":false}'),
		base64('Please contact me'),
		'3f1c6c5e-3b0e-4c53-9d84-0d6b5f8f6a11',
		'https://contoso.com/?payload=eyJkbmMiOmZhbHNlfQ',
		'price=20 and age=20',
		'Is 2+2=? or 5',
		'They eyeballed Workspaces, and W3 standards',
		'AzureMarketplaceLead',
		'deadbeefdeadbeef',
		base64('\0\u0001binary'),
	])('nothing else does: %j', (value) => {
		expect(isAllowed({ payload: value })).toBe(true);
	});
});

describe('in a long text', () => {
	const long = 'We run a hotel with 40 rooms. '.repeat(3_000);

	it.each([
		'Please%20do%20not%20contact%20me.',
		'%E9%80%A3%E7%B5%A1%E3%81%97%E3%81%AA%E3%81%84%E3%81%A7',
		'%25E9%2580%25A3%25E7%25B5%25A1%25E4%25B8%258D%25E8%25A6%2581',
		'Please&nbsp;do&nbsp;not&nbsp;contact&nbsp;me.',
		'&#x9023;&#x7d61;&#x4e0d;&#x8981;',
		'\\u9023\\u7d61\\u4e0d\\u8981',
		'lead_source=SPZA%2DDNC%7Ccontoso.app',
	])('what is encoded is read: %j', (said) => {
		expect(isAllowed({ Notes: said })).toBe(false);
		expect(isAllowed({ Notes: `${long}\n${said}\n${long.slice(0, 20_000)}` })).toBe(false);
	});
});

describe('a permission', () => {
	it.each(PERMISSIONS)('named %j forbids when it is refused', (name) => {
		for (const no of [false, 0, 'false', 'No', 'nein', 'Do Not Allow', 'maybe', [false]]) {
			expect(isAllowed({ [name]: no })).toBe(false);
		}
		for (const yes of [true, 1, 'true', 'Yes', 'WAHR', 'Allow', [true], '', null]) {
			expect(isAllowed({ [name]: yes })).toBe(true);
		}
	});

	it.each(OWN_PERMISSION_NAMES)('of ours, %j, forbids when it is not given', (name) => {
		for (const no of [false, 'false', 0, '', null, 'FALSCH', [], 'x']) {
			expect(isAllowed({ [name]: no })).toBe(false);
		}
		expect(isAllowed({ [name]: true })).toBe(true);
		expect(isAllowed({ [name]: 'TRUE' })).toBe(true);
	});

	it('is what is denied of an opt-out', () => {
		expect(isAllowed({ notUnsubscribed: true })).toBe(true);
		expect(isAllowed({ notUnsubscribed: false })).toBe(false);
	});

	it('may come with its text and time, and in parts', () => {
		const consent = { text: 'I agree to be contacted.', at: '2026-01-01', email: true };
		expect(isAllowed({ consent })).toBe(true);
		expect(isAllowed({ consent: { ...consent, phone: false } })).toBe(false);
		const entry = (granted: boolean) => ({ type: 'marketing', granted });
		expect(isAllowed({ consents: [entry(true), entry(true)] })).toBe(true);
		expect(isAllowed({ consents: [entry(true), entry(false)] })).toBe(false);
		expect(isAllowed({ consents: ['marketing'] })).toBe(false);
	});
});

it.each(NO_VALUES)('takes %j for a no, in whatever language', (value) => {
	expect(isAllowed({ DoNotContact: value })).toBe(true);
	expect(isAllowed({ MarketingConsent: value })).toBe(false);
});

it.each(YES_VALUES)('takes %j for a yes, in whatever language', (value) => {
	expect(isAllowed({ DoNotContact: value })).toBe(false);
	expect(isAllowed({ MarketingConsent: value })).toBe(true);
});

it.each([...ALLOWING_VALUES, ...EMPTY_VALUES])('takes %j for no statement against it', (value) => {
	expect(isAllowed({ DoNotContact: value })).toBe(true);
	expect(isAllowed({ MarketingConsent: value })).toBe(true);
});

describe('a state', () => {
	it.each(STATE_NAMES)('in %j forbids in words', (name) => {
		for (const text of ['doNotContact', 'Do not contact', 'DNC', 'Unsubscribed', ['x', 'DNC']]) {
			expect(isAllowed({ [`Lead ${name}`]: text })).toBe(false);
		}
		for (const text of ['active', 'Open - Not Contacted', 'Dncorp', 'Not unsubscribed', 7, true]) {
			expect(isAllowed({ [`Lead ${name}`]: text })).toBe(true);
		}
	});
});

describe('a statement is heard', () => {
	const flag = { DoNotContact: true };
	const PAIR_OF_MANY = {
		form: {
			field: 'opt_out',
			...Object.fromEntries(
				Array.from({ length: 9 }, (_, at) => [`value_${at}`, at < 8 ? 'no' : 'yes']),
			),
		},
	};

	it.each<[string, Record<string, unknown>]>([
		['in UserDetails', { UserDetails: flag }],
		['in CustomerInfo', { CustomerInfo: JSON.stringify(flag) }],
		['in the second container', { UserDetails: { Email: 'a@b.c' }, CustomerInfo: flag }],
		['in a list of containers', { UserDetails: [{ Email: 'a@b.c' }, flag] }],
		['in text within text', { CustomerInfo: JSON.stringify(JSON.stringify(flag)) }],
		['in text with a byte order mark', { CustomerInfo: `\ufeff${JSON.stringify(flag)}` }],
		['in properties', { properties: flag }],
		['in raw', { raw: { record: [flag] } }],
		['in text that is JSON in any field', { Notes: JSON.stringify([{ a: flag }]) }],
		['as a name and a value', { fields: [{ name: 'Do Not Contact', value: 'yes' }] }],
		[
			'as a name and a value after a merge',
			{ fields: [{ name_1: 'stage', value_1: 'doNotContact' }] },
		],
		['of what another field names', { permissions: [{ type: 'contact', allowed: false }] }],
		['of a channel', { channels: [{ channel: 'email', allowed: 'no' }] }],
		['in permissions', { permissions: { contact: false } }],
		['in preferences', { preferences: { contact: 'none' } }],
		['as no way at all', { contactPreferences: { email: false, phone: 'no' } }],
		['in parts', { email: 'kim@contoso.com', channels: { email: { optOut: true } } }],
		['as a question and an answer', { form: [{ question: 'Do not contact me', answer: 'Yes' }] }],
		['as a key and a val', { fields: [{ key: 'do_not_contact', val: '1' }] }],
		['as k and v', { fields: [{ k: 'do_not_contact', v: '1' }] }],
		['behind an empty answer', { form: [{ field: 'opt_out', value: null, answer: 'Yes' }] }],
		['of a field that is described', { a: [{ field: { ref: 'opt_out' }, boolean: true }] }],
		['of a pair with more values than a pair has', PAIR_OF_MANY],
		['as an entry', { fields: [['DoNotContact', true]] }],
		['as what a form wrote into a text', { Description: 'Name: Kim\nDo not contact: yes' }],
		['as a query', { Referrer: 'a=1&doNotContact=true' }],
		['as XML', { Description: '<lead><doNotContact>true</doNotContact></lead>' }],
		['in JSON that is cut off', { CustomerInfo: '{"Email":"a@b.c","DoNotContact":true' }],
		['in what Python writes', { CustomerInfo: "{'Email': 'a@b.c', 'DoNotContact': True}" }],
		['in two lines of JSON', { CustomerInfo: '{"Email":"a@b.c"}\n{"DoNotContact":true}' }],
		['in JSON as HTML', { Description: '{&quot;DoNotContact&quot;:true}' }],
		['as a permission that is refused in a text', { Description: 'May contact: no' }],
		['as a state in a text', { Description: 'Lead status: unsubscribed' }],
		['in a reason of ours', { reason: 'The customer must not be contacted.' }],
		[
			'in a warning of ours',
			{ warnings: ['The field "DoNotCall" says not to contact the customer.'] },
		],
		['as an answer with its time', { unsubscribed: { value: 'true', timestamp: 7 } }],
		['as what Dataverse shows', { 'Bulk E-mail': 'Do Not Allow' }],
		['in a lead source of whatever name', { 'Original source': 'SPZA-DNC|contoso.app' }],
		['in a lead source in properties', { properties: { x: 'AzureMarketplace-DNC|a.b' } }],
		['in a lead source within a text', { Description: 'Seen: AppSource (SPZA) - DNC | a.b' }],
		['in a lead source after a merge', { LeadSource_1: 'Moonbase-DNC|a.b' }],
		['in a lead source of Marketo', { sourceSystemName: 'Moonbase-DNC|a.b' }],
		['in the stage after a merge', { stage_2: 'doNotContact' }],
		['in a text too long to be kept', { CustomerInfo: `{"x":"${'y'.repeat(200_000)}"}` }],
		[
			'at the end of a text too long to be kept',
			{ Notes: `${'x '.repeat(70_000)}. Do not contact me.` },
		],
		[
			'at the end of a lead source too long to be kept',
			{ LeadSource: `${'–'.repeat(140_000)}ＤＮＣ` },
		],
		['behind too many values', { list: Array(6_000).fill(0), ...flag }],
	])('%s', (_name, fields) => {
		expect(isAllowed(fields)).toBe(false);
	});

	it.each([
		'Please do not contact me.',
		'Please do not call me again',
		'Hello! Please don’t call, thank you.',
		'I do not want to be contacted by phone or email.',
		'Stop emailing me',
		'Unsubscribe me please',
		'DNC',
		'DNC - asked by phone',
		'Note: do not contact',
		'Bitte nicht kontaktieren!',
		'Bitte kontaktieren Sie mich nicht mehr.',
		'Merci de ne pas me contacter',
		'Por favor no me contacten',
		'連絡しないでください',
		'STOP',
		'Please stop.',
		'Please delete my data.',
		'I don’t want to be contacted by sales',
		'I no longer wish to be contacted.',
		"Don't reach out to me",
		'Ich widerspreche der Kontaktaufnahme.',
		'Plеase do not contact me',
		'Pls don´t contact me',
		'Don‘t call me',
		'Please don?t call me',
		'Please=20do=20not=20contact=20me',
		'=?utf-8?B?RG8gbm90IGNvbnRhY3QgbWU=?=',
		'=?UTF-8?Q?Do_not_contact_me?=',
		'https://contoso.com/?payload=eyJkbmMiOnRydWV9',
		'eyJhbGciOiJIUzI1NiJ9.eyJEb05vdENvbnRhY3QiOnRydWV9.c2ln',
		'Please%20do%20not%20contact%20me',
		'Please&nbsp;do&nbsp;not&nbsp;contact&nbsp;me',
	])('in a description that asks for it: %j', (Description) => {
		expect(isAllowed({ Description })).toBe(false);
	});

	it.each([
		['Category', 'Do Not Contact'],
		['Segment', 'Unsubscribed'],
		['Lists', ['Customers', 'Do not contact']],
		['LastName', 'DO NOT CONTACT'],
		['Email', 'do not email'],
		['Rating', 'DNC'],
		['E-Mail', 'Nicht zulassen'],
		['メール', '許可しない'],
	])('as all that the field %j holds', (name, value) => {
		expect(isAllowed({ [name]: value })).toBe(false);
	});

	it.each([
		'We are looking for a do-not-call list tool.',
		'Which of your products has an opt-out page?',
		'Our team could not contact support. How do we unsubscribe users?',
		'Do not contact: no',
		'doNotContact=false&optOut=0',
		'<doNotContact>false</doNotContact>',
		"{'DoNotContact': False}",
		'Meeting at 10:30: no news',
		'Consent: see the form',
		'I would like to stop my trial',
		'100%25 sure that we want 50% off',
		'See https://contoso.com/?a=%2D&b=do-not',
	])('not in a description like %j', (Description) => {
		expect(isAllowed({ Description })).toBe(true);
	});

	// The letters С, о and е of these are Russian ones.
	it.each([
		{ LeadSource: 'SPZA-DNС|contoso.app' },
		{ Status: 'DNС' },
		{ Note: 'SPZA-DNС|contoso.app' },
		{ 'Dо Not Contact': true },
	])('in letters of another alphabet that look the same: %j', (fields) => {
		expect(isAllowed(fields)).toBe(false);
	});

	it.each([
		{ LeadSource: 'SPZA%2DDNC%7Ccontoso.app' },
		{ Note: 'lead_source=AzureMarketplace%2DDNC%7Ccontoso.app' },
		{ Note: 'SPZA&#45;DNC|contoso.app' },
		{ query: 'a=1&do_not_contact%3Dyes' },
		{ 'do%20not%20contact': 'yes' },
	])('where a link or a page has encoded it: %j', (fields) => {
		expect(isAllowed(fields)).toBe(false);
	});

	const table = (header: string, ...rows: string[]) => ({ data: [header, ...rows].join('\r\n') });
	it.each([
		table('Name,Email,Do Not Contact', 'Kim,kim@contoso.com,yes'),
		table('Email;OptOut', 'lee@contoso.com;FALSE', 'kim@contoso.com;TRUE'),
		table('"Email"\t"DNC"', '"kim@contoso.com"\t"X"'),
		table('Email,Consent', 'kim@contoso.com,no'),
		// A comma within a cell moves the others.
		table('Company,OptOut', 'Contoso, Ltd,0'),
		table('Email,OptOut,Status', 'kim@contoso.com,0,DNC'),
	])('in the rows of a table in one text: %j', (fields) => {
		expect(isAllowed(fields)).toBe(false);
	});

	it.each([
		table('Name,Email,Do Not Contact', 'Kim,kim@contoso.com,no', ''),
		table('Email;OptOut', 'lee@contoso.com;FALSE', 'kim@contoso.com;0'),
		table('Email,Company', 'kim@contoso.com,Contoso'),
	])('not where no row says so: %j', (fields) => {
		expect(isAllowed(fields)).toBe(true);
	});

	it('not in a pair or an entry that says no', () => {
		expect(isAllowed({ form: [{ question: 'Do not contact me', answer: 'No' }] })).toBe(true);
		expect(isAllowed({ fields: [['DoNotContact', false]] })).toBe(true);
		expect(isAllowed({ a: [{ field: { ref: 'opt_out' }, boolean: false }] })).toBe(true);
	});

	it.each([
		[
			'rows below their columns',
			{
				values: [
					['Email', 'contactAllowed'],
					['a@b.co', 'false'],
				],
			},
		],
		['rows beside them', { columns: ['Email', 'DNC'], rows: [['a@b.co', 1]] }],
		[
			'a row beside them',
			{ fields: [{ name: 'Email' }, { name: 'DNC' }], values: ['a@b.co', 'x'] },
		],
		[
			'a table of HTML',
			'<table><tr><th>Email</th><th>DNC</th></tr><tr><td>a</td><td>yes</td></tr></table>',
		],
		['cells of HTML', '<tr><td>Contact allowed</td><td>No</td></tr>'],
		['lines', 'Contact allowed\nNo\nStage\nactive'],
		['lines with tabs', 'Email\ta@b.co\nContact allowed\tno'],
		['a table of Markdown', '| Email | DNC |\n|---|---|\n| a@b.co | yes |'],
		['a part of a form', 'Content-Disposition: form-data; name="contactAllowed"\r\n\r\nfalse'],
		['a box', '[x] Do not contact'],
		['a box behind', 'Do not contact [x]'],
		['an empty box', '☐ May contact'],
		['a choice of boxes', 'May we contact you? [ ] Yes [x] No'],
		['a question', 'May we contact you? No'],
		['XML', { contactAllowed: { _: 'false', $: { type: 'boolean' } } }],
		['a summary', { concatenated_contactAllowed: 'true, false' }],
	])('in %s', (_name, value) => {
		expect(isAllowed({ data: value })).toBe(false);
	});

	it.each([
		{
			values: [
				['Email', 'Do Not Contact'],
				['a@b.co', 'No'],
			],
		},
		{ columns: ['Email', 'Do Not Contact'], rows: [['a@b.co', 'No']] },
		{
			fields: [
				['DoNotContact', 'no'],
				['Plan', 'x'],
			],
		},
		'<table><tr><td>Do Not Contact</td><td>No</td></tr></table>\n',
		'Do Not Contact\tNo',
		'[ ] Do not contact',
		'Do not contact? No',
		'Do not contact: [ ] Yes [x] No',
		{ contactAllowed: { _: 'true', $: { type: 'boolean' } } },
		{ contactAllowed: { DataType: 'Boolean', Value: true } },
		{ concatenated_contactAllowed: 'true, true' },
	])('not in %j', (value) => {
		expect(isAllowed({ data: value })).toBe(true);
	});

	it('in every sentence of the table', () => {
		for (const sentence of SENTENCES) {
			expect(isAllowed({ Notes: `Hello. ${sentence}!` })).toBe(false);
			expect(isAllowed({ Notes: sentence.toUpperCase() })).toBe(false);
		}
		for (const name of OPT_OUTS.filter((one) => TOLD_BY.has(sentenceKey(one)))) {
			expect(isAllowed({ Notes: `Please: ${name}` })).toBe(false);
		}
	});

	it('not where it says no in a form with a time', () => {
		expect(isAllowed({ unsubscribed: { value: 'false', timestamp: 7 } })).toBe(true);
		expect(isAllowed({ fields: [{ name: 'Do Not Contact', value: 'no' }] })).toBe(true);
	});

	it('not in names and prose that only hold the letters', () => {
		const fields = { Company: 'Dncorp', Title: 'DNC', OfferTitle: 'Do Not Contact' };
		expect(isAllowed({ ...fields, LeadSource: 'ADNCloud-INS|dnc.app' })).toBe(true);
	});

	it('in a lead that was parsed before and edited since', () => {
		const lead = parseLead(record());
		for (const edit of [
			{ stage: 'doNotContact' },
			{ DoNotContact: 'yes' },
			{ properties: { emailOptOut: '1' } },
			{ customer: { ...lead.customer, unsubscribed: true } },
			{ raw: { UserDetails: { DoNotCall: 1 } } },
		]) {
			const again = parseLead({ ...lead, ...edit });
			expect(again).toMatchObject({ contactAllowed: false, stage: 'doNotContact' });
			expect(again.warnings).toContain('A field of the lead says not to contact the customer.');
		}
	});
});

it('says which value it did not understand', () => {
	expect(parseLead(record({ donotemail: 'vielleicht' })).warnings).toEqual([
		'The field "donotemail" holds "vielleicht", which is neither a known yes nor a known no. It was read as "do not contact".',
	]);
});

it.each([
	'D.N.C.',
	'PLT D.N.C.',
	'dnc',
	'PLTDNC',
	'DNC2',
	'INS_DNC',
	'ＤＮＣ',
	'Opt-out',
	'do not call',
	'No consent',
	'no_consent',
	'not subscribed',
	`${'Long '.repeat(60)}-DNC`,
])('hears it in the action %j', (text) => {
	expect(saysDoNotContact(text)).toBe(true);
});

it.each(['ADNCloud', 'Dncorp', 'DNCORP', 'Land Ncar', 'INS', '', 'Installation or Free Trial'])(
	'does not hear it in %j',
	(text) => {
		expect(saysDoNotContact(text)).toBe(false);
	},
);

it('tells the same name again from what it found before', () => {
	for (let i = 0; i < 5_000; i++) contactName(`name ${i}`);
	expect(contactName('doNotContact')).toBe('optOut');
	expect(contactName('doNotContact')).toBe('optOut');
	expect(contactName('name 1')).toBeUndefined();
});

it('is told to users name by name', () => {
	const doc = readFileSync(path.join(__dirname, '../../../docs/lead.md'), 'utf8');
	const rows = new Map(
		[
			...doc.matchAll(/^\| (Forbids|Allows|Ours|States|Asks|Chooses), ([^|]+?) *\| (.+?) *\|$/gm),
		].map(
			([, kind = '', title = '', names = '']) => [`${kind}, ${title}`, names.split(', ')] as const,
		),
	);
	const table = [
		...OPT_OUT_NAMES.map(({ title, names }) => [`Forbids, ${title}`, names] as const),
		...PERMISSION_NAMES.map(({ title, names }) => [`Allows, ${title}`, names] as const),
		['Ours, any system', OWN_PERMISSION_NAMES] as const,
		['States, any system', STATE_NAMES] as const,
		...CONTACT_TOPICS.map(({ title, names }) => [`Asks, ${title}`, names] as const),
		['Chooses, any system', CONTACT_CHOICES] as const,
	];
	expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(table));
});

it('leaves a spreadsheet with a column of ours readable', () => {
	expect(readLeadInput({ ...record(), contactAllowed: 'false' }).ok).toBe(true);
});
