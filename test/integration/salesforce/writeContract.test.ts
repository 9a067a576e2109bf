import type { SalesforcePlace } from '../../support/places/salesforce.ts';
import { writeContract } from '../../support/writeContract.ts';

const EXTERNAL_ID = 'Marketplace_Lead_Id__c';

writeContract('Salesforce', {
	place: 'salesforce',
	cannot: {
		sameLeadsAtOnce: 'without an External ID, leads are told by what they say',
		versions: 'without an External ID, leads that say something else are others',
	},
	outcomes: { changed: 'unchanged' },
	stands: 'first',
	requests: { created: 12, again: 7, changed: 7 },
	writes: (leads) => Math.ceil(leads / 200),
});

writeContract('Salesforce with an External ID', {
	place: 'salesforce',
	set(place) {
		const { organisation } = (place as SalesforcePlace).fakeServer;
		organisation.addExternalId(EXTERNAL_ID, 'Marketplace Lead ID', 255);
		return { parameters: { externalIdField: { __rl: true, mode: 'name', value: EXTERNAL_ID } } };
	},
	cannot: {},
	outcomes: { changed: 'updated' },
	stands: 'last',
	requests: { created: 12, again: 7, changed: 12 },
	writes: (leads) => Math.ceil(leads / 200),
});
