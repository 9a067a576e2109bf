import { composeFollowUp, mergeLeads, parseLead } from '../../../nodes/lead';
import { companyDomain, mailboxKind } from '../../../nodes/lead/mailboxKind';

it.each(['kim@tutanota.com', 'kim@mozmail.com', 'kim@magenta.de'])(
	'%s has no company',
	(address) => {
		expect(companyDomain(address)).toBe('');
	},
);

describe('who reads a mailbox', () => {
	it.each([
		['kim@contoso.com', 'personal'],
		['kim.sample@contoso.com', 'personal'],
		['kim@gmail.com', 'personal'],
		['jan.tester@contoso.com', 'personal'],
		['o.none@contoso.com', 'personal'],
		['noreen@contoso.com', 'personal'],
		['info@contoso.com', 'shared'],
		['sales@contoso.com', 'shared'],
		['sales2@contoso.com', 'shared'],
		['info+azure@contoso.com', 'shared'],
		['contoso@contoso.com', 'shared'],
		['support@contoso.com', 'shared'],
		['kontakt@contoso.com', 'shared'],
		['info@gmail.com', 'shared'],
		['none@none.com', 'unread'],
		['n.a@contoso.com', 'unread'],
		['no-one@contoso.com', 'unread'],
		['kim@none.com', 'unread'],
		['noreply@contoso.com', 'unread'],
		['no-reply@contoso.com', 'unread'],
		['no_reply+1@contoso.com', 'unread'],
		['do-not-reply@contoso.com', 'unread'],
		['azure-noreply@contoso.com', 'unread'],
		['nicht-antworten@contoso.com', 'unread'],
		['test@contoso.com', 'unread'],
		['test1@contoso.com', 'unread'],
		['test@test.com', 'unread'],
		['a@a.com', 'unread'],
		['xxx@xxx.com', 'unread'],
		['email@email.com', 'unread'],
		['mailer-daemon@contoso.com', 'unread'],
		['kim@contoso.invalid', 'unread'],
		['kim@example.com', 'unread'],
		['kim@mail.example.org', 'unread'],
		['kim@contoso.test', 'unread'],
		['kim@myexample.com', 'personal'],
		['123@123.com', 'unread'],
		['vertrieb@contoso.com', 'shared'],
		['einkauf2@contoso.com', 'shared'],
		['comptabilite@contoso.com', 'shared'],
		['achats@contoso.com', 'shared'],
		['verkoop@contoso.com', 'shared'],
		['sales-emea@contoso.com', 'shared'],
		['info.de@contoso.com', 'shared'],
		['sales.kimberly@contoso.com', 'personal'],
		['kim.sales@contoso.com', 'personal'],
		['emea.sales@contoso.com', 'shared'],
		['us-sales@contoso.com', 'shared'],
		['procurement.apac@contoso.com', 'shared'],
		['azureadmin@contoso.com', 'shared'],
		['na@contoso.com', 'personal'],
		['na@na.com', 'unread'],
		['nil@contoso.com', 'personal'],
		['foo@bar.com', 'unread'],
		['name@domain.com', 'unread'],
		['you@yourcompany.com', 'unread'],
		['someone@somewhere.com', 'unread'],
		['a@b.com', 'unread'],
		['j@x.com', 'personal'],
		['kim@localhost.localdomain', 'unread'],
		// Anybody opens these by their names.
		['kim@mailinator.com', 'shared'],
		['kim@10minutemail.com', 'shared'],
		['kim@yopmail.com', 'shared'],
		['kim@temp-mail.org', 'shared'],
		['kim@spamtitan.contoso.com', 'personal'],
	])('%s: %s', (address, kind) => {
		expect(mailboxKind(address)).toBe(kind);
	});
});

