import { notSetUp } from './address';
import type { WriteInput } from './types';

/** An option that is on or off. @throws DestinationError with reason `configuration` */
export function readSwitch(
	{ option }: Pick<WriteInput, 'option'>,
	name: string,
	label: string,
	otherwise: boolean,
): boolean {
	const value = option(name);
	if (value === undefined) return otherwise;
	if (typeof value === 'boolean') return value;
	throw notSetUp(`${label} is neither on nor off`, 'Set the option to true or false.');
}
