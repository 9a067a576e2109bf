/** Inputs that were read wrongly once, each with the right value. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import {
	composeFollowUp,
	followUpComposer,
	mergeLeads,
	parseLead,
	type JsonObject,
	type LeadCustomer,
} from '../../../nodes/lead';
import { salutation } from '../../../nodes/lead/followUp/salutation';
import { TemplateError } from '../../../nodes/lead';

interface Case {
	name: string;
	kind: string;
	input: unknown;
	expected: unknown;
}

const cases = JSON.parse(
	readFileSync(path.join(__dirname, '..', '..', 'cases', 'customers.json'), 'utf8'),
) as Case[];

const customerOf = (input: unknown) => parseLead(input, { destination: 'https' }).customer;

const CHECKS: Readonly<Record<string, (input: unknown, expected: unknown) => void>> = {
	phone: (input, expected) => expect(customerOf(input)).toMatchObject(expected as JsonObject),
	country: (input, expected) =>
		expect(customerOf(input)).toMatchObject(
			typeof expected === 'string' ? { country: expected } : (expected as JsonObject),
		),
	'e-mail': (input, expected) => {
		const lead = parseLead(input);
		const { to } = composeFollowUp(lead);
		expect(to).not.toContain('\u0307');
		expect(lead.customer.email).toBe(to);
		if (typeof expected === 'string') expect(to).toBe(expected);
		else if ('to' in (expected as JsonObject))
			expect({ to }).toEqual({ to: (expected as JsonObject)['to'] });
	},
	header: (input) =>
		expect(composeFollowUp(parseLead(input)).subject).not.toMatch(/=\?[^?]+\?[bq]\?/i),
	html: (input, expected) => {
		const { lead, html } = input as { lead: unknown; html: string };
		const options = { templates: { initialInterest: { html } } };
		expect(composeFollowUp(parseLead(lead), options).html).toBe(expected);
	},
	json: (input, expected) => expect(parseLead(input).customer.email).toBe(expected),
	salutation: (input, expected) => expect(salutation(input as LeadCustomer)).toBe(expected),
	identity: (input, expected) => {
		const leads = (input as unknown[]).map((record) => parseLead(record));
		expect(mergeLeads(leads, 'customer')).toHaveLength(expected as number);
	},
	templates: (input) => {
		const compose = () => followUpComposer({ templates: { active: { html: input as string } } });
		expect(compose).toThrow(TemplateError);
	},
};

it.each(cases.map((one) => [one.kind, one.name, one] as const))(
	'%s: %s',
	(kind, _name, { input, expected }) => {
		const check = CHECKS[kind];
		if (!check) throw new Error(`Nothing checks the kind "${kind}"`);
		check(input, expected);
	},
);
