import { readTime } from '../../../lead/time';
import { isObject, textOf } from '../connection/response';
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

/**
 * Reads an entry of the activities' result; `undefined` for an activity of another type or form,
 * should Marketo give one.
 *
 * @throws DestinationError for what is no activity at all
 */
export function readFillOut(value: unknown, formId: number): FillOut | undefined {
	if (!isObject(value)) throw unexpected('an activity is no object');
	const { activityTypeId = FILL_OUT_FORM, primaryAttributeValueId = formId } = value;
	if (Number(activityTypeId) !== FILL_OUT_FORM || Number(primaryAttributeValueId) !== formId) {
		return undefined;
	}
	// The number it was known by before: https://experienceleague.adobe.com/docs/marketo-developer
	const guid = textOf(value['marketoGUID']) || textOf(value['id']);
	if (guid === '') throw unexpected('an activity has no marketoGUID');
	const activityDate = textOf(value['activityDate']);
	const time = readTime(activityDate);
	const leadId = Number(value['leadId']);
	return {
		guid,
		leadId: Number.isSafeInteger(leadId) && leadId > 0 ? leadId : '',
		activityDate,
		at: time === '' ? undefined : Date.parse(time),
		formId,
		formName: textOf(value['primaryAttributeValue']),
		attributes: readAttributes(value['attributes']),
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
	return new URLSearchParams(text.slice(0, MAX_PARAMETER_TEXT));
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

/** An attribute that is empty is left out by Marketo, and so is one here that is no attribute. */
function readAttributes(value: unknown): Map<string, string> {
	const attributes = new Map<string, string>();
	for (const attribute of Array.isArray(value) ? (value as unknown[]) : []) {
		if (!isObject(attribute)) continue;
		const name = textOf(attribute['name']);
		const text = textOf(attribute['value']);
		if (name !== '' && text !== '') attributes.set(name, text);
	}
	return attributes;
}
