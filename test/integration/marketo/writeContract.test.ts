import { writeContract } from '../../support/writeContract.ts';

writeContract('Marketo by a form', {
	place: 'marketo',
	cannot: { sameLeadsAtOnce: 'a fill-out is known by the log, where it shows minutes later' },
	outcomes: { changed: 'unchanged' },
	stands: 'first',
	requests: { created: 1_009, again: 34, changed: 34 },
	writes: (leads) => leads,
});

writeContract('Marketo as persons', {
	place: 'marketo',
	set(place) {
		place.writing['marketoMethod'] = 'upsertPerson';
		return {};
	},
	cannot: { sameLeadsAtOnce: 'Marketo makes two persons of two calls at once' },
	outcomes: { changed: 'updated', afterLoss: 'updated' },
	stands: 'last',
	requests: { created: 6, again: 6, changed: 6 },
	writes: (leads) => Math.ceil(leads / 300),
});
