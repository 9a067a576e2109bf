import { pollContract } from '../../support/pollContract.ts';
import { azureTablePolled } from './azureTablePlace.ts';

pollContract('an Azure table', azureTablePolled);
