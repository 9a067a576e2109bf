import { DestinationError, type DestinationErrorCode } from '../../contract';
import { HttpError, type HttpResponse, unreachable } from '../../httpClient';
import { retryAfterOf } from '../../timeLimits';
import { oddAnswer } from '../errors';
import { refusalCode } from './vendorError';
import type { SignIn } from '../connection/signIn';

interface Explanation {
	code: RegExp;
	/** Of the text behind the code, where one code stands for many things. Gaps are bounded. */
	text?: RegExp;
	/** The only way to sign in that this is said of; every one where it is absent. */
	authentication?: SignIn['authentication'];
	message: string;
	/** What to do about each cause, the likeliest first: Salesforce tells few of them apart. */
	description: string;
	reason?: DestinationErrorCode;
}

const GRANT = /^invalid_grant$/i;

const TEN_MINUTES = 'An app that was just made or changed takes up to ten minutes to be known';

const USER_IS_OUT: Omit<Explanation, 'code' | 'text'> = {
	message: 'The user that signs in is inactive or locked',
	description:
		'In Setup, Users, activate the user, or unfreeze or unlock it. With client credentials it is the one under Run As in the app’s policies; another one can be set there.',
};

/** By https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm; the first that fits counts. */
const EXPLANATIONS: readonly Explanation[] = [
	{
		code: /^(invalid_client_id|app_not_found|OAUTH_(EC_)?APP_NOT_FOUND)$/i,
		message: 'The Consumer Key is not one of an app in this organisation',
		description: `Copy it anew from the app’s settings. Then check My Domain or Environment: each sandbox and organisation has apps of its own, and an external client app of another one has to be installed first. Then check that the flow is enabled in the app. ${TEN_MINUTES}; one that was deleted stays unknown.`,
	},
	{
		code: /^invalid_client(_credentials)?$/i,
		authentication: 'jwtBearer',
		message: 'Salesforce does not take the app for a signed request',
		description: `Check that the JWT Bearer Flow is enabled in the app and has the certificate of the Private Key (Use digital signatures), that the Consumer Key is that of this app, and that the app is one of the organisation that Environment or My Domain names. ${TEN_MINUTES}.`,
	},
	{
		code: /^invalid_client(_credentials)?$/i,
		message: 'The Consumer Secret is wrong, or is not that of this Consumer Key',
		description: `Copy both anew from the same app’s settings: the secret is another one after it was rotated. Then check that the app is one of the organisation that My Domain or Environment names, and that it is enabled and installed there. ${TEN_MINUTES}.`,
	},
	{ code: /^inactive_user$/i, ...USER_IS_OUT },
	{
		code: /^inactive_org$/i,
		message: 'The organisation is locked, closed or suspended',
		description:
			'A trial may have ended, or a sandbox have been deleted or be refreshing. Otherwise ask Salesforce, or choose another organisation in the credential.',
	},
	{
		code: /^(invalid_app_access|OAUTH_APP_(ACCESS_DENIED|BLOCKED)|OAUTH_AUTHORIZATION_BLOCKED|access_denied)$/i,
		message: 'The user is not allowed to use the app',
		description:
			'Give the user’s profile or a permission set access to the app in the app’s policies; a permission set of the license Salesforce API Integration can’t have it. Then check that the app is not blocked (Setup, Connected Apps OAuth Usage), and that API Access Control lets it in.',
		reason: 'permission',
	},
	{
		code: /^(unsupported_grant_type|unauthorized_client)$/i,
		message: 'The app does not allow this way to sign in',
		description:
			'Enable the flow in the app’s OAuth settings, or choose another Authentication. Then check Setup, OAuth and OpenID Connect Settings, where an organisation can block flows of all apps.',
	},
	{
		code: /^invalid_scope$/i,
		message: 'The app lacks the scope for the API',
		description:
			'Give the app the OAuth scope "Manage user data via APIs (api)", and for a refresh token refresh_token too.',
		reason: 'permission',
	},
	{
		code: /^invalid_request$/i,
		message: 'Salesforce could not read the sign-in',
		description:
			'Fill in the credential’s fields anew, without quotes or line breaks around them. Then check whether a proxy on the way changes requests.',
	},
	{
		code: GRANT,
		text: /not supported on this domain/i,
		message: 'Client credentials are only accepted at the organisation’s own domain',
		description:
			'Set My Domain in the credential to the organisation’s address, as in https://contoso.my.salesforce.com.',
		reason: 'configuration',
	},
	{
		code: GRANT,
		text: /no client credentials user/i,
		message: 'The app has no user to run as',
		description: `Set Run As under Client Credentials Flow in the app’s policies, to a user who is active. ${TEN_MINUTES}.`,
	},
	{
		code: GRANT,
		text: /client credentials flow|flow.{0,80}not enabled|not enabled.{0,80}flow/i,
		message: 'The app does not allow client credentials',
		description: `Enable the Client Credentials Flow in the app’s OAuth settings, and set Run As in its policies. ${TEN_MINUTES}.`,
	},
	{
		code: GRANT,
		text: /approved/i,
		message: 'The user has not been allowed to use the app, or the Username is wrong',
		description:
			'Check the Username; in a sandbox it ends with the sandbox’s name. Set Permitted Users to "Admin approved users are pre-authorized" in the app’s policies, and give the user’s profile or a permission set access to the app; a permission set of the license Salesforce API Integration can’t have it.',
		reason: 'permission',
	},
	{
		code: GRANT,
		text: /audience/i,
		message: 'The signed request was sent to another environment than it is for',
		description:
			'Set Environment to Sandbox for a sandbox and to Production otherwise. With My Domain, check that it is the organisation’s current one: a sandbox has its name in it.',
	},
	{
		code: GRANT,
		text: /ip (address )?(is )?restricted|ip range|login hours/i,
		message: 'The organisation does not let in the address n8n comes from, or not at this hour',
		description:
			'Add it to the trusted IP ranges (Setup, Network Access, or the profile’s Login IP Ranges), or relax the app’s IP restrictions. Then check the profile’s Login Hours.',
		reason: 'permission',
	},
	{
		code: GRANT,
		text: /expired assertion|assertion (has |is )?expired/i,
		message: 'Salesforce finds that the signed request has expired',
		description:
			'Set the clock of this machine right: the request is good for three minutes. Then check that the app’s certificate has not expired.',
	},
	{
		code: GRANT,
		text: /assertion|signature|jwt/i,
		message: 'Salesforce does not accept the signed request',
		description:
			'The Private Key must belong to the certificate in the app’s settings (Use digital signatures), which must not have expired, and the clock of this machine must be right.',
	},
	{ code: GRANT, text: /inactive|locked|frozen|disabled/i, ...USER_IS_OUT },
	{
		code: GRANT,
		text: /expired|token/i,
		message: 'The refresh token has expired or was revoked',
		description:
			'Sign in anew to get another one, with this app and this environment: it is good for no other. Set the app’s refresh token policy to "valid until revoked". Salesforce keeps the last five for a user and app.',
	},
	{
		code: GRANT,
		text: /authentication failure/i,
		message: 'Salesforce turned the user away',
		description:
			'Look up the reason in Setup, Login History: the user may be inactive, locked, or not let in from here or at this hour. Where nothing is listed there, My Domain or Environment is that of another organisation.',
	},
];

