import type { MarketoAnswer } from '../connection/client';
import { isObject, textOf } from '../reading/fillOut';
import { oddAnswer } from '../errors';

/** What Marketo says of a record that was written. */
export interface RecordAnswer {
	/** The person's; absent for a record that was not taken. */
	id?: string;
	status: string;
	/** Why it was not taken. */
	code: string;
}

/** One for each record of a call, in their order. @throws DestinationError for any other answer */
export function readRecords({ result }: MarketoAnswer, count: number): RecordAnswer[] {
	if (result.length !== count) throw oddAnswer('it does not tell of each record');
	return result.map((entry) => {
		if (!isObject(entry)) throw oddAnswer('a record’s result is no object');
		const status = textOf(entry['status']);
		const id = textOf(entry['id']);
		const reasons: unknown = entry['reasons'];
		const [first] = Array.isArray(reasons) ? (reasons as unknown[]) : [];
		const code = isObject(first) ? textOf(first['code']) : '';
		const isTaken = /^(?:created|deleted|updated)$/.test(status) && /^\d{1,20}$/.test(id);
		// Neither done nor refused is nothing that can be told.
		if (!isTaken && status !== 'skipped' && code === '') {
			throw oddAnswer('a record’s result says neither what was done nor why not');
		}
		return isTaken ? { id, status, code } : { status, code };
	});
}
