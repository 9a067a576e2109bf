import { DestinationError } from '../contract';
import type { TimeLimits } from '../timeLimits';
import type { MarketoClient } from './client';
import { isObject } from './fillOut';
import { MarketoRefusal } from './refusal';

/** The version that customers fill out; a form can have a draft beside it, or a draft alone. */
export const APPROVED = { status: 'approved' } as const;

/**
 * What Marketo tells of a form that can be filled out.
 *
 * @throws DestinationError, with reason `notFound` where there is none, `configuration` for a draft
 */
export async function readApprovedForm(
	client: MarketoClient,
	formId: number,
	limits: TimeLimits,
): Promise<Readonly<Record<string, unknown>>> {
	const approved = await readForm(client, formId, APPROVED, limits);
	if (approved) return approved;
	throw (await readForm(client, formId, {}, limits)) ? notApproved(formId) : noSuchForm(formId);
}

/** `undefined` where there is none. */
async function readForm(
	client: MarketoClient,
	formId: number,
	query: { status?: string },
	limits: TimeLimits,
): Promise<Readonly<Record<string, unknown>> | undefined> {
	try {
		const path = `/rest/asset/v1/form/${formId}.json`;
		const [form] = (await client.read(path, query, limits)).result;
		return isObject(form) ? form : undefined;
	} catch (error) {
		if (error instanceof MarketoRefusal && error.code === 'notFound') return undefined;
		throw error;
	}
}

export function noSuchForm(formId: number): DestinationError {
	return new DestinationError(`There is no form ${formId} in this Marketo instance`, {
		description:
			'Choose the form whose ID Partner Center was given, and check that the API user’s workspace holds it.',
		code: 'notFound',
		httpCode: '404',
	});
}

function notApproved(formId: number): DestinationError {
	return new DestinationError(`The form ${formId} is a draft that was never approved`, {
		description:
			'Nobody can fill it out, Microsoft included. Approve it in Marketo: Design Studio, Forms, Form Actions, Approve.',
		code: 'configuration',
	});
}
