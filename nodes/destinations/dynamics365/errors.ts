import { DestinationError, type DestinationErrorCode } from '../contract';
import type { HttpResponse } from '../httpClient';
import { retryAfterOf } from '../timeLimits';

/** What was read when Dataverse refused, or that leads were written. */
export type Subject = 'columns' | 'environment' | 'leads' | 'writing';

export interface Explanation {
	reason: DestinationErrorCode;
	message: string;
	description: string;
}

export const APPLICATION_USERS =
	'In the Power Platform admin center open the environment, Settings, Users + permissions, Application users.';
const NOTHING_LOST = 'Nothing is lost: the next poll goes on where this one stopped.';
const WRITE_AGAIN =
	'Write the lead again later: where it is there already, nothing is written twice.';

const MISSING_USER: Explanation = {
	reason: 'permission',
	message: 'The application has no user in this environment',
	description: `${APPLICATION_USERS} Add the application there, and give it a role with privileges on the table Lead.`,
};
const DISABLED_USER: Explanation = {
	reason: 'permission',
	message: 'The application user is disabled in this environment',
	description: `${APPLICATION_USERS} Activate it there.`,
};
const MISSING_PRIVILEGE: Explanation = {
	reason: 'permission',
	message: 'The application user may not read leads',
	description: `${APPLICATION_USERS} Give it a security role with the privilege Read on the table Lead, for the whole organization.`,
};
const ADMIN_MODE: Explanation = {
	reason: 'unreachable',
	message: 'The environment is in administration mode',
	description: 'Turn it off in the Power Platform admin center, or wait until it is.',
};
const DISABLED_ENVIRONMENT: Explanation = {
	reason: 'unreachable',
	message: 'The environment is disabled',
	description:
		'Look at its state in the Power Platform admin center: a trial or subscription may have ended.',
};

const SLOW_QUERY: Explanation = {
	reason: 'other',
	message: 'The query took Dynamics 365 too long',
	description: NOTHING_LOST,
};

/** Codes of Dataverse: https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes */
const BY_CODE: Readonly<Record<string, Explanation>> = {
	'0x80072560': MISSING_USER,
	'0x80040204': MISSING_USER,
	'0x80040225': DISABLED_USER,
	'0x80041d1f': DISABLED_USER,
	'0x80040220': MISSING_PRIVILEGE,
	'0x80048306': MISSING_PRIVILEGE,
	'0x80042f09': {
		reason: 'permission',
		message: 'The application user has no security role',
		description: `${APPLICATION_USERS} Give it a security role with privileges on the table Lead.`,
	},
	'0x8004d24b': {
		reason: 'permission',
		message: 'The user has no license for this environment',
		description: 'Sign in with an application user, which needs none.',
	},
	'0x80095ffe': {
		reason: 'permission',
		message: 'The environment’s IP firewall keeps n8n out',
		description:
			'Let the address of n8n through: Power Platform admin center, environment, Settings, Privacy + Security.',
	},
	'0x80072322': throttled('Too many requests were made with this application in five minutes'),
	'0x80072321': throttled('The requests of this application took too long in five minutes'),
	'0x80072326': throttled('Too many requests of this application ran at once'),
	'0x80044151': SLOW_QUERY,
};

/** States of an environment, whose codes are not documented: told by what the refusal says. */
const BY_TEXT: ReadonlyArray<readonly [said: RegExp, explanation: Explanation]> = [
	[/\badmin(istration|istrator)?[- ]mode\b/i, ADMIN_MODE],
	[/\b(organization|environment|instance)\b.{0,40}\bdisabled\b/i, DISABLED_ENVIRONMENT],
	[/\buser\b.{0,80}\bdisabled\b/i, DISABLED_USER],
	[/not a member of the organization/i, MISSING_USER],
	[/\bis missing prv[a-z0-9]{1,64} privilege/i, MISSING_PRIVILEGE],
];

/** Statuses that may well be another one at the next try. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

/** Where a column is set, by its name; to tell the user what to mend. */
export type SettingOf = (column: string) => string | undefined;

/** A column was named that the table Lead does not have. */
export class MissingColumnError extends DestinationError {
	constructor(
		readonly column: string,
		...details: ConstructorParameters<typeof DestinationError>
	) {
		super(...details);
	}
}

