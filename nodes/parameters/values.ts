/**
 * Numbers and booleans out of parameters: an expression often gives them as text, `"2"` or `"false"`.
 * What means one thing only is taken for it, everything else is an error: `"false"` taken for on, or
 * nothing for 0, would do what nobody asked for.
 */
import type { INodeProperties } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Nothing, as an option has it that was not added or whose expression came out empty. */
export function isEmpty(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && !value.trim());
}

/**
 * True and false, also as text in any case, and 1 and 0. Nothing is `otherwise`, where it is given.
 * @throws UserError for anything else
 */
export function readBoolean(value: unknown, label: string, otherwise?: boolean): boolean {
	if (isEmpty(value) && otherwise !== undefined) return otherwise;
	switch (typeof value === 'string' ? value.trim().toLowerCase() : value) {
		case true:
		case 'true':
		case 1:
		case '1':
			return true;
		case false:
		case 'false':
		case 0:
		case '0':
			return false;
		default:
			throw new UserError(`${label} is neither true nor false`, {
				description: emptyHint(value) || 'Set it to true or false.',
			});
	}
}

export interface NumberRules {
	/** For nothing; without it, nothing is an error. */
	otherwise?: number;
	/** What it has to be more than. */
	above?: number;
	min?: number;
	max?: number;
	whole?: boolean;
	/** What else can be done about an invalid value; a sentence. */
	hint?: string;
}

/** A finite number within the rules, also as decimal text. @throws UserError for anything else */
export function readNumber(value: unknown, label: string, rules: NumberRules = {}): number {
	const { otherwise, above = -Infinity, min = -Infinity, max = Infinity } = rules;
	const { whole = false, hint = '' } = rules;
	if (isEmpty(value) && otherwise !== undefined) return otherwise;
	const isText = typeof value === 'string' && DECIMAL.test(value.trim());
	const number = isText || typeof value === 'number' ? Number(value) : Number.NaN;
	const isFit = Number.isFinite(number) && (!whole || Number.isSafeInteger(number));
	if (isFit && number > above && number >= min && number <= max) return number;
	throw new UserError(`${label} is not a ${whole ? 'whole number' : 'number'}${rangeOf(rules)}`, {
		description: [emptyHint(value), hint].filter((sentence) => sentence !== '').join(' '),
	});
}

function rangeOf({ above, min, max }: NumberRules): string {
	if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
	if (min !== undefined) return ` of at least ${min}`;
	return above === undefined ? '' : ` above ${above}`;
}

function emptyHint(value: unknown): string {
	return isEmpty(value) ? 'It is empty: if it is an expression, look at what it gives.' : '';
}

/**
 * The value with its numbers and booleans as such, by the property's own description, so that the
 * code behind it need not know of expressions. Nothing is `undefined` where a number or a boolean belongs,
 * whichever way an expression gave it, and otherwise stays as it is.
 * @throws UserError for text where a number or a boolean belongs
 */
export function typedValue(property: INodeProperties, value: unknown): unknown {
	const { type, displayName, options = [] } = property;
	if (isEmpty(value)) return type === 'boolean' || type === 'number' ? undefined : value;
	if (type === 'boolean') return readBoolean(value, displayName);
	if (type === 'number') return readNumber(value, displayName);
	if (type === 'collection') return typedFields(options as INodeProperties[], value);
	if (type !== 'fixedCollection') return value;
	return mapFields(value, (name, group) => {
		const { values = [] } = (options.find((option) => option.name === name) ?? {}) as {
			values?: INodeProperties[];
		};
		return Array.isArray(group)
			? group.map((entry) => typedFields(values, entry))
			: typedFields(values, group);
	});
}

/** The same of a collection's entries, each by its own property. */
export function typedFields(properties: readonly INodeProperties[], fields: unknown): unknown {
	return mapFields(fields, (name, value) => {
		const property = properties.find((candidate) => candidate.name === name);
		return property ? typedValue(property, value) : value;
	});
}

function mapFields(fields: unknown, work: (name: string, value: unknown) => unknown): unknown {
	if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return fields;
	return Object.fromEntries(
		Object.entries(fields).map(([name, value]) => [name, work(name, value)]),
	);
}
