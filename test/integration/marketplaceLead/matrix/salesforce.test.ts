import { matrixOf } from '../../../support/marketplaceLeadMatrix';

matrixOf('salesforce', 0);
matrixOf('salesforce by Web-to-Lead', 0);
