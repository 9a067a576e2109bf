/** The Test button of every destination's credential: it passes what works, and rejects what does not. */
import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node.ts';
import { testCredential } from '../../support/engine.ts';
import { PLACES, type StartPlaces } from '../../support/places/index.ts';
import type { WritePlace } from '../../support/places/place.ts';

describe.each(Object.entries(PLACES))('the test of the credential for %s', (_, startPlaces) => {
	let places: Awaited<ReturnType<StartPlaces>>;
	let place: WritePlace;
	beforeAll(async () => {
		places = await startPlaces();
		place = await places.newPlace();
	});
	afterAll(async () => await places?.stop());

	const tested = async (credential: WritePlace['credential']) =>
		await testCredential(new MarketplaceLead(), `${place.credentialType}Test`, { ...credential });

	it('passes one that works', async () => {
		expect(await tested(place.credential)).toMatchObject({ status: 'OK' });
	});

	it('rejects one that does not, says what to do, and tells no secret', async () => {
		const result = await tested(place.unreachable ?? place.badCredential);
		expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(/\. .+\.$/) });
		for (const secret of place.secrets) expect(result.message).not.toContain(secret);
	});
});
