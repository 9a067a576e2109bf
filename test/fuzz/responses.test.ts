import fc from 'fast-check';

import { explainError } from '../../nodes/destinations/azureTable/errors';
import { toRecord as azureRecord } from '../../nodes/destinations/azureTable/reading/record';
import { toRow } from '../../nodes/destinations/azureTable/writing/mapping';
import { DestinationError } from '../../nodes/destinations/destinationError';
import { batchError, responseError } from '../../nodes/destinations/dynamics365/errors';
import { readLeadPage } from '../../nodes/destinations/dynamics365/reading/page';
import { readBatch } from '../../nodes/destinations/dynamics365/writing/batch';
import { explainEntraError } from '../../nodes/destinations/entra';
import { responseError as httpsError } from '../../nodes/destinations/https/errors';
import { toRecord as httpsRecord } from '../../nodes/destinations/https/writing/mapping';
import { readResponse } from '../../nodes/destinations/marketo/connection/response';
import { readFillOut } from '../../nodes/destinations/marketo/reading/fillOut';
import { readFormFields } from '../../nodes/destinations/marketo/reading/formFields';
import { readParameters } from '../../nodes/destinations/marketo/reading/fillOut';
import { toRecord as marketoRecord } from '../../nodes/destinations/marketo/reading/record';
import { restError } from '../../nodes/destinations/salesforce/errors';
import { signInError } from '../../nodes/destinations/salesforce/errors/signIn';
import { toRow as salesforceRow } from '../../nodes/destinations/salesforce/reading/record';
import { standardValues } from '../../nodes/destinations/salesforce/writing/mapping';
import { prepareForm } from '../../nodes/destinations/salesforce/writing/webToLeadMapping';
import { readJsonObject } from '../../nodes/destinations/unexpectedResponse';
import { parseLead, type JsonObject } from '../../nodes/lead';
import { RECEIVED_AT } from '../unit/lead/support';
import { fuzz, inLinearTime } from './support/fuzz';
import { longText, record } from './support/inputs';

/** Does the work, which may throw its own errors, told in few words, and no others. */
function tellsOrGives<Result>(work: () => Result): Result | undefined {
	try {
		return inLinearTime(work);
	} catch (error) {
		if (!(error instanceof DestinationError)) throw error;
		expectTold(error);
		return undefined;
	}
}

function expectTold(error: DestinationError | undefined): void {
	if (error === undefined) return;
	expect(`${error.message} ${error.description}`.length).toBeLessThan(2_000);
}

const response = fc.record({
	status: fc.constantFrom(200, 204, 302, 400, 401, 403, 404, 409, 412, 413, 429, 500, 503),
	headers: fc
		.tuple(
			fc.constantFrom('application/json', 'text/html', '', 'multipart/mixed; boundary=a', 'x/y'),
			longText([], 8_000),
		)
		.map(([type, value]): Record<string, string> => ({
			'content-type': type,
			'retry-after': value,
		})),
	body: fc.oneof(
		longText([
			'--a\r\n',
			'--a--',
			'HTTP/1.1 400 X\r\n',
			'<html>',
			'AADSTS700016',
			"property named '",
		]),
		record.map((value) => JSON.stringify(value)),
		longText().map((text) => JSON.stringify({ error: { code: '0x80060891', message: text } })),
		longText().map((text) => JSON.stringify([{ errorCode: 'INVALID_FIELD', message: text }])),
		longText().map((text) => JSON.stringify({ error: 'invalid_grant', error_description: text })),
		longText().map((text) => JSON.stringify({ success: false, errors: [{ code: text }] })),
	),
});

fuzz('vendors’ responses', response, (given) => {
	const context = { operation: 'read', subject: 'leads' } as const;
	tellsOrGives(() => readJsonObject(given, 'A vendor', ['value']));
	tellsOrGives(() => readResponse(given, 'read'));
	tellsOrGives(() => readBatch(given));
	expectTold(inLinearTime(() => responseError(given, context)));
	expectTold(inLinearTime(() => batchError(given)));
	expectTold(inLinearTime(() => httpsError(given)));
	expectTold(inLinearTime(() => signInError(new Error('no token'), given, 'jwtBearer')));
	for (const isSaving of [true, false]) {
		const saving = { operation: 'write', isSaving } as const;
		expectTold(inLinearTime(() => restError(new Error('no records'), given, saving)));
	}
	expectTold(
		inLinearTime(() =>
			explainEntraError(new Error(given.body), { status: given.status, body: given.body }),
		),
	);
	const { status: statusCode, body } = given;
	expectTold(
		inLinearTime(() => explainError(Object.assign(new Error(body), { statusCode }), 'read')),
	);
});

/** Of a vendor as large as may be asked for: 2,000 fields, or long texts. */
const holder = record.filter(
	(value) => typeof value === 'object' && value !== null && Object.keys(value).length <= 2_000,
);

fuzz('vendors’ records', holder, (value) => {
	const held = value as JsonObject;
	for (const make of [
		() => azureRecord(held as never),
		() =>
			salesforceRow({ ...held, Id: '00Q000000000001AAA', CreatedDate: RECEIVED_AT }, new Set())
				?.record,
		() => marketoRecordOf(held),
	]) {
		const made = tellsOrGives(make);
		if (made !== undefined) inLinearTime(() => parseLead(made, { receivedAt: RECEIVED_AT }));
	}
	const page = { value: [held], '@odata.context': '$metadata#leads' };
	tellsOrGives(() => readLeadPage({ body: page, serviceTime: undefined } as never));
});

function marketoRecordOf(held: JsonObject) {
	const attributes = Object.entries(held).map(([name, own]) => ({ name, value: String(own) }));
	const fillOut = readFillOut({ marketoGUID: '1', leadId: 1, attributes }, 7);
	return fillOut && marketoRecord(fillOut, held, 'leadSource');
}

fuzz(
	'form fields',
	longText(['a:', 's:', ':"', '";', 'i:-1;', 'a:999999999:{', '}', 'O:1:"a"']),
	(text) => {
		const { fields } = inLinearTime(() => readFormFields(text));
		expect(fields.length).toBeLessThanOrEqual(1_000);
		const attributes = new Map([
			['Form Fields', text],
			['Query Parameters', text],
		]);
		const fillOut = {
			guid: '1',
			leadId: 1,
			activityDate: '',
			at: undefined,
			formId: 7,
			formName: '',
		};
		inLinearTime(() => marketoRecord({ ...fillOut, attributes } as never, undefined, 'leadSource'));
	},
);

fuzz('parameters of an address', longText(['&', '=', '?a=', '%F0%9F%98%80', '+', '%']), (text) => {
	const read = inLinearTime(() => readParameters(text));
	const start = text.slice(0, 1_000);
	// Node's own reading takes time in the square of the length.
	expect([...readParameters(start)]).toEqual([...new URLSearchParams(start)]);
	expect([...read].length).toBeLessThanOrEqual(text.length);
});

it('parameters of an address, of which each has an emoji', () => {
	const read = inLinearTime(() => readParameters('😀&'.repeat(20_000)));
	expect([...read]).toHaveLength(20_000);
});

fuzz('leads into destinations', record, (value) => {
	const lead = parseLead(value, { receivedAt: RECEIVED_AT });
	const { columns } = inLinearTime(() => toRow({ lead, additional: {} }));
	expect(Object.keys(columns).length).toBeLessThanOrEqual(252);
	inLinearTime(() => httpsRecord({ lead, additional: {} }));
	inLinearTime(() => standardValues(lead));
	tellsOrGives(() => prepareForm({ lead, additional: {} }, undefined));
});
