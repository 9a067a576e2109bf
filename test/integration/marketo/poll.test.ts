import { pollContract } from '../../support/pollContract.ts';
import { marketoPolled } from '../../support/places/marketo.ts';

pollContract('Marketo', marketoPolled);
