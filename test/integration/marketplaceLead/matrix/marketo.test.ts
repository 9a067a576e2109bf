import { matrixOf } from '../../../support/marketplaceLeadMatrix';

matrixOf('marketo', 0);
