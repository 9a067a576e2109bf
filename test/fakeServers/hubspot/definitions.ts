/**
 * HubSpot's public definitions (OpenAPI 3), read from a folder that has the files of
 * https://github.com/HubSpot/HubSpot-public-api-spec-collection, and each exchange held against them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { OpenAPIV3 } from 'openapi-types';
import RequestValidator from 'openapi-request-validator';
import ResponseValidator from 'openapi-response-validator';

import type { Exchange } from '../recordingProxy.ts';

interface Told {
	errors?: Array<{ path?: string; location?: string; message: string }>;
}

type Schemas = Record<string, OpenAPIV3.SchemaObject>;

interface Validators {
	request: RequestValidator;
	response: ResponseValidator;
}

interface Operation {
	name: string;
	pattern: RegExp;
	/** Made for the operations that are called: compiling the schemas of all of them takes seconds. */
	validators: () => Validators;
}

export class HubspotDefinitions {
	private readonly operations: Operation[];

	/** @param folder with HubSpot's definitions of contacts, companies and associations */
	static read(folder: string): HubspotDefinitions {
		const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
		if (names.length === 0) throw new Error(`There is no definition in ${folder}`);
		return new HubspotDefinitions(
			names.map(
				(name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as OpenAPIV3.Document,
			),
		);
	}

	private constructor(documents: readonly OpenAPIV3.Document[]) {
		this.operations = documents.flatMap(({ paths, components }) => {
			const schemas = (components?.schemas ?? {}) as Schemas;
			return Object.entries(paths).flatMap(([template, methods]) =>
				Object.entries(methods ?? {}).map(([method, operation]): Operation => {
					let validators: Validators | undefined;
					const make = () =>
						validatorsOf(operation as OpenAPIV3.OperationObject, schemas, components ?? {});
					return {
						name: `${method.toUpperCase()} ${template}`,
						pattern: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`),
						validators: () => (validators ??= make()),
					};
				}),
			);
		});
	}

	/** The operation of a call; `undefined` for one that is not defined. */
	nameOf({ method, url }: Pick<Exchange, 'method' | 'url'>): string | undefined {
		return this.find(method, url)?.name;
	}

	/** What in a call and its response is not as it is defined, in words. */
	check({ method, url, headers, body, status, responseBody }: Exchange): string[] {
		const operation = this.find(method, url);
		if (!operation) return [`${method} ${url.pathname} is not defined`];
		const { request, response } = operation.validators();
		const wrongRequest = request.validateRequest({
			headers: { ...headers },
			query: Object.fromEntries(url.searchParams),
			params: {},
			body: body === '' ? undefined : (JSON.parse(body) as unknown),
		}) as Told | undefined;
		const wrongResponse = response.validateResponse(String(status), JSON.parse(responseBody)) as
			Told | undefined;
		const say = (where: string, told: Told | undefined) =>
			(told?.errors ?? []).map(
				({ path: at = '', location = '', message }) =>
					`${operation.name}, ${where}: ${location} ${at} ${message}`,
			);
		return [...say('request', wrongRequest), ...say('response', wrongResponse)];
	}

	private find(method: string, url: URL): Operation | undefined {
		// One with a fixed name rather than one with an id in its place.
		return this.operations
			.filter(({ name, pattern }) => name.startsWith(`${method} `) && pattern.test(url.pathname))
			.sort((one, other) => one.name.split('{').length - other.name.split('{').length)[0];
	}
}

function validatorsOf(
	{ requestBody, parameters = [], responses }: OpenAPIV3.OperationObject,
	schemas: Schemas,
	components: OpenAPIV3.ComponentsObject,
): Validators {
	return {
		request: new RequestValidator({
			// What the address holds is matched by the pattern.
			parameters: (parameters as OpenAPIV3.ParameterObject[]).filter((one) => one.in === 'query'),
			...(requestBody && { requestBody: requestBody as OpenAPIV3.RequestBodyObject }),
			componentSchemas: closed(schemas) as never,
		}),
		response: new ResponseValidator({
			responses: responses as never,
			components: { ...components, schemas: withoutSamples(schemas) } as never,
		}),
	};
}

/** Of what is sent, a member that is not defined is a mistake. */
function closed(schemas: Schemas): Schemas {
	return Object.fromEntries(
		Object.entries(schemas).map(([name, schema]) => [
			name,
			schema.properties && schema.additionalProperties === undefined
				? { ...schema, additionalProperties: false }
				: schema,
		]),
	);
}

/** Samples are `null` throughout, which the validator would take for a value. */
function withoutSamples(schemas: Schemas): Schemas {
	return JSON.parse(
		JSON.stringify(schemas, (name, value: unknown) => (name === 'example' ? undefined : value)),
	) as Schemas;
}
