import { inspect } from 'node:util';

import { NodeApiError } from 'n8n-workflow';

import type { PollHarness } from './harness.ts';

/** Words that blame, which no text of ours holds. */
export const BLAME = /\b(error|problem|failure|mistake)s?\b/i;

/** The error of something that has to fail. */
export async function errorOf(action: Promise<unknown>): Promise<Error> {
	const outcome = await action.then(
		(value) => ({ value }),
		(error: unknown) => ({ error }),
	);
	if (!('error' in outcome)) throw new Error(`It was not refused: ${inspect(outcome.value)}`);
	expect(outcome.error).toBeInstanceOf(Error);
	return outcome.error as Error;
}

/** An error as n8n has to show it: what happened, what to do next, and no secret in any form of it. */
export function expectHelpful(error: Error, place: PollHarness): void {
	expect(error).toBeInstanceOf(NodeApiError);
	const { message, description } = error as NodeApiError;
	expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(description).toMatch(/^[A-Z].{20,}\.$/);
	expect(`${message} ${description}`).not.toMatch(BLAME);
	expectNoSecret(error, place.secrets);
}

/** Looks for secrets in whatever n8n could log, store or show of a value. */
export function expectNoSecret(value: unknown, secrets: readonly string[]): void {
	const { node } = (value ?? {}) as { node?: { credentials?: unknown } };
	const credentials = node?.credentials;
	// In these tests the credential's id is its data; in n8n it is an id.
	if (node) delete node.credentials;
	const { message, stack, cause } = (value ?? {}) as Partial<Error>;
	// SDKs hide what they hold from inspection; whoever walks through the object finds it still.
	const whole = { depth: 20, maxStringLength: null, maxArrayLength: null, customInspect: false };
	const forms = [
		inspect(value, { ...whole, showHidden: true }),
		inspect({ message, stack, cause }, whole),
		JSON.stringify(value) ?? '',
	];
	if (node) node.credentials = credentials;
	for (const secret of secrets) {
		expect(secret).not.toBe('');
		for (const form of forms) expect(form.includes(secret)).toBe(false);
	}
}
