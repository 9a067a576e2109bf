import { writeContract } from '../../support/writeContract.ts';

const TEXTS_ONLY = 'only texts are parameters of the fill-out';
const LOST = {
	offerTitle: 'the lead source has the offer’s id',
	publisherName: 'Microsoft’s form has no field for it',
	createdAt: 'Marketo uses its own time',
	numberProperty: TEXTS_ONLY,
	listProperty: TEXTS_ONLY,
} as const;
const NO_FILL_OUT = 'without a fill-out there are no parameters';
const ADDITIONAL = { fields: { title: 'Owner' }, readAs: { customer: { title: 'Owner' } } };

writeContract('Marketo by a form', {
	place: 'marketo',
	cannot: { sameLeadsAtOnce: 'a fill-out is known by the log, where it shows minutes later' },
	loses: LOST,
	additional: ADDITIONAL,
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
	loses: {
		...LOST,
		textProperty: NO_FILL_OUT,
		numberProperty: NO_FILL_OUT,
		listProperty: NO_FILL_OUT,
	},
	additional: ADDITIONAL,
	outcomes: { changed: 'updated', afterLoss: 'updated' },
	stands: 'last',
	requests: { created: 6, again: 6, changed: 6 },
	writes: (leads) => Math.ceil(leads / 300),
});
