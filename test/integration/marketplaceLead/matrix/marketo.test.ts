import { matrixOf } from '../../../support/marketplaceLeadMatrix';

matrixOf('marketo', 700);
