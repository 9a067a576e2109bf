'use strict';
// Only jsforce's own transport needs it, and ours replaces that. Merely loaded, undici makes itself
// what sends every `fetch` of n8n's process; without it jsforce is also less than half as large.
class Unused {}
class SocketError extends Error {}
const fetch = () => Promise.reject(new Error('The transport of jsforce is left out.'));
module.exports = {
	Agent: Unused,
	ProxyAgent: Unused,
	Response: Unused,
	errors: { SocketError },
	fetch,
};
