import type {
	IDataObject,
	IHookFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { matchesFilter, parseLead } from '../lead';
import { namingTriggerParameter } from '../parameters/failedExpression';
import {
	leadFilterProperty,
	leadOptionFields,
	readLeadFilter,
	readLeadOptions,
} from '../parameters/leadParameters';
import { setLeadIdHeader, type ResponseTarget, type Receipt, respondWithError } from './responses';
import { type EndpointSecret, isAuthorized, type SecretCarrier } from './authentication';
import { marketplaceLeadTriggerApiTest } from './credentialTest';
import { isPublishedId, PUBLISHED_ID } from './exampleIds';
import {
	logLine,
	type Refused,
	refusedItem,
	type RefusedRequest,
	RefusedRequests,
	secretsOf,
} from './refusedRequests';
import {
	assertSecret,
	checkSetUp,
	OUTPUT_REFUSED,
	outputsRefused,
	readAuthentication,
	readSecret,
} from './setUp';
import { connectionNotices, triggerHints, triggerPanel } from './triggerPanel';
import { readLeadsOf } from './webhookBody';
import { leadWebhook } from './webhookDescription';
import { WrongSecrets } from './wrongSecrets';

const UNAUTHORIZED =
	'The secret is missing or is not the one of this endpoint. Check the URL in Partner Center.';
const UNEXPECTED =
	'This endpoint could not take the lead. Look for the reason in the n8n log, then send it again.';
const BASIC_CHALLENGE = { 'WWW-Authenticate': 'Basic realm="Marketplace leads", charset="UTF-8"' };

const FILTERED = 'The lead does not pass the Filters.';

/** Of all triggers in this process. */
const wrongSecrets = new WrongSecrets();
const refusedRequests = new RefusedRequests();

/** The second output is there only where the user wants to know of refused requests. */
const outputsExpression =
	'={{ [true, "true"].includes(($parameter["options"] || {})["outputRefused"]) ? [{ type: "main", displayName: "Leads" }, { type: "main", displayName: "Refused" }] : ["main"] }}';

export class MarketplaceLeadTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Marketplace Lead Trigger',
		name: 'marketplaceLeadTrigger',
		icon: {
			light: 'file:../icons/marketplaceLead.svg',
			dark: 'file:../icons/marketplaceLead.dark.svg',
		},
		group: ['trigger'],
		// Begins at 2: for a webhook node of version 1, n8n evaluates an expression with every request,
		// which takes a V8 isolate even where the webhook's own fields need none (webhookDescription.ts).
		version: 2,
		subtitle: '=POST /{{ $parameter["path"] }}',
		description:
			'Starts the workflow when a lead from Azure Marketplace, Azure portal or AppSource arrives at its HTTPS endpoint',
		eventTriggerDescription: 'Waiting for a lead at the Test URL',
		activationMessage: 'Leads sent to the Production URL now start this workflow.',
		defaults: { name: 'Marketplace Lead Trigger' },
		triggerPanel,
		inputs: [],
		hints: triggerHints,
		outputs: outputsExpression,
		credentials: [
			{
				name: 'marketplaceLeadTriggerApi',
				required: true,
				displayOptions: { show: { authentication: ['sharedSecret', 'basicAuth'] } },
				testedBy: 'marketplaceLeadTriggerApiTest',
			},
		],
		webhooks: [leadWebhook],
		properties: [
			{
				displayName: 'Authentication',
				name: 'authentication',
				type: 'options',
				noDataExpression: true,
				// In the order of how often they are right, which n8n's linter leaves be for so few.
				options: [
					{
						name: 'Secret URL',
						value: 'secretUrl',
						description:
							'Copy the Production URL into Partner Center, nothing else: it holds a random ID that nobody can guess. Whoever knows the URL can send leads; to change it, make the node anew.',
					},
					{
						name: 'Shared Secret',
						value: 'sharedSecret',
						description:
							'A secret of the credential at the end of the URL, or in the header X-Lead-Secret. It can be changed without changing the URL.',
					},
					{
						name: 'Basic Auth',
						value: 'basicAuth',
						description:
							'User and secret of the credential, for senders that can log in. Partner Center cannot.',
					},
					{
						name: 'None',
						value: 'none',
						description:
							'Nothing is checked, for endpoints whose URL is known to others or that something else protects',
					},
				],
				default: 'secretUrl',
				description: 'How the sender shows that it may deliver leads',
			},
			...connectionNotices,
			{
				displayName: 'Path',
				name: 'path',
				type: 'string',
				default: 'lead',
				required: true,
				placeholder: 'e.g. lead',
				description: 'The last part of the URL that leads are sent to',
			},
			{
				displayName: 'Respond',
				name: 'respond',
				type: 'options',
				noDataExpression: true,
				options: [
					{
						name: 'When the Lead Is Stored',
						value: 'onReceived',
						description: 'With the ID of the lead, as soon as n8n has stored the execution',
					},
					{
						name: 'When the Workflow Has Finished',
						value: 'lastNode',
						description: 'With an empty body, or with status 500 when the workflow did not succeed',
					},
				],
				default: 'onReceived',
				description: 'When to respond to the sender',
			},
			leadFilterProperty(),
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add Option',
				default: {},
				options: [
					...leadOptionFields,
					{
						displayName: OUTPUT_REFUSED,
						name: 'outputRefused',
						type: 'boolean',
						// Nodes are connected to the output in the editor, where an expression gives nothing.
						noDataExpression: true,
						description:
							'Whether requests that are no lead to pass on start the workflow too, on an output of their own, Refused: with a wrong secret, a body that holds no lead, or a lead that does not pass the Filters. At most 10 a minute; none of them holds the secret.',
						default: false,
					},
				],
			},
		],
	};

	methods = { credentialTest: { marketplaceLeadTriggerApiTest } };

	webhookMethods = {
		default: {
			/** n8n then calls `create` whenever it puts the endpoint live. */
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return await Promise.resolve(false);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				await checkSetUp(this);
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return await Promise.resolve(true);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const response = this.getResponseObject() as ResponseTarget;
		try {
			return await receiveLeads(this, response);
		} catch (error) {
			// Thrown on, n8n would start the workflow without a lead.
			const { properties } = new MarketplaceLeadTrigger().description;
			const named = namingTriggerParameter(this, properties, error);
			const reason = named instanceof Error ? named.message : String(named);
			const refused = { status: 500, reasons: [`${reason}.`.replace(/\.\.$/, '.')] };
			const started = tellRefused(this, refused, await expectedSecret(this).catch(() => ({})));
			return { ...respondWithError(response, 500, { message: UNEXPECTED }), ...started };
		}
	}
}

