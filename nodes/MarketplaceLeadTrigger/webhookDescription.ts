import type { INodeParameters, IWebhookDescription, NodeParameterValueType } from 'n8n-workflow';

/**
 * Where newer n8n looks for ways to read these fields without its expression engine (n8n-workflow
 * exports the same symbol as WEBHOOK_RESOLVERS). The engine needs a V8 isolate, and with
 * N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE=true these spare each lead that. Older versions know nothing
 * of the symbol and evaluate the templates; so does the editor, to which symbols do not travel.
 */
const NATIVE_RESOLVERS = Symbol.for('n8n.webhookDescriptionResolvers');

interface WebhookField {
	template: string;
	/** The template's meaning in code: both have to stay the same. */
	resolve: (parameters: INodeParameters) => NodeParameterValueType | undefined;
}

const FIELDS = {
	path: {
		template: '={{ $parameter["path"] }}',
		resolve: (parameters) => parameters.path,
	},
	// Of a mode that n8n does not know it makes an error for every lead.
	responseMode: {
		template: '={{ $parameter["respond"] === "lastNode" ? "lastNode" : "onReceived" }}',
		resolve: (parameters) => (parameters.respond === 'lastNode' ? 'lastNode' : 'onReceived'),
	},
	// Empty, n8n responds with the node's own `webhookResponse`; left out, with the literal text
	// "firstEntryJson"; "noData" keeps what the workflow made from going to the caller.
	responseData: {
		template: '={{ $parameter["respond"] === "lastNode" ? "noData" : "" }}',
		resolve: (parameters) => (parameters.respond === 'lastNode' ? 'noData' : ''),
	},
} satisfies Record<string, WebhookField>;

export const leadWebhook: IWebhookDescription = {
	name: 'default',
	httpMethod: 'POST',
	path: FIELDS.path.template,
	responseMode: FIELDS.responseMode.template,
	responseData: FIELDS.responseData.template,
	...{ [NATIVE_RESOLVERS]: FIELDS },
};
