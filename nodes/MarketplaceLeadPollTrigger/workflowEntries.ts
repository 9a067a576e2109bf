import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { isObject } from '../lead/objects';

/** Nodes of one workflow, those that were removed included: what n8n keeps of them is never cleared. */
const MAX_NODES = 100;

type Name = 'marketplaceLeadCursors' | 'marketplaceLeadDeliveries';

/**
 * A trigger's entry in its workflow's own static data, by the node's ID: what n8n keeps for a node
 * goes by the node's name, and is gone when that is changed. Shared with the user's Code nodes:
 * anything may be in there.
 */
export class WorkflowEntry {
	private readonly context: Pick<IPollFunctions, 'getNode' | 'getWorkflowStaticData'>;
	private readonly name: Name;

	constructor(context: Pick<IPollFunctions, 'getNode' | 'getWorkflowStaticData'>, name: Name) {
		this.context = context;
		this.name = name;
	}

	get(): Record<string, unknown> | undefined {
		const entries = this.workflow[this.name];
		const { id } = this.context.getNode();
		const entry = isObject(entries) && Object.hasOwn(entries, id) ? entries[id] : undefined;
		return isObject(entry) ? entry : undefined;
	}

	/** Set as a whole: n8n does not see a change further down. The latest written is the last. */
	set(value: object): void {
		const { id } = this.context.getNode();
		const entries = this.workflow[this.name];
		const others = isObject(entries) ? Object.entries(entries) : [];
		const kept = others.filter(([other]) => other !== id).slice(1 - MAX_NODES);
		this.workflow[this.name] = Object.fromEntries([...kept, [id, asData(value)]]);
	}

	private get workflow(): IDataObject {
		return this.context.getWorkflowStaticData('global');
	}
}

/** n8n watches the data of a node for changes where it saves them with the workflow; in its durable mode they are a copy. */
export function isSavedWithWorkflow(node: IDataObject): boolean {
	return '__dataChanged' in node;
}

/** n8n watches its static data for changes of plain objects: a state is made one. */
export function asData(value: object): IDataObject {
	return JSON.parse(JSON.stringify(value)) as IDataObject;
}
