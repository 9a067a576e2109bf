import { serialize } from 'php-serialize';

import { readFillOut } from '../../../../../nodes/destinations/marketo/reading/fillOut.ts';
import {
	isFillOutOfMicrosoft,
	toRecord,
} from '../../../../../nodes/destinations/marketo/reading/record.ts';
import { parseLead } from '../../../../../nodes/lead/index.ts';
import type { JsonObject } from '../../../../../nodes/lead/index.ts';

const FORM = 1003;

function fillOut(fields: object | string, others: Record<string, string | number> = {}) {
	const formFields = typeof fields === 'string' ? fields : serialize(fields);
	const attributes = { 'Form Fields': formFields, ...others };
	return readFillOut(
		{
			id: 7,
			marketoGUID: 'guid-7',
			leadId: 318_581,
			activityDate: '2026-01-31T10:20:30Z',
			activityTypeId: 2,
			primaryAttributeValueId: FORM,
			primaryAttributeValue: 'Marketplace',
			attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
		},
		FORM,
	)!;
}

function leadOf(
	sent: object | string,
	{
		person,
		others,
		leadSourceField = 'leadSource',
	}: {
		person?: JsonObject | undefined;
		others?: Record<string, string | number>;
		leadSourceField?: string;
	} = {},
) {
	const record = toRecord(fillOut(sent, others), person, leadSourceField);
	return parseLead(record, { destination: 'marketo' });
}

const SENT = {
	FirstName: 'Kim',
	LastName: 'Sample',
	Email: 'kim@fabrikam.example',
	Phone: '(425) 555-0100',
	Country: 'United States',
	Company: 'Fabrikam',
	Title: 'Buyer',
	LeadSource: 'SPZA-PLT|contoso.one',
};

describe('a lead from a fill-out', () => {
	it('is what the customer sent', () => {
		expect(leadOf(SENT)).toMatchObject({
			id: 'guid-7',
			destination: 'marketo',
			leadSource: 'SPZA-PLT|contoso.one',
			createdAt: '2026-01-31T10:20:30.000Z',
			customer: {
				firstName: 'Kim',
				lastName: 'Sample',
				email: 'kim@fabrikam.example',
				phone: '+14255550100',
				country: 'US',
				company: 'Fabrikam',
				title: 'Buyer',
			},
			properties: { formId: FORM, formName: 'Marketplace', leadId: 318_581 },
			warnings: [],
		});
	});

	it('is completed by the person, whose later changes stay out of it', () => {
		const person = {
			id: 318_581,
			firstName: 'Robin',
			email: 'new@fabrikam.example',
			company: null,
			country: 'DE',
			phone: '',
			leadSource: 'SPZA-INS|contoso.later',
			leadScore: 20,
		};
		const { FirstName, Email, LeadSource, Company } = SENT;
		const lead = leadOf({ FirstName, Email, LeadSource, Company, Country: '' }, { person });
		expect(lead.customer).toMatchObject({
			firstName: 'Kim',
			email: 'kim@fabrikam.example',
			company: 'Fabrikam',
			country: 'DE',
		});
		expect(lead.leadSource).toBe(LeadSource);
		expect(lead.properties).toMatchObject({
			leadScore: 20,
			'Person.leadSource': 'SPZA-INS|contoso.later',
		});
		expect(lead.properties).not.toHaveProperty('id');
		expect(lead.properties).not.toHaveProperty('firstName');
	});

	it('leaves out what the form’s script sends for itself', () => {
		const machinery = { formid: '1003', munchkinId: '123-ABC-456', _mkt_trk: 'id:1', module: 'x' };
		const { properties } = leadOf({ ...SENT, ...machinery, MyField: 'mine' });
		expect(properties).toMatchObject({ MyField: 'mine' });
		for (const name of Object.keys(machinery)) expect(properties).not.toHaveProperty(name);
	});

	it('keeps its id and time, whatever the fields are called', () => {
		const lead = leadOf(
			{ ...SENT, MarketoGUID: 'other', createdTime: '2001-01-01T00:00:00Z', lead_id: '9' },
			{ person: { createdAt: '2002-02-02T00:00:00Z', marketoGuid: 'third' } },
		);
		expect(lead).toMatchObject({ id: 'guid-7', createdAt: '2026-01-31T10:20:30.000Z' });
		expect(lead.properties).toMatchObject({
			leadId: 318_581,
			'Form Fields.MarketoGUID': 'other',
			'Form Fields.createdTime': '2001-01-01T00:00:00Z',
		});
	});

	it('keeps the fields it could not read, and is a lead all the same', () => {
		const text = `${serialize(SENT).slice(0, 60)}…`;
		const lead = leadOf(text, { person: { lastName: 'Sample', email: 'kim@fabrikam.example' } });
		expect(lead.customer).toMatchObject({ lastName: 'Sample', email: 'kim@fabrikam.example' });
		expect(lead.properties).toMatchObject({ 'Form Fields': text });
		expect(leadOf('', { person: { lastName: 'Sample' } }).customer.lastName).toBe('Sample');
	});

	it('carries the parameters of the listing’s address', () => {
		const lead = leadOf(SENT, {
			others: {
				'Query Parameters':
					'mktcmpid=spring&partnerid=7&LeadSource=Web&email=x%40y.example&formid=1',
				'Client IP Address': '203.0.113.7',
				'Webpage ID': 4498,
			},
		});
		expect(lead.campaign).toBe('spring');
		expect(lead.leadSource).toBe(SENT.LeadSource);
		expect(lead.customer.email).toBe('kim@fabrikam.example');
		expect(lead.properties).toMatchObject({
			partnerid: '7',
			'Client IP Address': '203.0.113.7',
			'Webpage ID': '4498',
			formId: FORM,
		});
	});

	it('takes nothing of the customer from the address but a statement against contact', () => {
		const lead = leadOf(
			{ Email: 'kim@fabrikam.example' },
			{
				others: { 'Query Parameters': 'LastName=Evil&LeadSource=SPZA-INS&ActionCode=DNC&title=x' },
			},
		);
		expect(lead).toMatchObject({ leadSource: '', contactAllowed: false });
		expect(lead.customer).toMatchObject({ lastName: '', title: '' });
	});

	it('joins the values of one field', () => {
		const { properties } = leadOf({ ...SENT, Interests: ['one', 'two'] });
		expect(properties).toMatchObject({ Interests: 'one; two' });
	});

	it('reads a prototype’s name as the name of a field', () => {
		const sent = 'a:1:{s:9:"__proto__";a:1:{s:7:"isAdmin";b:1;}}';
		expect(Object.getPrototypeOf(toRecord(fillOut(sent), undefined, 'leadSource'))).toBe(
			Object.prototype,
		);
		expect(leadOf(sent).properties).not.toHaveProperty('isAdmin');
	});
});

