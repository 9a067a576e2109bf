import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';

import axios from 'axios';
import type { AxiosInstance, AxiosRequestConfig } from 'axios';

import { unflatten } from './unflatten.ts';
import { waitFor } from './wait.ts';

/** n8n responds in milliseconds, a credential test against an address that does not respond in tens of seconds. */
const REQUEST_TIMEOUT_MS = 90_000;
/** n8n's own limit on a page of executions. */
const EXECUTIONS_PAGE = 100;
/** n8n puts triggers live in the background; the first poll is part of it. */
const PUBLICATION_TIMEOUT_MS = 120_000;
/** What an activation is not through with. */
const SETTLING: ReadonlySet<PublicationStatus['status']> = new Set([
	'in_progress',
	'not_published',
]);
const HTTP_NOT_FOUND = 404;
const HTTP_CONFLICT = 409;

export interface Owner {
	email: string;
	password: string;
}

export interface WorkflowNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string; name: string }>;
	webhookId?: string;
	[more: string]: unknown;
}

/** What the editor's "Import from file" takes. */
export interface WorkflowFile {
	name: string;
	nodes: WorkflowNode[];
	connections: Record<
		string,
		{ main: Array<Array<{ node: string; type: string; index: number }>> }
	>;
	settings?: Record<string, unknown>;
	/** Items that the editor's runs take for a node's output, by its name. */
	pinData?: Record<string, Array<{ json: Record<string, unknown> }>>;
}

export interface Workflow extends WorkflowFile {
	id: string;
	versionId: string;
}

export interface CredentialRef {
	id: string;
	name: string;
	type: string;
}

export interface TriggerPublication {
	nodeId: string;
	status: string;
	errorMessage: string | null;
}

export interface PublicationStatus {
	status: 'failed' | 'in_progress' | 'not_published' | 'partial' | 'published';
	triggers: TriggerPublication[];
}

export interface ExecutionSummary {
	id: string;
	workflowId: string;
	mode: string;
	status: string;
	startedAt: string;
	stoppedAt: string | null;
}

export interface NodeRun {
	error?: { message?: string; description?: string };
	/** Items by output of the node. */
	data?: { main: Array<Array<{ json: Record<string, unknown> }> | null> };
}

export interface Execution extends ExecutionSummary {
	/** Every run of every node, by the node's name. */
	runs: Record<string, NodeRun[]>;
	error?: { message?: string; description?: string };
}

/** What n8n's REST interface refused, with its status and sentence. */
export class RestApiError extends Error {
	readonly status: number;
	readonly body: unknown;

	constructor(request: string, status: number, body: unknown) {
		const message = (body as { message?: unknown } | null)?.message;
		super(`n8n responded to ${request} with ${status}: ${String(message ?? JSON.stringify(body))}`);
		this.status = status;
		this.body = body;
	}
}

const isNotFound = (error: unknown) =>
	error instanceof RestApiError && error.status === HTTP_NOT_FOUND;

/** Headers by which n8n knows who asks. */
export interface Session {
	'browser-id': string;
	cookie: string;
}

/** What the editor does over n8n's REST interface, as far as the demo and the tests need it. */
export class RestClient {
	private readonly http: AxiosInstance;
	/** n8n ties a session to the browser that opened it. */
	private readonly headers: Record<string, string> = {
		'browser-id': randomUUID(),
		'push-ref': randomUUID(),
	};

	/** @param session one that was opened before; n8n takes few sign-ins a minute */
	constructor(baseUrl: string, session: Partial<Session> = {}) {
		Object.assign(this.headers, session);
		this.http = axios.create({
			baseURL: baseUrl,
			timeout: REQUEST_TIMEOUT_MS,
			// n8n closes a connection after seconds without a request: on a busy machine a kept one is gone as it is used.
			httpAgent: new Agent({ keepAlive: false }),
			// On 127.0.0.1 no proxy of the user's has a part.
			proxy: false,
			validateStatus: () => true,
		});
	}

	/** Makes the first account of a new n8n and signs in as it. */
	async setUpOwner({ email, password }: Owner): Promise<void> {
		const person = { email, password, firstName: 'Lead', lastName: 'Owner' };
		await this.post('/rest/owner/setup', person);
	}

	async login({ email, password }: Owner): Promise<void> {
		await this.post('/rest/login', { emailOrLdapLoginId: email, password });
	}

	/** The session of the last sign-in, for another client. */
	get session(): Session {
		const { 'browser-id': browser = '', cookie = '' } = this.headers;
		return { 'browser-id': browser, cookie };
	}

	async createCredential(type: string, name: string, data: object): Promise<CredentialRef> {
		return await this.post('/rest/credentials', { type, name, data });
	}

	/** What the Test button does; `id` may be empty for a credential that is not saved yet. */
	async testCredential(
		type: string,
		data: object,
		saved: { id: string; name: string } = { id: '', name: 'Unsaved' },
	): Promise<{ status: 'Error' | 'OK'; message: string }> {
		const credentials = { ...saved, type, data };
		return await this.post('/rest/credentials/test', { credentials });
	}

	async createWorkflow(workflow: WorkflowFile): Promise<Workflow> {
		return await this.post('/rest/workflows', { settings: {}, active: false, ...workflow });
	}

	async workflow(id: string): Promise<Workflow> {
		return await this.get(`/rest/workflows/${id}`);
	}

