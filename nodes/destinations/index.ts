import type { DestinationName } from '../lead';
import { azureTable } from './azureTable';
import type { DestinationDescription } from './contract';
import { dynamics365 } from './dynamics365';
import { https } from './https';
import { marketo } from './marketo';
import { salesforce } from './salesforce';

const REGISTRY: Readonly<Record<DestinationName, DestinationDescription>> = {
	azureTable,
	dynamics365,
	https,
	marketo,
	salesforce,
};

/** Every destination there is, in the order in which the editor shows them. */
export const DESTINATIONS: readonly DestinationDescription[] = Object.values(REGISTRY);
