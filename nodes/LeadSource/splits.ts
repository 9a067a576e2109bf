/** The ways to split leads over several outputs: which outputs there are, and whose lead is whose. */
import type { Lead } from '../lead';
import { SOURCES, STAGES } from '../lead';

export type SplitName = 'contact' | 'one' | 'source' | 'stage';

export interface Split {
	/** What the editor writes at each output. */
	outputs: readonly string[];
	/** The output of a lead, as an index of `outputs`. */
	outputOf(lead: Lead): number;
	/** Where an item goes that holds no lead: wherever it can do the least harm. */
	leftover: number;
}

/** Test leads of people who must not be contacted count as the latter: that is what must not slip. */
const CONTACT = { allowed: 0, doNotContact: 1, test: 2 };

const UNKNOWN_STAGE = STAGES.findIndex(({ code }) => code === 'unknown');

export const SPLITS: Readonly<Record<SplitName, Split>> = {
	one: { outputs: ['Lead'], outputOf: () => 0, leftover: 0 },
	stage: {
		outputs: STAGES.map(({ name }) => name),
		outputOf: (lead) => STAGES.findIndex(({ code }) => code === lead.stage),
		leftover: UNKNOWN_STAGE,
	},
	contact: {
		outputs: ['Contact Allowed', 'Do Not Contact', 'Test'],
		outputOf(lead) {
			if (!lead.contactAllowed) return CONTACT.doNotContact;
			return lead.isTest ? CONTACT.test : CONTACT.allowed;
		},
		leftover: CONTACT.doNotContact,
	},
	source: {
		outputs: [...SOURCES.map(({ name }) => name), 'Other'],
		outputOf(lead) {
			const index = SOURCES.findIndex(({ code }) => code === lead.source.code);
			return index < 0 ? SOURCES.length : index;
		},
		leftover: SOURCES.length,
	},
};

/** `undefined` for a name that a workflow written by hand may have. */
export function splitNamed(name: string): Split | undefined {
	return Object.hasOwn(SPLITS, name) ? SPLITS[name as SplitName] : undefined;
}

/**
 * The node's outputs as an expression, which is how n8n lets them follow a parameter. It is made of
 * the table above, so the outputs in the editor are the ones the code fills.
 */
export function outputsExpression(parameter: string): `={{${string}}}` {
	// No objects within the object: two closing braces in a row would end the expression.
	const names = Object.fromEntries(
		Object.entries(SPLITS).map(([name, { outputs }]) => [name, name === 'one' ? [''] : outputs]),
	);
	const table = JSON.stringify(names);
	return `={{ ((${table})[$parameter[${JSON.stringify(parameter)}]] ?? [""]).map((displayName) => displayName === "" ? "main" : ({ type: "main", displayName })) }}`;
}
