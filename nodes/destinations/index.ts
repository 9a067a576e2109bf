import { azureTable } from './azureTable/azureTable.description';
import type { DestinationDescription } from './destination.description';

/** Every destination there is; nothing else in the code lists them. */
export const DESTINATIONS: readonly DestinationDescription[] = [azureTable];
