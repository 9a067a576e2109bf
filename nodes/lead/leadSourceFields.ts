import { takeText, toText } from './customer';
import { SHAPES } from './destinationShapes';
import type { Field, FieldBag } from './fieldBag';
import { formatLeadSource, parseLeadSource, parseOfferId, toAction } from './leadSource';
import { isTestText } from './testLead';
import { quote } from './text';
import type { Lead, LeadDestinationName, LeadOffer, LeadSourceParts } from './types';
import { findAction } from './vocabulary';
import type { Warnings } from './warnings';

type LeadSourceFields = Pick<Lead, 'action' | 'leadSource' | 'offer' | 'source'> & {
	doNotContact: boolean;
};

/** Lines of a subject or description that are searched for a lead source string. */
const MAX_LINES = 100;

/** Takes the lead source string, action code and offer, from wherever the destination has them. */
export function takeLeadSource(
	fields: FieldBag,
	destination: LeadDestinationName,
	warnings: Warnings,
): LeadSourceFields {
	const text = takeLeadSourceText(fields, destination, warnings);
	const parts = parseLeadSource(text);
	for (const warning of parts.warnings) warnings.add(warning);
	if (text === '') warnings.add('The lead has no lead source.');

	const action = takeAction(fields, parts, warnings);
	const offer = takeOffer(fields, parts, warnings);
	// Over HTTPS the parts come apart: "AzureMarketplace", "INS" and the offer's title.
	const isApart = parts.source.code !== '' && parts.action.code === '' && action.code !== '';
	return {
		leadSource: isApart ? formatLeadSource({ source: parts.source, action, offer }) : text,
		source: parts.source,
		action,
		offer,
		doNotContact: parts.doNotContact,
	};
}

function takeLeadSourceText(
	fields: FieldBag,
	destination: LeadDestinationName,
	warnings: Warnings,
): string {
	const mayHide = destination !== '' && SHAPES[destination].mayHideLeadSource;
	const column = fields.peek('leadSource');
	const text = (toText(column?.value ?? '') ?? '').trim();
	if (text !== '' && (!mayHide || isKnownLeadSource(text))) {
		fields.take('leadSource');
		return text;
	}
	// An option number in Dynamics, unless somebody made it a text column.
	const code = (toText(fields.peek('leadSourceCode')?.value ?? '') ?? '').trim();
	if (isKnownLeadSource(code)) {
		fields.take('leadSourceCode');
		return code;
	}
	if (mayHide) {
		const found = findInText(fields.peek('subject')) || findInText(fields.peek('description'));
		if (found !== '') return found;
	}
	return takeText(fields, 'leadSource', warnings).trim();
}

/** Whether a text is certainly a lead source string and not just any text. */
function isKnownLeadSource(text: string): boolean {
	const { source, sourceKnown } = parseLeadSource(text);
	return sourceKnown || isTestText(source.code);
}

/** A line of a text that is a lead source string. */
function findInText(field: Field | undefined): string {
	if (typeof field?.value !== 'string') return '';
	const lines = field.value.split(/[\r\n]+/, MAX_LINES).map((line) => line.trim());
	return lines.find(isKnownLeadSource) ?? '';
}

function takeAction(
	fields: FieldBag,
	parts: LeadSourceParts,
	warnings: Warnings,
): LeadSourceFields['action'] {
	const field = fields.peek('actionCode');
	const code = takeText(fields, 'actionCode', warnings).trim();
	const stated = toAction(code);
	if (parts.action.code === '') {
		if (code === '') {
			if (!parts.doNotContact) warnings.add('The lead names no action, so its stage is unknown.');
		} else if (!findAction(code) && !isTestText(code)) {
			warnings.add(`The action ${quote(code)} is not a known one.`);
		}
		return stated;
	}
	if (code !== '' && stated.code !== parts.action.code) {
		warnings.add(
			`The action code ${quote(code)} is not the one in the lead source; that one was taken.`,
		);
		if (field) fields.putBack(field);
	}
	return parts.action;
}

function takeOffer(fields: FieldBag, parts: LeadSourceParts, warnings: Warnings): LeadOffer {
	const title = takeText(fields, 'offerTitle', warnings).trim();
	const field = fields.peek('offerId');
	const productId = takeText(fields, 'offerId', warnings).trim();
	const product = parseOfferId(productId);
	const { id } = parts.offer;
	const isOther = productId !== '' && productId !== id;
	if (field && isOther && (id !== '' || !product)) {
		if (id !== '' && product) {
			warnings.add(
				`The offer ${quote(productId)} is not the one in the lead source; that one was taken.`,
			);
		}
		fields.putBack(field);
	}
	const taken = id === '' && product ? product : parts.offer;
	return {
		id: taken.id,
		publisherId: taken.publisherId,
		offerId: taken.offerId,
		title: title || parts.offer.title,
		publisherName: takeText(fields, 'publisherName', warnings).trim(),
	};
}
