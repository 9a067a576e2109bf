import { pollContract } from '../../support/pollContract.ts';
import { azureTablePolled } from '../../support/places/azureTable.ts';

pollContract('an Azure table', azureTablePolled);
