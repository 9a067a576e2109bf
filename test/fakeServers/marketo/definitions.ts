/**
 * Adobe's public definitions of Marketo's REST API (OpenAPI 2), read from a folder that has
 * `swagger-*.json` of https://github.com/AdobeDocs/marketo-apis, and each exchange held against them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { OpenAPIV2 } from 'openapi-types';
import RequestCoercer from 'openapi-request-coercer';
import RequestValidator from 'openapi-request-validator';
import ResponseValidator from 'openapi-response-validator';

import type { Exchange } from '../recordingProxy.ts';

export interface Violation {
	/** Method and path, as the definitions have them. */
	operation: string;
	in: 'request' | 'response';
	/** Of the value, by which every entry of a list goes by `*`. */
	at: string;
	message: string;
}

type Schema = OpenAPIV2.SchemaObject & { required?: string[] };

/** `openapi-response-validator` knows no format by itself, and passes over those it doesn't know. */
const FORMATS = {
	'date-time': (text: string) =>
		/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i.test(text) &&
		!Number.isNaN(Date.parse(text)),
};

/** What is declared to be in each response, and stands in none of Adobe's samples but where it applies. */
const NOT_ALWAYS = new Set(['errors', 'moreResult', 'nextPageToken', 'result', 'warnings']);

/** Objects that have the instance's own fields of a person beside those that are defined. */
const OPEN = new Set(['Lead', 'LeadFormFields']);

class Operation {
	private readonly queryNames: ReadonlySet<string>;
	private readonly coercer: RequestCoercer;
	private readonly request: RequestValidator;
	private readonly response: ResponseValidator;

	constructor(
		readonly name: string,
		readonly pattern: RegExp,
		{ parameters = [], responses }: OpenAPIV2.OperationObject,
		definitions: Readonly<Record<string, Schema>>,
	) {
		const given = parameters as OpenAPIV2.Parameters;
		const queried = parameters.filter((one) => 'in' in one && one.in === 'query');
		this.queryNames = new Set(queried.map((one) => ('name' in one ? String(one.name) : '')));
		this.coercer = new RequestCoercer({ parameters: given });
		this.request = new RequestValidator({
			parameters: given,
			// Typed as a list, and taken as `definitions` for OpenAPI 2.
			schemas: closed(definitions) as never,
		});
		this.response = new ResponseValidator({
			responses: responses as never,
			definitions: definitions as never,
			customFormats: FORMATS,
		});
	}

	check(exchange: Exchange): Violation[] {
		const { url, headers, body, status, responseBody } = exchange;
		const isLongGet = url.searchParams.get('_method') === 'GET';
		// Adobe's way to send a query that is too long for an address.
		const query = valuesOf(isLongGet ? new URLSearchParams(body) : url.searchParams);
		const json = !isLongGet && body !== '' ? (JSON.parse(body) as unknown) : undefined;
		const params = { ...this.pattern.exec(url.pathname)?.groups };
		const request = { headers: { ...headers }, query, params, body: json };
		this.coercer.coerce(request);
		const wrongRequest = this.request.validateRequest(request) as Told | undefined;
		const wrongResponse = this.response.validateResponse(
			String(status),
			JSON.parse(responseBody),
		) as Told | undefined;
		const unknown = Object.keys(query)
			.filter((name) => !this.queryNames.has(name))
			.map((name) => ({ location: 'query', path: name, message: 'is not defined' }));
		return [
			...this.told('request', { errors: unknown }),
			...this.told('request', wrongRequest),
			...this.told('response', wrongResponse),
		];
	}

	private told(where: Violation['in'], told: Told | undefined): Violation[] {
		return (told?.errors ?? []).map(({ path: at = '', location = '', message }) => ({
			operation: this.name,
			in: where,
			at: [location, at]
				.filter(Boolean)
				.join('.')
				.replace(/(?<=[./]|^)\d+(?=[./]|$)/g, '*'),
			message,
		}));
	}
}

