/** Fields of the credentials that n8n signs in with the browser, which its users do not see. */
import type { INodeProperties } from 'n8n-workflow';

/** In the code of an expression, where two braces would end it and two slashes begin a comment. */
const LOOPBACK = String.raw`(localhost|127[.]\d+[.]\d+[.]\d+|\[::1\])(:\d+)?(\/|$)`;

/**
 * Code of an expression: scheme and host of an address, whatever was pasted; `address` is code, too. n8n
 * sends secrets there, so it is https unless they stay on this machine.
 */
export function originOf(address: string): string {
	return String.raw`${address}.trim().replace(/^(?!https?:)/i, "https://").replace(/^http:(?![\/]{2}${LOOPBACK})/i, "https:").replace(/^(https?:)[\s\/\\]*([^\/\\?#]*)[^]*$/i, "$1//$2")`;
}

export const GRANT_TYPE: INodeProperties = {
	displayName: 'Grant Type',
	name: 'grantType',
	type: 'hidden',
	default: 'pkce',
};

export interface OAuth2Endpoints {
	/** Code of an expression: how both addresses begin. */
	beginning: string;
	/** What follows it, where the user signs in and where n8n gets the token. */
	paths: readonly [string, string];
	/** A text, or a whole expression. */
	scope: string;
	/** Query parameters of the page where the user signs in. */
	query: string;
}

export function oAuth2Fields({
	beginning,
	paths,
	scope,
	query,
}: OAuth2Endpoints): INodeProperties[] {
	const [signIn, issue] = paths;
	return [
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'hidden',
			required: true,
			default: `={{ ${beginning} + "${signIn}" }}`,
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'hidden',
			required: true,
			default: `={{ ${beginning} + "${issue}" }}`,
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'hidden',
			default: scope,
		},
		{
			displayName: 'Auth URI Query Parameters',
			name: 'authQueryParameters',
			type: 'hidden',
			default: query,
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'hidden',
			default: 'body',
		},
	];
}
