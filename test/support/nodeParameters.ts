/**
 * Keeps a node's code and its description from drifting apart: every name that the code asks for
 * has to be declared. n8n itself gives an unknown name the fallback, and nobody notices.
 */
import type {
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeTypeDescription,
	NodeParameterValueType,
} from 'n8n-workflow';

type Entry = INodeProperties | INodePropertyCollection | INodePropertyOptions;

/** @throws when no property of the description has this name (dots lead into collections) */
export function assertDeclared(description: INodeTypeDescription, name: string): void {
	let entries: Entry[] = description.properties;
	for (const part of name.split('.')) {
		const found = entries.filter((entry) => entry.name === part);
		if (found.length === 0) {
			throw new Error(
				`The node "${description.name}" reads the parameter "${name}", which its description does not declare`,
			);
		}
		// What is in a resource mapper is the vendor's to declare.
		if (found.some((entry) => 'type' in entry && entry.type === 'resourceMapper')) return;
		entries = found.flatMap((entry) => ('values' in entry ? entry.values : optionsOf(entry)));
	}
}

function optionsOf(entry: Entry): Entry[] {
	return 'type' in entry && ['collection', 'fixedCollection'].includes(entry.type)
		? (entry.options ?? [])
		: [];
}

/** By the context they stand for: a node may know its context again, as n8n gives it. */
const strictContexts = new WeakMap<object, object>();

/** The same context, whose `getNodeParameter` throws for names that are not declared. */
export function withDeclaredParameters<
	Context extends { getNodeParameter(name: string, ...rest: never[]): unknown },
>(context: Context, description: INodeTypeDescription): Context {
	const known = strictContexts.get(context);
	if (known) return known as Context;
	const strict = Object.create(context, {
		getNodeParameter: {
			value: (name: string, ...rest: never[]): unknown => {
				assertDeclared(description, name);
				return context.getNodeParameter(name, ...rest);
			},
		},
	}) as Context;
	strictContexts.set(context, strict);
	return strict;
}

/**
 * A `getNodeParameter` without n8n: the given values, else the declared defaults. Throws for names
 * that are not declared, given or asked for. Conditions for showing a parameter are not looked at.
 */
export function parametersOf(
	description: INodeTypeDescription,
	given: INodeParameters = {},
): (name: string) => NodeParameterValueType {
	for (const name of Object.keys(given)) assertDeclared(description, name);
	return (name) => {
		assertDeclared(description, name);
		if (Object.hasOwn(given, name)) return given[name] as NodeParameterValueType;
		const declared = description.properties.find((property) => property.name === name);
		return declared?.default as NodeParameterValueType;
	};
}