describe('not to be contacted', () => {
	it('is who has unsubscribed since', () => {
		const lead = leadOf({ ...SENT, Unsubscribed: '0' }, { person: { unsubscribed: true } });
		expect(lead.contactAllowed).toBe(false);
	});

	it('is who said so in the form', () => {
		expect(
			leadOf({ ...SENT, Unsubscribed: '1' }, { person: { unsubscribed: false } }),
		).toMatchObject({
			contactAllowed: false,
		});
	});

	it.each(['unsubscribed', 'blackListed', 'marketingSuspended'])(
		'is who is %s, under the field’s own name for the parser',
		(name) => {
			const record = toRecord(fillOut(SENT), { [name]: true }, 'leadSource');
			expect(record).toMatchObject({ [name]: true });
			// What the form says for itself does not take it back.
			const form = fillOut({ ...SENT, [name]: '0' });
			expect(toRecord(form, { [name]: true }, 'leadSource')).toMatchObject({ [name]: true });
		},
	);

	it('is not everybody else', () => {
		const { contactAllowed, properties, warnings } = leadOf(SENT, {
			person: { unsubscribed: false, blackListed: false, marketingSuspended: false },
		});
		expect({ contactAllowed, warnings }).toEqual({ contactAllowed: true, warnings: [] });
		expect(properties).toEqual({ formId: FORM, formName: 'Marketplace', leadId: 318_581 });
	});
});

