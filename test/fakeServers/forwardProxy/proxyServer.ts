/**
 * A process of its own, since `proxy-chain` is an ES module, which jest does not load. Arguments:
 * port, log file. User and password come in `PROXY_SIGN_IN`, with a colon between; `PROXY_PORTS` has
 * the port here of each `host:port` that goes by another.
 */
import type { lookup } from 'node:dns';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

import { Server } from 'proxy-chain';

const [port = '0', logFile = ''] = process.argv.slice(2);
const [user = '', password = ''] = (process.env['PROXY_SIGN_IN'] ?? '').split(':');
const ports = JSON.parse(process.env['PROXY_PORTS'] ?? '{}') as Record<string, number>;

/** What proxy-chain gives a connection to, in the place of the host that was asked for. */
function passingOnTo(target: number) {
	// Nothing is read of what comes: it is TLS, and ends where it is passed on to.
	const passer = createServer().removeAllListeners('connection');
	return passer.on('connection', (socket: Socket) => {
		const onward = connect({ host: '127.0.0.1', port: target });
		socket.pipe(onward).pipe(socket);
		socket.on('error', () => onward.destroy());
		onward.on('error', () => socket.destroy());
	});
}

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
		const target = ports[`${asked.hostname}:${asked.port}`];
		return target === undefined
			? { dnsLookup: everyHostIsHere }
			: { customConnectServer: passingOnTo(target) };
	},
});
await server.listen();
console.log('ready');
