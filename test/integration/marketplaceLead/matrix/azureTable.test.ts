import { matrixOf } from '../../../support/marketplaceLeadMatrix';

matrixOf('azureTable', 0);
