'use strict';
// jsforce's list of connections for its command line: reads a file of the user's as it is loaded, and
// runs Salesforce's command line tool.
module.exports = { __esModule: true, default: {} };
