import { parseLead, sampleLead } from '../../../nodes/lead';
import { DESTINATION_NAMES } from '../../../nodes/lead/destinationShapes';
import { expectWellFormed, RECEIVED_AT } from './support';

describe.each(['', ...DESTINATION_NAMES] as const)('the sample lead of "%s"', (destination) => {
	const lead = sampleLead(destination, RECEIVED_AT);

	it('is marked as one', () => {
		expect(lead.id).toMatch(/^sample-/);
		expect(lead.isTest).toBe(true);
		expect(lead.warnings).toEqual([
			'This is a made-up sample lead to map fields with. No lead has come in yet.',
		]);
	});

	it('says what it is in its first field, where the editor’s table begins', () => {
		expect(Object.keys(lead)[0]).toBe('warnings');
	});

	it('is plainly made up, and says why it is there', () => {
		expect(lead.customer).toMatchObject({
			fullName: 'Example Customer',
			email: 'example.customer@example.com',
		});
		const texts = JSON.stringify(lead);
		expect(texts).not.toMatch(/MSFT_TEST|contoso/i);
		const { warnings } = sampleLead(destination, RECEIVED_AT, 'The table is empty.');
		expect(warnings).toEqual([expect.stringMatching(/made-up.* The table is empty\.$/)]);
	});

	it('is a lead like any other, with every field filled', () => {
		expectWellFormed(lead);
		expect(lead).toMatchObject({ destination, receivedAt: RECEIVED_AT, createdAt: RECEIVED_AT });
		expect(parseLead(lead)).toEqual(lead);
		// The address of an example is at nobody's own domain.
		const { domain: _domain, ...customer } = lead.customer;
		const texts = [...Object.values(customer), ...Object.values(lead.offer), lead.description];
		expect(texts).not.toContain('');
	});
});