async function receiveLeads(
	context: IWebhookFunctions,
	response: ResponseTarget,
): Promise<IWebhookResponseData> {
	const method = readAuthentication(context);
	const expected = await expectedSecret(context);
	assertSecret(context, method, expected);
	if (!isAuthorized(method, carrierOf(context), expected)) {
		const challenge = method === 'basicAuth' ? BASIC_CHALLENGE : {};
		const { name } = context.getNode();
		wrongSecrets.add(
			() => respondWithError(response, 401, { message: UNAUTHORIZED }, challenge),
			(count) => {
				context.logger.warn(
					`"${name}": ${count} requests within a minute had no secret or a wrong one. Their responses are slowed down; leads with the right secret are not.`,
				);
			},
		);
		const refused = { status: 401, reasons: [UNAUTHORIZED] };
		return { noWebhookResponse: true, ...tellRefused(context, refused, expected) };
	}

	const input = await readLeadsOf(context.getRequestObject() as RefusedRequest);
	if (!input.ok) {
		const started = tellRefused(context, { status: 400, reasons: input.problems }, expected);
		return { ...respondWithError(response, 400, { errors: input.problems }), ...started };
	}

	const options = readLeadOptions(context.getNodeParameter('options', {}));
	const filter = readLeadFilter(context.getNodeParameter('filters', {}));
	const items: INodeExecutionData[] = [];
	const receipts: Receipt[] = [];
	const isOpen = method === 'secretUrl' && isPublishedId(context.getNode().webhookId);
	const received = {
		...options,
		destination: 'https',
		isFromSender: true,
		warnings: [...(input.warnings ?? []), ...(isOpen ? [PUBLISHED_ID] : [])],
	} as const;
	for (const record of input.records) {
		const lead = parseLead(record, received);
		const passes = matchesFilter(lead, filter);
		receipts.push(passes ? { id: lead.id } : { id: lead.id, filtered: true });
		if (passes) items.push({ json: lead as unknown as IDataObject });
	}
	setLeadIdHeader(response, receipts);
	const webhookResponse = input.isList ? receipts : receipts[0];
	const isFiltered = items.length < receipts.length;
	const refused = { status: 200, reasons: [FILTERED] };
	const { workflowData: [, told] = [] } = isFiltered ? tellRefused(context, refused, expected) : {};
	if (items.length === 0 && !told) return { webhookResponse };
	return { webhookResponse, workflowData: told ? [items, told] : [items] };
}

async function expectedSecret(context: IWebhookFunctions): Promise<EndpointSecret> {
	const method = readAuthentication(context);
	if (method === 'none' || method === 'secretUrl') return {};
	return await readSecret(context);
}

function carrierOf(context: IWebhookFunctions): SecretCarrier {
	return { query: context.getQueryData(), headers: context.getHeaderData() };
}

/**
 * Says in n8n's log that a request is refused, and gives what n8n is to run: the output Refused where the
 * user wants it, and always where a person listens in the editor, who would wait without a reason. There
 * the item is on the second output too, so that no node behind the first takes it for a lead.
 */
function tellRefused(
	context: IWebhookFunctions,
	refused: Refused,
	expected: EndpointSecret,
): Pick<IWebhookResponseData, 'workflowData'> {
	const { id, name } = context.getNode();
	const { id: workflowId = '', name: workflowName = '' } = context.getWorkflow();
	const { logged, passedOn } = refusedRequests.add(JSON.stringify([workflowId, id]), refused);
	const isListening = context.getMode() === 'manual';
	const isPassedOn = isListening || (passedOn !== undefined && wantsRefused(context));
	// Of a flood, most are told to nobody: a request with a thousand secrets in it must cost little then.
	if (!logged && !isPassedOn) return {};
	const secrets = secretsOf(carrierOf(context), expected);
	if (logged) {
		const who = `"${name}" of workflow "${workflowName}" (${workflowId})`;
		const line = logLine(who, refused, logged.others, secrets);
		context.logger[refused.status === 500 ? 'error' : 'warn'](line);
	}
	if (!isPassedOn) return {};
	const request = context.getRequestObject() as RefusedRequest;
	const item = refusedItem(request, refused, { secrets, others: passedOn?.others ?? 0 });
	return { workflowData: [[], [item]] };
}

function wantsRefused(context: IWebhookFunctions): boolean {
	try {
		return outputsRefused(context);
	} catch {
		// Told as the endpoint went live. No lead is turned away for it.
		return false;
	}
}
