'use strict';
// Reads files to upload. Nothing is uploaded; its users only ask whether a body is one of these.
module.exports = class FormData {};
