import { DestinationError, type DestinationErrorCode } from '../../destinationError';
import { HttpError, type HttpResponse, unreachable } from '../../httpClient';
import { retryAfterOf } from '../../timeLimits';
import { shownCode } from '../../vendorCodes';
import type { SignIn } from '../connection/signIn';
import { readVendorError, unexpected } from '../errors';

interface Explanation {
	vendorCode: RegExp;
	/** Of the text behind the code, where one code stands for many things. Gaps are bounded. */
	text?: RegExp;
	/** The only way to sign in that this is said of; every one where it is absent. */
	authentication?: SignIn['authentication'];
	message: string;
	/** What to do about each cause, the likeliest first: Salesforce tells few of them apart. */
	description: string;
	/** `authentication` when absent. */
	code?: DestinationErrorCode;
}

const GRANT = /^invalid_grant$/i;

const TEN_MINUTES = 'An app that was just made or changed takes up to ten minutes to be known';

const USER_IS_OUT: Omit<Explanation, 'text' | 'vendorCode'> = {
	message: 'The user that signs in is inactive or locked',
	description:
		'In Setup, Users, activate the user, or unfreeze or unlock it. With client credentials it is the one under Run As in the app’s policies; another one can be set there.',
};

/** By https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm; the first that fits counts. */
const EXPLANATIONS: readonly Explanation[] = [
	{
		vendorCode: /^(invalid_client_id|app_not_found|OAUTH_(EC_)?APP_NOT_FOUND)$/i,
		message: 'The Consumer Key is not one of an app in this organisation',
		description: `Copy it again from the app’s settings. Then check My Domain or Environment: each sandbox and organisation has apps of its own, and an external client app of another one has to be installed first. Then check that the flow is enabled in the app. ${TEN_MINUTES}; one that was deleted stays unknown.`,
	},
	{
		vendorCode: /^invalid_client(_credentials)?$/i,
		authentication: 'jwtBearer',
		message: 'Salesforce does not take the app for a signed request',
		description: `Check that the JWT Bearer Flow is enabled in the app and has the certificate of the Private Key (Use digital signatures), that the Consumer Key is that of this app, and that the app is one of the organisation that Environment or My Domain names. ${TEN_MINUTES}.`,
	},
	{
		vendorCode: /^invalid_client(_credentials)?$/i,
		message: 'The Consumer Secret is wrong, or is not that of this Consumer Key',
		description: `Copy both again from the same app’s settings: the secret is another one after it was rotated. Then check that the app is one of the organisation that My Domain or Environment names, and that it is enabled and installed there. ${TEN_MINUTES}.`,
	},
	{ vendorCode: /^inactive_user$/i, ...USER_IS_OUT },
	{
		vendorCode: /^inactive_org$/i,
		message: 'The organisation is locked, closed or suspended',
		description:
			'A trial may have ended, or a sandbox have been deleted or be refreshing. Otherwise ask Salesforce, or choose another organisation in the credential.',
	},
	{
		vendorCode:
			/^(invalid_app_access|OAUTH_APP_(ACCESS_DENIED|BLOCKED)|OAUTH_AUTHORIZATION_BLOCKED|access_denied)$/i,
		message: 'The user is not allowed to use the app',
		description:
			'Give the user’s profile or a permission set access to the app in the app’s policies; a permission set of the license Salesforce API Integration can’t have it. Then check that the app is not blocked (Setup, Connected Apps OAuth Usage), and that API Access Control lets it in.',
		code: 'permission',
	},
	{
		vendorCode: /^(unsupported_grant_type|unauthorized_client)$/i,
		message: 'The app does not allow this way to sign in',
		description:
			'Enable the flow in the app’s OAuth settings, or choose another Authentication. Then check Setup, OAuth and OpenID Connect Settings, where an organisation can block flows of all apps.',
	},
	{
		vendorCode: /^invalid_scope$/i,
		message: 'The app lacks the scope for the API',
		description:
			'Give the app the OAuth scope "Manage user data via APIs (api)", and for a refresh token refresh_token too.',
		code: 'permission',
	},
	{
		vendorCode: /^invalid_request$/i,
		message: 'Salesforce could not read the sign-in',
		description:
			'Fill in the credential’s fields again, without quotes or line breaks around them. Then check whether a proxy on the way changes requests.',
	},
	{
		vendorCode: GRANT,
		text: /not supported on this domain/i,
		message: 'Client credentials are only accepted at the organisation’s own domain',
		description:
			'Set My Domain in the credential to the organisation’s address, as in https://contoso.my.salesforce.com.',
		code: 'configuration',
	},
	{
		vendorCode: GRANT,
		text: /no client credentials user/i,
		message: 'The app has no user to run as',
		description: `Set Run As under Client Credentials Flow in the app’s policies, to a user who is active. ${TEN_MINUTES}.`,
	},
	{
		vendorCode: GRANT,
		text: /client credentials flow|flow.{0,80}not enabled|not enabled.{0,80}flow/i,
		message: 'The app does not allow client credentials',
		description: `Enable the Client Credentials Flow in the app’s OAuth settings, and set Run As in its policies. ${TEN_MINUTES}.`,
	},
	{
		vendorCode: GRANT,
		text: /approved/i,
		message: 'The user has not been allowed to use the app, or the Username is wrong',
		description:
			'Check the Username; in a sandbox it ends with the sandbox’s name. Set Permitted Users to "Admin approved users are pre-authorized" in the app’s policies, and give the user’s profile or a permission set access to the app; a permission set of the license Salesforce API Integration can’t have it.',
		code: 'permission',
	},
	{
		vendorCode: GRANT,
		text: /audience/i,
		message: 'The signed request was sent to another environment than it is for',
		description:
			'Set Environment to Sandbox for a sandbox and to Production otherwise. With My Domain, check that it is the organisation’s current one: a sandbox has its name in it.',
	},
	{
		vendorCode: GRANT,
		text: /ip (address )?(is )?restricted|ip range|login hours/i,
		message: 'The organisation does not let in the address n8n comes from, or not at this hour',
		description:
			'Add it to the trusted IP ranges (Setup, Network Access, or the profile’s Login IP Ranges), or relax the app’s IP restrictions. Then check the profile’s Login Hours.',
		code: 'permission',
	},
	{
		vendorCode: GRANT,
		text: /expired assertion|assertion (has |is )?expired/i,
		message: 'According to Salesforce, the signed request has expired',
		description:
			'Correct the clock of this machine: the request is valid for three minutes. Then check that the app’s certificate has not expired.',
	},
	{
		vendorCode: GRANT,
		text: /assertion|signature|jwt/i,
		message: 'Salesforce does not accept the signed request',
		description:
			'The Private Key must belong to the certificate in the app’s settings (Use digital signatures), which must not have expired, and the clock of this machine must be right.',
	},
	{ vendorCode: GRANT, text: /inactive|locked|frozen|disabled/i, ...USER_IS_OUT },
	{
		vendorCode: GRANT,
		text: /expired|token/i,
		message: 'The refresh token has expired or was revoked',
		description:
			'Sign in anew to get another one, with this app and this environment: it is good for no other. Set the app’s refresh token policy to "valid until revoked". Salesforce keeps the last five for a user and app.',
	},
	{
		vendorCode: GRANT,
		text: /authentication failure/i,
		message: 'Salesforce denied access to the user',
		description:
			'Look up the reason in Setup, Login History: the user may be inactive, locked, or not let in from here or at this hour. Where nothing is listed there, My Domain or Environment is that of another organisation.',
	},
];

