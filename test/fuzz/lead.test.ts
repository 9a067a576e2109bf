import fc from 'fast-check';

import {
	composeFollowUp,
	fieldMapping,
	formatLeadSource,
	MAPPABLE_FIELDS,
	matchesFilter,
	mergeLeads,
	parseLead,
	parseLeadSource,
	readLeadInput,
	readMergedCustomer,
	repeatKeys,
	type Lead,
} from '../../nodes/lead';
import { statementsAgainstContact } from '../../nodes/lead/contact';
import { countryCode } from '../../nodes/lead/country';
import { emailAddress } from '../../nodes/lead/emailAddress';
import { readPhoneNumber } from '../../nodes/lead/phone';
import { readTime } from '../../nodes/lead/time';
import { RECEIVED_AT } from '../unit/lead/support';
import { expectSame, fuzz, inLinearTime } from './support/fuzz';
import { longText, NAMES, record } from './support/inputs';

const context = { receivedAt: RECEIVED_AT } as const;

function expectText(value: unknown): void {
	if (typeof value === 'string') {
		if (value.includes('\0') || !value.isWellFormed()) throw new Error('Text is not well-formed.');
	} else if (typeof value === 'object' && value !== null) {
		for (const [key, own] of Object.entries(value)) {
			expectText(key);
			expectText(own);
		}
	}
}

/** Plain JSON that every database takes, bounded, with nothing that contradicts itself. */
function expectWellFormed(lead: Lead): void {
	const text = JSON.stringify(lead);
	expectSame(JSON.parse(text), lead);
	expectText(lead);
	expect(lead.id).not.toBe('');
	expect(lead.warnings.length).toBeLessThanOrEqual(50);
	expect(lead.contactAllowed).toBe(lead.stage !== 'doNotContact');
}

function expectLead(lead: Lead): void {
	expectWellFormed(lead);
	const again = inLinearTime(() => parseLead(lead, context));
	expectSame(again, { ...lead, raw: undefined });
}

fuzz('body to lead', record, (body) => {
	const input = inLinearTime(() => readLeadInput(body));
	if (typeof body === 'object') expect(readLeadInput(JSON.stringify(body)).ok).toBe(input.ok);
	const lead = inLinearTime(() => parseLead(body, { ...context, includeRaw: true }));
	expectLead(lead);
	// No door by itself: what is read of a body is bounded before, which the doors above are timed with.
	const statements = statementsAgainstContact(body);
	if (statements.length > 0) expect(lead.contactAllowed).toBe(false);
	const sent = parseLead(body, { ...context, destination: 'https', isFromSender: true });
	expect(sent.destination).toBe('https');
});

fuzz('lead to follow-up', fc.array(record, { minLength: 1, maxLength: 3 }), (bodies) => {
	const leads = bodies.map((body) => parseLead(body, context));
	for (const lead of leads) {
		inLinearTime(() => repeatKeys(lead));
		inLinearTime(() => matchesFilter(lead, { offers: ['*a*b*', lead.offer.id] }));
		const followUp = inLinearTime(() => composeFollowUp(lead, { includeSheetRow: true }));
		if (!lead.contactAllowed) expect(followUp).toMatchObject({ write: false, to: '' });
		expect(followUp.subject).not.toMatch(/[\r\n]/);
	}
	const merged = inLinearTime(() => mergeLeads(leads, 'customer'));
	for (const { customer, inputs } of merged) {
		const isAllowed = inputs.every((at) => leads[at]?.contactAllowed);
		expect(customer.contactAllowed).toBe(isAllowed);
		inLinearTime(() => composeFollowUp(customer));
		const again = inLinearTime(() => readMergedCustomer(customer, 'cloudPartnerPortal'));
		expect(again?.contactAllowed).toBe(isAllowed);
	}
});

const mapping = fc
	.array(
		fc.record({
			from: fc.oneof(fc.constantFrom(...NAMES), longText(NAMES, 300)),
			to: fc.constantFrom(...MAPPABLE_FIELDS.map(({ value }) => value)),
		}),
		{ maxLength: 20 },
	)
	.map((entries) => fieldMapping(entries, ['body']));

fuzz('mapped body to lead', fc.tuple(record, mapping), ([body, own]) => {
	const lead = inLinearTime(() => parseLead(body, { ...context, fieldMapping: own }));
	expectWellFormed(lead);
	if (!parseLead(body, context).contactAllowed) expect(lead.contactAllowed).toBe(false);
	inLinearTime(() => readLeadInput(body, own));
});

fuzz('lead source', longText(['AppSource (SPZA)', 'Azure Portal', '|', '-', 'a.b']), (text) => {
	const parts = inLinearTime(() => parseLeadSource(text));
	inLinearTime(() => formatLeadSource(parts));
	const lead = parseLead({ LeadSource: text, Email: 'kim@contoso.com' }, context);
	if (parts.doNotContact) expect(lead.contactAllowed).toBe(false);
	expectLead(lead);
});

fuzz(
	'a text in each field',
	fc.tuple(fc.constantFrom(...NAMES), longText(NAMES)),
	([name, text]) => {
		for (const body of [
			{ [name]: text, LeadSource: 'SPZA-INS|a.b' },
			{ LeadSource: 'SPZA-INS|a.b', UserDetails: { [name]: text } },
			{ LeadSource: 'SPZA-INS|a.b', CustomerInfo: JSON.stringify({ [name]: text }) },
		]) {
			const lead = inLinearTime(() => parseLead(body, context));
			expectWellFormed(lead);
			inLinearTime(() => composeFollowUp(lead));
		}
	},
);

fuzz(
	'country, phone, email and time',
	fc.tuple(longText(), fc.constantFrom('', 'US', 'DE')),
	([text, country]) => {
		expect(inLinearTime(() => countryCode(text))).toMatch(/^(?:[A-Z]{2})?$/);
		expect(inLinearTime(() => readPhoneNumber(text, country)).number).toMatch(/^(?:\+\d{3,15})?$/);
		const address = inLinearTime(() => emailAddress(text));
		expect(emailAddress(address)).toBe(address);
		inLinearTime(() => readTime(text));
	},
);
