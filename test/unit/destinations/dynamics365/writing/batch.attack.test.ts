/**
 * What is put into a batch and what comes out of one. Hostile inputs: values that look like the
 * batch's own markers, line ends in values, responses cut short, of another type, without a status,
 * with fewer parts, with bare line feeds, of other boundaries.
 */
import {
	readBatch,
	writeBatch,
} from '../../../../../nodes/destinations/dynamics365/writing/batch.ts';
import { readBatch as readAsService } from '../../../../fakeServers/dynamics365/batch.ts';

const response = (body: string, type = 'multipart/mixed; boundary=batchresponse_1') => ({
	status: 200,
	headers: { 'content-type': type },
	body,
});

const PARTS = [
	'--batchresponse_1',
	'Content-Type: application/http',
	'Content-Transfer-Encoding: binary',
	'',
	'HTTP/1.1 204 No Content',
	'OData-EntityId: https://contoso.crm.dynamics.com/api/data/v9.2/leads(1)',
	'',
	'',
	'--batchresponse_1',
	'Content-Type: application/http',
	'',
	'HTTP/1.1 429 Unknown Status Code',
	'Retry-After: 7',
	'Content-Type: application/json',
	'',
	'{"error":{"code":"0x80072322","message":"a\\r\\n--batchresponse_1--"}}',
	'--batchresponse_1--',
	'',
];

describe('a batch', () => {
	it('holds each request, whatever its values look like', () => {
		const values = {
			description: 'a\r\n--batch_1--\r\n\r\nDELETE /api/data/v9.2/leads HTTP/1.1\r\n\r\n',
			lastname: '漢字 "\\ \u2028',
		};
		const { contentType, body } = writeBatch([
			{
				method: 'PATCH',
				path: 'leads(1)',
				headers: { 'If-None-Match': '*' },
				body: JSON.stringify(values),
			},
			{ method: 'GET', path: 'leads(1)?$select=leadid' },
		]);
		const items = readAsService(contentType, body).map((item) => 'request' in item && item.request);
		expect(items).toMatchObject([
			{ method: 'PATCH', url: '/api/data/v9.2/leads(1)', headers: { 'if-none-match': '*' } },
			{ method: 'GET', url: '/api/data/v9.2/leads(1)?$select=leadid', body: '' },
		]);
		expect(items[0] && JSON.parse(items[0].body)).toEqual(values);
	});

	it('has a boundary of its own each time', () => {
		expect(writeBatch([]).contentType).not.toBe(writeBatch([]).contentType);
	});
});

describe('the response to one', () => {
	it.each(['\r\n', '\n'])('gives each response, with line ends %j', (lineEnd) => {
		expect(readBatch(response(PARTS.join(lineEnd)))).toEqual([
			{
				status: 204,
				headers: {
					'odata-entityid': 'https://contoso.crm.dynamics.com/api/data/v9.2/leads(1)',
				},
				body: '',
			},
			{
				status: 429,
				headers: { 'retry-after': '7', 'content-type': 'application/json' },
				body: '{"error":{"code":"0x80072322","message":"a\\r\\n--batchresponse_1--"}}',
			},
		]);
	});

	it('is read whatever its own status, and with a quoted boundary', () => {
		const refused = { ...response(PARTS.join('\r\n')), status: 400 };
		expect(readBatch(refused)).toHaveLength(2);
		const quoted = response(PARTS.join('\r\n'), 'Multipart/Mixed; boundary="batchresponse_1"');
		expect(readBatch(quoted)).toHaveLength(2);
		expect(readBatch(response('--batchresponse_1--\r\n'))).toEqual([]);
	});

	it.each([
		['cut short', response(PARTS.slice(0, -2).join('\r\n'))],
		['without an end', response(PARTS.join('\r\n').replace('_1--\r\n', '_1-'))],
		['of another boundary', response(PARTS.join('\r\n'), 'multipart/mixed; boundary=other')],
		['of no boundary', response(PARTS.join('\r\n'), 'multipart/mixed')],
		['of another type', response('{"value":[]}', 'application/json; boundary=batchresponse_1')],
		['of no type', { status: 200, headers: {}, body: '' }],
		['without a status', response(PARTS.join('\r\n').replace('HTTP/1.1 204', 'HTTP/1.1 x'))],
		['with nothing in a part', response('--batchresponse_1\r\n--batchresponse_1--\r\n')],
	])('is none where it is %s', (_, invalid) => {
		expect(readBatch(invalid)).toBeUndefined();
	});
});