	/** Saves the draft; what is published stays as it is. */
	async saveDraft(id: string, changes: Partial<WorkflowFile>): Promise<Workflow> {
		return await this.request('PATCH', `/rest/workflows/${id}`, { data: changes });
	}

	/** Puts the triggers live and waits until n8n has tried them all. */
	async activate({
		id,
		versionId,
	}: Pick<Workflow, 'id' | 'versionId'>): Promise<PublicationStatus> {
		try {
			await this.post(`/rest/workflows/${id}/activate`, { versionId });
		} catch (error) {
			if (!isNotFound(error)) throw error;
			// n8n 1.x has no such address, and responds when all are live.
			await this.patch(`/rest/workflows/${id}`, { active: true, versionId });
			return { status: 'published', triggers: [] };
		}
		try {
			return await this.publicationStatus(id);
		} catch (error) {
			// Before n8n 2.30 or so an activation was confirmed when all are live.
			if (isNotFound(error)) return { status: 'published', triggers: [] };
			throw error;
		}
	}

	/** What became of an activation, once n8n is through with it. */
	async publicationStatus(id: string): Promise<PublicationStatus> {
		return await waitFor(
			`The triggers of workflow ${id} did not settle`,
			PUBLICATION_TIMEOUT_MS,
			async () => {
				const path = `/rest/workflows/${id}/publication-status`;
				const found = await this.get<PublicationStatus>(path);
				// n8n reads what is under way and what is done in two queries: what ends in between is in neither.
				return SETTLING.has(found.status) ? undefined : found;
			},
			100,
		);
	}

	async deactivate(id: string): Promise<void> {
		await this.post(`/rest/workflows/${id}/deactivate`, {});
	}

	/** n8n deletes only what is archived, and that not before its triggers are down. */
	async deleteWorkflow(id: string): Promise<void> {
		await this.post(`/rest/workflows/${id}/archive`, {});
		await waitFor(`Workflow ${id} is still going down`, PUBLICATION_TIMEOUT_MS, async () => {
			try {
				await this.request('DELETE', `/rest/workflows/${id}`);
				return true;
			} catch (error) {
				if (error instanceof RestApiError && error.status === HTTP_CONFLICT) return undefined;
				throw error;
			}
		});
	}

	/**
	 * Runs a workflow as the editor does. With a webhook trigger n8n then waits for one call of its
	 * test address, else it runs at once.
	 */
	async runManually(
		id: string,
		triggerName: string,
	): Promise<{ executionId?: string; waitingForWebhook?: boolean }> {
		return await this.post(`/rest/workflows/${id}/run`, {
			// n8n 1.x runs what the editor shows, later ones what is stored.
			workflowData: await this.get(`/rest/workflows/${id}`),
			triggerToStartFrom: { name: triggerName },
		});
	}

	/** Every execution of a workflow, or of all of them; newest first. */
	async executions(workflowId?: string): Promise<ExecutionSummary[]> {
		const all: ExecutionSummary[] = [];
		const filter = JSON.stringify(workflowId ? { workflowId } : {});
		for (;;) {
			const lastId = all.at(-1)?.id;
			const page = await this.get<{ results: ExecutionSummary[] }>('/rest/executions', {
				params: { limit: EXECUTIONS_PAGE, filter, ...(lastId ? { lastId } : {}) },
			});
			all.push(...page.results);
			if (page.results.length < EXECUTIONS_PAGE) return all;
		}
	}

	async execution(id: string): Promise<Execution> {
		const path = `/rest/executions/${id}`;
		const { data, ...summary } = await this.get<ExecutionSummary & { data: string }>(path);
		const { resultData } = unflatten(data) as {
			resultData: { runData?: Execution['runs']; error?: Execution['error'] };
		};
		return {
			...summary,
			runs: resultData.runData ?? {},
			...(resultData.error ? { error: resultData.error } : {}),
		};
	}

	/** As the Retry button does, and waits for the end of the new execution, whose ID is given. */
	async retry(executionId: string): Promise<string> {
		const path = `/rest/executions/${executionId}/retry`;
		return (await this.post<{ id: string }>(path, { loadWorkflow: false })).id;
	}

	async get<T = unknown>(path: string, config: AxiosRequestConfig = {}): Promise<T> {
		return await this.request<T>('GET', path, config);
	}

	async post<T>(path: string, data: unknown): Promise<T> {
		return await this.request<T>('POST', path, { data });
	}

	async patch<T>(path: string, data: unknown): Promise<T> {
		return await this.request<T>('PATCH', path, { data });
	}

	async delete<T = unknown>(path: string): Promise<T> {
		return await this.request<T>('DELETE', path);
	}

	/** @throws {RestApiError} for every status but 2xx */
	private async request<T>(
		method: string,
		path: string,
		config: AxiosRequestConfig = {},
	): Promise<T> {
		const headers = { ...this.headers, ...config.headers } as Record<string, string>;
		const response = await this.http.request({ ...config, method, url: path, headers });
		if (response.status < 200 || response.status > 299) {
			throw new RestApiError(`${method} ${path}`, response.status, response.data);
		}
		const cookie = response.headers['set-cookie']?.map((line) => line.split(';')[0]).join('; ');
		if (cookie) this.headers['cookie'] = cookie;
		const body = response.data as { data?: unknown };
		return (path.startsWith('/rest/') ? (body.data ?? body) : body) as T;
	}
}
