import { createRunExecutionData } from 'n8n-workflow';
import type { INodeType, IRunData } from 'n8n-workflow';

import { workflowOf } from './engine';

/** As people rename nodes. */
const NAME = `Leads, "Kim's"`;

/**
 * The hints that n8n's editor shows beside a trigger's output: evaluated as its `getNodeHints` does, which
 * has the run's data, and of a trigger no input.
 *
 * @param outputs the JSON of the items on each output; none where the node has not run
 */
export function hintsBeside(
	type: INodeType,
	outputs: object[][] | undefined,
	{ parameters = {}, webhookId }: { parameters?: object; webhookId?: string } = {},
): string[] {
	const workflow = workflowOf([
		{
			type,
			name: NAME,
			parameters: { ...parameters },
			...(webhookId === undefined ? {} : { webhookId }),
		},
	]);
	const main = (outputs ?? []).map((items) => items.map((json) => ({ json })));
	const task = { startTime: 0, executionTime: 0, executionIndex: 0, source: [], data: { main } };
	const runData = (outputs === undefined ? {} : { [NAME]: [task] }) as unknown as IRunData;
	const run = createRunExecutionData({ resultData: { runData } });
	return (type.description.hints ?? []).flatMap(({ message, displayCondition = '' }) => {
		const { expression } = workflow;
		const isShown = expression.getParameterValue(
			displayCondition,
			run,
			0,
			0,
			NAME,
			[],
			'manual',
			{},
		);
		// The editor leaves out a hint whose condition is no boolean, and one that throws.
		expect(typeof isShown).toBe('boolean');
		return isShown === true ? [message] : [];
	});
}
