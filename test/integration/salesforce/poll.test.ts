import { pollContract } from '../../support/pollContract.ts';
import { salesforcePolled } from './salesforcePlace.ts';

pollContract('Salesforce', salesforcePolled);
