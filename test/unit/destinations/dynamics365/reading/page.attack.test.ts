/**
 * Responses and kept places that Dataverse and n8n would not give: rows without keys or times, links
 * to other hosts and tables, values of any other kind. Nothing of them may become a TypeError, send
 * a token elsewhere, or be passed over in silence.
 */
import fc from 'fast-check';

import { DestinationError } from '../../../../../nodes/destinations/destinationError.ts';
import { readLeadPage } from '../../../../../nodes/destinations/dynamics365/reading/page.ts';
import {
	readPosition,
	toPosition,
} from '../../../../../nodes/destinations/dynamics365/reading/position.ts';

const LEAD = { leadid: '49B0be2e-d01c-ed11-b83e-000d3a572421', createdon: '2026-01-31T00:00:00Z' };
const LEADS_LINK = 'https://contoso.crm.dynamics.com/api/data/v9.2/leads';

const CONTEXT = 'https://contoso.crm.dynamics.com/api/data/v9.2/$metadata#leads(leadid,createdon)';

const read = (body: Record<string, unknown>) =>
	readLeadPage({ body: { '@odata.context': CONTEXT, ...body }, serviceTime: undefined });

it('takes keys in lower case and times as instants', () => {
	expect(read({ value: [LEAD] }).leads).toEqual([
		{ id: LEAD.leadid.toLowerCase(), clock: Date.UTC(2026, 0, 31), row: LEAD },
	]);
});

it.each<[string, Record<string, unknown>]>([
	['no rows', {}],
	['rows that are no list', { value: {} }],
	['a row that is null', { value: [null] }],
	['a row that is text', { value: ['x'] }],
	['a row without a key', { value: [{ createdon: LEAD.createdon }] }],
	['a key that is no GUID', { value: [{ ...LEAD, leadid: '1' }] }],
	['a row without a time', { value: [{ leadid: LEAD.leadid }] }],
	['a time that is none', { value: [{ ...LEAD, createdon: 'soon' }] }],
	['a time before all times', { value: [{ ...LEAD, createdon: '-100000-01-01T00:00:00Z' }] }],
	['a list of something else', { value: [], '@odata.context': CONTEXT.replace('leads', 'tasks') }],
	['a list of nobody knows what', { value: [], '@odata.context': undefined }],
	['a link that is no text', { value: [], '@odata.nextLink': 5 }],
	['a link that is no address', { value: [], '@odata.nextLink': '/leads?$skiptoken=1' }],
	['a link without a query', { value: [], '@odata.nextLink': LEADS_LINK }],
	['a link without a token', { value: [], '@odata.nextLink': `${LEADS_LINK}?$top=5` }],
	[
		'a link to another table',
		{ value: [], '@odata.nextLink': `${LEADS_LINK}/../contacts?$skiptoken=1` },
	],
	['a link to another API', { value: [], '@odata.nextLink': 'https://a.example/x?$skiptoken=1' }],
])('refuses %s', (_, body) => {
	expect(() => read(body)).toThrow(DestinationError);
});

it('takes nothing of a link but its query', () => {
	for (const host of ['https://evil.example', 'http://contoso.crm.dynamics.com', 'https://a:b@c']) {
		const link = `${host}/api/data/v9.2/leads?$skiptoken=1#x`;
		expect(read({ value: [], '@odata.nextLink': link }).link).toBe('?$skiptoken=1');
	}
	expect(read({ value: [] }).link).toBeNull();
	expect(read({ value: [], '@odata.nextLink': null }).link).toBeNull();
});

it('copes with any response', () => {
	const anything = fc.record({
		value: fc.oneof(fc.jsonValue(), fc.array(fc.oneof(fc.jsonValue(), fc.constant(LEAD)))),
		'@odata.nextLink': fc.jsonValue(),
	});
	fc.assert(
		fc.property(anything, (body) => {
			try {
				read(body);
			} catch (error) {
				expect(error).toBeInstanceOf(DestinationError);
			}
		}),
	);
});

describe('a kept place', () => {
	const place = {
		from: 5,
		link: '?$skiptoken=1',
		size: 7,
		at: 6_000,
		after: LEAD.leadid.toLowerCase(),
		alone: true,
		query: 'abc',
		restricted: true,
	};

	it('comes back as it was', () => {
		const kept = JSON.parse(JSON.stringify(toPosition(place))) as ReturnType<typeof toPosition>;
		expect(readPosition(kept)).toEqual(place);
		expect(readPosition(toPosition({ ...place, from: null, link: null, at: null }))).toMatchObject({
			from: null,
			link: null,
			at: null,
		});
	});

	it.each<[keyof typeof place, unknown[]]>([
		['from', [undefined, 'x', 0.5, 9e15, {}]],
		[
			'link',
			[
				undefined,
				5,
				'',
				'?',
				'?x=1',
				'?xskiptoken=1',
				'https://evil.example/?$skiptoken=1',
				'/x?$skiptoken=1',
				{},
			],
		],
		['size', [undefined, null, 0, -1, 5_001, 0.5, '7']],
		['at', [undefined, 'x', 0.5, 9e15]],
		['after', [undefined, 5, {}]],
		['alone', [undefined, null, 1, 'true']],
		['query', [undefined, null, 5]],
		['restricted', [undefined, null, 0]],
	])('is none with another %s', (field, values) => {
		for (const value of values) {
			expect(readPosition({ ...place, [field]: value } as never)).toBeUndefined();
		}
	});
});
