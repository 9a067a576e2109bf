/**
 * Requests to an OData service held against its `$metadata`: the document is read by
 * `@sap-ux/edmx-parser`, paths and query options by `@odata/parser`, and every name, key, literal and
 * value in them has to be of the type that the document gives it.
 */
import { defaultParser } from '@odata/parser';
import { parse } from '@sap-ux/edmx-parser';

export interface ServiceRequest {
	method: string;
	/** Behind the service's root, with its query, as it was sent. */
	path: string;
	/** Empty for none. */
	body: string;
}

interface Type {
	/** Of primitive and complex types, by name. */
	properties: Map<string, string>;
	/** By name, without `Collection(…)`. */
	navigation: Map<string, string>;
	keys: string[];
	alternateKeys: string[];
	base: string | undefined;
}

/** What the parser makes of it, as far as it is looked at; its own types are in a package of 2 MB. */
interface ParsedCsdl {
	schema: {
		namespace: string;
		entityTypes: Array<
			Named & { keys: Named[]; entityProperties: Typed[]; navigationProperties: Navigation[] }
		>;
		complexTypes: Array<Named & { properties: Typed[] }>;
		entitySets: Array<Named & { entityTypeName: string }>;
		actions: Array<Named & { isFunction: boolean; returnType: string }>;
		actionImports: Named[];
		annotations: Readonly<Record<string, Array<{ target: string }>>>;
	};
}

interface Named {
	name: string;
	fullyQualifiedName: string;
}

interface Typed extends Named {
	type: string;
}

interface Navigation extends Named {
	targetTypeName: string;
}

interface Node {
	type: string;
	raw: string;
	value: unknown;
}

/** What a segment of a path has led to. */
interface Target {
	type: Type;
	isCollection: boolean;
}

/** Options of a collection and of a single record; the token for the next page is the service's own. */
const OF_MANY = new Set(['$select', '$filter', '$orderby', '$top', '$expand', '$skiptoken']);
const OF_ONE = new Set(['$select', '$expand']);

const NUMBERS = new Set(['Edm.Decimal', 'Edm.Double', 'Edm.Int32', 'Edm.Int64', 'Edm.SByte']);

/** Of a value in JSON. */
const VALUES: Readonly<Record<string, (value: unknown) => boolean>> = {
	'Edm.Boolean': (value) => typeof value === 'boolean',
	'Edm.Date': (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value),
	'Edm.DateTimeOffset': (value) =>
		typeof value === 'string' &&
		/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value),
	'Edm.Decimal': (value) => typeof value === 'number' && Number.isFinite(value),
	'Edm.Guid': (value) =>
		typeof value === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
	'Edm.Int32': (value) => typeof value === 'number' && value === (value | 0),
	'Edm.String': (value) => typeof value === 'string',
};

export class ServiceModel {
	private readonly types = new Map<string, Type>();
	/** Types of their records, by name. */
	private readonly entitySets = new Map<string, string>();
	/** Types of what they give, by name. */
	private readonly functions = new Map<string, string>();

	/** @param csdl the service's `$metadata` */
	constructor(csdl: string) {
		const { schema } = parse(csdl) as ParsedCsdl;
		// The parser leaves out what a type is derived from.
		const bases = new Map(
			[...csdl.matchAll(/<EntityType Name="(\w+)" BaseType="mscrm\.(\w+)"/g)].map(
				([, name, base]) => [`${schema.namespace}.${name}`, `${schema.namespace}.${base}`],
			),
		);
		const annotated = Object.values(schema.annotations).flat();
		for (const type of schema.entityTypes) {
			const { fullyQualifiedName: name } = type;
			const annotations = annotated.filter(({ target }) => target === name);
			this.types.set(name, {
				properties: new Map(type.entityProperties.map((one) => [one.name, one.type])),
				navigation: new Map(type.navigationProperties.map((one) => [one.name, one.targetTypeName])),
				keys: type.keys.map((key) => key.name),
				alternateKeys: [...JSON.stringify(annotations).matchAll(/"PropertyPath":"(\w+)"/g)].map(
					([, key]) => key!,
				),
				base: bases.get(name),
			});
		}
		for (const type of schema.complexTypes) {
			this.types.set(type.fullyQualifiedName, {
				properties: new Map(type.properties.map((one) => [one.name, one.type])),
				navigation: new Map(),
				keys: [],
				alternateKeys: [],
				base: undefined,
			});
		}
		for (const { name, entityTypeName } of schema.entitySets) {
			this.entitySets.set(name, entityTypeName);
		}
		for (const { name } of schema.actionImports) {
			const action = schema.actions.find((one) => one.name === name && one.isFunction);
			if (action) this.functions.set(name, action.returnType);
		}
	}

