import { matrixOf } from '../../../support/marketplaceLeadMatrix';

matrixOf('dynamics365', 950);
