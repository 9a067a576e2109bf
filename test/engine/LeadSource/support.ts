import { BinaryDataService } from 'n8n-core';
import type { INode, INodeExecutionData, INodeParameters, INodeType } from 'n8n-workflow';

import { LeadSource } from '../../../nodes/LeadSource/LeadSource.node';
import { outputsOf, runNode, type RunExecution, type TestNode } from '../../support/engine';

export const items = (...jsons: object[]) =>
	jsons.map((json) => ({ json })) as INodeExecutionData[];

/** Runs the node on these items, and gives its outputs. @throws what the node threw */
export async function outputs(
	parameters: INodeParameters,
	input: INodeExecutionData[],
	onError?: INode['onError'],
	type: INodeType = new LeadSource(),
	execution?: RunExecution,
	settings: Partial<TestNode> = {},
): Promise<INodeExecutionData[][]> {
	const node = { type, parameters, ...(onError && { onError }), ...settings };
	return outputsOf(await runNode(node, input, execution));
}

/** The node as n8n turns it into a tool: another name, and one output for the agent. */
export class LeadSourceTool extends LeadSource {
	constructor() {
		super();
		this.description = {
			...this.description,
			name: 'leadSourceTool',
			inputs: [],
			outputs: ['ai_tool'],
		};
	}
}

/** From now on n8n can't store files that hold this text, until the mocks are restored. */
export function refuseFiles(text: string): void {
	const { prototype } = BinaryDataService;
	const store = prototype.store;
	jest.spyOn(prototype, 'store').mockImplementation(async function (
		this: BinaryDataService,
		...call: Parameters<BinaryDataService['store']>
	) {
		const [, file] = call;
		if (Buffer.isBuffer(file) && file.toString('utf8').includes(text)) {
			throw new Error('There is no space left on the device');
		}
		return await store.apply(this, call);
	});
}

/** A row of an Azure table, of which the id is known. */
export function row(id: string, leadSource: string, customer: object = {}, fields: object = {}) {
	return {
		PartitionKey: 'p',
		RowKey: id,
		LeadSource: leadSource,
		CreatedTime: '2026-03-01T00:00:00Z',
		CustomerInfo: JSON.stringify(customer),
		...fields,
	};
}
