import { decoded } from './asTyped';
import { saysDoNotContact } from './contactWords';
import { isTestText } from './testLead';
import { cleanText, quote } from './text';
import type { CodeAndName, LeadSourceOffer, LeadSourceParts } from './types';
import {
	DO_NOT_CONTACT,
	findAction,
	findNeighbour,
	findSource,
	MAX_SPELLING_LENGTH,
} from './vocabulary';

/** Hyphen-minus, and what word processors and web pages make of it. */
const DASH = /[-\u2010-\u2015\u2212]/g;

const ENCODED_BAR = /%7c|&(?:#124|#x7c|vert|verbar);/i;

/** Longest text before the bar that is taken apart; a longer one is somebody's prose. */
const MAX_CODES_LENGTH = 256;

/** Made anew each time: a workflow may edit what it was given, and that must stay its own lead's. */
function none(): CodeAndName {
	return { code: '', name: '' };
}

/**
 * Takes a `Source-Action|Offer` string apart. Never throws: parts that are not Microsoft's are
 * kept as codes, a sentence yields no codes, and `warnings` says what was odd. That a part is
 * missing is no oddity here, because over HTTPS the action and the offer come in fields of their
 * own.
 */
export function parseLeadSource(text: string): LeadSourceParts {
	const whole = inPlain(cleanText(text).trim());
	const bar = whole.indexOf('|');
	const codes = bar < 0 ? whole : whole.slice(0, bar).trim();
	const warnings: string[] = [];
	const { source, action } = parseCodes(codes, bar >= 0, warnings);
	const sourceKnown = findSource(source.code) !== undefined;
	const actionKnown = findAction(action.code) !== undefined;

	const isTest = isTestText(source.code) || isTestText(action.code);
	if (isTest) {
		warnings.push('The lead source is that of a test lead: it has no real source and action.');
	} else {
		const neighbour = findNeighbour(source.code);
		if (neighbour) {
			warnings.push(`The lead source is one of ${neighbour.name}, not of Microsoft.`);
		} else if (source.code !== '' && !sourceKnown) {
			warnings.push(`The source ${quote(source.code)} is not a known one.`);
		}
		if (action.code !== '' && !actionKnown) {
			warnings.push(`The action ${quote(action.code)} is not a known one.`);
		}
	}
	const offer = parseOffer(bar < 0 ? '' : whole.slice(bar + 1).trim());
	if (offer.title !== '' && !isTest) {
		warnings.push(
			`The lead source names the offer as ${quote(offer.title)}, not as publisher.offer.`,
		);
	}
	const isKnown = sourceKnown && actionKnown;
	return {
		source,
		action,
		offer,
		sourceKnown,
		actionKnown,
		doNotContact: action.code === DO_NOT_CONTACT || (!isKnown && saysDoNotContact(codes)),
		warnings,
	};
}

/** A link's parameter that was not decoded: only then is there no bar, but an encoded one. */
function inPlain(text: string): string {
	return !text.includes('|') && ENCODED_BAR.test(text) ? decoded(text) : text;
}

/** The string that `parseLeadSource` takes apart, without what is empty. */
export function formatLeadSource(
	parts: Pick<LeadSourceParts, 'source' | 'action'> & { offer: { id: string; title: string } },
): string {
	const { source, action, offer } = parts;
	const codes = action.code === '' ? source.code : `${source.code}-${action.code}`;
	const name = offer.id || offer.title;
	return name === '' ? codes : `${codes}|${name}`;
}

/** The code and name of an action by whatever spelling; an unknown one is its own name. */
export function toAction(text: string): CodeAndName {
	return named(findAction(text), text);
}

/** The same for a source. */
export function toSource(text: string): CodeAndName {
	return named(findSource(text), text);
}

function named(known: CodeAndName | undefined, text: string): CodeAndName {
	return known ? { code: known.code, name: known.name } : { code: text, name: text };
}

type Codes = Pick<LeadSourceParts, 'source' | 'action'>;

function parseCodes(text: string, hasBar: boolean, warnings: string[]): Codes {
	if (text === '') return { source: none(), action: none() };
	// As Microsoft writes it, which is nearly always; no source or action is spelled so by itself.
	const hyphen = text.indexOf('-');
	const source = hyphen < 0 ? undefined : findSource(text.slice(0, hyphen));
	const action = source && findAction(text.slice(hyphen + 1));
	if (action) return { source: toSource(source.code), action: toAction(action.code) };

	if (findSource(text)) return { source: toSource(text), action: none() };
	if (findAction(text)) return { source: none(), action: toAction(text) };
	if (text.length > MAX_CODES_LENGTH) return prose(text, warnings);

	const dashes = [...text.matchAll(DASH)].map((match) => match.index);
	const dash =
		dashes.find((at) => at <= MAX_SPELLING_LENGTH && findSource(text.slice(0, at).trim())) ??
		dashes.find((at) => findAction(text.slice(at + 1).trim())) ??
		dashes[0];
	if (dash === undefined) {
		// One word is a store we do not know yet, several are somebody's sentence.
		return hasBar || !/\s/.test(text)
			? { source: toSource(text), action: none() }
			: prose(text, warnings);
	}
	const left = text.slice(0, dash).trim();
	const right = text.slice(dash + 1).trim();
	const known = findSource(left) ?? findAction(right);
	if (!hasBar && !known && /\s/.test(`${left}${right}`)) return prose(text, warnings);
	if (text[dash] !== '-') {
		warnings.push('The lead source has another character than "-" between source and action.');
	}
	return { source: toSource(left), action: right === '' ? none() : toAction(right) };
}

function prose(text: string, warnings: string[]): Codes {
	warnings.push(`The lead source ${quote(text)} does not read as "Source-Action|Offer".`);
	return { source: none(), action: none() };
}

/** `publisherId.offerId`, the first dot between them; or a title, as test leads have. */
function parseOffer(text: string): LeadSourceOffer {
	const id = parseOfferId(text);
	return id ? { ...id, title: '' } : { id: '', publisherId: '', offerId: '', title: text };
}

/** The parts of an offer id, or nothing where the text is not one. */
export function parseOfferId(text: string): Omit<LeadSourceOffer, 'title'> | undefined {
	const dot = text.indexOf('.');
	if (dot < 1 || dot === text.length - 1 || /\s/.test(text)) return undefined;
	return { id: text, publisherId: text.slice(0, dot), offerId: text.slice(dot + 1) };
}
