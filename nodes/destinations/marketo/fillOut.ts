import { readTime } from '../../lead/time';
import { oddAnswer } from './refusal';

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
	formId: number;
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
	if (!isObject(value)) throw oddAnswer('an activity is no object');
	const { activityTypeId = FILL_OUT_FORM, primaryAttributeValueId = formId } = value;
	if (Number(activityTypeId) !== FILL_OUT_FORM || Number(primaryAttributeValueId) !== formId) {
		return undefined;
	}
	// The number it was known by before: https://experienceleague.adobe.com/docs/marketo-developer
	const guid = textOf(value['marketoGUID']) || textOf(value['id']);
	if (guid === '') throw oddAnswer('an activity has no marketoGUID');
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

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text and numbers as text; empty for anything else. */
export function textOf(value: unknown): string {
	if (typeof value === 'string') return value;
	return typeof value === 'number' && Number.isFinite(value) ? String(value) : '';
}
