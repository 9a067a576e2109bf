import { pollContract } from '../../support/pollContract.ts';
import { dynamicsPolled } from '../../support/places/dynamics365.ts';

pollContract('Dynamics 365', dynamicsPolled);
