/**
 * n8n's SSRF protection, its own, around every request that the tests of the credentials make. Away from the
 * nodes: where none has run in a process yet, n8n's filter is not known in it.
 */
import { SsrfProtectionConfig } from '@n8n/config';
import { Container } from '@n8n/di';

import { MarketplaceLead } from '../../nodes/MarketplaceLead/MarketplaceLead.node';
import { MarketplaceLeadTrigger } from '../../nodes/MarketplaceLeadTrigger/MarketplaceLeadTrigger.node';
import { readManifest } from '../../scripts/publishing/sources.ts';
import { egressPlaces } from '../support/egressPlaces.ts';
import { testCredential } from '../support/engine';
import { BLOCKED, protectsFromInside } from './support/ssrfProtection.ts';

const server = protectsFromInside();
const PLACES = egressPlaces(() => server().origin);

it('is tried with every credential for a destination', () => {
	const types = readManifest().n8n.credentials.map(
		(file) => /(\w+)\.credentials\.js$/.exec(file)?.[1],
	);
	const expected = types.filter((name) => name !== 'MarketplaceLeadTriggerApi');
	const tried = new Set(
		PLACES.map(({ credentialType: [first = '', ...rest] }) => first.toUpperCase() + rest.join('')),
	);
	expect([...tried].sort()).toEqual(expected.sort());
});

describe('the test of a credential', () => {
	it('asks n8n without a request that the test itself does not need', async () => {
		Container.get(SsrfProtectionConfig).enabled = false;
		const marketo = PLACES.find(({ name }) => name === 'marketo');
		const result = await testCredential(
			new MarketplaceLead(),
			'marketplaceLeadMarketoApiTest',
			marketo?.credential() ?? {},
		);
		expect(result).toMatchObject({ status: 'Error' });
		expect(server().requests.map((url) => url.split('?')[0])).toEqual(['/identity/oauth/token']);
		expect(server().connections).toBe(1);
	});

	it.each(PLACES.filter(({ byBrowser }) => !byBrowser))(
		'asks nobody at $name, $credentialType',
		async ({ credentialType, credential }) => {
			const result = await testCredential(
				new MarketplaceLead(),
				`${credentialType}Test`,
				credential(),
			);
			expect(result).toMatchObject({ status: 'Error' });
			expect(result.message).toContain(BLOCKED);
			expect(result.message).toContain('N8N_SSRF_ALLOWED_HOSTNAMES');
			expect(server().connections).toBe(0);
		},
	);

	it('asks no endpoint of the HTTPS trigger', async () => {
		const result = await testCredential(
			new MarketplaceLeadTrigger(),
			'marketplaceLeadTriggerApiTest',
			{
				secret: 'a-secret-of-32-characters-and-more',
				endpointUrl: `${server().origin}/webhook/a/lead`,
			},
		);
		expect(result).toMatchObject({ status: 'Error' });
		expect(result.message).toContain(`${BLOCKED} the Endpoint URL`);
		expect(result.message).toContain('N8N_SSRF_ALLOWED_HOSTNAMES');
		expect(server().connections).toBe(0);
	});

	it('is there for each credential but those that a person signs in with', () => {
		const tests = Object.keys(new MarketplaceLead().methods.credentialTest);
		const tested = PLACES.filter(({ byBrowser }) => !byBrowser);
		expect(tests.sort()).toEqual(
			[...new Set(tested.map(({ credentialType }) => `${credentialType}Test`))].sort(),
		);
	});
});
