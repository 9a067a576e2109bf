import { readFileSync } from 'node:fs';
import path from 'node:path';

import {
	composeFollowUp,
	followUpComposer,
	KIND_RULES,
	mergeLeads,
	REPEAT_LEVELS,
	TemplateError,
} from '../../../../nodes/lead';
import { PLACEHOLDER_NAMES, PLACEHOLDERS } from '../../../../nodes/lead/followUp/placeholders';
import { REASONS_NOT_TO_WRITE } from '../../../../nodes/lead/followUp/reasonNotToWrite';
import { salutation } from '../../../../nodes/lead/followUp/salutation';
import { IDENTIFIERS } from '../../../../nodes/lead/identity/identity';
import { emailAddress, mailbox } from '../../../../nodes/lead/emailAddress';
import { customersOf, lead } from '../merge/support';

const text = readFileSync(path.join(__dirname, '../../../../docs/follow-up.md'), 'utf8');

/** The cells of the table whose first heading is this, row by row. */
function table(heading: string): string[][] {
	const lines = text.split('\n');
	const start = lines.findIndex((line) => line.startsWith(`| ${heading} `));
	if (start < 0) throw new Error(`There is no table that begins with "${heading}"`);
	const rows = lines.slice(start + 2);
	return rows
		.slice(
			0,
			rows.findIndex((line) => !line.startsWith('|')),
		)
		.map((line) =>
			line
				.slice(1, line.lastIndexOf('|'))
				.split('|')
				.map((cell) => cell.trim()),
		);
}

/** What stands in a cell as code, with the spaces that it is given. */
function code(cell: string | undefined): string {
	return /^`(.*)`$/.exec(cell ?? '')?.[1] ?? '';
}

const KIM = { Email: 'kim@contoso.com', FirstName: 'Kim' };
/** An action for each stage, by the guide of 2018. */
const ACTION: Record<string, string> = {
	active: 'PLT',
	trial: 'StartTestDrive',
	initialInterest: 'INS',
	unknown: 'WINK',
};

it('the identifiers, in the order in which they decide', () => {
	expect(table('`identity.by`').map(([by]) => code(by))).toEqual([...IDENTIFIERS]);
});

describe('the spellings of an address', () => {
	const rows = table('As it came');

	it.each(rows)('%s is %s', (given, taken) => {
		expect(mailbox(emailAddress(code(given)))).toBe(code(taken));
	});

	it('are a dozen', () => {
		expect(rows.length).toBeGreaterThanOrEqual(12);
	});
});

it('the fields of a merged customer', () => {
	const [merge] = mergeLeads([lead('SPZA-INS|a.b', KIM)]);
	expect(table('Field').map(([field]) => code(field))).toEqual(Object.keys(merge!.customer));
});

it('the stages from the lowest to the highest', () => {
	const [, list] = /Stages from the lowest to the highest: ([^.]+)\./.exec(text)!;
	const stages = list!.replace(/[`\s]/g, '').split(',');
	expect(stages.map((stage) => ACTION[stage])).not.toContain(undefined);
	for (const [index, stage] of stages.entries()) {
		const leads = stages
			.slice(0, index + 1)
			.map((reached, day) => lead(`SPZA-${ACTION[reached]}|a.b`, KIM, { day: 20 - day }));
		expect(customersOf(leads)).toMatchObject([{ stage }]);
	}
});

it('the levels of a repeat, and what makes each one', () => {
	const rows = table('`repeat.seen`');
	expect(rows.map(([level]) => code(level))).toEqual([...REPEAT_LEVELS, '']);
	const names = ['Lead', 'Customer and Offer', 'Customer'];
	expect(rows.map(([, , compareBy]) => compareBy!.split(', '))).toEqual([
		names,
		names.slice(1),
		names.slice(2),
		['never'],
	]);
});

it('the reasons not to write, in the order in which they are looked at', () => {
	expect(table('`followUp.reason`').map(([reason]) => code(reason))).toEqual(
		REASONS_NOT_TO_WRITE.map((reason) => reason.code),
	);
});

describe('the kinds', () => {
	const rows = table('Newest step').map((cells) => cells.map((cell) => code(cell) || 'any'));

	it('are the rules, in their order', () => {
		expect(rows).toEqual(KIND_RULES.map(({ newest, before, kind }) => [newest, before, kind]));
	});

	it.each(rows)('after %s with %s before it: %s', (newest, before, kind) => {
		const stages = before === 'any' ? [newest!] : [before!, newest!];
		const leads = stages.map((stage, day) =>
			lead(`SPZA-${ACTION[stage]}|contoso.crm`, KIM, { day: day + 1 }),
		);
		expect(composeFollowUp(customersOf(leads)[0]!).kind).toBe(kind);
	});
});

describe('the placeholders', () => {
	const rows = table('Placeholder');

	it('are all there', () => {
		expect(rows.map(([name]) => code(name))).toEqual(
			PLACEHOLDER_NAMES.map((name) => `[[${name}]]`),
		);
	});

	it.each([
		[
			'occasion',
			['SPZA-INS', 'SPZA-PLT', 'AzurePortal-Create', 'TestDrive-StartTestDrive', 'Fax-X'],
		],
		['store', ['SPZA-INS', 'AzurePortal-Create', 'AzureMarketplace-INS', 'TestDrive-INS', 'Fax-X']],
	] as const)('[[%s]] has the words that are listed', (name, leadSources) => {
		const [, described] = rows.find(([cell]) => code(cell) === `[[${name}]]`)!;
		const listed = [...described!.matchAll(/"([^"]+)"/g)].map((match) => match[1]);
		const values = leadSources.map((leadSource) => {
			const [{ customer, campaign, journey }] = customersOf([lead(`${leadSource}|a.b`, KIM)]) as [
				ReturnType<typeof customersOf>[0],
			];
			const [newest] = journey;
			const facts = { customer, campaign, newest, offer: newest!.offer, sender: '' };
			const value = PLACEHOLDERS[name](facts);
			return value.replace(/ our offer$/, '');
		});
		expect([...new Set(values)].sort()).toEqual([...listed].sort());
	});
});

it.each(table('First name'))('the salutation of %s, %s, %s is %s', (...cells) => {
	const [firstName = '', lastName = '', fullName = '', expected] = cells.map(code);
	expect(salutation({ firstName, lastName, fullName })).toBe(expected);
});

it('the places in HTML where no value can be', () => {
	const refused = ['<script>', '<style>', '<!-- ', '<p ', '<p title='];
	for (const literal of refused) {
		const compose = () =>
			followUpComposer({ templates: { active: { html: `${literal}[[company]]` } } });
		expect(compose).toThrow(TemplateError);
	}
	expect(text).toContain('in script, style, comments, tags or unquoted attributes');
});
