import type { INodeType, INodeTypes } from 'n8n-workflow';

/** What a workflow is given to know its nodes by: each type in one version. */
export const nodeTypes = (typeNamed: (name: string) => INodeType): INodeTypes => ({
	getByName: typeNamed,
	getByNameAndVersion: typeNamed,
	getKnownTypes: () => ({}),
});
