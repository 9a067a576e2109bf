import {
	composeFollowUp,
	followUpComposer,
	KIND_RULES,
	parseLead,
	TemplateError,
	type FollowUpKind,
} from '../../../../nodes/lead';
import { formulaSafe } from '../../../../nodes/lead/followUp/escape';
import { salutation } from '../../../../nodes/lead/followUp/salutation';
import { TEMPLATES } from '../../../../nodes/lead/followUp/templates';
import { customersOf, lead } from '../merge/support';

const KIM = { FirstName: 'Kim', LastName: 'Sample', Email: 'Kim@Contoso.com' };
const CRM = { OfferDisplayName: 'Contoso CRM', PublisherDisplayName: 'Contoso' };
const KINDS = Object.keys(TEMPLATES) as FollowUpKind[];

function journey(...leadSources: string[]) {
	const leads = leadSources.map((source, day) => lead(source, KIM, { day: day + 1, ...CRM }));
	return customersOf(leads)[0]!;
}

describe('a lead', () => {
	const followUp = composeFollowUp(lead('SPZA-PLT|contoso.crm', KIM, CRM));

	it('becomes a message that can be sent as it is', () => {
		expect(followUp).toEqual({
			write: true,
			reason: '',
			reasonText: '',
			kind: 'active',
			to: 'kim@contoso.com',
			subject: 'Your next steps with Contoso CRM',
			text: [
				'Hello Kim,',
				'Thank you for asking us to contact you about Contoso CRM.',
				'I would like to help you to get going. Which day this week or next suits you for a call of twenty minutes? If you would rather write, tell me what you have in mind, and I will answer in detail.',
				'Kind regards,\nContoso',
			].join('\n\n'),
			html: [
				'<p>Hello Kim,</p>',
				'<p>Thank you for asking us to contact you about Contoso CRM.</p>',
				'<p>I would like to help you to get going. Which day this week or next suits you for a call of twenty minutes? If you would rather write, tell me what you have in mind, and I will answer in detail.</p>',
				'<p>Kind regards,<br>\nContoso</p>',
			].join('\n'),
		});
	});

	it('is signed by the sender, in several lines', () => {
		const { text, html } = composeFollowUp(lead('SPZA-PLT|contoso.crm', KIM), {
			sender: 'Sam Sample\r\nContoso & Sons',
		});
		expect(text).toMatch(/Kind regards,\nSam Sample\nContoso & Sons$/);
		expect(html).toMatch(/Kind regards,<br>\nSam Sample<br>\nContoso &amp; Sons<\/p>$/);
	});

	it('without an offer, a name and a sender is still a whole message', () => {
		const { subject, text } = composeFollowUp(
			lead('SPZA-INS|docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145a', { Email: 'kim@contoso.com' }),
		);
		expect(subject).toBe('Your interest in our offer');
		expect(text).toMatch(/^Hello,\n\nThank you for your interest in our offer\./);
		expect(text).toMatch(/\n\nKind regards,$/);
	});
});

describe('every built-in message', () => {
	it.each(KINDS)('%s is complete, in plain sentences', (kind) => {
		const rule = KIND_RULES.find((candidate) => candidate.kind === kind)!;
		const sources = {
			active: 'SPZA-PLT',
			trial: 'TestDrive-StartTestDrive',
			initialInterest: 'SPZA-INS',
		};
		const source = (stage: string) => sources[stage as keyof typeof sources] ?? 'SPZA-WINK';
		const steps = [...(rule.before === 'any' ? [] : [source(rule.before)]), source(rule.newest)];
		const followUp = composeFollowUp(journey(...steps.map((step) => `${step}|contoso.crm`)));
		expect(followUp).toMatchObject({ kind, write: true });
		expect(followUp.text).toMatch(
			/^Hello Kim,\n\n(You|Thank) .*Contoso CRM.*\n\nKind regards,\nContoso$/s,
		);
		expect(followUp.subject).toContain('Contoso CRM');
		expect(followUp.subject.length).toBeLessThan(60);
		expect(`${followUp.subject}${followUp.text}${followUp.html}`).not.toMatch(
			/\[\[|\]\]|undefined| {2}/,
		);
	});
});

