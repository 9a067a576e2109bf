import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * The same context, which resolves a parameter once for all items where it holds no expression:
 * n8n goes through it anew for every item, which with thousands of items takes longer than the work.
 * The values are shared between items, so they must not be changed.
 */
export function resolvedOnce(context: IExecuteFunctions): IExecuteFunctions {
	const fixed = new Map<string, boolean>();
	const known = new Map<string, unknown>();
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

	const getNodeParameter = (...call: ParameterCall): unknown => {
		const [name, , fallback, options] = call;
		if (!isFixed(name)) return resolve(...call);
		const key = JSON.stringify([name, options ?? {}, fallback]);
		if (!known.has(key)) known.set(key, resolve(...call));
		return known.get(key);
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
