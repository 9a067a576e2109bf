/**
 * The parameters that several of our nodes share, and their readers: which leads pass (`filters`)
 * and how a lead is read (entries of an `options` collection). The choices come from the domain's
 * own tables, so a code that the parser learns shows up in the editor without a line here.
 */
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import type { CodeAndName, LeadFilter, ParseContext, StageGuide } from '../lead';
import { ACTIONS, SOURCES } from '../lead';
import { readBoolean } from './values';

type TestLeads = NonNullable<LeadFilter['testLeads']>;

const TEST_LEADS: Array<INodePropertyOptions & { value: TestLeads }> = [
	{ name: 'Exclude', value: 'exclude', description: 'Test leads are accepted but not passed on' },
	{ name: 'Include', value: 'include', description: 'Test leads are passed on like any other' },
	{ name: 'Only', value: 'only', description: 'Nothing but test leads is passed on' },
];

const STAGE_GUIDES: Array<INodePropertyOptions & { value: StageGuide }> = [
	{
		name: 'Cloud Partner Portal',
		value: 'cloudPartnerPortal',
		description: '"Get it now" is initial interest, "Contact me" and "Create" are active (2018)',
	},
	{
		name: 'Partner Center',
		value: 'partnerCenter',
		description: '"Contact me" is initial interest, "Get it now" and "Create" are active (2019 on)',
	},
];

const FILTERS: INodeProperties[] = [
	{
		displayName: 'Actions',
		name: 'actions',
		type: 'multiOptions',
		description: 'What the customer did. Leave empty for any.',
		options: choicesOf(ACTIONS),
		default: [],
	},
	{
		displayName: 'Offers',
		name: 'offers',
		type: 'string',
		placeholder: 'e.g. contoso.*, *CRM add-on*',
		description:
			'Comma-separated offer IDs or titles, without regard to case. An asterisk stands for any characters, also for a comma in a title.',
		default: '',
	},
	{
		displayName: 'Sources',
		name: 'sources',
		type: 'multiOptions',
		description: 'Which store the lead comes from. Leave empty for any.',
		options: choicesOf(SOURCES),
		default: [],
	},
	{
		displayName: 'Test Leads',
		name: 'testLeads',
		type: 'options',
		noDataExpression: true,
		description: 'What to do with the leads Microsoft sends to try the connection',
		options: TEST_LEADS,
		default: 'include',
	},
];

/**
 * Which leads a trigger passes on; nothing added lets every lead through.
 * @param further entries besides those that any lead can be held against
 */
export const leadFilterProperty = (further: readonly INodeProperties[] = []): INodeProperties => ({
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add Filter',
	description: 'Only leads that match all of them are passed on',
	default: {},
	options: [...FILTERS, ...further].sort((a, b) =>
		a.displayName.localeCompare(b.displayName, 'en'),
	),
});

/** Entries for a node's `options` collection: how a record is read into a lead. */
export const leadOptionFields: INodeProperties[] = [
	{
		displayName: 'Include Raw Record',
		name: 'includeRaw',
		type: 'boolean',
		description: 'Whether the lead also carries the record as it was received, in the field raw',
		default: false,
	},
	{
		displayName: 'Stage Guide',
		name: 'stageGuide',
		type: 'options',
		noDataExpression: true,
		description: "Which of Microsoft's two published tables determines the stage of a lead",
		options: STAGE_GUIDES,
		default: 'cloudPartnerPortal',
	},
];

/**
 * The value of `filters` as the domain wants it. Lists may also come as comma-separated text, which
 * is what an expression often gives.
 * @throws UserError for a value that no such parameter can have: a filter that is silently left out
 * would pass on leads it was meant to hold back.
 */
export function readLeadFilter(value: unknown): LeadFilter {
	const { actions, sources, offers, testLeads } = fieldsOf(value, 'Filters');
	return {
		actions: listOf(actions, 'Actions'),
		sources: listOf(sources, 'Sources'),
		offers: listOf(offers, 'Offers'),
		testLeads: choiceOf(TEST_LEADS, testLeads, 'include', 'Test Leads'),
	};
}

/** The two entries of `leadOptionFields` out of a node's `options`. @throws UserError as above. */
export function readLeadOptions(
	value: unknown,
): Required<Pick<ParseContext, 'stageGuide' | 'includeRaw'>> {
	const { stageGuide, includeRaw } = fieldsOf(value, 'Options');
	return {
		stageGuide: choiceOf(STAGE_GUIDES, stageGuide, 'cloudPartnerPortal', 'Stage Guide'),
		includeRaw: readBoolean(includeRaw, 'Include Raw Record', false),
	};
}

/** The codes people can choose, by name, in the alphabetical order n8n's editor keeps. */
function choicesOf(table: readonly CodeAndName[]): INodePropertyOptions[] {
	return table
		.map(({ code, name }): INodePropertyOptions => ({
			name,
			value: code,
			description: `Sent as ${code}`,
		}))
		.concat({
			name: 'Unknown',
			value: 'unknown',
			description: 'Sent as anything that is not listed here',
		})
		.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** The own fields of a collection's value; an untouched collection may also be missing. */
function fieldsOf(value: unknown, label: string): Record<string, unknown> {
	if (value === undefined || value === null) return {};
	if (typeof value !== 'object' || Array.isArray(value)) {
		throw new UserError(`"${label}" has to be an object with the settings as its fields`);
	}
	return { ...value };
}

function listOf(value: unknown, label: string): string[] {
	const parts = typeof value === 'string' ? value.split(/[,\n]/) : (value ?? []);
	if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) {
		throw new UserError(`"${label}" has to be a list of texts, or one text with commas between`);
	}
	return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function choiceOf<Choice extends string>(
	choices: ReadonlyArray<{ value: Choice }>,
	value: unknown,
	otherwise: Choice,
	label: string,
): Choice {
	if (value === undefined || value === null) return otherwise;
	const found = choices.find((choice) => choice.value === value);
	if (found === undefined) {
		const known = choices.map((choice) => choice.value).join(', ');
		throw new UserError(`"${label}" has a value that is not one of: ${known}`);
	}
	return found.value;
}
