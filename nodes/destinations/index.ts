import { azureTable } from './azureTable';
import type { DestinationDescription } from './contract';
import { dynamics365 } from './dynamics365';
import { https } from './https';
import { marketo } from './marketo';
import { salesforce } from './salesforce';

/** Every destination there is; nothing else in the code lists them. */
export const DESTINATIONS: readonly DestinationDescription[] = [
	azureTable,
	dynamics365,
	https,
	marketo,
	salesforce,
];
