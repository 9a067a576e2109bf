import { parseLead, type Lead } from '../../../nodes/lead';
import { RECEIVED_AT, record } from './support';

/** As the endpoint reads what is posted to it. */
const receive = (posted: unknown): Lead =>
	parseLead(posted, { destination: 'https', isFromSender: true, receivedAt: RECEIVED_AT });

/** A lead in our own shape, with more claimed than a sender can know. */
const CLAIMED = {
	contactAllowed: true,
	leadSource: 'AzureMarketplace-INS|a.b',
	source: { code: 'AzureMarketplace' },
	action: { code: 'INS' },
	offer: {},
	customer: { email: 'kim@contoso.com' },
	id: '00Q000000000001AAA',
	destination: 'salesforce',
	receivedAt: '2020-01-01T00:00:00.000Z',
	isTest: false,
	raw: { claimed: true },
};

it('a sender does not choose the id, the destination and the time of receipt', () => {
	const lead = receive(CLAIMED);
	expect(lead).toMatchObject({
		id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
		destination: 'https',
		receivedAt: RECEIVED_AT,
		contactAllowed: true,
		customer: { email: 'kim@contoso.com' },
	});
	expect(receive(CLAIMED).id).toBe(lead.id);
	expect(receive({ ...CLAIMED, id: 'x' }).id).not.toBe(lead.id);
	expect(parseLead(lead)).toEqual(lead);
});

it.each([
	{ Id: '00Q000000000001AAA' },
	{ PartitionKey: 'a', RowKey: 'b' },
	{ leadid: '3f1c6c5e-3b0e-4c53-9d84-0d6b5f8f6a11' },
	{ marketoGUID: '7' },
])('nor do the names of another destination: %j', (keys) => {
	expect(receive(record(keys))).toMatchObject({
		id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
		destination: 'https',
	});
});

it.each([
	{ DoNotContact: true },
	{ contactAllowed: true, stage: 'doNotContact' },
	{ customer: { email: 'kim@contoso.com', emailOptOut: '1' } },
	{ properties: { unsubscribed: 'yes' } },
])('every flag counts, whatever the sender claims: %j', (flag) => {
	expect(receive({ ...CLAIMED, ...flag })).toMatchObject({
		contactAllowed: false,
		stage: 'doNotContact',
	});
});

it('a test lead is one, whatever the sender claims', () => {
	const customer = { company: 'MSFT_TEST_636573304831318844' };
	expect(receive({ ...CLAIMED, customer }).isTest).toBe(true);
	expect(receive(CLAIMED).isTest).toBe(false);
});

it('what is kept raw is what was posted', () => {
	const lead = parseLead(CLAIMED, { destination: 'https', isFromSender: true, includeRaw: true });
	expect(lead.raw).toEqual(CLAIMED);
});

it('what the caller found odd is among the warnings', () => {
	expect(parseLead(record(), { warnings: ['The body was odd.'] }).warnings).toEqual([
		'The body was odd.',
	]);
});
