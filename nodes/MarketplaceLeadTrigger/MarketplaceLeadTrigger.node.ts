import type {
	IDataObject,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { matchesFilter, parseLead } from '../lead';
import {
	leadFilterProperty,
	leadOptionFields,
	readLeadFilter,
	readLeadOptions,
} from '../parameters/leadParameters';
import { setLeadIdHeader, type ResponseTarget, type Receipt, respondWithError } from './responses';
import { type AuthenticationMethod, type EndpointSecret, isAuthorized } from './authentication';
import { marketplaceLeadTriggerApiTest } from './credentialTest';
import { connectionNotice, triggerPanel } from './triggerPanel';
import { type DeliveredRequest, readLeadsOf } from './webhookBody';
import { leadWebhook } from './webhookDescription';
import { WrongSecrets } from './wrongSecrets';

const UNAUTHORIZED =
	'The secret is missing or is not the one of this endpoint. Check the URL in Partner Center.';
const UNEXPECTED =
	'This endpoint could not take the lead. Look into the n8n log for the reason, then send it again.';
const BASIC_CHALLENGE = { 'WWW-Authenticate': 'Basic realm="Marketplace leads", charset="UTF-8"' };

/** Of all triggers in this process. */
const wrongSecrets = new WrongSecrets();

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
		outputs: [NodeConnectionTypes.Main],
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
				displayName: connectionNotice,
				name: 'connectionNotice',
				type: 'notice',
				default: '',
			},
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
				options: leadOptionFields,
			},
		],
	};

	methods = { credentialTest: { marketplaceLeadTriggerApiTest } };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const response = this.getResponseObject() as ResponseTarget;
		try {
			return await receiveLeads(this, response);
		} catch (error) {
			// Thrown on, n8n would start the workflow without a lead.
			const reason = error instanceof Error ? error.message : String(error);
			this.logger.error(`"${this.getNode().name}" could not take a lead: ${reason}`);
			return respondWithError(response, 500, { message: UNEXPECTED });
		}
	}
}

async function receiveLeads(
	context: IWebhookFunctions,
	response: ResponseTarget,
): Promise<IWebhookResponseData> {
	const method = context.getNodeParameter('authentication') as AuthenticationMethod;
	const expected =
		method === 'none' || method === 'secretUrl'
			? {}
			: await context.getCredentials<EndpointSecret>('marketplaceLeadTriggerApi');
	const carrier = { query: context.getQueryData(), headers: context.getHeaderData() };
	if (!isAuthorized(method, carrier, expected)) {
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
		return { noWebhookResponse: true };
	}

	const input = await readLeadsOf(context.getRequestObject() as DeliveredRequest);
	if (!input.ok) return respondWithError(response, 400, { errors: input.problems });

	const options = readLeadOptions(context.getNodeParameter('options', {}));
	const filter = readLeadFilter(context.getNodeParameter('filters', {}));
	const items: INodeExecutionData[] = [];
	const receipts: Receipt[] = [];
	const received = {
		...options,
		destination: 'https',
		isFromSender: true,
		warnings: input.warnings ?? [],
	} as const;
	for (const record of input.records) {
		const lead = parseLead(record, received);
		const passes = matchesFilter(lead, filter);
		receipts.push(passes ? { id: lead.id } : { id: lead.id, filtered: true });
		if (passes) items.push({ json: lead as unknown as IDataObject });
	}
	setLeadIdHeader(response, receipts);
	const webhookResponse = input.isList ? receipts : receipts[0];
	return items.length === 0 ? { webhookResponse } : { webhookResponse, workflowData: [items] };
}
