import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { readBoolean } from './values';

const SEPARATE_OUTPUTS = 'Separate Outputs';

/** The parameter by which an operation keeps what is to be acted on from the rest. */
export function separateOutputsProperty(operation: string, description: string): INodeProperties {
	return {
		displayName: SEPARATE_OUTPUTS,
		name: 'separateOutputs',
		type: 'boolean',
		noDataExpression: true,
		// A tool gives an agent its first output only, so there everything has to go there.
		displayOptions: { show: { operation: [operation] }, hide: { '@tool': [true] } },
		default: true,
		description,
	};
}

/** Where an operation with two outputs puts what: `acted` is to be acted on, the first one always. */
export interface SeparateOutputs {
	readonly outputs: readonly [acted: string, rest: string];
	readonly acted: 0;
	readonly rest: 1;
}

/** What an operation puts out, as it comes. */
export interface OpenOutputs {
	readonly outputs: INodeExecutionData[][];
	/** @param isActed whether it is to be acted on */
	readonly put: (isActed: boolean, item: INodeExecutionData) => void;
}

/** The outputs by the parameter of the first item: one in a tool, where it is hidden. */
export function openOutputs(
	context: IExecuteFunctions,
	{ acted, rest }: SeparateOutputs,
): OpenOutputs {
	const given: unknown = context.getNodeParameter('separateOutputs', 0, false);
	const isApart = readBoolean(given, SEPARATE_OUTPUTS);
	const outputs: INodeExecutionData[][] = isApart ? [[], []] : [[]];
	return {
		outputs,
		put(isActed, item) {
			outputs[isApart && !isActed ? rest : acted]?.push(item);
		},
	};
}

/**
 * The names of the outputs as the code of an expression, `undefined` for an operation that has one.
 * Where a workflow that was written by hand names no operation, it is the default one.
 */
export function separateOutputNames(
	operations: Readonly<Record<string, SeparateOutputs>>,
	defaultOperation: string,
): string {
	const table = JSON.stringify(
		Object.fromEntries(Object.entries(operations).map(([name, { outputs }]) => [name, outputs])),
	);
	return `($parameter["separateOutputs"] === false ? undefined : (${table})[$parameter["operation"] ?? "${defaultOperation}"])`;
}

/** Outputs as an expression, which is how n8n lets them follow parameters, by the code of their names. */
export function outputsNamed(names: string): `={{${string}}}` {
	return `={{ (${names} ?? [""]).map((displayName) => displayName === "" ? "main" : ({ type: "main", displayName })) }}`;
}
