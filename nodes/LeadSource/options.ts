import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { leadOptionFields } from '../parameters/leadParameters';
import { readBoolean } from '../parameters/values';

/** For operations that put out no lead, and so have no use for the other options of reading one. */
export const stageGuideOption = leadOptionFields.find(
	({ name }) => name === 'stageGuide',
) as INodeProperties;

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
