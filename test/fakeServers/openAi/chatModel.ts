/**
 * A chat model behind OpenAI's Chat Completions: asks once for the tool that it was offered, with the
 * arguments that a test gives it, and is done when the tool has spoken. Erasable TypeScript.
 */
import { FakeServer } from '../fakeServer.ts';
import type { FakeRequest, FakeResponse } from '../fakeServer.ts';

/** OpenAI's rule for a function's name. */
const FUNCTION_NAME = /^[\w-]{1,64}$/;

interface ToolCall {
	id: string;
	type: 'function';
	function: { name: string; arguments: string };
}

interface Message {
	role: string;
	content: unknown;
	tool_calls?: ToolCall[];
	tool_call_id?: string;
}

/** Of a request, as far as it is looked at. */
interface CompletionRequest {
	model: string;
	stream?: boolean;
	stream_options?: { include_usage?: boolean };
	messages: Message[];
	tools?: Array<{ type: 'function'; function: OfferedTool }>;
}

export interface OfferedTool {
	name: string;
	description?: string;
	/** A JSON schema. */
	parameters: {
		type: string;
		properties: Record<string, { type?: string; description?: string }>;
	};
}

/** What the model says: a text, or which tool it wants called. */
type Said = { content: string } | { content: null; tool_calls: [ToolCall] };

export class ChatModel {
	readonly credentialType = 'openAiApi';
	readonly apiKey = 'a-key-of-the-chat-model';
	/** What the tool is called with. */
	arguments: Record<string, unknown> = {};
	/** The tools of the last request that offered any. */
	offered: OfferedTool[] = [];
	/** What tools have said, in their order. */
	readonly told: string[] = [];
	private server: FakeServer | undefined;

	static async start(): Promise<ChatModel> {
		const model = new ChatModel();
		model.server = await FakeServer.start({
			asksForLeads: () => false,
			respond: (request) => model.respond(request),
			refuse: () => badRequest('Rate limit reached', 429),
		});
		return model;
	}

	get credential(): Record<string, string> {
		return { apiKey: this.apiKey, url: `${this.started.origin}/v1` };
	}

	async stop(): Promise<void> {
		await this.started.stop();
	}

	private get started(): FakeServer {
		if (!this.server) throw new Error('The chat model is not started');
		return this.server;
	}

	private respond({ method, url, headers, body }: FakeRequest): FakeResponse {
		if (headers['authorization'] !== `Bearer ${this.apiKey}`) {
			return badRequest('Incorrect API key provided', 401);
		}
		if (method !== 'POST' || url.pathname !== '/v1/chat/completions') {
			return badRequest(`Invalid URL (${method} ${url.pathname})`, 404);
		}
		const request = JSON.parse(body) as CompletionRequest;
		const wrong = invalid(request);
		if (wrong) return badRequest(wrong);
		const said = this.say(request);
		return request.stream === true ? streamed(request, said) : completion(request, said);
	}

	private say({ messages, tools = [] }: CompletionRequest): Said {
		if (tools.length > 0) this.offered = tools.map(({ function: offered }) => offered);
		const last = messages.at(-1);
		if (last?.role === 'tool') {
			const { content } = last;
			this.told.push(typeof content === 'string' ? content : JSON.stringify(content));
			return { content: 'Done.' };
		}
		const [tool] = this.offered;
		if (!tool) return { content: 'There is no tool.' };
		const call: ToolCall = {
			id: 'call_1',
			type: 'function',
			function: { name: tool.name, arguments: JSON.stringify(this.arguments) },
		};
		return { content: null, tool_calls: [call] };
	}
}

/** What OpenAI would not take of a request; nothing where all is well. */
function invalid({ messages, tools = [] }: CompletionRequest): string | undefined {
	for (const { function: offered } of tools) {
		if (!FUNCTION_NAME.test(offered.name)) return `Invalid 'tools[0].function.name'`;
		if (offered.parameters.type !== 'object') {
			return `Invalid schema for function '${offered.name}': schema must be of type "object"`;
		}
	}
	const called = new Set(messages.flatMap(({ tool_calls = [] }) => tool_calls.map(({ id }) => id)));
	const isUnasked = messages.some(
		({ role, tool_call_id = '' }) => role === 'tool' && !called.has(tool_call_id),
	);
	return isUnasked
		? "messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
		: undefined;
}

const badRequest = (message: string, status = 400): FakeResponse => ({
	status,
	body: { error: { message, type: 'invalid_request_error', param: null, code: null } },
});

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
const reasonOf = ({ content }: Said) => (content === null ? 'tool_calls' : 'stop');
const headOf = ({ model }: CompletionRequest, object: string) => ({
	id: 'chatcmpl-1',
	object,
	created: 1_700_000_000,
	model,
});

function completion(request: CompletionRequest, said: Said): FakeResponse {
	const message = { role: 'assistant', refusal: null, ...said };
	const choices = [{ index: 0, message, logprobs: null, finish_reason: reasonOf(said) }];
	return { status: 200, body: { ...headOf(request, 'chat.completion'), choices, usage: USAGE } };
}

/** As server-sent events: the arguments of a call come in pieces, each event with what is new. */
function streamed(request: CompletionRequest, said: Said): FakeResponse {
	const chunk = (choices: object[], more: object = {}) =>
		`data: ${JSON.stringify({ ...headOf(request, 'chat.completion.chunk'), choices, ...more })}\n\n`;
	const delta = (what: object, reason: string | null = null) =>
		chunk([{ index: 0, delta: what, finish_reason: reason }]);
	const events = [delta({ role: 'assistant', content: said.content === null ? null : '' })];
	if (said.content === null) {
		const [{ id, type, function: called }] = said.tool_calls;
		const half = called.arguments.length >> 1;
		const begun = { index: 0, id, type, function: { name: called.name, arguments: '' } };
		const pieces = [called.arguments.slice(0, half), called.arguments.slice(half)];
		events.push(
			delta({ tool_calls: [begun] }),
			...pieces.map((piece) =>
				delta({ tool_calls: [{ index: 0, function: { arguments: piece } }] }),
			),
		);
	} else {
		events.push(delta({ content: said.content }));
	}
	events.push(delta({}, reasonOf(said)));
	if (request.stream_options?.include_usage === true) events.push(chunk([], { usage: USAGE }));
	return {
		status: 200,
		headers: { 'content-type': 'text/event-stream; charset=utf-8' },
		body: `${events.join('')}data: [DONE]\n\n`,
	};
}
