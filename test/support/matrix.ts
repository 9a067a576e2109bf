/**
 * Every parameter of a node with an expression in it, made from the node's own description: whatever
 * is added there is tried here without a line of its own.
 */
import type {
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

/** Gives the value, or throws for an item with `fail`: only n8n's own errors leave an expression. */
export function failing(value: unknown): string {
	const [, code] = /^=\{\{(.*)\}\}$/.exec(String(value)) ?? [];
	const given = code ?? JSON.stringify(value ?? '');
	return `={{ $json.fail ? $('Nobody').first().json.it : ${given} }}`;
}

/** Gives the value, or another one of its kind for an item with `odd`: it may be valid or not. */
export function differing(value: unknown): string {
	const [, code] = /^=\{\{(.*)\}\}$/.exec(String(value)) ?? [];
	const given = code ?? JSON.stringify(value ?? '');
	const other =
		typeof value === 'boolean'
			? String(!value)
			: typeof value === 'number'
				? String(value + 1)
				: `String(${given}) + '2'`;
	return `={{ $json.odd ? ${other} : ${given} }}`;
}

/** The value as text with spaces around it for an item with `odd`, as expressions often give it. */
export function asText(value: unknown): string {
	return `={{ $json.odd ? ${JSON.stringify(` ${String(value)} `)} : ${JSON.stringify(value)} }}`;
}

/** For an item with `odd` what is neither a number nor true or false. */
export const asNeither = [`"neither"`, 'NaN', '[]', '({})'].map(
	(neither) =>
		(value: unknown): string =>
			`={{ $json.odd ? ${neither} : ${JSON.stringify(value)} }}`,
);

/** For an item with `odd` nothing, as an expression on a field that is not there gives it. */
export const asNothing = [`''`, `'  '`, 'null', 'undefined'].map(
	(nothing) =>
		(value: unknown): string => {
			const [, code] = /^=\{\{(.*)\}\}$/.exec(String(value)) ?? [];
			return `={{ $json.odd ? ${nothing} : ${code ?? JSON.stringify(value)} }}`;
		},
);

export const isRequired = (property: INodeProperties): boolean =>
	property.required === true && takesExpression(property);

/** Numbers and booleans. */
export const isTyped = (property: INodeProperties): boolean =>
	['number', 'boolean'].includes(property.type) && takesExpression(property);

/** What the editor calls the parameter of a cell. */
export function labelOf(
	{ properties }: INodeTypeDescription,
	{ path }: Pick<Cell, 'path'>,
): string {
	let found: Array<INodeProperties & Partial<INodePropertyCollection>> = properties;
	// Several have one name, each shown for another choice.
	const named = path.split('.').map((name) => {
		const [...those] = found.filter((property) => property.name === name);
		found = those.flatMap(({ values, options }) => (values ?? options ?? []) as INodeProperties[]);
		return those[0]?.displayName;
	});
	return named.at(-1) ?? path;
}

/** What a message calls the parameter of a cell; entries of a list go by the list's label. Several parameters have one name, each with a label of its own and shown for another destination. */
export function shownLabel(
	{ properties }: INodeTypeDescription,
	variant: INodeParameters,
	path: string,
): string {
	let found: INodeProperties[] = properties;
	let label = path;
	for (const name of path.split('.')) {
		const named = found.filter((property) => property.name === name);
		const shown = named.find(({ displayOptions: { show = {} } = {} }) =>
			['operation', 'destination'].every((chooser) => {
				const shownFor = show[chooser] ?? show[`/${chooser}`];
				return shownFor === undefined || shownFor.includes(variant[chooser] as string);
			}),
		);
		if (shown === undefined) return label;
		label = shown.displayName;
		found = entriesOf(shown);
	}
	return label;
}

export function entriesOf({ options = [] }: INodeProperties): INodeProperties[] {
	return (options as Array<INodeProperties & Partial<INodePropertyCollection>>).flatMap(
		(option) => option.values ?? ('type' in option ? [option] : []),
	);
}

/** What a parameter holds in a cell, by the value that it would hold without. */
export type Put = (value: unknown) => unknown;

/** Which parameters are put something into: n8n reads no expression where there can be none. */
export const takesExpression = ({ noDataExpression }: INodeProperties) => noDataExpression !== true;

export interface Cell {
	/** Name of the parameter, with dots into collections. */
	path: string;
	/** All parameters, that one with what was put into it. */
	parameters: INodeParameters;
}

/** Values that are valid where the default is not, by the path of a parameter. */
export type ValidValues = Readonly<Record<string, unknown>>;

/** A cell for each parameter that these ones show, collections' entries included. */
export function cellsOf(
	description: INodeTypeDescription,
	given: INodeParameters,
	{
		valid = {},
		put = failing,
		into = takesExpression,
	}: { valid?: ValidValues; put?: Put; into?: (property: INodeProperties) => boolean } = {},
): Cell[] {
	const complete = withDefaults(description, given);
	for (const { name } of shownProperties(description, complete)) {
		if (Object.hasOwn(valid, name) && !Object.hasOwn(given, name)) {
			complete[name] = valid[name] as INodeParameters[string];
		}
	}
	const isEntryShown = (entry: INodeProperties) => isShown(description, complete, entry);
	return shownProperties(description, complete).flatMap((property) => {
		const value = complete[property.name];
		return inProperty(property, value, property.name, { valid, put, into, isEntryShown }).map(
			([path, inner]) => ({
				path,
				parameters: { ...complete, [property.name]: inner } as INodeParameters,
			}),
		);
	});
}

/**
 * Choices that show parameters which the ones before them hide: with all of them, every parameter
 * under `given` is shown once.
 */
export function variantsOf(
	description: INodeTypeDescription,
	given: INodeParameters,
): INodeParameters[] {
	const seen = new Set<INodeProperties>();
	const variants: INodeParameters[] = [];
	const open = [given];
	for (let next = open.shift(); next; next = open.shift()) {
		const complete = withDefaults(description, next);
		const shown = shownProperties(description, complete);
		const isNew = shown.some((property) => !seen.has(property));
		if (!isNew && variants.length > 0) continue;
		variants.push(next);
		for (const property of shown) {
			seen.add(property);
			if (Object.hasOwn(next, property.name)) continue;
			for (const value of choicesOf(property)) open.push({ ...next, [property.name]: value });
		}
	}
	return variants;
}

/** The values of a parameter by which others may be shown. */
export function choicesOf({ type, options = [] }: INodeProperties): (string | boolean)[] {
	if (type === 'boolean') return [true, false];
	if (type !== 'options') return [];
	return options.map((option) => (option as INodePropertyOptions).value as string);
}

export function withDefaults(
	description: INodeTypeDescription,
	given: INodeParameters,
): INodeParameters {
	const node = { typeVersion: Number(description.version) };
	const { properties } = description;
	return NodeHelpers.getNodeParameters(properties, given, true, false, node, description) ?? given;
}

export function shownProperties(
	description: INodeTypeDescription,
	complete: INodeParameters,
): INodeProperties[] {
	return description.properties.filter(
		(property) => property.type !== 'notice' && isShown(description, complete, property),
	);
}

function isShown(
	description: INodeTypeDescription,
	complete: INodeParameters,
	property: INodeProperties,
): boolean {
	const node = { typeVersion: Number(description.version) };
	return NodeHelpers.displayParameter(complete, property, node, description, complete);
}

interface Rules {
	valid: ValidValues;
	put: Put;
	into: (property: INodeProperties) => boolean;
	isEntryShown: (entry: INodeProperties) => boolean;
}

/** The property's value with something put into it, for each place where it can stand. */
function inProperty(
	property: INodeProperties,
	value: unknown,
	path: string,
	rules: Rules,
): [path: string, value: unknown][] {
	const { type, options = [], default: otherwise } = property;
	const { valid, put, into, isEntryShown } = rules;
	const base = Object.hasOwn(valid, path) ? valid[path] : (value ?? otherwise);
	if (type === 'collection') {
		const entries = (options as INodeProperties[]).filter(isEntryShown);
		return entries.flatMap((entry) =>
			inProperty(entry, asFields(base)[entry.name], `${path}.${entry.name}`, rules).map(
				([where, inner]): [string, unknown] => [where, { ...asFields(base), [entry.name]: inner }],
			),
		);
	}
	if (type === 'fixedCollection') {
		const isList = property.typeOptions?.multipleValues === true;
		return (options as INodePropertyCollection[]).flatMap(({ name, values }) => {
			const prefix = `${path}.${name}`;
			const [first, ...others] = [asFields(base)[name] ?? []].flat();
			const rest = Object.fromEntries(
				values.map((entry) => [
					entry.name,
					asFields(first)[entry.name] ?? valid[`${prefix}.${entry.name}`] ?? entry.default,
				]),
			);
			return values.flatMap((entry) =>
				inProperty(entry, rest[entry.name], `${prefix}.${entry.name}`, rules).map(
					([where, inner]): [string, unknown] => {
						const group = { ...rest, [entry.name]: inner };
						return [where, { [name]: isList ? [group, ...others] : group }];
					},
				),
			);
		});
	}
	// A mapper's own values are expressions, though it is none itself.
	if (type === 'resourceMapper') {
		return [[`${path}.value`, { mappingMode: 'defineBelow', value: { Any: put('') } }]];
	}
	if (!into(property)) return [];
	if (type !== 'resourceLocator') return [[path, put(base)]];
	const { mode = 'name', value: located = '' } =
		typeof base === 'string' ? { value: base } : asFields(base);
	return [[path, { __rl: true, mode, value: put(located) }]];
}

function asFields(value: unknown): Record<string, unknown> {
	return typeof value === 'object' && value !== null ? { ...value } : {};
}
