'use strict';
/** Preloaded into n8n: appends the name of every file of our package that is loaded to a log. */
const { appendFileSync } = require('node:fs');
const Module = require('node:module');

const OURS = /\.n8n\/nodes\/node_modules\/n8n-nodes-marketplace-leads\/(.*)$/;

const load = Module._extensions['.js'];
Module._extensions['.js'] = function (module, filename) {
	const [, file] = OURS.exec(filename) ?? [];
	if (file && process.env.LOAD_LOG) appendFileSync(process.env.LOAD_LOG, `${file}\n`);
	return load(module, filename);
};
