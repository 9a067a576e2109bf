import { isObject } from '../lead/objects';
import { configurationError } from './addresses';
import type { WriteInput } from './contract';

/** An option that is on or off. @throws DestinationError with code `configuration` */
export function readBoolean(
	{ option }: Pick<WriteInput, 'option'>,
	name: string,
	label: string,
	otherwise: boolean,
): boolean {
	const value = option(name);
	if (value === undefined) return otherwise;
	if (typeof value === 'boolean') return value;
	throw configurationError(`${label} is neither on nor off`, 'Set the option to true or false.');
}

/** Text fields of a credential or parameter set, trimmed; missing ones are empty. */
export function textField(values: Record<string, unknown>, name: string): string {
	const value = Object.hasOwn(values, name) ? values[name] : undefined;
	return typeof value === 'string' ? value.trim() : '';
}

/** The value of a resource locator, which comes whole within a collection; anything else as it is. */
export function locatorValue(value: unknown): unknown {
	return isObject(value) && 'value' in value ? value['value'] : value;
}