describe('the company’s domain', () => {
	it.each([
		['kim@contoso.com', 'contoso.com'],
		['kim@contoso.example', 'contoso.example'],
		['kim@de.contoso.com', 'de.contoso.com'],
		['kim@contoso.onmicrosoft.com', 'contoso.onmicrosoft.com'],
		['kim@contoso.com.ar', 'contoso.com.ar'],
		['kim@harvard.edu', 'harvard.edu'],
		['sales@contoso.com', 'contoso.com'],
		['kim@xn--bcher-kva.example', 'xn--bcher-kva.example'],
		['kim@gmail.com', ''],
		['kim@googlemail.com', ''],
		['kim@outlook.com', ''],
		['kim@t-online.de', ''],
		['kim@qq.com', ''],
		['kim@yahoo.co.jp', ''],
		['kim@proton.me', ''],
		['kim@hey.com', ''],
		['kim@ziggo.nl', ''],
		['kim@mailinator.com', ''],
		['kim@10minutemail.com', ''],
		['kim@privaterelay.appleid.com', ''],
		['none@none.com', ''],
		['', ''],
	])('of %j is %j', (address, domain) => {
		expect(companyDomain(address)).toBe(domain);
	});

	it('is of the address, however it came, and of leads that were parsed before it was told', () => {
		const lead = parseLead({ LeadSource: 'SPZA-INS|a.b', Email: 'Kim <KIM@Contoso.com>' });
		expect(lead.customer.domain).toBe('contoso.com');
		expect(parseLead(lead).customer.domain).toBe('contoso.com');
		const { domain: _domain, ...customer } = lead.customer;
		expect(parseLead({ ...lead, customer }).customer.domain).toBe('contoso.com');
		expect(parseLead({ LeadSource: 'SPZA-INS|a.b', Email: 'n/a' }).customer.domain).toBe('');
	});
});

describe('a mailbox that is nobody’s own', () => {
	const lead = (Email: string, FullName: string, more: object = {}) =>
		parseLead({ LeadSource: 'SPZA-INS|a.b', UserDetails: { Email, FullName, ...more } });
	const customers = (...leads: ReturnType<typeof lead>[]) => mergeLeads(leads, 'customer').length;

	it.each(['none@none.com', 'noreply@contoso.com', 'test@contoso.com'])(
		'as %s identifies nobody',
		(email) => {
			expect(customers(lead(email, 'Kim Sample'), lead(email, 'Sam Other'))).toBe(2);
			const Phone = '+1 617 253 1000';
			expect(customers(lead(email, 'Kim', { Phone }), lead(email, 'K.', { Phone }))).toBe(1);
			const { write, reason, to } = composeFollowUp(lead(email, 'Kim Sample'));
			expect([write, reason, to]).toEqual([false, 'unreadAddress', '']);
		},
	);

	it.each([
		['José García', 'JOSE GARCIA'],
		['Kim Sample', 'Sample, Kim'],
		['Kim Sample', 'kim  sample'],
	])('is of one customer with the names %s and %s', (one, other) => {
		expect(customers(lead('info@contoso.com', one), lead('info@contoso.com', other))).toBe(1);
	});

	it.each(['n/a', 'Not Specified', 'Unknown Unknown', 'Test User', '-', 'xxx'])(
		'is of nobody with the name %s, nor is a company of that name',
		(name) => {
			for (const email of ['info@contoso.com', '']) {
				const nobody = (Title: string) => lead(email, name, { Title, Company: name });
				expect(customers(nobody('CTO'), nobody('CEO'))).toBe(2);
			}
		},
	);

	it.each(['+11111111111', '+1 234 567 8900'])('is of nobody with the number %s', (Phone) => {
		const call = (name: string) => lead('', name, { Phone });
		expect(customers(call('Kim'), call('Sam'))).toBe(2);
	});

	it.each(['info@contoso.com', 'sales@contoso.com', 'kim@mailinator.com'])(
		'as %s needs a name',
		(email) => {
			expect(customers(lead(email, 'Kim Sample'), lead(email, 'Sam Other'))).toBe(2);
			expect(customers(lead(email, 'Kim Sample'), lead(email, 'KIM  SAMPLE'))).toBe(1);
			expect(customers(lead(email, ''), lead(email, '', { Title: 'CTO' }))).toBe(2);
			expect(composeFollowUp(lead(email, 'Kim Sample')).to).toBe(email);
		},
	);
});
