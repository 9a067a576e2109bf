import type { IAllExecuteFunctions, INode } from 'n8n-workflow';

/** What the contexts that can reach a destination have in common. */
export interface DestinationContext {
	getNode(): INode;
	getCredentials(type: string): Promise<object>;
	getNodeParameter(
		name: string,
		fallback?: unknown,
		options?: { extractValue?: boolean; rawExpressions?: boolean },
	): unknown;
	/** The same for all items of an execution. */
	execution?: object;
	/** n8n's own context, where this is made of it. */
	caller?: IAllExecuteFunctions;
}
