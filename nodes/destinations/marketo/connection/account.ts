import { quote } from '../../../lead/text';
import { checkedUrl, configurationError, withoutSlash } from '../../addresses';
import { textField } from '../../input';

/** A Marketo instance and the custom service (LaunchPoint) that signs in to it. */
export interface MarketoAccount {
	/** `https://123-abc-456.mktorest.com`, without a slash at its end; `/rest` and `/identity` follow. */
	readonly url: string;
	readonly clientId: string;
	readonly clientSecret: string;
}

/** Admin, Integration, Munchkin. */
const MUNCHKIN_ID = /^\d{3}-[a-z]{3}-\d{3}$/i;

/**
 * Makes the account from the credential's fields.
 *
 * @throws DestinationError with code `configuration` that names the field to mend
 */
export function readAccount(credential: Record<string, unknown>): MarketoAccount {
	const url = instanceUrl(credential);
	const clientId = textField(credential, 'clientId');
	const clientSecret = textField(credential, 'clientSecret');
	for (const [value, name] of [
		[clientId, 'Client ID'],
		[clientSecret, 'Client Secret'],
	]) {
		if (value === '') {
			throw configurationError(
				`The ${name} is missing`,
				'Copy it from Marketo: Admin, Integration, LaunchPoint, View Details of the custom service.',
			);
		}
	}
	return { url, clientId, clientSecret };
}

function instanceUrl(credential: Record<string, unknown>): string {
	const address = textField(credential, 'address') || 'munchkinId';
	switch (address) {
		case 'munchkinId': {
			const munchkinId = textField(credential, 'munchkinId');
			if (MUNCHKIN_ID.test(munchkinId)) return `https://${munchkinId.toLowerCase()}.mktorest.com`;
			throw configurationError(
				'The Munchkin ID is invalid',
				'It has the form 123-ABC-456. Copy it from Marketo: Admin, Integration, Munchkin.',
			);
		}
		case 'endpoint':
			return endpointUrl(textField(credential, 'endpoint'));
		default:
			throw configurationError(
				`${quote(address)} is not a way to name a Marketo instance`,
				'Choose one of those listed under Address in the credential.',
			);
	}
}

/** The endpoint as Marketo shows it, which is that of the REST or the identity service. */
function endpointUrl(text: string): string {
	// The client secret is in the address of the sign-in.
	const url = checkedUrl(text, 'The Endpoint');
	return withoutSlash(url).replace(/\/(?:rest|identity)$/i, '');
}
