import { writeContract } from '../../support/writeContract.ts';

writeContract('an HTTPS endpoint', {
	place: 'https',
	cannot: { sessions: 'every request has the secret' },
	outcomes: { changed: 'created' },
	stands: 'first',
	requests: { created: 1_000, again: 1_000, changed: 1_000 },
	writes: (leads) => leads,
});
