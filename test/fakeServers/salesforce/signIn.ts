/**
 * The token endpoint, with the three grants of server to server sign-in, and the sessions it hands out.
 * Its errors are those of https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm
 */
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';

import { decodeJwt, jwtVerify } from 'jose';

import type { FakeResponse } from '../fakeServer.ts';
import type { Organisation } from './organisation.ts';

const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Milliseconds; the session timeout that organisations begin with. */
const SESSION_LIFE = 2 * 60 * 60 * 1000;
/** Seconds. Salesforce takes no assertion that is good for longer. */
const LONGEST_ASSERTION = 5 * 60;

/** Sign-ins that Salesforce takes of one user within an hour. */
const HOURLY_LIMIT = 3_600;
const HOUR = 60 * 60 * 1000;

/** What an administrator has set up, or failed to. */
export interface AppSettings {
	/** Whether this is the organisation's own domain, not login.salesforce.com. */
	isMyDomain: boolean;
	clientCredentialsEnabled: boolean;
	/** Whether the app has a user to run as. */
	runAsUser: boolean;
	/** Whether an administrator has let the user use the app. */
	preAuthorized: boolean;
	/** Whether the app's IP ranges let the caller in. */
	ipAllowed: boolean;
	userActive: boolean;
	/** Whether the user took back what the refresh token was given for. */
	isRevoked: boolean;
	/** Where tokens say that the organisation is; its own address when absent. */
	instanceUrl: string | undefined;
}

export class SignIn {
	readonly consumerKey = `3MVG9${randomBytes(24).toString('base64url')}`;
	readonly consumerSecret = randomBytes(32).toString('hex').toUpperCase();
	readonly refreshToken = `5Aep861${randomBytes(30).toString('base64url')}`;
	readonly app: AppSettings = {
		isMyDomain: true,
		clientCredentialsEnabled: true,
		runAsUser: true,
		preAuthorized: true,
		ipAllowed: true,
		userActive: true,
		isRevoked: false,
		instanceUrl: undefined,
	};
	/** How often a token was asked for. */
	asked = 0;
	/** Everything that was given out or sent and must be kept secret. */
	readonly secrets: string[] = [];
	private readonly audiences: readonly string[];
	private readonly sessions = new Map<string, number>();
	/** When the user signed in, within the last hour. */
	private signIns: number[] = [];
	private readonly organisation: Organisation;
	private readonly now: () => number;
	private readonly origin: () => string;
	private ownKey: string | undefined;

	constructor(organisation: Organisation, now: () => number, origin: () => string) {
		this.organisation = organisation;
		this.now = now;
		this.origin = origin;
		this.audiences = ['https://login.salesforce.com', 'https://test.salesforce.com'];
		this.secrets.push(this.consumerSecret, this.refreshToken);
	}

	/** PEM, PKCS#8; the app holds its certificate. Made when it is first asked for, which is slow. */
	get privateKey(): string {
		if (this.ownKey === undefined) {
			const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
			this.ownKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
			this.secrets.push(...this.ownKey.split('\n').filter((line) => /^[^-]{40}/.test(line)));
		}
		return this.ownKey;
	}

	async token(form: URLSearchParams): Promise<FakeResponse> {
		this.asked += 1;
		const assertion = form.get('assertion');
		if (assertion !== null) this.secrets.push(assertion);
		const rejection = await this.rejectionOf(form);
		if (rejection) {
			const [error, error_description] = rejection;
			return { status: 400, body: { error, error_description } };
		}
		this.countSignIn();
		const { id, userId } = this.organisation;
		const access_token = `${id.slice(0, 15)}!AQ${randomBytes(48).toString('base64url')}`;
		this.sessions.set(access_token, this.now() + SESSION_LIFE);
		this.secrets.push(access_token);
		return {
			status: 200,
			body: {
				access_token,
				instance_url: this.app.instanceUrl ?? this.origin(),
				id: `${this.origin()}/id/${id}/${userId}`,
				token_type: 'Bearer',
				issued_at: String(this.now()),
				signature: randomBytes(32).toString('base64'),
				scope: 'api',
			},
		};
	}

	/** Whether a request's Authorization header names a session that is still good. */
	lets(authorization: string): boolean {
		const [, token = ''] = /^(?:Bearer|OAuth) (.+)$/i.exec(authorization) ?? [];
		return (this.sessions.get(token) ?? 0) > this.now();
	}

	/** One more sign-in of the user, by us or by somebody else's app. */
	countSignIn(): void {
		this.signIns.push(this.now());
	}

	/** Ends all sessions, as an administrator or the timeout does. */
	endSessions(): void {
		this.sessions.clear();
	}

	private async rejectionOf(form: URLSearchParams): Promise<[string, string] | undefined> {
		const grant = form.get('grant_type') ?? '';
		if (grant === JWT_GRANT) return await this.refuseAssertion(form.get('assertion') ?? '');
		if (grant !== 'client_credentials' && grant !== 'refresh_token') {
			return ['unsupported_grant_type', 'grant type not supported'];
		}
		if (form.get('client_id') !== this.consumerKey) {
			return ['invalid_client_id', 'client identifier invalid'];
		}
		if (form.get('client_secret') !== this.consumerSecret) {
			return ['invalid_client', 'invalid client credentials'];
		}
		if (grant === 'client_credentials') {
			if (!this.app.isMyDomain) return ['invalid_grant', 'request not supported on this domain'];
			if (!this.app.clientCredentialsEnabled) {
				return ['invalid_grant', 'client credentials flow is not enabled'];
			}
			if (!this.app.runAsUser) return ['invalid_grant', 'no client credentials user enabled'];
		} else if (form.get('refresh_token') !== this.refreshToken || this.app.isRevoked) {
			return ['invalid_grant', 'expired access/refresh token'];
		}
		return this.refuseUser();
	}

	private refuseUser(): [string, string] | undefined {
		if (!this.app.userActive) return ['inactive_user', 'user is inactive'];
		if (!this.app.ipAllowed) return ['invalid_grant', 'ip restricted'];
		const hourAgo = this.now() - HOUR;
		this.signIns = this.signIns.filter((time) => time > hourAgo);
		if (this.signIns.length >= HOURLY_LIMIT) return ['invalid_grant', 'login rate exceeded'];
		return undefined;
	}

	private async refuseAssertion(assertion: string): Promise<[string, string] | undefined> {
		const seconds = Math.floor(this.now() / 1_000);
		let issuer: unknown;
		try {
			issuer = decodeJwt(assertion).iss;
		} catch {
			return ['invalid_grant', 'invalid assertion'];
		}
		if (issuer !== this.consumerKey) return ['invalid_client_id', 'client identifier invalid'];
		try {
			const { payload } = await jwtVerify(assertion, createPublicKey(this.privateKey), {
				algorithms: ['RS256'],
				audience: [...this.audiences, this.origin()],
				requiredClaims: ['sub', 'exp'],
				currentDate: new Date(this.now()),
			});
			if (Number(payload.exp) > seconds + LONGEST_ASSERTION) {
				return ['invalid_grant', 'invalid assertion'];
			}
			if (payload.sub !== this.organisation.username || !this.app.preAuthorized) {
				return ['invalid_grant', "user hasn't approved this consumer"];
			}
		} catch (error) {
			const { claim, code } = error as { claim?: string; code?: string };
			if (claim === 'aud') return ['invalid_grant', 'audience is invalid'];
			if (code === 'ERR_JWT_EXPIRED') return ['invalid_grant', 'expired assertion'];
			return ['invalid_grant', 'invalid assertion'];
		}
		return this.refuseUser();
	}
}
