/**
 * A process of its own, since `proxy-chain` is an ES module, which jest does not load. Arguments:
 * port, log file. User and password come in `PROXY_SIGN_IN`, with a colon between.
 */
import type { lookup } from 'node:dns';
import { appendFileSync } from 'node:fs';

import { Server } from 'proxy-chain';

const [port = '0', logFile = ''] = process.argv.slice(2);
const [user = '', password = ''] = (process.env['PROXY_SIGN_IN'] ?? '').split(':');

/** Every host is on this machine: names that nobody else can resolve, so nobody gets past the proxy. */
const everyHostIsHere = ((
	_hostname: string,
	options: { all?: boolean } | undefined,
	done: (error: null, address: unknown, family?: number) => void,
) => {
	if (options?.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
	else done(null, '127.0.0.1', 4);
}) as typeof lookup;

const server = new Server({
	host: '127.0.0.1',
	port: Number(port),
	prepareRequestFunction(asked) {
		if (asked.username !== user || asked.password !== password) {
			return { requestAuthentication: true, failMsg: 'This proxy asks for a sign-in.' };
		}
		appendFileSync(
			logFile,
			`${asked.isHttp ? 'HTTP' : 'CONNECT'} ${asked.hostname}:${asked.port}\n`,
		);
		return { dnsLookup: everyHostIsHere };
	},
});
await server.listen();
console.log('ready');
