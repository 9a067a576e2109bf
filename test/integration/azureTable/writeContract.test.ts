import { writeContract } from '../../support/writeContract.ts';

writeContract('an Azure table', {
	place: 'azureTable',
	cannot: { sessions: 'every request is signed' },
	loses: { listProperty: 'a column holds its JSON' },
	additional: { fields: { Region: 'West' }, readAs: { properties: { Region: 'West' } } },
	outcomes: { changed: 'updated' },
	stands: 'last',
	requests: { created: 10, again: 1_010, changed: 1_020 },
	writes: (leads) => Math.ceil(leads / 100),
});
