import type { DynamicsPlace } from '../../support/places/dynamics365.ts';
import { writeContract } from '../../support/writeContract.ts';

writeContract('Dynamics 365', {
	place: 'dynamics365',
	cannot: {},
	outcomes: { changed: 'unchanged' },
	stands: 'first',
	requests: { created: 14, again: 14, changed: 14 },
	writes: (leads) => Math.ceil(leads / 100),
});

writeContract('Dynamics 365, known leads updated', {
	place: 'dynamics365',
	set: (place) => ({ options: { ...(place as DynamicsPlace).options, updateExisting: true } }),
	cannot: {},
	outcomes: { changed: 'updated' },
	stands: 'last',
	requests: { created: 14, again: 24, changed: 34 },
	writes: (leads) => Math.ceil(leads / 100),
});
