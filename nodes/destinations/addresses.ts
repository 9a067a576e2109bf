import { DestinationError } from './destinationError';

/** Hosts of this very machine, where nobody listens in. */
export const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/**
 * An address out of a credential; `what` names it at the beginning of a sentence. Every request carries
 * secrets or leads, so it needs TLS unless it stays on this machine.
 *
 * @throws DestinationError with code `configuration` that never repeats the address
 */
export function checkedUrl(text: string, what: string): URL {
	let url: URL;
	try {
		url = new URL(text);
	} catch {
		throw configurationError(
			`${what} is not an address`,
			'It begins with https:// and names a host.',
		);
	}
	if (url.protocol !== 'https:' && !isPlainLoopback(url)) {
		throw configurationError(
			`${what} is not an https address`,
			'Use https:// so that secrets and leads stay secret; http:// is for this machine only.',
		);
	}
	if (url.username !== '' || url.password !== '') {
		throw configurationError(
			`${what} holds a user name or password`,
			'Leave them out of the address.',
		);
	}
	return url;
}

/** Whether nothing encrypts what is sent there, which may stay on this machine only. */
export function isPlainLoopback({ protocol, hostname }: URL): boolean {
	return protocol === 'http:' && LOOPBACK.test(hostname);
}

export function withoutSlash(url: URL): string {
	return trimSlashes(`${url.origin}${url.pathname}`);
}

/** Without the slashes at its end. A pattern would try each run of slashes at each of its slashes. */
export function trimSlashes(text: string): string {
	let end = text.length;
	while (text.charAt(end - 1) === '/') end -= 1;
	return text.slice(0, end);
}

/** Something in a credential or parameter that its owner has to mend. */
export function configurationError(message: string, description: string): DestinationError {
	return new DestinationError(message, { description, code: 'configuration' });
}
