import { writeContract } from '../../support/writeContract.ts';

const TITLE_ALONE = 'Partner Center’s format has the title in the place of the offer’s id';
const NO_PLACE = 'the format has no place for it';

writeContract('an HTTPS endpoint', {
	place: 'https',
	cannot: { sessions: 'every request has the secret' },
	loses: {
		leadSource: TITLE_ALONE,
		offerId: TITLE_ALONE,
		publisherName: NO_PLACE,
		createdAt: NO_PLACE,
	},
	additional: { fields: { Region: ['West'] }, readAs: { properties: { Region: ['West'] } } },
	outcomes: { changed: 'created' },
	stands: 'first',
	requests: { created: 1_000, again: 1_000, changed: 1_000 },
	writes: (leads) => leads,
});
