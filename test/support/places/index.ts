/** All destinations that are written into, each with a place of its own for every test. */
import type { DestinationName } from '../../../nodes/lead/types.ts';
import { azureTablePlaces } from './azureTable.ts';
import { dynamicsPlaces } from './dynamics365.ts';
import { httpsPlaces } from './https.ts';
import { marketoPlaces } from './marketo.ts';
import { placesOf, type Places, type WritePlace } from './place.ts';
import { salesforcePlaces, WebToLeadPlace } from './salesforce.ts';

export type StartPlaces = () => Promise<Places<WritePlace>>;

export const PLACES: Readonly<Record<DestinationName, StartPlaces>> = {
	azureTable: async () => {
		const { newPlace, stop } = await azureTablePlaces();
		// Microsoft's connector makes the table with the first lead.
		return { newPlace: async () => await newPlace({ absent: true }), stop };
	},
	dynamics365: dynamicsPlaces,
	marketo: marketoPlaces,
	salesforce: salesforcePlaces,
	https: httpsPlaces,
};

/** Further ways into destinations, as places of their own. */
export const OTHER_WAYS = {
	'salesforce by Web-to-Lead': () =>
		Promise.resolve(placesOf(async () => await WebToLeadPlace.start())),
} satisfies Record<string, StartPlaces>;
