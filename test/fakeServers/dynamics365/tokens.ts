/** Checks bearer tokens as Dataverse does: signed by the tenant's keys, for this environment, in time. */
import { createPublicKey, verify } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';

import type { EntraAuthority } from '../entra/authority.ts';

type Key = JsonWebKey & { kid?: string };

interface Claims {
	aud?: unknown;
	exp?: unknown;
	nbf?: unknown;
	appid?: unknown;
	tid?: unknown;
}

export class TokenCheck {
	private readonly authority: EntraAuthority;
	private keys: Promise<Key[]> | undefined;
	private readonly seen = new Set<string>();
	private expired = new Set<string>();

	constructor(authority: EntraAuthority) {
		this.authority = authority;
	}

	/** Where a client is told to get its token. */
	get authorizationUri(): string {
		const { host, application } = this.authority;
		return `${host}/${application.tenantId}/oauth2/authorize`;
	}

	/** Every token that was used so far is expired from now on. */
	expireAll(): void {
		this.expired = new Set(this.seen);
	}

	/** How many tokens were used so far. */
	get used(): number {
		return this.seen.size;
	}

	/** The client id of a token that is good; `undefined` for any other header. */
	async clientOf(authorization: string | undefined, audience: string): Promise<string | undefined> {
		const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization ?? '')?.[1];
		if (token === undefined || this.expired.has(token)) return undefined;
		const [header = '', payload = '', signature = ''] = token.split('.');
		const { kid, alg } = decode(header) as { kid?: unknown; alg?: unknown };
		this.keys ??= this.fetchKeys();
		const key = (await this.keys).find((candidate) => candidate.kid === kid);
		if (key === undefined || alg !== 'RS256') return undefined;
		const isSigned = verify(
			'RSA-SHA256',
			Buffer.from(`${header}.${payload}`),
			createPublicKey({ key, format: 'jwk' }),
			Buffer.from(signature, 'base64url'),
		);
		const { aud, exp, nbf, appid, tid } = decode(payload) as Claims;
		// A test may turn this process's clock; the authority's goes with it only where it runs in here.
		const clocks = [Date.now(), performance.timeOrigin + performance.now()];
		const isInTime = clocks.some(
			(now) => Number(exp) > now / 1_000 && Number(nbf ?? 0) <= now / 1_000 + 60,
		);
		const isOurs = aud === audience && tid === this.authority.application.tenantId;
		if (!isSigned || !isInTime || !isOurs || typeof appid !== 'string') return undefined;
		this.seen.add(token);
		return appid;
	}

	private async fetchKeys(): Promise<Key[]> {
		const { host, application, tls } = this.authority;
		const url = `${host}/${application.tenantId}/discovery/v2.0/keys`;
		const text = await new Promise<string>((resolve, reject) => {
			get(url, { ca: readFileSync(tls.certFile) }, async (response) => {
				const chunks: Buffer[] = [];
				for await (const chunk of response) chunks.push(chunk as Buffer);
				resolve(Buffer.concat(chunks).toString('utf8'));
			}).on('error', reject);
		});
		return (JSON.parse(text) as { keys: Key[] }).keys;
	}
}

function decode(part: string): object {
	try {
		return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as object;
	} catch {
		// No token at all: nothing in it can be right.
		return {};
	}
}
