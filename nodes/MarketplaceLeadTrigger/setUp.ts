/** What is looked at as n8n puts the endpoint live: what would make it no endpoint, or an open one. */
import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { toNodeError } from '../errors';
import { readCredential } from '../parameters/failedExpression';
import { readBoolean } from '../parameters/values';
import {
	AUTHENTICATION_METHODS,
	type AuthenticationMethod,
	type EndpointSecret,
} from './authentication';
import { MIN_SECRET_LENGTH, shortSecret } from './credentialTest';
import { isPublishedId, NEW_ID, PUBLISHED_ID } from './exampleIds';

/** What the editor calls the option for an output of refused requests. */
export const OUTPUT_REFUSED = 'Output Refused Requests';

/** A person is there to read it, and no lead is lost by not going live. */
const BY_A_PERSON = ['activate', 'manual'];

/** @throws NodeOperationError for a value that the parameter does not offer */
export function readAuthentication(
	context: IHookFunctions | IWebhookFunctions,
): AuthenticationMethod {
	const value: unknown = context.getNodeParameter('authentication');
	const method = AUTHENTICATION_METHODS.find((known) => known === value);
	if (method) return method;
	throw new NodeOperationError(context.getNode(), '"Authentication" has an unknown value', {
		description: 'Choose one from the list.',
	});
}

/** What the credential holds. @throws NodeOperationError where there is none, or none that can be read */
export async function readSecret(
	context: IHookFunctions | IWebhookFunctions,
): Promise<EndpointSecret> {
	return await readCredential(
		context.getNode(),
		async () => await context.getCredentials<EndpointSecret>('marketplaceLeadTriggerApi'),
	);
}

/** @throws NodeOperationError for a secret that could be guessed */
export function assertSecret(
	context: IHookFunctions | IWebhookFunctions,
	method: AuthenticationMethod,
	{ secret }: EndpointSecret,
): void {
	if (method !== 'sharedSecret' && method !== 'basicAuth') return;
	if (!shortSecret(secret)) return;
	throw new NodeOperationError(
		context.getNode(),
		`The Secret is shorter than ${MIN_SECRET_LENGTH} characters and could be guessed`,
		{ description: 'Set a longer one in the credential of this node, and in Partner Center.' },
	);
}

/**
 * Whether refused requests have an output, by the option as it stands in the editor, where the output is.
 * @throws UserError for what is neither true nor false
 */
export function outputsRefused(context: IHookFunctions | IWebhookFunctions): boolean {
	const options: unknown = context.getNodeParameter('options', {}, { rawExpressions: true });
	const { outputRefused } = Object(options) as { outputRefused?: unknown };
	return readBoolean(outputRefused, OUTPUT_REFUSED, false);
}

/**
 * Checks the endpoint before it is live. Where nobody is there to read it, as n8n starts, it is logged:
 * an endpoint that went away would lose leads.
 *
 * @throws NodeOperationError where a person publishes or tests the workflow
 */
export async function checkSetUp(context: IHookFunctions): Promise<void> {
	try {
		await assertSetUp(context);
	} catch (error) {
		if (BY_A_PERSON.includes(context.getActivationMode()))
			throw toNodeError(context.getNode(), error);
		const { name } = context.getNode();
		const reason = error instanceof Error ? error.message : String(error);
		context.logger.warn(`"${name}" is live, but not as it should be: ${reason}`);
	}
}

async function assertSetUp(context: IHookFunctions): Promise<void> {
	outputsRefused(context);
	const method = readAuthentication(context);
	const { name, webhookId } = context.getNode();
	if (method === 'secretUrl' && webhookId === undefined) {
		// A workflow that came by the command line or an API; n8n gives the ID as it is saved.
		context.logger.warn(
			`The URL of "${name}" holds no ID of its own yet: n8n makes it of the workflow's ID and the node's name. Open the workflow in the editor, save and publish it, and give Partner Center the URL that the node shows then.`,
		);
	}
	if (method === 'secretUrl' && isPublishedId(webhookId)) {
		throw new NodeOperationError(context.getNode(), PUBLISHED_ID, { description: NEW_ID });
	}
	if (method !== 'sharedSecret' && method !== 'basicAuth') return;
	assertSecret(context, method, await readSecret(context));
}
