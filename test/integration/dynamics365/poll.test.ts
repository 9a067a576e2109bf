import { pollContract } from '../../support/pollContract.ts';
import { dynamicsPolled } from './dynamicsPlace.ts';

pollContract('Dynamics 365', dynamicsPolled);
