import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
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

/** The same of the first item; off in a tool, where it is hidden. */
export function readSeparateOutputs(context: IExecuteFunctions): boolean {
	return readBoolean(context.getNodeParameter('separateOutputs', 0, false), SEPARATE_OUTPUTS);
}

/** Where an operation with two outputs puts what: `acted` is to be acted on, the first one always. */
export interface SeparateOutputs {
	readonly outputs: readonly [acted: string, rest: string];
	readonly acted: 0;
	readonly rest: 1;
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