describe('the lead source', () => {
	const { LeadSource: _, ...withoutSource } = SENT;

	it('is that of a field of one’s own, then the usual one', () => {
		const own = { leadSourceField: 'marketplaceSource' };
		const sent = {
			...SENT,
			Marketplace_Source: 'AzurePortal-Create|contoso.two',
			LeadSource: 'Web',
		};
		expect(leadOf(sent, own).leadSource).toBe('AzurePortal-Create|contoso.two');
		expect(leadOf(sent, own).properties).toMatchObject({ 'Form Fields.leadSource': 'Web' });
		expect(leadOf(SENT, own).leadSource).toBe(SENT.LeadSource);
		expect(leadOf({ ...sent, Marketplace_Source: ' ' }, own).leadSource).toBe('Web');
	});

	it('is the person’s where the fill-out has none, and it is one of Microsoft’s', () => {
		const person = { leadSource: 'SPZA-INS|contoso.one' };
		expect(leadOf(withoutSource, { person }).leadSource).toBe('SPZA-INS|contoso.one');
		const test = { leadSource: 'MSFT_TEST_1-MSFT_TEST_1|Offer' };
		expect(leadOf(withoutSource, { person: test })).toMatchObject({ isTest: true });
	});

	it.each(['SourceSystemName', 'sourceSystemName', 'Marketplace_Source', 'utm_content'])(
		'is found in the field %s of the form, whatever the node was told',
		(name) => {
			for (const others of [{}, { LeadSource: '' }, { LeadSource: 'Web' }]) {
				const dnc = 'SPZA-DNC|contoso.one';
				const lead = leadOf({ ...withoutSource, ...others, [name]: dnc });
				expect(lead).toMatchObject({ leadSource: dnc, contactAllowed: false });
				expect(isFillOutOfMicrosoft(lead)).toBe(true);
				expect(lead.properties).not.toHaveProperty(name);
				if (others.LeadSource === 'Web') {
					expect(lead.properties).toMatchObject({ 'Form Fields.leadSource': 'Web' });
				}
			}
			const test = 'MSFT_TEST_1-MSFT_TEST_1|Offer';
			expect(leadOf({ ...withoutSource, [name]: test })).toMatchObject({ isTest: true });
		},
	);

	it('is that of the usual field where another has one as well, which is kept', () => {
		const lead = leadOf({
			...SENT,
			SourceSystemName: 'SPZA-DNC|contoso.one',
			Other: 'SPZA-INS|b.c',
		});
		expect(lead.leadSource).toBe(SENT.LeadSource);
		expect(lead.properties).toMatchObject({
			'Form Fields.sourceSystemName': 'SPZA-DNC|contoso.one',
			Other: 'SPZA-INS|b.c',
		});
	});

	it('is not what reads like one in a field for other things', () => {
		const texts = {
			Company: 'AppSource',
			Note: 'google-cpc|brand',
			Interest: 'Azure Marketplace',
			Long: `SPZA-INS|${'x'.repeat(100_000)}`,
			// Of the landing page, not of the customer.
			lpurl: 'SPZA-INS|contoso.one',
		};
		expect(leadOf({ ...withoutSource, ...texts }).leadSource).toBe('');
		expect(leadOf({ ...withoutSource, ...texts, LeadSource: 'Web' }).leadSource).toBe('Web');
	});

	it('is the person’s of the system field too, where it is one of Microsoft’s', () => {
		const sourceSystemName = 'SPZA-DNC|contoso.one';
		expect(leadOf(withoutSource, { person: { sourceSystemName } })).toMatchObject({
			leadSource: sourceSystemName,
			contactAllowed: false,
		});
		const lead = leadOf(withoutSource, { person: { sourceSystemName: 'CRM' } });
		expect(lead.leadSource).toBe('');
		expect(JSON.stringify(lead)).not.toContain('CRM');
	});

	it('is not where the person was once met', () => {
		const lead = leadOf(withoutSource, { person: { leadSource: 'Trade Show' } });
		expect(lead.leadSource).toBe('');
		expect(lead.properties).toMatchObject({ 'Person.leadSource': 'Trade Show' });
		expect(isFillOutOfMicrosoft(lead)).toBe(true);
	});
});

describe('a lead of Microsoft’s', () => {
	it.each<[string, object, boolean]>([
		['names a store of theirs', SENT, true],
		['names a store to come', { LeadSource: 'NewStore-NEW|contoso.one' }, true],
		['has no lead source', { LastName: 'Sample' }, true],
		['is a test', { LeadSource: 'Web', Description: 'MSFT_TEST_1' }, true],
		['does not come from a website', { LeadSource: 'Web' }, false],
		['does not come from a fair', { LeadSource: 'Trade Show 2026' }, false],
	])('%s', (_, sent, expected) => {
		expect(isFillOutOfMicrosoft(leadOf(sent))).toBe(expected);
	});
});

describe('an activity', () => {
	const activity = { marketoGUID: 'g', activityDate: '2026-01-31T10:20:30+0000' };

	it('has its time in either form', () => {
		const at = Date.UTC(2026, 0, 31, 10, 20, 30);
		expect(readFillOut(activity, FORM)).toMatchObject({ at, leadId: '', formName: '' });
		expect(readFillOut({ ...activity, activityDate: '2026-01-31T02:20:30-08:00' }, FORM)?.at).toBe(
			at,
		);
		expect(readFillOut({ ...activity, activityDate: 'soon' }, FORM)?.at).toBeUndefined();
	});

	it('is known by its older number where it has no other', () => {
		expect(readFillOut({ id: 102_988 }, FORM)?.guid).toBe('102988');
	});

	it('of another type or form is none', () => {
		expect(readFillOut({ ...activity, activityTypeId: 1 }, FORM)).toBeUndefined();
		expect(readFillOut({ ...activity, primaryAttributeValueId: 9 }, FORM)).toBeUndefined();
		expect(readFillOut({ ...activity, primaryAttributeValueId: '1003' }, FORM)).toBeDefined();
	});

	it.each([null, 'x', 5, [], {}, { marketoGUID: {} }])('is refused as %j', (invalid) => {
		expect(() => readFillOut(invalid, FORM)).toThrow(/^Unexpected response from Marketo: /);
	});

	it('may have attributes of any kind', () => {
		const attributes = [null, 5, { name: 'A' }, { value: 'b' }, { name: 'C', value: { d: 1 } }];
		for (const invalid of [attributes, {}, 'x', null]) {
			expect(readFillOut({ ...activity, attributes: invalid }, FORM)?.attributes.size).toBe(0);
		}
	});
});
