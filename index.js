'use strict';
// For programs that want the lead parser without n8n. n8n itself never loads this file: it finds
// our nodes and credentials by the "n8n" section of package.json.
module.exports = require('./dist/nodes/lead');
