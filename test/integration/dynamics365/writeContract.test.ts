import type { DynamicsPlace } from '../../support/places/dynamics365.ts';
import { writeContract } from '../../support/writeContract.ts';

const NOT_MAPPED = 'there is no column for it, unless one is mapped by hand';
const KEPT = {
	loses: {
		publisherName: NOT_MAPPED,
		createdAt: 'createdon is when the row was created',
		textProperty: NOT_MAPPED,
		numberProperty: NOT_MAPPED,
		listProperty: NOT_MAPPED,
	},
	additional: {
		fields: { revenue: 25, jobtitle: 'Owner' },
		readAs: { properties: { revenue: 25 }, customer: { title: 'Owner' } },
	},
} as const;

writeContract('Dynamics 365', {
	place: 'dynamics365',
	cannot: {},
	...KEPT,
	outcomes: { changed: 'unchanged' },
	stands: 'first',
	requests: { created: 14, again: 14, changed: 14 },
	writes: (leads) => Math.ceil(leads / 100),
});

writeContract('Dynamics 365, known leads updated', {
	place: 'dynamics365',
	set: (place) => ({ options: { ...(place as DynamicsPlace).options, updateExisting: true } }),
	cannot: {},
	...KEPT,
	outcomes: { changed: 'updated' },
	stands: 'last',
	requests: { created: 14, again: 24, changed: 34 },
	writes: (leads) => Math.ceil(leads / 100),
});
