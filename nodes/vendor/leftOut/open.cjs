'use strict';
// Starts a browser for people who sign in themselves: child_process, files. Applications don't.
const open = () => Promise.reject(new Error('Signing in with a browser is left out.'));
module.exports = { __esModule: true, default: open, apps: {} };