describe('the kind of a journey', () => {
	it.each([
		[['TestDrive-StartTestDrive|contoso.crm'], 'trialStarted'],
		[
			['TestDrive-StartTestDrive|contoso.crm', 'AzureMarketplace-INS|contoso.crm'],
			'interestAfterTrial',
		],
		[
			[
				'TestDrive-StartTestDrive|contoso.crm',
				'SPZA-INS|contoso.crm',
				'AzurePortal-Create|contoso.crm',
			],
			'trialBecameActive',
		],
		[['TestDrive-StartTestDrive|contoso.erp', 'AzurePortal-Create|contoso.crm'], 'active'],
		[['SPZA-INS|contoso.crm', 'SPZA-INS|CONTOSO.crm'], 'repeatInterest'],
		[['SPZA-INS|contoso.erp', 'SPZA-INS|contoso.crm'], 'initialInterest'],
		[['SPZA-PLT|contoso.crm', 'SPZA-INS|contoso.crm'], 'returning'],
		[['SPZA-PLT|contoso.crm', 'SPZA-PLT|contoso.crm'], 'activeAgain'],
		[['SPZA-WINK|contoso.crm'], 'otherInterest'],
	])('%j is %s', (sources, kind) => {
		// Steps need rows of their own to be two of the same kind.
		const leads = sources.map((source, day) => lead(source, KIM, { day: day + 1 }));
		expect(composeFollowUp(customersOf(leads)[0]!).kind).toBe(kind);
	});

	it('takes the title of an offer from another lead for it', () => {
		const leads = [
			lead('SPZA-INS|contoso.crm', KIM, { day: 1, ...CRM }),
			lead('SPZA-PLT|contoso.crm', KIM, { day: 2 }),
		];
		expect(composeFollowUp(customersOf(leads)[0]!).subject).toBe(
			'Your next steps with Contoso CRM',
		);
	});
});

describe('nobody is written to', () => {
	const TEST = 'MSFT_TEST_636573304831318844';

	it.each([
		['SPZA-DNC', KIM, 'doNotContact', ''],
		['SPZA-PLT', { ...KIM, Company: TEST }, 'testLead', ''],
		['SPZA-DNC', { ...KIM, Company: TEST }, 'doNotContact', ''],
		['SPZA-PLT', {}, 'dataWithheld', 'active'],
		[
			'SPZA-PLT',
			{ Email: '***@university.edu', Country: 'US', Title: 'Student' },
			'dataWithheld',
			'active',
		],
		['SPZA-PLT', { FirstName: 'Kim', Phone: '+16175550199' }, 'noAddress', 'active'],
		['SPZA-INS', { FirstName: 'Kim', Email: 'n/a' }, 'unusableAddress', 'initialInterest'],
		['SPZA-INS', { Email: 'a@contoso.com, b@contoso.com' }, 'unusableAddress', 'initialInterest'],
	])('%s %j: %s', (action, customer, reason, kind) => {
		const given = lead(`${action}|contoso.crm`, customer);
		for (const entry of [given, customersOf([given])[0]!]) {
			const followUp = composeFollowUp(entry);
			expect(followUp).toMatchObject({ write: false, reason, kind });
			expect(followUp).toMatchObject({ to: '', subject: '', text: '', html: '' });
			expect(followUp.reasonText).toMatch(/^[A-Z].+\.$/);
		}
	});

	it('when one lead of the customer says so', () => {
		const merged = customersOf([lead('SPZA-DNC|a.b', KIM), lead('SPZA-PLT|c.d', KIM, { day: 2 })]);
		expect(composeFollowUp(merged[0]!)).toMatchObject({ write: false, reason: 'doNotContact' });
	});
});

describe('a mail program decodes nothing', () => {
	const ENCODED = /=\?[^?]+\?[bq]\?[^?]*\?=/i;
	const subjectOf = (OfferTitle: string, subject = '[[offer]]', Company = '') => {
		const lead = parseLead({
			LeadSource: 'AzureMarketplace',
			ActionCode: 'INS',
			OfferTitle,
			UserDetails: { FirstName: OfferTitle, Email: 'kim@contoso.example', Company },
		});
		const text = `[[company]][[offer]]\n${subject}`;
		return composeFollowUp(lead, { templates: { initialInterest: { subject, text } } });
	};

	it.each([
		['=?utf-8?B?WW91ciBhY2NvdW50IGlzIGxvY2tlZA==?='],
		['=?UTF-8?Q?Your_account?='],
		['=?utf-8*en?b?WW91?='],
		['=?utf-8?B?WW91?= =?utf-8?B?ciBhY2NvdW50?='],
		['=?utf-8?B?WW91?=\r\n\t=?utf-8?B?ciBhY2NvdW50?='],
		['=\u200b?utf-8?B?WW91?='],
		['=?utf-8?B?WW91ciB', '[[company]] [[offer]]'],
		['?utf-8?B?WW91?=', '=[[offer]]'],
		['8?B?WW91?=', '[[company]][[offer]]', '=?utf-'],
	])('of %j', (title, subject = '[[offer]]', company = '') => {
		const { subject: line, text } = subjectOf(title, subject, company);
		expect(line).not.toMatch(ENCODED);
		expect(line).not.toMatch(/=\?[^?]+\?b\?/i);
		expect(text).not.toMatch(ENCODED);
	});

	it('and other question marks stay', () => {
		expect(subjectOf('What is 1+1=?').subject).toBe('What is 1+1=?');
		expect(subjectOf('a', 'https://contoso.example/?q=[[offer]]').subject).toBe(
			'https://contoso.example/?q=a',
		);
	});
});

