/** What stands between n8n and a vendor may send with status 200; none of it is a page of leads. */
import { gzipSync } from 'node:zlib';

import { Poller } from './poller.ts';
import { expectHelpful, errorOf } from './errors.ts';
import type { Garbage } from '../../fakeServers/faults.ts';
import type { Contract } from './contract.ts';

const PER_PAGE = 3;
const PAGES = 3;
const NAMES = Array.from({ length: PER_PAGE * PAGES }, (_, at) => `lead ${at + 10}`);

const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' };
const HTML_TYPE = { 'content-type': 'text/html; charset=utf-8' };
const PAGE = '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Proxy</body></html>';

/** Neither text nor compressed. */
const BYTES = Buffer.from(Array.from({ length: 64 }, (_, at) => (at * 37 + 129) % 256));

const sent = (body: string, headers: Garbage['headers'] = JSON_TYPE): Garbage => ({
	headers,
	body: () => Buffer.from(body),
});

const GARBAGE: ReadonlyArray<[name: string, what: Garbage, message: RegExp]> = [
	['an HTML page', sent(PAGE, HTML_TYPE), /an HTML page/],
	['an HTML page that says it is JSON', sent(PAGE), /an HTML page/],
	['JSON of something else', sent('{"hello":"world"}'), /./],
	['an empty object', sent('{}'), /./],
	['an empty list', sent('[]'), /JSON, but not an object/],
	['null', sent('null'), /JSON, but not an object/],
	['a number', sent('7'), /JSON, but not an object/],
	['a success without a result', sent('{"success":true}'), /has no field/],
	['a list of nothing', sent('{"value":[],"records":[]}'), /./],
	['half of the JSON', { headers: JSON_TYPE, body: halved }, /cut off/],
	['nothing', sent(''), /empty/],
	[
		'the right JSON as plain text',
		{ headers: { 'content-type': 'text/plain' }, body: (whole) => whole },
		/text\/plain instead of JSON/,
	],
	['the right JSON as HTML', { headers: HTML_TYPE, body: (whole) => whole }, /text\/html/],
	['bytes', { headers: JSON_TYPE, body: () => BYTES }, /not JSON/],
	[
		'compressed bytes that are not',
		{ headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: () => BYTES },
		/could not be decompressed/,
	],
	[
		'a compressed HTML page',
		{ headers: { ...HTML_TYPE, 'content-encoding': 'gzip' }, body: () => gzipSync(PAGE) },
		/an HTML page/,
	],
];

function halved(whole: Buffer): Buffer {
	return whole.subarray(0, whole.length >> 1);
}

export function declareGarbage({ newPlace, test }: Contract): void {
	const pagedPlace = async () => {
		const place = await newPlace();
		await place.insert(NAMES.map((name) => ({ name })));
		place.shapePages({ records: PER_PAGE });
		return place;
	};

	for (const [name, what, expected] of GARBAGE) {
		test(`${name} is not taken for a page: none is lost, none comes twice`, [], async () => {
			for (let page = 0; page < PAGES; page += 1) {
				const place = await pagedPlace();
				const poller = new Poller(place);
				place.fault({ kind: 'garbage', what }, { page });
				if (page === 0) {
					const error = await errorOf(poller.poll());
					expectHelpful(error, place);
					expect(error.message).toMatch(/^Unexpected response from [A-Z][\w ]+: it/);
					expect(error.message).toMatch(expected);
					expect(poller.cursor).toBeUndefined();
				}
				const given = page === 0 ? [] : await poller.poll();
				expect(given).toHaveLength(page * PER_PAGE);
				expect(place.faultsLeft()).toBe(0);
				if (page > 0) {
					expect(poller.cursor).toMatchObject({
						watermark: 0,
						scan: { position: expect.anything() },
					});
				}
				const rest = await poller.restarted().drain();
				expect([...given, ...rest].sort()).toEqual(NAMES);
			}
		});
	}

	test('whichever request of a poll gets it, no lead is lost, none comes twice', [], async () => {
		const counting = await pagedPlace();
		const before = counting.traffic();
		await new Poller(counting).poll();
		const { requests } = counting.traffic(before);
		expect(requests).toBeGreaterThanOrEqual(PAGES);
		for (const [, what] of GARBAGE) {
			const place = await newPlace();
			place.shapePages({ records: PER_PAGE });
			const given: string[] = [];
			const written: string[] = [];
			const poller = new Poller(place, { parameters: { startFrom: 'all' } });
			for (let request = 0; request < requests; request += 1) {
				const names = NAMES.map((name) => `${name} of ${request}`);
				written.push(...names);
				await place.insert(names.map((name) => ({ name })));
				place.faultAny({ kind: 'garbage', what }, request);
				const polled = poller.poll();
				const told = await polled.then(
					(leads) => ({ leads }),
					(error: unknown) => ({ error }),
				);
				if ('leads' in told) given.push(...told.leads);
				else expectHelpful(told.error as Error, place);
				given.push(...(await poller.drain()));
			}
			expect(given.sort()).toEqual(written.sort());
		}
	});
}
