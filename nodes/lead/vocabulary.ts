import { compact } from './text';
import type { CodeAndName, LeadStage, StageGuide } from './types';

export interface SourceEntry extends CodeAndName {
	/** Other spellings the guides print. */
	readonly aliases: readonly string[];
}

export interface ActionEntry extends CodeAndName {
	readonly aliases: readonly string[];
	readonly stage: Readonly<Record<StageGuide, LeadStage>>;
}

export interface StageEntry {
	readonly code: LeadStage;
	readonly name: string;
}

/** The code of the one action that forbids to contact the customer. */
export const DO_NOT_CONTACT = 'DNC';

/** The stores a lead can come from. */
export const SOURCES: readonly SourceEntry[] = [
	{ code: 'AzureMarketplace', name: 'Azure Marketplace', aliases: [] },
	{ code: 'AzurePortal', name: 'Azure Portal', aliases: [] },
	{ code: 'TestDrive', name: 'Test Drive', aliases: [] },
	{ code: 'SPZA', name: 'AppSource', aliases: ['AppSource (SPZA)', 'SPZA (AppSource)'] },
];

/**
 * Stores of others whose lead sources are written like Microsoft's, by what stands before the first
 * dash: Salesforce AppExchange writes `SFDC-IN|Listing` and `SFDC-dup-IN|Listing` into the same CRM.
 */
export const NEIGHBOURS: readonly CodeAndName[] = [
	{ code: 'SFDC', name: 'Salesforce AppExchange' },
];

/** What the customer did, and the stage that each of the two guides draws from it. */
export const ACTIONS: readonly ActionEntry[] = [
	{
		// Microsoft sends a free trial under the same code, so the name must fit both.
		code: 'INS',
		name: 'Installation or Free Trial',
		aliases: ['Installation', 'Free Trial'],
		stage: { cloudPartnerPortal: 'initialInterest', partnerCenter: 'active' },
	},
	{
		code: 'PLT',
		name: 'Partner-Led Trial',
		aliases: [],
		stage: { cloudPartnerPortal: 'active', partnerCenter: 'initialInterest' },
	},
	{
		code: DO_NOT_CONTACT,
		name: 'Do Not Contact',
		aliases: [],
		stage: { cloudPartnerPortal: 'doNotContact', partnerCenter: 'doNotContact' },
	},
	{
		code: 'Create',
		name: 'Create',
		aliases: [],
		stage: { cloudPartnerPortal: 'active', partnerCenter: 'active' },
	},
	{
		code: 'StartTestDrive',
		name: 'Start Test Drive',
		aliases: [],
		stage: { cloudPartnerPortal: 'trial', partnerCenter: 'trial' },
	},
];

/** The stages, in the order of the customer's way. */
export const STAGES: readonly StageEntry[] = [
	{ code: 'initialInterest', name: 'Initial Interest' },
	{ code: 'trial', name: 'Trial' },
	{ code: 'active', name: 'Active' },
	{ code: 'doNotContact', name: 'Do Not Contact' },
	{ code: 'unknown', name: 'Unknown' },
];

/** The name that people read. */
export function stageName(stage: LeadStage): string {
	return STAGES.find(({ code }) => code === stage)?.name ?? stage;
}

/** No spelling above is longer, in characters; a longer text is not looked up at all. */
export const MAX_SPELLING_LENGTH = 32;

function spellings<T extends SourceEntry>(entries: readonly T[]): ReadonlyMap<string, T> {
	const map = new Map<string, T>();
	for (const entry of entries) {
		for (const spelling of [entry.code, entry.name, ...entry.aliases]) {
			map.set(compact(spelling), entry);
			// As Microsoft writes it: found without being made compact.
			map.set(spelling, entry);
		}
	}
	return map;
}

const SOURCE_BY_SPELLING = spellings(SOURCES);
const ACTION_BY_SPELLING = spellings(ACTIONS);

/** The known source that a text spells, without regard to case, spaces and punctuation. */
export function findSource(text: string): SourceEntry | undefined {
	if (text.length > MAX_SPELLING_LENGTH) return undefined;
	return SOURCE_BY_SPELLING.get(text) ?? SOURCE_BY_SPELLING.get(compact(text));
}

/** The store of another vendor that a source code is of. */
export function findNeighbour(sourceCode: string): CodeAndName | undefined {
	if (sourceCode.length > MAX_SPELLING_LENGTH) return undefined;
	const code = compact(sourceCode);
	return NEIGHBOURS.find((neighbour) => compact(neighbour.code) === code);
}

/** The known action that a text spells, without regard to case, spaces and punctuation. */
export function findAction(text: string): ActionEntry | undefined {
	if (text.length > MAX_SPELLING_LENGTH) return undefined;
	return ACTION_BY_SPELLING.get(text) ?? ACTION_BY_SPELLING.get(compact(text));
}

/** The stage of an action by one guide; `unknown` for an action that is not Microsoft's. */
export function stageOf(actionCode: string, guide: StageGuide): LeadStage {
	return findAction(actionCode)?.stage[guide] ?? 'unknown';
}
