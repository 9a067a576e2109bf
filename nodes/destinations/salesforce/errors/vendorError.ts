/** What a refusal of Salesforce's says; `code` is empty where the text is no such refusal. */
export interface RefusalCode {
	/** Safe to repeat: letters, digits and underscores. */
	code: string;
	/**
	 * In Salesforce's words, of which the first `MOST_MESSAGE` characters: they can quote what was
	 * sent, so they are looked into, never repeated.
	 */
	message: string;
}

/** Characters. No message of Salesforce's is longer; what stands in its place can be megabytes. */
const MOST_MESSAGE = 4_000;

/** Reads the REST API's `[{ errorCode, message }]` and OAuth's `{ error, error_description }`. */
export function refusalCode(body: string): RefusalCode {
	let parsed: unknown;
	try {
		parsed = JSON.parse(body);
	} catch {
		return { code: '', message: '' };
	}
	const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
	if (typeof first !== 'object' || first === null) return { code: '', message: '' };
	const { errorCode, error, message, error_description: description } = first as RefusalFields;
	return { code: codeOf(errorCode ?? error), message: textOf(message ?? description) };
}

type RefusalFields = Partial<
	Record<'error' | 'error_description' | 'errorCode' | 'message', unknown>
>;

function codeOf(value: unknown): string {
	return typeof value === 'string' && /^\w{1,60}$/.test(value) ? value : '';
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value.slice(0, MOST_MESSAGE) : '';
}