interface Told {
	errors?: Array<{ path?: string; location?: string; message: string }>;
}

export class MarketoDefinitions {
	private readonly operations: Operation[] = [];

	/** @param folder with Adobe's `swagger-*.json` */
	static read(folder: string): MarketoDefinitions {
		const names = readdirSync(folder).filter((name) => /^swagger-.*\.json$/.test(name));
		if (names.length === 0) throw new Error(`There is no swagger-*.json in ${folder}`);
		const documents = names.map(
			(name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as OpenAPIV2.Document,
		);
		return new MarketoDefinitions(documents);
	}

	private constructor(documents: readonly OpenAPIV2.Document[]) {
		for (const { paths, definitions = {} } of documents) {
			const adjusted = asSamplesAre(definitions as Record<string, Schema>);
			for (const [template, methods] of Object.entries(paths)) {
				for (const method of ['get', 'post', 'delete'] as const) {
					const operation = methods[method];
					if (operation === undefined || !USED.test(template)) continue;
					const name = `${method.toUpperCase()} ${template}`;
					this.operations.push(new Operation(name, patternOf(template), operation, adjusted));
				}
			}
		}
	}

	/** The operation of a call, as the definitions name it; `undefined` for one they don't have. */
	nameOf({ method, url }: Pick<Exchange, 'method' | 'url'>): string | undefined {
		return this.find(method, url)?.name;
	}

	/** What in a call and its response the definitions don't have so. */
	check(exchange: Exchange): Violation[] {
		const { method, url } = exchange;
		const operation = this.find(method, url);
		if (operation) return operation.check(exchange);
		const name = `${method} ${url.pathname}`;
		return [{ operation: name, in: 'request', at: 'path', message: 'is not defined' }];
	}

	private find(method: string, url: URL): Operation | undefined {
		const meant = url.searchParams.get('_method') ?? method;
		return this.operations.find(
			({ name, pattern }) => name.startsWith(`${meant} `) && pattern.test(url.pathname),
		);
	}
}

/** Compiling the schemas of all 300 operations takes seconds; leads, their log, forms and sign-in are ours. */
const USED = /^\/(?:identity|rest\/v1\/(?:activities|leads|stats)|rest\/asset\/v1\/forms?)\b/;

function patternOf(template: string): RegExp {
	const source = template
		.replace(/[.]/g, '\\.')
		.replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>[^/]+?)`);
	return new RegExp(`^${source}$`);
}

/** Repeated parameters as lists, which is what the coercer takes for those that may be. */
function valuesOf(search: URLSearchParams): Record<string, string | string[]> {
	return Object.fromEntries(
		[...new Set(search.keys())]
			.filter((name) => name !== '_method')
			.map((name) => {
				const all = search.getAll(name);
				return [name, all.length > 1 ? all : (all[0] ?? '')];
			}),
	);
}

/** As Adobe's own samples are, in so far as none of them could be right otherwise. */
function asSamplesAre(definitions: Readonly<Record<string, Schema>>): Record<string, Schema> {
	return Object.fromEntries(
		Object.entries(definitions).map(([name, schema]): [string, Schema] => {
			const required = schema.required?.filter((one) => !NOT_ALWAYS.has(one));
			// "object", where all samples have texts and numbers.
			const properties =
				name === 'Attribute' ? { ...schema.properties, value: {} } : schema.properties;
			const { required: _, ...others } = schema;
			return [
				name,
				{
					...others,
					...(properties && { properties }),
					...(required && required.length > 0 && { required }),
				},
			];
		}),
	);
}

/** Of what is sent, a member that is not defined is a mistake: Marketo passes over it, and says nothing. */
function closed(definitions: Readonly<Record<string, Schema>>): Record<string, Schema> {
	return Object.fromEntries(
		Object.entries(definitions).map(([name, schema]) => [
			name,
			schema.properties && !OPEN.has(name) ? { ...schema, additionalProperties: false } : schema,
		]),
	);
}
