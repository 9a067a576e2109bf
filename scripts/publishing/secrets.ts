/** What the search for secrets looks for, in what n8n has written and in what the tests have. */
import { randomBytes } from 'node:crypto';

/** A secret that is known where it turns up. */
export const mark = (): string => `mark${randomBytes(20).toString('hex')}`;

/** What servers give for a secret: signed tokens, Salesforce's sessions, Marketo's; and headers that carry some. */
const TOKENS: readonly RegExp[] = [
	/eyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{16,}/,
	/00D\w{12,15}![\w.]{20,}/,
	/[0-9a-f]{8}-[0-9a-f-]{27}:sj\b/,
	/\bBearer [\w.!:+/=-]{20,}/,
	/\bSharedKey(?:Lite)? \w+:[\w+/=]{20,}/,
];
const MARK = /mark[0-9a-f]{40}/;

/** The first of each kind in a text, whoever's it is. */
export const secretsIn = (text: string): string[] =>
	[MARK, ...TOKENS].flatMap((pattern) => pattern.exec(text)?.[0] ?? []);
