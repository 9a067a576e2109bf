/** The ways to split leads over several outputs: which outputs there are, and whose lead is whose. */
import type { Lead } from '../lead';
import { matchesFilter, SOURCES, STAGES } from '../lead';
import {
	outputsNamed,
	separateOutputNames,
	type SeparateOutputs,
} from '../parameters/separateOutputs';

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

/** An output of the split by offer, as the user names it. */
export interface OfferOutput {
	name: string;
	/** Patterns as in the triggers' filter; at least one. */
	offers: readonly string[];
}

const OTHER = 'Other';
const UNNAMED = 'Offers';

/** One output for each entry, in their order, and one for all other offers. */
export function offerSplit(outputs: readonly OfferOutput[]): Split {
	return {
		outputs: [...outputs.map(({ name }) => name), OTHER],
		outputOf(lead) {
			const index = outputs.findIndex(({ offers }) => matchesFilter(lead, { offers: [...offers] }));
			return index < 0 ? outputs.length : index;
		},
		leftover: outputs.length,
	};
}

/** The value of the parameter for it; `offers` is empty where an entry has none. */
export function readOfferOutputs(value: unknown): OfferOutput[] {
	const { values } = (value ?? {}) as { values?: unknown };
	return (Array.isArray(values) ? (values as unknown[]) : []).map((entry) => {
		const { outputName, offers } = (entry ?? {}) as { outputName?: unknown; offers?: unknown };
		const [text, given] = [offers, outputName].map((part) =>
			typeof part === 'string' ? part : '',
		);
		return {
			name: given || text || UNNAMED,
			offers: (text ?? '')
				.split(/[,\n]/)
				.map((offer) => offer.trim())
				.filter((offer) => offer !== ''),
		};
	});
}

/** Outputs of the operations that keep what is to be acted on from the rest. */
export const SEPARATE = {
	assignOwner: { outputs: ['Assigned', 'No Owner'], acted: 0, rest: 1 },
	removeRepeats: { outputs: ['New', 'Seen Before'], acted: 0, rest: 1 },
	composeFollowUp: { outputs: ['Write', 'Do Not Write'], acted: 0, rest: 1 },
	findMissingLeads: { outputs: ['Missing', 'Already There'], acted: 0, rest: 1 },
} as const satisfies Record<string, SeparateOutputs>;

/** The node's outputs, made of the tables above: those in the editor are the ones the code fills. */
export function outputsExpression(): `={{${string}}}` {
	// No objects within an object: two closing braces in a row would end the expression.
	const parse = tableOf(Object.entries(SPLITS).filter(([name]) => name !== 'one'));
	const offers = `(($parameter["offerOutputs"] ?? ({}))["values"] ?? []).map((entry) => entry["outputName"] || entry["offers"] || "${UNNAMED}").concat("${OTHER}")`;
	const ofParse = `($parameter["outputs"] === "offer" ? ${offers} : (${parse})[$parameter["outputs"]])`;
	const ofOthers = separateOutputNames(SEPARATE, 'parseLeads');
	return outputsNamed(
		`(($parameter["operation"] ?? "parseLeads") === "parseLeads" ? ${ofParse} : ${ofOthers})`,
	);
}

function tableOf(entries: [string, { outputs: readonly string[] }][]): string {
	return JSON.stringify(Object.fromEntries(entries.map(([name, { outputs }]) => [name, outputs])));
}