/** The refusal in words for the user; never repeats what Dataverse says, which quotes data. */
export function explainRefusal(
	answer: HttpResponse,
	subject: Subject,
	settingOf: SettingOf = () => undefined,
): DestinationError {
	const { status } = answer;
	const { code, text } = readRefusal(answer.body);
	const known = Object.hasOwn(BY_CODE, code)
		? BY_CODE[code]
		: BY_TEXT.find(([said]) => status >= 400 && said.test(text))?.[1];
	const column = known ? undefined : missingColumn(text);
	const explanation =
		forSubject(known, subject) ??
		(column === undefined ? undefined : explainMissingColumn(column, settingOf)) ??
		byStatus(status, /^0x[0-9a-f]{8}$/.test(code) ? ` (${code})` : '');
	// A role that lacks a privilege will lack it, and a slow query be slow.
	const isPassing =
		PASSING.has(status) && explanation.reason !== 'permission' && explanation !== SLOW_QUERY;
	const { description } = explanation;
	const details = {
		description: subject === 'writing' && description === NOTHING_LOST ? WRITE_AGAIN : description,
		code: explanation.reason,
		httpCode: String(status),
		retryAfter: isPassing ? (retryAfterOf(answer.headers['retry-after']) ?? 0) : undefined,
	};
	return column === undefined
		? new DestinationError(explanation.message, details)
		: new MissingColumnError(column, explanation.message, details);
}

/** For an answer that was not waited for any longer. */
export function slowQuery(): DestinationError {
	const { message, description, reason } = SLOW_QUERY;
	return new DestinationError(message, { description, code: reason });
}

/** Whether a query took too long, by our patience or the service's. */
export function isSlowQuery(error: unknown): boolean {
	return error instanceof DestinationError && error.message === SLOW_QUERY.message;
}

/** An answer that Dataverse would not give. */
export function notDataverse(status: number): DestinationError {
	return new DestinationError('The address answers, but not as a Dynamics 365 environment', {
		description:
			'Check the Environment URL in the credential: it is the one the browser shows when Dynamics 365 is open.',
		code: 'notFound',
		httpCode: String(status),
	});
}

function forSubject(known: Explanation | undefined, subject: Subject): Explanation | undefined {
	if (known !== MISSING_PRIVILEGE) return known;
	if (subject === 'writing') {
		return {
			...known,
			message: 'The application user lacks a privilege that writing leads needs',
			description: `${APPLICATION_USERS} Give it a security role with Read, Create and Write on the table Lead, and Append and Append To where a plug-in asks for them.`,
		};
	}
	if (subject !== 'columns') return known;
	return {
		...known,
		message: 'The application user may not read what columns there are',
		description: `${APPLICATION_USERS} Give it a security role that may read the customizations Entity and Attribute, or name the column yourself.`,
	};
}

function missingColumn(text: string): string | undefined {
	return /property named '(\w{1,128})' on type '[\w.]{0,128}\.lead'/i.exec(text)?.[1];
}

function explainMissingColumn(column: string, settingOf: SettingOf): Explanation {
	const setting = settingOf(column);
	return {
		reason: 'configuration',
		message: `The table Lead has no column "${column}" that can be read`,
		description:
			setting === undefined
				? 'Check the names of columns in the node.'
				: `Choose another one under ${setting} in the node.`,
	};
}

function byStatus(status: number, code: string): Explanation {
	if (status === 401) {
		return {
			reason: 'authentication',
			message: 'Dynamics 365 did not accept the sign-in',
			description:
				'Check that the Environment URL is right and that the environment belongs to the tenant of the application.',
		};
	}
	if (status === 403) {
		return {
			reason: 'permission',
			message: `Dynamics 365 refused access${code}`,
			description: `${APPLICATION_USERS} Check that the application is there, active, and has a role with privileges on the table Lead.`,
		};
	}
	if (status === 429) return throttled('Dynamics 365 is asked too often with this application');
	if (PASSING.has(status) && status !== 500) {
		return throttled('Dynamics 365 is busy and asks to wait');
	}
	if (status === 404 || (status >= 300 && status < 400)) {
		const { message, description } = notDataverse(status);
		return { reason: 'notFound', message, description };
	}
	return {
		reason: 'other',
		message: `Dynamics 365 refused the request with status ${status}${code}`,
		description: NOTHING_LOST,
	};
}

function throttled(message: string): Explanation {
	return { reason: 'throttled', message, description: NOTHING_LOST };
}

/** Characters. Dataverse's messages have some hundred; a response can have any number. */
const MAX_ERROR_TEXT = 2_000;

/** The code as Dataverse's lists have it, whether it was written as one or as a signed number. */
export function readRefusal(body: string): { code: string; text: string } {
	const { code, message } = errorOf(body);
	const text = (typeof message === 'string' ? message : body).slice(0, MAX_ERROR_TEXT);
	if (typeof code !== 'string' && typeof code !== 'number') return { code: '', text };
	const written = String(code).trim().toLowerCase();
	if (!/^-\d{1,10}$/.test(written)) return { code: written, text };
	return { code: `0x${(Number(written) >>> 0).toString(16).padStart(8, '0')}`, text };
}

function errorOf(body: string): { code?: unknown; message?: unknown } {
	try {
		const { error } = (JSON.parse(body) ?? {}) as { error?: unknown };
		return typeof error === 'object' && error !== null ? error : {};
	} catch {
		// Gateways before Dataverse answer in HTML or text.
		return {};
	}
}
