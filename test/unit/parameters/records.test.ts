import { recordsOfField, recordsOfItem } from '../../../nodes/parameters/records';

const LEAD = { LeadSource: 'AzureMarketplace', ActionCode: 'INS', UserDetails: {} };
const ONE = { ok: true, records: [LEAD], isList: false };

describe('recordsOfItem', () => {
	it('takes the item', () => {
		expect(recordsOfItem(LEAD)).toEqual(ONE);
	});

	it('takes the body of an item from the Webhook node', () => {
		const webhook = {
			headers: {},
			params: {},
			query: {},
			body: LEAD,
			webhookUrl: '',
			executionMode: '',
		};
		expect(recordsOfItem(webhook)).toEqual(ONE);
		expect(recordsOfItem({ ...webhook, body: JSON.stringify([LEAD]) })).toEqual({
			...ONE,
			isList: true,
		});
		expect(recordsOfItem({ ...webhook, body: {} })).toMatchObject({ ok: false });
	});

	it('finds nothing in anything else', () => {
		expect(recordsOfItem({})).toMatchObject({ ok: false });
		expect(recordsOfItem({ body: LEAD })).toMatchObject({ ok: false });
	});
});

describe('recordsOfField', () => {
	it.each([
		['a field', 'lead', { lead: LEAD }],
		['a field within fields', 'data.lead', { data: { lead: LEAD } }],
		['an entry of a list', 'leads.1', { leads: [{}, LEAD] }],
		['a name with dots in it', 'data.lead', { 'data.lead': LEAD, data: { lead: 'other' } }],
		['text', 'lead', { lead: JSON.stringify(LEAD) }],
	])('%s', (_name, path, json) => {
		expect(recordsOfField(json, path)).toEqual(ONE);
	});

	it.each(['', '.', 'data', 'data.lead', 'lead.lead.lead', 'lead.', '0'])(
		'no field: %p',
		(path) => {
			expect(recordsOfField({ lead: LEAD }, path)).toBeUndefined();
		},
	);

	it('tells an empty field from a missing one', () => {
		expect(recordsOfField({ lead: null }, 'lead')).toMatchObject({ ok: false });
		expect(recordsOfField({ lead: '' }, 'lead')).toMatchObject({ ok: false });
	});
});
