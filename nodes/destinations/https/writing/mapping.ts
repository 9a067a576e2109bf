import { parseLeadSource, type JsonObject, type Lead } from '../../../lead';
import { cleanJson } from '../../../lead/json';
import { isJsonObject } from '../../../lead/objects';
import { Warnings } from '../../../lead/warnings';
import type { WritableLead } from '../../contract';
import {
	contactBeside,
	customerDetails,
	leadSourceText,
	nameBeside,
	propertiesBeside,
} from '../../leadMapping';

/**
 * The lead as Partner Center posts it, and beside that what only we know of it. Read back it is the
 * same lead, but for what Partner Center's form has no place for:
 *
 * | not held                                          | read back as                               |
 * | ------------------------------------------------- | ------------------------------------------ |
 * | id, destination                                   | a digest of the content, `https`           |
 * | offer id (publisherId, offerId)                   | empty; the title where there is none       |
 * | publisher's name                                  | empty                                      |
 * | offer in leadSource                               | the title                                  |
 * | createdAt                                         | empty                                      |
 * | isTest without Microsoft's placeholder in a field | false                                      |
 * | properties that go by a name of the form's        | under `Original_<name>`                    |
 * | warnings, receivedAt, raw                         | those of the reading                       |
 */
export function toRecord({ lead, additional }: WritableLead): JsonObject {
	const { action, offer, description } = lead;
	const details = customerDetails(lead);
	const name = nameBeside(lead);
	const record: JsonObject = {
		UserDetails: details,
		LeadSource: sourceAlone(lead),
		ActionCode: action.code,
		OfferTitle: offer.title || offer.id,
		Description: description,
		...(name === '' ? {} : { FullName: name }),
		...propertiesBeside(lead, details),
	};
	const given = { ...record, ...additional };
	// Last: an additional field may stand in the place of what said not to contact the customer.
	const all = { ...given, ...contactBeside(lead, given, 'https') };
	// What came in from a workflow may hold half characters, which no other system takes.
	const clean = cleanJson(all, new Warnings());
	return isJsonObject(clean) ? clean : {};
}

/** The source, or the whole text where its source can't be told from it alone. */
function sourceAlone(lead: Lead): string {
	const { code } = lead.source;
	const read = parseLeadSource(code);
	const isOne = code !== '' && read.source.code === code && read.action.code === '';
	return isOne ? code : leadSourceText(lead);
}
