import { HttpFailure, unreachable, type HttpAnswer } from '../http';
import { retryAfterOf } from '../retry';
import { DestinationError, type RefusalReason } from '../types';
import { oddAnswer } from './refusal';
import { refusalCode } from './refusalCode';

interface Explanation {
	/** Of the code, or of the text behind it where one code stands for many things. */
	pattern: RegExp;
	message: string;
	description: string;
	reason?: RefusalReason;
}

/** Codes of the token endpoint: https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm */
const BY_CODE: readonly Explanation[] = [
	{
		pattern: /^(invalid_client_id|app_not_found|OAUTH_APP_NOT_FOUND)$/i,
		message: 'The Consumer Key is not one of an app in this organisation',
		description:
			'Copy it anew from the app’s settings, and check the environment: sandboxes have apps of their own. A new app takes up to ten minutes to be known.',
	},
	{
		pattern: /^invalid_client(_credentials)?$/i,
		message: 'The Consumer Secret is wrong',
		description: 'Copy the Consumer Secret anew from the app’s settings in Salesforce.',
	},
	{
		pattern: /^inactive_user$/i,
		message: 'The user that signs in is inactive or locked',
		description: 'Activate or unfreeze the user in Setup, Users, or let another one sign in.',
	},
	{
		pattern: /^inactive_org$/i,
		message: 'The organisation is locked, closed or suspended',
		description: 'Ask Salesforce, or choose another organisation in the credential.',
	},
	{
		pattern: /^(invalid_app_access|OAUTH_APP_(ACCESS_DENIED|BLOCKED)|access_denied)$/i,
		message: 'The user is not allowed to use the app',
		description:
			'Give the user’s profile or a permission set access to the app (its policies, or OAuth and OpenID Connect Settings), and check that the app is not blocked.',
		reason: 'permission',
	},
	{
		pattern: /^(unsupported_grant_type|unauthorized_client)$/i,
		message: 'The app does not allow this way to sign in',
		description: 'Enable the flow in the app’s OAuth settings, or choose another Authentication.',
	},
	{
		pattern: /^invalid_scope$/i,
		message: 'The app lacks the scope for the API',
		description:
			'Give the app the OAuth scope "Manage user data via APIs (api)", and for a refresh token refresh_token too.',
		reason: 'permission',
	},
];

/** `invalid_grant` stands for many things, told apart by the text behind it. */
const BY_GRANT_TEXT: readonly Explanation[] = [
	{
		pattern: /not supported on this domain/i,
		message: 'Client credentials are only accepted at the organisation’s own domain',
		description:
			'Set My Domain in the credential to the organisation’s address, as in https://contoso.my.salesforce.com.',
		reason: 'configuration',
	},
	{
		pattern: /no client credentials user/i,
		message: 'The app has no user to run as',
		description: 'Set Run As under Client Credentials Flow in the app’s policies.',
	},
	{
		pattern: /client credentials flow|flow.*not enabled|not enabled.*flow/i,
		message: 'The app does not allow client credentials',
		description: 'Enable the Client Credentials Flow in the app’s OAuth settings.',
	},
	{
		pattern: /approved/i,
		message: 'The user has not been allowed to use the app, or the Username is wrong',
		description:
			'Check the Username, set Permitted Users to "Admin approved users are pre-authorized" in the app’s policies, and give the user’s profile or permission set access to the app.',
		reason: 'permission',
	},
	{
		pattern: /audience/i,
		message: 'The signed request was sent to another environment than it is for',
		description: 'Check Environment and My Domain in the credential.',
	},
	{
		pattern: /ip (address )?(is )?restricted|ip range/i,
		message: 'The organisation does not let in the address n8n comes from',
		description:
			'Add it to the trusted IP ranges (Setup, Network Access, or the profile’s Login IP Ranges), or relax the app’s IP restrictions.',
		reason: 'permission',
	},
	{
		pattern: /assertion|signature|jwt/i,
		message: 'Salesforce does not accept the signed request',
		description:
			'The Private Key must belong to the certificate in the app’s settings (Use digital signatures), and the clock of this machine must be right.',
	},
	{
		pattern: /inactive|locked|frozen|disabled/i,
		message: 'The user that signs in is inactive or locked',
		description: 'Activate or unfreeze the user in Setup, Users, or let another one sign in.',
	},
	{
		pattern: /expired|refresh token|token/i,
		message: 'The refresh token has expired or was revoked',
		description:
			'Sign in anew to get another one, and set the app’s refresh token policy to "valid until revoked". Salesforce keeps the last five for a user and app.',
	},
	{
		pattern: /authentication failure/i,
		message: 'Salesforce turned the user away',
		description:
			'Look up the reason in Setup, Login History: the user may be inactive, locked, or not let in from here or at this hour.',
	},
];

const GENERAL: Omit<Explanation, 'pattern'> = {
	message: 'Salesforce did not accept the sign-in',
	description:
		'Check the credential’s fields, and look up the reason in Setup, Login History of the organisation.',
};

/** Why the token endpoint gave no token; `error` is what was thrown, `answer` what came. */
export function explainSignIn(error: unknown, answer: HttpAnswer | undefined): DestinationError {
	if (error instanceof DestinationError) return error;
	if (error instanceof HttpFailure) return unreachable(error, 'Salesforce');
	if (!answer) return oddAnswer(undefined);
	const { status, headers, body } = answer;
	const { code, message } = refusalCode(body);
	if (status >= 500 || status === 429 || /rate/i.test(code) || /login rate/i.test(message)) {
		return new DestinationError('Salesforce is too busy to let anybody sign in', {
			description: 'Nothing is lost: try again, or wait for the next poll.',
			reason: 'throttled',
			httpCode: String(status),
			retryAfter: retryAfterOf(headers['retry-after']) ?? 0,
		});
	}
	if (code === '') return oddAnswer(answer);
	const found =
		BY_CODE.find(({ pattern }) => pattern.test(code)) ??
		(code === 'invalid_grant'
			? BY_GRANT_TEXT.find(({ pattern }) => pattern.test(message))
			: undefined);
	const { reason = 'authentication', ...text } = found ?? {
		...GENERAL,
		message: `${GENERAL.message} (${code})`,
	};
	return new DestinationError(text.message, {
		description: text.description,
		reason,
		httpCode: String(status),
	});
}
