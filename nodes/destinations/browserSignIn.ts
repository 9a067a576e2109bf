/**
 * Signing in by a person in the browser: n8n keeps the tokens in its database and renews them, so that
 * whatever process needs one has the newest. Here is only what a destination does with them.
 */
import { configurationError } from './addresses';
import { DestinationError } from './destinationError';
import { HttpError, unreachable } from './httpClient';

/** What n8n does for a credential that it has connected. */
export interface BrowserSignIn {
	/**
	 * The credential as n8n has it now; where its token is still the one that has ended, after n8n has
	 * sent a GET request to this address, by which it renews a token that is not accepted.
	 *
	 * @throws DestinationError where n8n could not renew it, in words for the user
	 */
	renew(ended: string, probe: string): Promise<Record<string, unknown>>;
}

/** The response of a token endpoint, as n8n keeps it. */
export type TokenData = Readonly<Record<string, unknown>>;

/** The token of one execution. Those who find it ended at the same time share a renewal. */
export class BrowserTokens {
	private credential: Record<string, unknown>;
	private readonly signIn: BrowserSignIn;
	private readonly service: string;
	private renewal: Promise<Record<string, unknown>> | undefined;

	/** @param service what it is called in messages */
	constructor(credential: Record<string, unknown>, signIn: BrowserSignIn, service: string) {
		this.credential = credential;
		this.signIn = signIn;
		this.service = service;
	}

	/** @throws DestinationError where nobody has signed in yet */
	get data(): TokenData {
		const data = readTokenData(this.credential);
		if (data) return data;
		throw configurationError(
			`The credential for ${this.service} is not connected`,
			'Open the credential in n8n, and sign in with the button "Connect".',
		);
	}

	/** @throws DestinationError where nobody has signed in yet */
	get accessToken(): string {
		return String(this.data['access_token']);
	}

	/**
	 * Another token than the one that was not accepted.
	 *
	 * @param probe an address of the service that responds with 401 to a token that has ended
	 * @throws DestinationError where there is none to be had
	 */
	async renewed(ended: string, probe: string, signal: AbortSignal): Promise<TokenData> {
		if (this.accessToken !== ended) return this.data;
		if (signal.aborted) throw this.late();
		this.renewal ??= this.signIn.renew(ended, probe).finally(() => {
			this.renewal = undefined;
		});
		this.credential = await this.inTime(this.renewal, signal);
		if (this.accessToken !== ended) return this.data;
		throw new DestinationError(`${this.service} did not accept the sign-in`, {
			description:
				'The token is a current one, so the user may have been deactivated, or an administrator has blocked the app. Look into that, then open the credential in n8n and reconnect it.',
			code: 'authentication',
			operation: 'signIn',
			mayBeDone: false,
			httpCode: '401',
		});
	}

	/** n8n's own request knows no signal: who waits for it leaves, and the others go on waiting. */
	private async inTime<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
		return await new Promise<Value>((resolve, reject) => {
			const stop = (): void => {
				reject(this.late());
			};
			signal.addEventListener('abort', stop, { once: true });
			work.then(resolve, reject).finally(() => {
				signal.removeEventListener('abort', stop);
			});
		});
	}

	private late(): DestinationError {
		return unreachable(new HttpError('ABORTED'), this.service, 'signIn').with({ mayBeDone: false });
	}
}

function readTokenData(credential: Record<string, unknown>): TokenData | undefined {
	const data = credential['oauthTokenData'];
	if (typeof data !== 'object' || data === null) return undefined;
	const token = (data as TokenData)['access_token'];
	return typeof token === 'string' && token !== '' ? (data as TokenData) : undefined;
}

/**
 * What stays of a credential while its tokens are renewed: what belongs to the account is kept by it
 * between executions, and never by a token.
 */
export function accountOf(credential: Record<string, unknown>): unknown {
	const { oauthTokenData, ...settings } = credential;
	const { refresh_token: refreshToken } = Object(oauthTokenData) as { refresh_token?: unknown };
	return { ...settings, refreshToken };
}

/** A sign-in that n8n could not renew, because nobody but a person can. */
export function hasToReconnect(): DestinationError {
	return new DestinationError('The sign-in has ended, and n8n could not renew it', {
		description:
			'Open the credential in n8n and reconnect it. A sign-in ends when it was not used for long, when the password or the app\u2019s permissions change, or when an administrator revokes it.',
		code: 'authentication',
		operation: 'signIn',
		mayBeDone: false,
		httpCode: '401',
	});
}