describe('the salutation', () => {
	it.each([
		['Kim', 'Sample', '', 'Hello Kim,'],
		['Kim', '', '', 'Hello Kim,'],
		['', 'Sample', 'Sample', 'Hello,'],
		['First Name', 'Last Name', '', 'Hello,'],
		['Not Provided', 'Sample', '', 'Hello,'],
		['Sales', 'Contoso', '', 'Hello,'],
		['Lt.', 'Sample', '', 'Hello,'],
		['', 'van Berg', 'van Berg', 'Hello,'],
		['', '', 'Kim Sample', 'Hello Kim Sample,'],
		['', '', 'Kim', 'Hello,'],
		['', '', '', 'Hello,'],
		['KIM', 'SAMPLE', '', 'Hello Kim,'],
		['anne-marie', '', '', 'Hello Anne-Marie,'],
		['DJ', '', '', 'Hello DJ,'],
		['K.', 'Sample', 'K. Sample', 'Hello,'],
		['Åse', '', '', 'Hello Åse,'],
		['太郎', '', '', 'Hello 太郎,'],
		['Dr.', 'Sample', 'Dr. Sample', 'Hello,'],
		['Mr', 'Sample', 'Mr Sample', 'Hello,'],
		['Mrs.', 'Sample', 'Mrs. Sample', 'Hello,'],
		['Herr', 'Sample', 'Herr Sample', 'Hello,'],
		['Prof. Dr.', 'Sample', 'Prof. Dr. Sample', 'Hello,'],
		['Prof.Dr.-Ing.', 'Sample', 'Prof.Dr.-Ing. Sample', 'Hello,'],
		['SRA.', 'Sample', 'SRA. Sample', 'Hello,'],
		['', '', 'Prof. Dr.', 'Hello,'],
		['Dr. Kim', 'Sample', 'Dr. Kim Sample', 'Hello Dr. Kim,'],
		['Phil', 'Sample', 'Phil Sample', 'Hello Phil,'],
		// Georgian letters have capitals, which begin no name.
		['ნინო', 'Sample', 'ნინო Sample', 'Hello ნინო,'],
		['\u1c9c\u1c98\u1c9c\u1c9d', '', '', 'Hello ნინო,'],
		['ﬁona', 'Sample', 'ﬁona Sample', 'Hello Fiona,'],
		['ＫＩＭ', '', '', 'Hello Kim,'],
		['ßarah', '', '', 'Hello Ssarah,'],
		['İBRAHİM', '', '', 'Hello İbrahim,'],
		['ΝΙΚΟΣ', '', '', 'Hello Νικος,'],
		['ՆԱՐԵԿ', '', '', 'Hello Նարեկ,'],
		['\u3164', 'Sample', '\u3164 Sample', 'Hello,'],
		['\u115f\u1160', '', '', 'Hello,'],
		['\uffa0', '', '', 'Hello,'],
		['\u2800', '', '', 'Hello,'],
		['K\u034fim', '', '', 'Hello Kim,'],
		['\u202eKim', '', '', 'Hello Kim,'],
		['J.R.', 'Sample', '', 'Hello,'],
		['K. J.', 'Sample', '', 'Hello,'],
		['A B', 'Sample', '', 'Hello,'],
		['И.', 'Sample', '', 'Hello,'],
		['Jo', 'Sample', '', 'Hello Jo,'],
		['St. John', 'Sample', '', 'Hello St. John,'],
		['山', 'Sample', '', 'Hello 山,'],
		['Kim.', 'Sample', '', 'Hello Kim,'],
		['Capt.', 'Sample', '', 'Hello,'],
		['Sig.ra', 'Sample', '', 'Hello,'],
		['MUDr.', 'Sample', '', 'Hello,'],
		['Г-н', 'Sample', '', 'Hello,'],
		['г-жа', 'Sample', '', 'Hello,'],
		['к.т.н.', 'Sample', '', 'Hello,'],
		['Κύριος', 'Sample', '', 'Hello,'],
		['الدكتور', 'Sample', '', 'Hello,'],
		['גברת', 'Sample', '', 'Hello,'],
		['คุณ', 'Sample', '', 'Hello,'],
		['श्री', 'Sample', '', 'Hello,'],
		['Don', 'Sample', '', 'Hello Don,'],
		['\u01c4ivo', '', '', 'Hello Dživo,'],
		['Z\u0338a\u0337l\u0335go', '', '', 'Hello,'],
		['a\u0301\u0302\u0303\u0304nna', '', '', 'Hello,'],
		['xxx', '', '', 'Hello,'],
		['Administrator', '', '', 'Hello,'],
		['n/a', '-', '', 'Hello,'],
		['Unknown', 'Unknown', 'Unknown Unknown', 'Hello,'],
		['kim@contoso.com', '', '', 'Hello,'],
		['Win a prize at evil.example', '', '', 'Hello,'],
		['evil.com', '', '', 'Hello,'],
		['You have won a prize', '', '', 'Hello,'],
	])('of %j %j %j is %s', (firstName, lastName, fullName, expected) => {
		expect(salutation({ firstName, lastName, fullName })).toBe(expected);
	});
});

