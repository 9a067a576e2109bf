/**
 * What a trigger's expressions may give that no parameter wants. A trigger has no item, so what is put
 * into a parameter is the same for everything that it does.
 */
import type { INodeParameters, INodeProperties, INodeTypeDescription } from 'n8n-workflow';

import {
	cellsOf,
	entriesOf,
	isRequired,
	shownLabel,
	takesExpression,
	variantsOf,
	withDefaults,
	type ValidValues,
} from './matrix';

/** What is wrong with a parameter's value. */
export type Fault = 'empty' | 'throws' | 'wrongKind';

export interface TriggerCell {
	/** Name of the parameter, with dots into collections, and what is put into it. */
	name: string;
	path: string;
	fault: Fault;
	/** Whether the trigger can do nothing but say so; otherwise it may also do without. */
	isError: boolean;
	/** What the editor calls the parameter. */
	label: string;
	parameters: INodeParameters;
	/** The same as they are without what was put into one of them. */
	good: INodeParameters;
}

/** Only n8n's own errors leave an expression. */
export const THROWING = `$('Nobody').first().json.it`;
const NOTHING = [`'  '`, 'null', 'undefined'];
/** By the type of a parameter. A type that is not named here is a gap, not a pass. */
const OTHER_KINDS: Readonly<Record<string, readonly string[]>> = {
	boolean: [`'neither'`, 'NaN', '[]', '({})'],
	dateTime: [`'neither'`, 'NaN', '[]', '({})', 'true'],
	multiOptions: ['5', 'true', '({})', '[5]'],
	number: [`'neither'`, 'NaN', '[]', '({})', 'true', '-1'],
	options: [`'neither'`, '5', '[]', '({})'],
	resourceLocator: ['[]', '({})', 'true', 'NaN'],
	string: ['[]', '({})', 'true', 'NaN'],
};
/** Of which no value is valid by chance. */
const STRICT = ['boolean', 'dateTime', 'number'];

/** A cell for each parameter under `given`, whatever shows it, and each value that it can't use. */
export function triggerCells(
	description: INodeTypeDescription,
	given: INodeParameters,
	validFor: (variant: INodeParameters) => ValidValues,
): TriggerCell[] {
	const seen = new Set<string>();
	return variantsOf(description, given).flatMap((variant) => {
		const valid = validFor(variant);
		return putInto().flatMap(({ code, fault, into, isError }) =>
			cellsOf(description, variant, { valid, put: () => `={{ ${code} }}`, into }).flatMap(
				({ path, parameters }): TriggerCell[] => {
					const name = `${path} = ${code}`;
					// Shown for several choices, it is tried with the first.
					if (seen.has(name)) return [];
					seen.add(name);
					const label = shownLabel(description, variant, path);
					const [root = ''] = path.split('.');
					const value = Object.hasOwn(valid, root)
						? (valid[root] as INodeParameters[string])
						: withDefaults(description, variant)[root];
					const good = { ...parameters, [root]: value };
					return [{ name, path, fault, isError, label, parameters, good }];
				},
			),
		);
	});
}

interface PutInto {
	code: string;
	fault: Fault;
	into: (property: INodeProperties) => boolean;
	isError: boolean;
}

function putInto(): PutInto[] {
	const isOptional = (property: INodeProperties) =>
		takesExpression(property) && property.required !== true;
	const throwing = {
		code: THROWING,
		fault: 'throws',
		into: takesExpression,
		isError: true,
	} as const;
	const nothing = NOTHING.flatMap((code): PutInto[] => [
		{ code, fault: 'empty', into: isRequired, isError: true },
		{ code, fault: 'empty', into: isOptional, isError: false },
	]);
	const others = Object.entries(OTHER_KINDS).flatMap(([type, codes]) =>
		codes.map((code): PutInto => ({
			code,
			fault: 'wrongKind',
			into: (property) => property.type === type && takesExpression(property),
			isError: STRICT.includes(type),
		})),
	);
	return [throwing, ...nothing, ...others];
}

/** Types of the parameters that nothing of another kind is known for. */
export function typesWithoutKinds({ properties }: INodeTypeDescription): string[] {
	return properties
		.flatMap((property) => [property, ...entriesOf(property)])
		.filter((property) => takesExpression(property))
		.map(({ type }) => type)
		.filter((type) => !['collection', 'fixedCollection', 'notice'].includes(type))
		.filter((type) => !Object.hasOwn(OTHER_KINDS, type));
}
