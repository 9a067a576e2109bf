import { pollContract } from '../../support/pollContract.ts';
import { marketoPolled } from './marketoPlace.ts';

pollContract('Marketo', marketoPolled);
