import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';

const OWNERS = '$parameter["operation"] === "assignOwner" && $parameter["ownersFrom"] === "input"';
const LEADS_THERE = '$parameter["operation"] === "findMissingLeads"';
/** n8n's number for it. */
const SECOND_INPUT = 1;

/** The node's inputs as an expression: owners that come as items have one, and leads to compare with. */
export function inputsExpression(): `={{${string}}}` {
	const { Main } = NodeConnectionTypes;
	const two = (...names: [string, string]) =>
		`[${names.map((displayName) => JSON.stringify({ type: Main, displayName })).join(', ')}]`;
	const owners = `${OWNERS} ? ${two('Leads', 'Owners')}`;
	const there = `${LEADS_THERE} ? ${two('Leads', 'Leads There')}`;
	return `={{ ${owners} : ${there} : ["${Main}"] }}`;
}

/**
 * What came in beside the leads.
 * @throws NodeOperationError with Execute Once, of which n8n leaves a single item on every input
 */
export function secondInput(context: IExecuteFunctions): INodeExecutionData[] {
	if (context.getNode().executeOnce === true) {
		throw new NodeOperationError(
			context.getNode(),
			'"Execute Once" leaves a single item on the second input as well',
			{
				description:
					'Switch it off in the settings of this node. To work on the first lead alone, put a Limit node in front of the first input.',
				itemIndex: 0,
			},
		);
	}
	return context.getInputData(SECOND_INPUT);
}
