import { matrixOf } from '../../../support/marketplaceLeadMatrix';

matrixOf('azureTable', 550);
