import { DestinationError } from '../../../nodes/destinations/destinationError';
import { BrowserTokens } from '../../../nodes/destinations/browserSignIn';
import { renewalError } from '../../../nodes/parameters/browserSignIn';

/** As n8n's versions wrap what went wrong. */
const wrapped = (cause: object): Error =>
	new Error('Something', { cause: new Error('x', { cause }) });

describe('why n8n could not renew a token', () => {
	it.each<[string, unknown, RegExp, string]>([
		[
			'revoked, as n8n 2.40 says it',
			{ failure: { cause: 'credential-invalid' } },
			/ended/,
			'authentication',
		],
		[
			'revoked, as the authority says it',
			{ body: { error: 'invalid_grant' } },
			/ended/,
			'authentication',
		],
		[
			'a second factor is asked for',
			{ body: { error: 'interaction_required' } },
			/ended/,
			'authentication',
		],
		['a token that no refresh token renews', { httpCode: '401' }, /ended/, 'authentication'],
		[
			'a secret that has ended',
			{ body: { error: 'invalid_client' } },
			/Client Secret/,
			'authentication',
		],
		[
			'anything else of the authority',
			{ body: { error: 'unauthorized_client' } },
			/renewed$/,
			'authentication',
		],
		['nothing came', { code: 'ECONNREFUSED' }, /at the moment/, 'unreachable'],
		['the authority is down', { httpCode: '503' }, /at the moment/, 'unreachable'],
		['no error at all', undefined, /at the moment/, 'unreachable'],
	])('%s', (_what, error, message, code) => {
		const given = typeof error === 'object' && error !== null ? [error, wrapped(error)] : [error];
		for (const one of given) {
			const told = renewalError(one);
			expect(told).toBeInstanceOf(DestinationError);
			expect(told).toMatchObject({
				message: expect.stringMatching(message) as string,
				description: expect.stringMatching(/^[A-Zn].{30,}\.$/) as string,
				code,
				operation: 'signIn',
			});
		}
	});

	it('never repeats what the authority wrote', () => {
		const body = { error: 'invalid_grant', error_description: 'token secret-of-somebody' };
		const { message, description } = renewalError(wrapped({ body, message: 'secret-of-somebody' }));
		expect(`${message} ${description}`).not.toContain('secret-of-somebody');
	});
});

describe('the token of an execution', () => {
	const credential = (access_token: string) => ({ oauthTokenData: { access_token } });
	const signal = () => new AbortController().signal;

	it('is renewed once for all who find it ended', async () => {
		let renewals = 0;
		let finish: (value: object) => void = () => undefined;
		const tokens = new BrowserTokens(
			credential('old'),
			{
				renew: async () => {
					renewals += 1;
					return await new Promise((resolve) => {
						finish = resolve as typeof finish;
					});
				},
			},
			'Contoso',
		);
		const all = [1, 2, 3].map(async () => await tokens.renewed('old', 'https://a', signal()));
		finish(credential('new'));
		expect(await Promise.all(all)).toEqual([1, 2, 3].map(() => ({ access_token: 'new' })));
		await tokens.renewed('old', 'https://a', signal());
		expect(renewals).toBe(1);
	});

	it('is told as rejected where another is not to be had', async () => {
		const renew = async () => await Promise.resolve(credential('old'));
		const tokens = new BrowserTokens(credential('old'), { renew }, 'Contoso');
		await expect(tokens.renewed('old', 'https://a', signal())).rejects.toMatchObject({
			code: 'authentication',
			message: 'Contoso did not accept the sign-in',
		});
	});

	it('keeps nobody waiting whose time is up, and the next one asks again', async () => {
		const failures: Array<(error: Error) => void> = [];
		const renew = async () =>
			await new Promise<never>((_resolve, reject) => {
				failures.push(reject);
			});
		const tokens = new BrowserTokens(credential('old'), { renew }, 'Contoso');
		const late = { operation: 'signIn', code: 'timeout' };
		const over = tokens.renewed('old', 'https://a', AbortSignal.abort());
		await expect(over).rejects.toMatchObject(late);
		expect(failures).toHaveLength(0);

		const given = new AbortController();
		const leaving = tokens.renewed('old', 'https://a', given.signal);
		const staying = tokens.renewed('old', 'https://a', signal());
		given.abort();
		await expect(leaving).rejects.toMatchObject(late);
		failures[0]?.(new Error('Not now'));
		await expect(staying).rejects.toThrow('Not now');
		void tokens.renewed('old', 'https://a', signal());
		expect(failures).toHaveLength(2);
	});

	it.each([{}, { oauthTokenData: null }, { oauthTokenData: {} }, credential('')])(
		'is asked for where there is none: %j',
		(given) => {
			const renew = async () => await Promise.resolve({});
			const tokens = new BrowserTokens(given, { renew }, 'Contoso');
			expect(() => tokens.accessToken).toThrow('The credential for Contoso is not connected');
		},
	);
});
