import type { SalesforcePlace } from '../../support/places/salesforce.ts';
import { writeContract } from '../../support/writeContract.ts';

const EXTERNAL_ID = 'Marketplace_Lead_Id__c';

const NOT_MAPPED = 'there is no field for it, unless one is mapped by hand';
const KEPT = {
	loses: {
		offerTitle: 'the lead source has the offer’s id',
		publisherName: NOT_MAPPED,
		createdAt: 'Salesforce sets the time of the record',
		textProperty: NOT_MAPPED,
		numberProperty: NOT_MAPPED,
		listProperty: NOT_MAPPED,
	},
	additional: {
		fields: { Website: 'fabrikam.example', Title: 'Owner' },
		readAs: { properties: { Website: 'fabrikam.example' }, customer: { title: 'Owner' } },
	},
} as const;

writeContract('Salesforce', {
	place: 'salesforce',
	cannot: {
		sameLeadsAtOnce: 'without an External ID, leads are told by what they say',
		versions: 'without an External ID, leads that say something else are others',
	},
	...KEPT,
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
	...KEPT,
	outcomes: { changed: 'updated' },
	stands: 'last',
	requests: { created: 12, again: 7, changed: 12 },
	writes: (leads) => Math.ceil(leads / 200),
});
