/** Says of which parameter the expression threw: n8n tells what was wrong in it, and not where it stands. */
import type { INode, INodeParameters, INodeProperties } from 'n8n-workflow';
import { NodeHelpers, NodeOperationError } from 'n8n-workflow';

interface NamedContext {
	getNode(): INode;
	/** Evaluates a parameter or an entry of a collection, as what threw was evaluated. */
	evaluate(name: string): unknown;
}

/** An object's fields, or none of what is no object. */
const fieldsOf = (value: unknown): Record<string, unknown> =>
	typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** The same for a trigger, whose users don't expect that it has no items. */
export function namingTriggerParameter(
	context: { getNode(): INode; getNodeParameter(name: string, fallback?: unknown): unknown },
	properties: readonly INodeProperties[],
	error: unknown,
): unknown {
	return namingParameter(
		{
			getNode: () => context.getNode(),
			evaluate: (name) => context.getNodeParameter(name, undefined),
		},
		properties,
		error,
		'A trigger has no items: use what is known without them, such as $now or $vars.',
	);
}

/**
 * What is to be told: for an expression that threw, an error with the parameter's label and what was
 * wrong; anything else as it is.
 */
export function namingParameter(
	context: NamedContext,
	properties: readonly INodeProperties[],
	error: unknown,
	hint = '',
): unknown {
	const node = context.getNode();
	const name = parameterOf(node, error);
	if (!(error instanceof Error) || name === undefined) return error;
	const path = throwingEntry(context, name, node.parameters[name]);
	const label = labelOf(node, properties, path);
	const { description } = error as { description?: unknown };
	const hints = [typeof description === 'string' ? description : '', hint];
	return new NodeOperationError(
		node,
		`The expression in "${label}" can't be evaluated: ${error.message}`,
		{ description: hints.filter(Boolean).join(' ') || 'Look at what it needs of this item.' },
	);
}

/** By n8n's own note; of an invalid syntax there is only what was evaluated. */
function parameterOf({ parameters }: INode, error: unknown): string | undefined {
	const { context, cause } = fieldsOf(error);
	const { parameter } = fieldsOf(context);
	if (typeof parameter === 'string') {
		const [root] = parameter.split('.');
		return root;
	}
	if (cause === undefined || cause instanceof Error) return undefined;
	const evaluated = JSON.stringify(cause);
	return Object.keys(parameters).find(
		(name) => JSON.stringify(parameters[name]) === evaluated && evaluated.includes('"='),
	);
}

/** The entry of a collection that throws: n8n evaluates them all at once. */
function throwingEntry(context: NamedContext, path: string, raw: unknown): string {
	if (Array.isArray(raw) || Object.hasOwn(fieldsOf(raw), '__rl')) return path;
	for (const [name, value] of Object.entries(fieldsOf(raw))) {
		const entry = `${path}.${name}`;
		try {
			context.evaluate(entry);
		} catch {
			return throwingEntry(context, entry, value);
		}
	}
	return path;
}

function labelOf(node: INode, properties: readonly INodeProperties[], path: string): string {
	const [root, ...entries] = path.split('.');
	let label = root ?? path;
	let found = properties;
	for (const name of [root, ...entries]) {
		const named = found.filter((property) => property.name === name);
		const property = named.find((one) => isShown(node, one)) ?? named[0];
		// The entries of a list have one name for all, which says less than that of the list.
		if (!property?.type) break;
		label = property.displayName;
		found = (property.options ?? []) as INodeProperties[];
	}
	return label;
}

function isShown(node: INode, property: INodeProperties): boolean {
	const parameters: INodeParameters = node.parameters;
	return NodeHelpers.displayParameter(parameters, property, node, null, parameters);
}

/**
 * A credential as n8n resolves it.
 * @throws NodeOperationError that names the credential where an expression in it threw, of which n8n says
 * nothing but what was wrong; anything else as it is
 */
export async function readCredential<Credential extends object>(
	node: INode,
	read: () => Promise<Credential>,
): Promise<Credential> {
	try {
		return await read();
	} catch (error) {
		if (!(error instanceof Error) || error.name !== 'ExpressionError') throw error;
		throw new NodeOperationError(
			node,
			`An expression in the credential can't be evaluated: ${error.message}`,
			{ description: 'Open the credential of this node in n8n, and correct the expression.' },
		);
	}
}
