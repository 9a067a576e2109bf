import { matrixOf } from '../../../support/marketplaceLeadMatrix';

matrixOf('salesforce', 730);
matrixOf('salesforce by Web-to-Lead', 480);
