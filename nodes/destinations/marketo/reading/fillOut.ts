import { readTime } from '../../../lead/time';
import { entriesAs, readAs, text } from '../../../schemas';
import { fallback, object, optional } from '../../../vendor/schema';
import { unexpected } from '../errors';

/** "Fill Out Form", the same in every instance: https://experienceleague.adobe.com/docs/marketo-developer/marketo/rest/lead-database/activities */
export const FILL_OUT_FORM = 2;

/** An activity of type Fill Out Form, as far as a lead is made of it. */
export interface FillOut {
	guid: string;
	/** The person's id; empty where the activity names none. */
	leadId: number | '';
	/** As it came. */
	activityDate: string;
	/** The same, epoch milliseconds (Marketo writes whole seconds); `undefined` where it is no time. */
	at: number | undefined;
	/** Empty for a person who did not fill out a form. */
	formId: number | '';
	formName: string;
	/** By name, as text. */
	attributes: ReadonlyMap<string, string>;
}

const activitySchema = object({
	marketoGUID: text,
	id: text,
	leadId: text,
	activityDate: text,
	// What is left out is as asked for.
	activityTypeId: optional(text, String(FILL_OUT_FORM)),
	primaryAttributeValueId: optional(text),
	primaryAttributeValue: text,
	attributes: fallback(entriesAs(object({ name: text, value: text })), []),
});

/**
 * Reads an entry of the activities' result; `undefined` for an activity of another type or form,
 * should Marketo give one.
 *
 * @throws DestinationError for what is no activity at all
 */
export function readFillOut(value: unknown, formId: number): FillOut | undefined {
	const activity = readAs(activitySchema, value);
	if (!activity) throw unexpected('an activity is no object');
	const { activityTypeId, primaryAttributeValueId, activityDate, attributes } = activity;
	if (Number(activityTypeId) !== FILL_OUT_FORM) return undefined;
	if (Number(primaryAttributeValueId ?? formId) !== formId) return undefined;
	// The number it was known by before: https://experienceleague.adobe.com/docs/marketo-developer
	const guid = activity.marketoGUID || activity.id;
	if (guid === '') throw unexpected('an activity has no marketoGUID');
	const time = readTime(activityDate);
	const leadId = Number(activity.leadId);
	return {
		guid,
		leadId: Number.isSafeInteger(leadId) && leadId > 0 ? leadId : '',
		activityDate,
		at: time === '' ? undefined : Date.parse(time),
		formId,
		formName: activity.primaryAttributeValue,
		// One that is empty is left out by Marketo, too.
		attributes: new Map(
			attributes.flatMap((entry): Array<[string, string]> =>
				entry.name === '' || entry.value === '' ? [] : [[entry.name, entry.value]],
			),
		),
	};
}

/** The parameter of a fill-out's address by which a lead that was written is found again. */
const LEAD_KEY = 'marketplaceLeadId';
const QUERY_PARAMETERS = 'Query Parameters';

/** Parameters of an address: the lead's key first, since Marketo may cut what is long. */
export function queryWithKey(key: string, others: URLSearchParams): string {
	return new URLSearchParams([[LEAD_KEY, key], ...others]).toString();
}

/** Characters. No browser sends a longer address, and all of it is read before the first is given. */
const MAX_PARAMETER_TEXT = 65_536;

/** The parameters of a fill-out's address. */
export function readParameters(text = ''): URLSearchParams {
	const pieces = text.slice(0, MAX_PARAMETER_TEXT).replace(/^\?/, '').split('&');
	// One by one: of a whole text of names with emoji, Node takes time in the square of its length.
	return new URLSearchParams(pieces.flatMap((piece) => [...new URLSearchParams(`&${piece}`)]));
}

/** The key of the lead that was written; empty for a fill-out of somebody else. */
export function keyOf({ attributes }: FillOut): string {
	return readParameters(attributes.get(QUERY_PARAMETERS)).get(LEAD_KEY) ?? '';
}

/** The parameters of the address, but for the key, which is nothing of the customer's. */
export function withoutKey(fillOut: FillOut): FillOut {
	if (keyOf(fillOut) === '') return fillOut;
	const query = readParameters(fillOut.attributes.get(QUERY_PARAMETERS));
	query.delete(LEAD_KEY);
	const attributes = new Map(fillOut.attributes).set(QUERY_PARAMETERS, query.toString());
	return { ...fillOut, attributes };
}