const GENERAL: Omit<Explanation, 'text' | 'vendorCode'> = {
	message: 'Salesforce did not accept the sign-in',
	description:
		'Check the credential’s fields, and look up the reason in Setup, Login History of the organisation.',
};

/** What passes by itself: https://datatracker.ietf.org/doc/html/rfc6749#section-5.2 and Salesforce's own. */
const PASSING = /^(server_error|temporarily_unavailable|unknown_error)$/i;

/**
 * Why the token endpoint gave no token.
 *
 * @param thrown by jsforce or the HTTP client
 * @param authentication the way that was tried: the same code has other causes in another
 */
export function signInError(
	thrown: unknown,
	response: HttpResponse | undefined,
	authentication?: SignIn['authentication'],
): DestinationError {
	if (thrown instanceof DestinationError) return thrown;
	if (thrown instanceof HttpError) return unreachable(thrown, 'Salesforce', 'signIn');
	if (!response) return unexpected(undefined, 'signIn');
	const { status, headers, body } = response;
	const { code: vendorCode, message } = readVendorError(body);
	const retryAfter = retryAfterOf(headers['retry-after']);
	const details = { operation: 'signIn', httpCode: String(status) } as const;
	if (/^rate_limit_exceeded$/i.test(vendorCode) || /login rate/i.test(message)) {
		return new DestinationError('The user has signed in too often within an hour', {
			...details,
			description:
				'Salesforce takes 3,600 sign-ins an hour of one user, whichever app they come from. Give n8n a user of its own, and run workflows that sign in less often. Nothing is lost: it works again within the hour.',
			code: 'throttled',
			// Another attempt would be one more sign-in, so only a service that says how long is waited for.
			retryAfter,
		});
	}
	if (status >= 500 || status === 429 || PASSING.test(vendorCode)) {
		return new DestinationError('Salesforce is too busy to let anybody sign in', {
			...details,
			description: 'Nothing is lost: try again in a moment.',
			code: 'throttled',
			retryAfter: retryAfter ?? 0,
		});
	}
	if (vendorCode === '') return unexpected(response, 'signIn');
	const found = EXPLANATIONS.find(
		(known) =>
			known.vendorCode.test(vendorCode) &&
			(known.text?.test(message) ?? true) &&
			(known.authentication ?? authentication) === authentication,
	);
	const { code = 'authentication', ...said } = found ?? {
		...GENERAL,
		message: `${GENERAL.message}${shownCode('salesforce', vendorCode)}`,
	};
	return new DestinationError(said.message, { ...details, description: said.description, code });
}
