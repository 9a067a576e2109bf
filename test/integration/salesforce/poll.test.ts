import { pollContract } from '../../support/pollContract.ts';
import { salesforcePolled } from '../../support/places/salesforce.ts';

pollContract('Salesforce', salesforcePolled);
