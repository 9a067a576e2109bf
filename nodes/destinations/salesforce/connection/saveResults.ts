import { entriesAs, readAs, text } from '../../../schemas';
import { array, boolean, fallback, object, optional } from '../../../vendor/schema';
import type { RecordError } from '../errors';
import type { ApiResponse } from './session';

/** Why a record of several was not saved. */
const recordErrorSchema = object({
	statusCode: text,
	/** Names of the fields at fault. */
	fields: fallback(entriesAs(text), []),
});

const saveResults = array(
	object({
		success: boolean(),
		id: text,
		/** Absent for what can only be one of both. */
		created: fallback(optional(boolean()), undefined),
		errors: fallback(entriesAs(recordErrorSchema), []),
	}),
);

export interface SaveResult {
	readonly success: boolean;
	/** Empty where nothing was saved. */
	readonly id: string;
	readonly created?: boolean | undefined;
	/** The first one, which is what was wrong with it. */
	readonly error: RecordError;
}

const NO_ERROR: RecordError = { statusCode: '', fields: [] };

/** What became of each record of a request that saves, in their order. @throws DestinationError */
export function readSaveResults(response: ApiResponse, count: number): SaveResult[] {
	const results = readAs(saveResults, response.body);
	if (results?.length !== count) throw response.unexpected();
	return results.map(({ errors: [error = NO_ERROR], ...result }) => ({ ...result, error }));
}
