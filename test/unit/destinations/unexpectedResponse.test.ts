import {
	describeResponse,
	readJsonObject,
	unexpectedResponse,
} from '../../../nodes/destinations/unexpectedResponse';

const JSON_TYPE = 'application/json; charset=utf-8';
const response = (body: string, contentType = JSON_TYPE) => ({
	status: 200,
	headers: { 'content-type': contentType },
	body,
});

describe('a response that should have been JSON', () => {
	it.each<[body: string, contentType: string, what: string]>([
		['', JSON_TYPE, 'it is empty'],
		[' \n', '', 'it is empty'],
		['<!DOCTYPE html><p>secret', 'text/html', 'it is an HTML page'],
		['  <html>secret', JSON_TYPE, 'it is an HTML page'],
		['Gateway secret', 'text/html; charset=utf-8', 'it is an HTML page'],
		['{"value":["secret', JSON_TYPE, 'its JSON is cut off or damaged'],
		['secret', JSON_TYPE, 'it is not JSON'],
		['\u0000\u001f', JSON_TYPE, 'it is not JSON'],
		['[]', JSON_TYPE, 'it is JSON, but not an object'],
		['null', JSON_TYPE, 'it is JSON, but not an object'],
		['7', '', 'it is JSON, but not an object'],
		['{}', JSON_TYPE, 'it is JSON of another form'],
		['{}', 'text/plain; charset=utf-8', 'its content type is text/plain instead of JSON'],
		['{}', 'text/html', 'its content type is text/html instead of JSON'],
		['{}', 'TEXT/Plain', 'its content type is text/plain instead of JSON'],
		['{}', 'a secret of some length', 'its content type is not JSON'],
		['{}', 'secret', 'its content type is not JSON'],
		['{}', 'text/secret', 'its content type is not JSON'],
		['{}', 'application/vnd.secret+xml', 'its content type is not JSON'],
	])('%j (%s): %s', (body, contentType, what) => {
		expect(describeResponse(response(body, contentType))).toBe(what);
		expect(what).not.toContain('secret');
	});
});

describe('the object of a response', () => {
	it.each([
		'',
		'application/json',
		'APPLICATION/JSON;odata=minimalmetadata',
		'text/json',
		'application/problem+json',
	])('is read as %j', (contentType) => {
		expect(readJsonObject(response('{"a":null}', contentType), 'Contoso', ['a'])).toEqual({
			a: null,
		});
	});

	it.each<[body: string, contentType: string, message: string]>([
		['{"b":1}', JSON_TYPE, 'Unexpected response from Contoso: it has no field "a"'],
		[
			'{"a":1}',
			'text/plain',
			'Unexpected response from Contoso: its content type is text/plain instead of JSON',
		],
		['[{"a":1}]', JSON_TYPE, 'Unexpected response from Contoso: it is JSON, but not an object'],
	])('is not made of %s (%s)', (body, contentType, message) => {
		expect(() => readJsonObject(response(body, contentType), 'Contoso', ['a'])).toThrow(message);
	});

	it('is told with what to do, and without another try', () => {
		expect(unexpectedResponse('Contoso', 'it is empty', 200)).toMatchObject({
			description: expect.stringContaining('proxy'),
			code: 'unexpectedResponse',
			httpCode: '200',
			retryAfter: undefined,
		});
	});
});
