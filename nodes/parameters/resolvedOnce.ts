import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { namingParameter } from './failedExpression';

/**
 * The same context, which resolves a parameter once for each item, and where it holds no expression
 * once for all: n8n goes through it anew for every call, which with thousands of items takes longer
 * than the work. So an item's parameter is the same wherever it is read, also by `$now`. The values
 * are shared, so they must not be changed. Of an expression that throws, the error names the parameter by
 * its label in these properties.
 */
export function resolvedOnce(
	context: IExecuteFunctions,
	properties: () => readonly INodeProperties[],
): IExecuteFunctions {
	const fixed = new Map<string, boolean>();
	const known = new Map<string, unknown>();
	/** The same of one item: they have their turns one after the other. */
	let current = { itemIndex: -1, known: new Map<string, unknown>() };
	const resolve = context.getNodeParameter.bind(context) as (...call: ParameterCall) => unknown;

	const isFixed = (name: string): boolean => {
		const [root = name] = name.split('.');
		const found = fixed.get(root);
		if (found !== undefined) return found;
		const raw = resolve(root, 0, null, { rawExpressions: true });
		// One that is hidden gives whatever the caller falls back on.
		const result = raw !== null && !holdsExpression(raw);
		fixed.set(root, result);
		return result;
	};

	const resolveNamed = (call: ParameterCall): unknown => {
		try {
			return resolve(...call);
		} catch (error) {
			const [, itemIndex] = call;
			const evaluate = (name: string) => resolve(name, itemIndex, undefined);
			throw namingParameter({ getNode: () => context.getNode(), evaluate }, properties(), error);
		}
	};

	const getNodeParameter = (...call: ParameterCall): unknown => {
		const [name, itemIndex, fallback, options] = call;
		const isOfItem = !isFixed(name);
		if (isOfItem && itemIndex !== current.itemIndex) current = { itemIndex, known: new Map() };
		const values = isOfItem ? current.known : known;
		const key = JSON.stringify([name, options ?? {}, fallback]);
		if (!values.has(key)) values.set(key, resolveNamed(call));
		return values.get(key);
	};

	// Functions run on n8n's own object, whatever it keeps in private; and no property of it binds
	// the proxy, as one would that can't be configured.
	return new Proxy({} as IExecuteFunctions, {
		get(_target, property) {
			if (property === 'getNodeParameter') return getNodeParameter;
			const value: unknown = Reflect.get(context, property, context);
			return typeof value === 'function' ? (value.bind(context) as unknown) : value;
		},
	});
}

type ParameterCall = [name: string, itemIndex: number, fallback?: unknown, options?: object];

/** As n8n tells them: a text that begins with an equals sign, however deep in the value. */
function holdsExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=');
	if (typeof value !== 'object' || value === null) return false;
	return Object.values(value).some(holdsExpression);
}
