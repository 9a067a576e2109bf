import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { leadOptionFields } from '../parameters/leadParameters';
import { readBoolean } from '../parameters/values';

/** For operations that put out no lead, and so have no use for the other options of reading one. */
export const stageGuideOption = leadOptionFields.find(
	({ name }) => name === 'stageGuide',
) as INodeProperties;

/** The parameter by which an operation keeps what is to be acted on from the rest. */
export function separateProperty(
	operation: string,
	displayName: string,
	description: string,
): INodeProperties {
	return {
		displayName,
		name: 'separate',
		type: 'boolean',
		noDataExpression: true,
		// A tool gives an agent its first output only, so there everything has to go there.
		displayOptions: { show: { operation: [operation] }, hide: { '@tool': [true] } },
		default: true,
		description,
	};
}

/** The same of the first item; off in a tool, where it is hidden. */
export function readSeparate(context: IExecuteFunctions, displayName: string): boolean {
	return readBoolean(context.getNodeParameter('separate', 0, false), displayName);
}