describe("templates of one's own", () => {
	const given = lead('SPZA-PLT|contoso.crm', { ...KIM, Company: 'Sample & Sons' }, CRM);

	it('replace a part each', () => {
		const compose = followUpComposer({ templates: { active: { subject: 'For [[ COMPANY ]]' } } });
		expect(compose(given)).toMatchObject({
			subject: 'For Sample & Sons',
			text: composeFollowUp(given).text,
		});
	});

	it('make the HTML of the text, unless there is some', () => {
		const text = 'Hi [[firstName]] <b>\n\n[[company]]';
		expect(composeFollowUp(given, { templates: { active: { text } } }).html).toBe(
			'<p>Hi Kim &lt;b&gt;</p>\n<p>Sample &amp; Sons</p>',
		);
		const html =
			'<b title="[[company]]">[[company]]</b> <a href="https://contoso.com/?c=[[company]]">x</a>';
		expect(composeFollowUp(given, { templates: { active: { text, html } } })).toMatchObject({
			text: 'Hi Kim <b>\n\nSample & Sons',
			html: '<b title="Sample &amp; Sons">Sample &amp; Sons</b> <a href="https://contoso.com/?c=Sample%20%26%20Sons">x</a>',
		});
	});

	it('lose the lines in which nothing came', () => {
		const text = 'A\n[[phone]]\n[[country]] [[phone]]\n[[phone]].\n\nB';
		expect(composeFollowUp(given, { templates: { active: { text } } }).text).toBe('A\n.\n\nB');
	});

	it('with unknown placeholders are refused, all of them named', () => {
		const templates = { returning: { text: '[[name]]\n[[firstName]] [[]] [[name]] [[ x y ]]' } };
		expect(() => followUpComposer({ templates })).toThrow(TemplateError);
		expect(() => followUpComposer({ templates })).toThrow(
			'The text of "Returning" has unknown placeholders: [[name]], [[]], [[ x y ]]',
		);
	});

	it('may hold brackets that are no placeholders', () => {
		const text = '[[1] [a]] [[\n]] {{ $json.x }} [[[offer]]]';
		expect(composeFollowUp(given, { templates: { active: { text } } }).text).toBe(
			'[[1] [a]] [[\n]] {{ $json.x }} [Contoso CRM]',
		);
	});
});

describe('the row for a spreadsheet', () => {
	it('has the facts, also when nobody is written to', () => {
		const given = lead('SPZA-DNC|contoso.crm', { ...KIM, Phone: '+16175550199' });
		expect(composeFollowUp(given, { includeSheetRow: true }).sheetRow).toEqual({
			email: 'kim@contoso.com',
			firstName: 'Kim',
			lastName: 'Sample',
			company: '',
			jobTitle: '',
			phone: "'+16175550199",
			country: '',
			offer: 'our offer',
			offerId: 'contoso.crm',
			stage: 'doNotContact',
			kind: '',
			write: 'no',
			reason: 'The customer must not be contacted.',
			subject: '',
		});
	});

	it.each(['=1+1', '+1', '-1', '@x', '\t=1', '\r\n=1', ' =1', '＝1', '\u200b=1'])(
		'makes text of %j',
		(text) => {
			expect(formulaSafe(text)).toMatch(/^'[^\s]/);
		},
	);

	it.each(['Contoso', '1', "'=1", ''])('leaves %j', (text) => {
		expect(formulaSafe(text)).toBe(text);
	});
});