const GENERAL: Omit<Explanation, 'code' | 'text'> = {
	message: 'Salesforce did not accept the sign-in',
	description:
		'Check the credential’s fields, and look up the reason in Setup, Login History of the organisation.',
};

/** What passes by itself: https://datatracker.ietf.org/doc/html/rfc6749#section-5.2 and Salesforce's own. */
const PASSING = /^(server_error|temporarily_unavailable|unknown_error)$/i;

/**
 * Why the token endpoint gave no token; `error` is what was thrown, `answer` what came, and
 * `authentication` the way that was tried: the same code has other causes in another.
 */
export function explainSignIn(
	error: unknown,
	answer: HttpResponse | undefined,
	authentication?: SignIn['authentication'],
): DestinationError {
	if (error instanceof DestinationError) return error;
	if (error instanceof HttpError) return unreachable(error, 'Salesforce');
	if (!answer) return oddAnswer(undefined);
	const { status, headers, body } = answer;
	const { code, message } = refusalCode(body);
	if (/^rate_limit_exceeded$/i.test(code) || /login rate/i.test(message)) {
		return tooManySignIns(answer);
	}
	if (status >= 500 || status === 429 || PASSING.test(code)) {
		return new DestinationError('Salesforce is too busy to let anybody sign in', {
			description: 'Nothing is lost: try again, or wait for the next poll.',
			code: 'throttled',
			httpCode: String(status),
			retryAfter: retryAfterOf(headers['retry-after']) ?? 0,
		});
	}
	if (code === '') return oddAnswer(answer);
	const found = EXPLANATIONS.find(
		(known) =>
			known.code.test(code) &&
			(known.text?.test(message) ?? true) &&
			(known.authentication ?? authentication) === authentication,
	);
	const { reason = 'authentication', ...text } = found ?? {
		...GENERAL,
		message: `${GENERAL.message} (${code})`,
	};
	return new DestinationError(text.message, {
		description: text.description,
		code: reason,
		httpCode: String(status),
	});
}

/** Another try would be one more sign-in, so only a service that says how long is waited for. */
function tooManySignIns({ status, headers }: HttpResponse): DestinationError {
	return new DestinationError('The user has signed in too often within an hour', {
		description:
			'Salesforce takes 3,600 sign-ins an hour of one user, whichever app they come from: give n8n a user of its own, and run workflows that sign in less often. Nothing is lost: it works again within the hour.',
		code: 'throttled',
		httpCode: String(status),
		retryAfter: retryAfterOf(headers['retry-after']),
	});
}
