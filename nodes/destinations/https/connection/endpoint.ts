import { checkedUrl, configurationError } from '../../addresses';
import { textField } from '../../input';

export interface EndpointOptions {
	/** Takes an http address on this machine; for tests and for a proxy in front of the receiver. */
	allowHttpOnLocalhost?: boolean;
}

/** Where leads are posted to. Both can hold a secret. */
export interface Endpoint {
	readonly url: URL;
	/** What the receiver asks for beside the address; mostly nothing. */
	readonly headers: Readonly<Record<string, string>>;
}

/** A header's name: https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]{1,100}$/;
/** Nothing that ends a header, and nothing that two servers may read as different characters. */
const HEADER_VALUE = /^[\x20-\x7e]{1,8000}$/;
/** What the sender says itself, and what tells servers where a request ends. */
const RESERVED =
	/^(accept|connection|content-.*|expect|host|idempotency-key|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;

/**
 * Reads the credential's fields.
 *
 * @throws DestinationError with code `configuration` that repeats neither address nor header
 */
export function readEndpoint(
	credential: Record<string, unknown>,
	{ allowHttpOnLocalhost = false }: EndpointOptions = {},
): Endpoint {
	const url = checkedUrl(textField(credential, 'endpointUrl'), 'The Endpoint URL');
	if (url.protocol !== 'https:' && !allowHttpOnLocalhost) {
		throw configurationError(
			'The Endpoint URL is an http address of this machine',
			'Use https://, or turn on the option Allow HTTP on Localhost.',
		);
	}
	return { url, headers: readHeader(credential) };
}

function readHeader(credential: Record<string, unknown>): Record<string, string> {
	const name = textField(credential, 'headerName');
	const value = textField(credential, 'headerValue');
	if (name === '' && value === '') return {};
	if (name === '') {
		throw configurationError(
			'The Header Value has no name',
			'Fill in Header Name, such as Authorization.',
		);
	}
	if (!HEADER_NAME.test(name)) {
		throw configurationError(
			'The Header Name is not the name of a header',
			'It has letters, digits and hyphens, such as Authorization, and no colon.',
		);
	}
	if (RESERVED.test(name)) {
		throw configurationError(
			'The Header Name is one that the sender sets itself',
			'Choose another, such as Authorization or X-Api-Key, or leave both fields empty.',
		);
	}
	if (!HEADER_VALUE.test(value)) {
		throw configurationError(
			value === ''
				? 'The Header Value is missing'
				: 'The Header Value is not one a header can have',
			'It has letters, digits and signs of the English keyboard, in one line.',
		);
	}
	return { [name]: value };
}