	/** What is otherwise than the model says; empty where nothing is. */
	check({ method, path, body }: ServiceRequest): string[] {
		const [resource = '', query = ''] = splitAt(path, '?');
		try {
			const target = this.resolve(decodeURIComponent(resource));
			this.checkQuery(new URLSearchParams(query), target);
			if (body !== '') this.checkBody(JSON.parse(body) as unknown, target.type);
			const isSound =
				method === 'GET' ||
				(target.isCollection ? method === 'POST' : /^(DELETE|PATCH)$/.test(method));
			return isSound ? [] : [`${method} is not for ${resource}`];
		} catch (error) {
			if (!(error instanceof ModelError)) throw error;
			return [`${method} ${path.slice(0, 200)}: ${error.message}`];
		}
	}

	private resolve(resource: string): Target {
		const steps = stepsOf(
			parsed(() => defaultParser.resourcePath(resource) as unknown as Node, resource),
		);
		const [first, ...others] = steps;
		const name = nameOf(first);
		const returned = this.functions.get(name);
		if (returned !== undefined) return { type: this.typeNamed(returned), isCollection: false };
		const set = this.entitySets.get(name);
		if (set === undefined) throw new ModelError(`there is no entity set ${name}`);
		let target: Target = { type: this.typeNamed(set), isCollection: true };
		for (const step of others) target = this.follow(target, step);
		return target;
	}

	private follow({ type, isCollection }: Target, step: Node): Target {
		switch (step.type) {
			case 'SimpleKey': {
				const [key = ''] = this.keysOf(type);
				this.checkLiteral(step.raw.slice(1, -1), this.propertyType(type, key));
				return { type, isCollection: false };
			}
			case 'CompoundKey': {
				for (const pair of step.value as Node[]) {
					const { key, value } = pair.value as { key: Node; value: Node };
					const known = [...this.keysOf(type), ...this.alternateKeysOf(type)];
					if (!known.includes(nameOf(key))) throw new ModelError(`${nameOf(key)} is no key`);
					this.checkLiteral(value.raw, this.propertyType(type, nameOf(key)));
				}
				return { type, isCollection: false };
			}
			// A cast to a derived type, which behind a key the grammar can't tell from a bound action.
			case 'EntityTypeName':
			case 'Action': {
				const { namespace, name } = step.value as { namespace: string; name: string };
				return { type: this.typeNamed(`${namespace}.${name}`), isCollection };
			}
			default: {
				if (isCollection) throw new ModelError(`${nameOf(step)} is asked of a collection`);
				const targetType = this.navigationOf(type, nameOf(step));
				return { type: targetType, isCollection: true };
			}
		}
	}

	private checkQuery(search: URLSearchParams, { type, isCollection }: Target): void {
		for (const [option, text] of search) {
			if (!(isCollection ? OF_MANY : OF_ONE).has(option)) {
				throw new ModelError(`the option ${option} is not for this`);
			}
			if (search.getAll(option).length > 1) throw new ModelError(`${option} stands twice`);
			if (option === '$skiptoken') continue;
			this.checkOption(option, text, type);
		}
	}

	private checkOption(option: string, text: string, type: Type): void {
		const tree = parsed(() => defaultParser.query(`${option}=${text}`) as unknown as Node, text);
		const [node] = (tree.value as { options: Node[] }).options;
		this.checkParsedOption(node!, type);
	}

	private checkParsedOption(node: Node, type: Type): void {
		const { items = [] } = Object(node.value) as { items?: Node[] };
		switch (node.type) {
			case 'Select':
				for (const item of items) this.propertyType(type, item.raw);
				return;
			case 'OrderBy':
				for (const item of items) {
					const { expr } = item.value as { expr: Node };
					const edm = this.propertyType(type, expr.raw);
					if (!edm.startsWith('Edm.')) throw new ModelError(`${expr.raw} has no order`);
				}
				return;
			case 'Filter':
				this.checkFilter(node.value as Node, type);
				return;
			case 'Expand':
				for (const item of items) {
					const { path, options = [] } = item.value as { path: Node; options?: Node[] };
					const target = this.navigationOf(type, path.raw);
					for (const option of options) this.checkParsedOption(option, target);
				}
				return;
			case 'Top':
				return;
			default:
				throw new ModelError(`${node.type} is not known`);
		}
	}

	private checkFilter(node: Node, type: Type): void {
		if (/^(?:Bool)?ParenExpression$|^NotExpression$/.test(node.type)) {
			this.checkFilter(node.value as Node, type);
			return;
		}
		if (node.type === 'MethodCallExpression') {
			const { method, parameters } = node.value as { method: string; parameters: Node[] };
			const [column, literal] = parameters as [Node, Node];
			const edm = this.propertyType(type, column.raw);
			if (!/^(?:contains|startswith|endswith)$/.test(method) || edm !== 'Edm.String') {
				throw new ModelError(`${method} is not for ${column.raw}, which is ${edm}`);
			}
			this.checkLiteral(literal.raw, edm);
			return;
		}
		const { left, right } = node.value as { left: Node; right: Node };
		if (/^(?:And|Or)Expression$/.test(node.type)) {
			this.checkFilter(left, type);
			this.checkFilter(right, type);
			return;
		}
		this.checkLiteral(right.raw, this.propertyType(type, left.raw));
	}

	private checkLiteral(text: string, edm: string): void {
		if (text === 'null') return;
		const literal = parsed(() => defaultParser.literal(text) as unknown as Node, text);
		const given = String(literal.value);
		const fits =
			NUMBERS.has(given) || /^Edm\.(?:Byte|Int16)$/.test(given) ? NUMBERS.has(edm) : given === edm;
		if (!fits) throw new ModelError(`${text.slice(0, 60)} is ${given}, and ${edm} is expected`);
	}

	private checkBody(body: unknown, type: Type): void {
		if (typeof body !== 'object' || body === null) throw new ModelError('the body is no object');
		for (const [member, value] of Object.entries(body)) {
			const [name = '', annotation] = splitAt(member, '@');
			if (annotation === 'odata.bind') {
				this.navigationOf(type, name);
				continue;
			}
			const edm = this.propertyType(type, member);
			if (value !== null && VALUES[edm]?.(value) !== true) {
				throw new ModelError(`${member} is ${JSON.stringify(value)}, and ${edm} is expected`);
			}
		}
	}

	private *withBases(type: Type): Generator<Type> {
		for (let one: Type | undefined = type; one; one = this.types.get(one.base ?? '')) yield one;
	}

	private keysOf(type: Type): string[] {
		return [...this.withBases(type)].flatMap(({ keys }) => keys);
	}

	private alternateKeysOf(type: Type): string[] {
		return [...this.withBases(type)].flatMap(({ alternateKeys }) => alternateKeys);
	}

	private propertyType(type: Type, name: string): string {
		for (const { properties } of this.withBases(type)) {
			const edm = properties.get(name);
			if (edm !== undefined) return edm;
		}
		throw new ModelError(`there is no property ${name}`);
	}

	private navigationOf(type: Type, name: string): Type {
		for (const { navigation } of this.withBases(type)) {
			const target = navigation.get(name);
			if (target !== undefined) return this.typeNamed(target);
		}
		throw new ModelError(`there is no navigation property ${name}`);
	}

	private typeNamed(name: string): Type {
		const type = this.types.get(name);
		if (type === undefined) throw new ModelError(`there is no type ${name}`);
		return type;
	}
}

class ModelError extends Error {}

function parsed(parse: () => Node, text: string): Node {
	try {
		return parse();
	} catch {
		throw new ModelError(`'${text.slice(0, 100)}' can't be parsed`);
	}
}

/** Entity set, keys, navigation properties and casts of a path, in their order. */
function stepsOf(tree: Node): Node[] {
	const steps: Node[] = [];
	const visit = (value: unknown): void => {
		if (Array.isArray(value)) value.forEach(visit);
		else if (isNode(value)) {
			if (STEP.test(value.type)) steps.push(value);
			else visit(value.value);
		} else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
	};
	visit(tree);
	return steps;
}

const STEP =
	/^(?:EntitySetName|SimpleKey|CompoundKey|Action|EntityTypeName|(?:Primitive|Complex)Property|Entity(?:Collection)?NavigationProperty)$/;

function isNode(value: unknown): value is Node {
	return typeof value === 'object' && value !== null && 'type' in value && 'raw' in value;
}

function nameOf(node: Node | undefined): string {
	return String((Object(node?.value) as { name?: unknown }).name ?? node?.raw);
}

/** The parts before and behind the first; the second is absent without one. */
function splitAt(text: string, separator: string): string[] {
	const at = text.indexOf(separator);
	return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
