import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import {
	loadCursor,
	storeCursor,
	storedRevision,
	withoutRows,
	type Cursor,
} from '../polling/cursor';
import { readAs } from '../schemas';
import { isObject } from '../lead/objects';
import { object, string } from '../vendor/schema';
import { asData, isSavedWithWorkflow, WorkflowEntry } from './workflowEntries';

/** Places of which a cursor is kept where the place changes by itself, the current one left out. */
const MAX_OTHER_PLACES = 3;

/** What is read, and whether an earlier cursor for it may be used again. */
export interface PolledPlace {
	/** Names the place and the start, see `cursorOrigin`. */
	origin: string;
	/** Names the start alone. */
	start: string;
	/**
	 * Names what the user has set. Where that is the same and the place another one, an expression in a
	 * parameter or in the credential has changed it, without anybody's doing.
	 */
	settings: string;
}

/** One trigger's state, as JSON in n8n's static data. */
interface NodeState extends IDataObject {
	/** Absent in what earlier versions kept. */
	nodeId?: string;
	cursor?: IDataObject;
	/** The start that `cursor` and `others` belong to. */
	start?: string;
	/** The settings that they belong to. Absent in what earlier versions kept. */
	settings?: string;
	/** Of the places that an expression named before, the latest first. */
	others?: IDataObject[];
}

/** The workflow's own static data, shared with the user's Code nodes: anything may be in there. */
interface WorkflowState extends IDataObject {
	/** By node ID a cursor each, as earlier versions kept a start from now. */
	marketplaceLeadStarts?: Record<string, IDataObject>;
}

/**
 * The cursor of a trigger in n8n's static data, where it is kept twice:
 * - by the node's name, as n8n keeps a node's data. In its durable mode they go by the node's ID and
 *   are stored together with the execution;
 * - by the node's ID in the workflow's data, which a rename leaves as it is. In the durable mode it
 *   holds only a start that found no lead: there n8n stores nothing of an empty activation, and a
 *   cursor that is saved apart from its execution could be ahead of it.
 *
 * The newer revision is taken.
 */
export class KeptCursor {
	private readonly context: IPollFunctions;
	private readonly node: NodeState;
	private readonly nodeId: string;
	private readonly byId: WorkflowEntry;

	constructor(context: IPollFunctions) {
		this.context = context;
		this.node = context.getWorkflowStaticData('node');
		this.nodeId = context.getNode().id;
		this.byId = new WorkflowEntry(context, 'marketplaceLeadCursors');
	}

	/** That of the newest cursor of any place; -1 where there is none. Another poll may raise it. */
	get revision(): number {
		return Math.max(-1, ...this.states().map(revisionOf));
	}

	/** The cursor to go on with; `undefined` where the place is to be begun anew. */
	load(place: PolledPlace): Cursor | undefined {
		const states = this.states().sort((a, b) => revisionOf(b) - revisionOf(a));
		for (const state of states) {
			const { cursor, others } = state;
			const kept = loadCursor(cursor, place.origin);
			if (kept) return kept;
			// Of another place or start, and sound: what is older than this was given up with it.
			if (loadCursor(cursor, originOf(cursor))) {
				return isSetAlike(state, place) ? another(others, place.origin) : undefined;
			}
		}
		return undefined;
	}

	/**
	 * Keeps it as the newest.
	 *
	 * @param isStart whether it was begun by this poll, which found no lead
	 */
	store(cursor: Cursor, place: PolledPlace, isStart: boolean): void {
		const [newest] = this.states().sort((a, b) => revisionOf(b) - revisionOf(a));
		const stored = asData(storeCursor({ ...cursor, revision: this.revision + 1 }));
		const { start, settings } = place;
		const state: NodeState = { nodeId: this.nodeId, cursor: stored, start, settings };
		if (newest && isSetAlike(newest, place)) {
			const before = [newest.cursor, ...listOf(newest.others)].filter(
				(other) => isObject(other) && originOf(other) !== place.origin,
			);
			const others = before.slice(0, MAX_OTHER_PLACES);
			if (others.length > 0) state.others = asData(others) as unknown as IDataObject[];
		}
		delete this.node.others;
		Object.assign(this.node, state);
		if (isStart || this.isSavedWithWorkflow()) this.storeById(state);
	}

	/**
	 * For when the leads of these rows were dropped: the cursor then goes back to where it was before
	 * the poll that found them (`undefined` where that was the first), but remembers all rows that were
	 * handed over since. Does nothing in the durable mode, where the cursor is dropped together with
	 * the leads. What is given may be kept for as long as an execution runs, so it holds little.
	 */
	takingBack(
		before: Cursor | undefined,
		dropped: readonly string[],
		place: PolledPlace,
	): () => void {
		if (!this.isSavedWithWorkflow()) return () => undefined;
		// A tenth of the memory that the rows take as they are worked on.
		const stored = before && JSON.stringify(storeCursor(before));
		return () => {
			const current = this.load(place);
			// Begun anew meanwhile, so they come anyway.
			if (!current) return;
			const then = stored === undefined ? undefined : loadCursor(JSON.parse(stored), place.origin);
			this.store(withoutRows(current, then, dropped), place, false);
		};
	}

	private isSavedWithWorkflow(): boolean {
		return isSavedWithWorkflow(this.node);
	}

	private states(): NodeState[] {
		const { nodeId } = this.node;
		// By its name a node may have come by the data of another that had it before.
		const own = nodeId === undefined || nodeId === this.nodeId ? [this.node] : [];
		const byId = this.byId.get();
		const start = ownEntry(this.workflow().marketplaceLeadStarts, this.nodeId);
		return [
			...own,
			...(byId ? [byId as NodeState] : []),
			...(isObject(start) ? [{ cursor: start as IDataObject }] : []),
		];
	}

	private workflow(): WorkflowState {
		return this.context.getWorkflowStaticData('global');
	}

	private storeById(state: NodeState): void {
		this.byId.set(state);
		const workflow = this.workflow();
		const starts = workflow.marketplaceLeadStarts;
		if (starts === undefined) return;
		const left = isObject(starts)
			? Object.entries(starts).filter(([id]) => id !== this.nodeId)
			: [];
		if (left.length === 0) delete workflow.marketplaceLeadStarts;
		else workflow.marketplaceLeadStarts = Object.fromEntries(left);
	}
}

/** Whether the user has changed nothing since. */
function isSetAlike({ start, settings }: NodeState, place: PolledPlace): boolean {
	return start === place.start && (settings ?? place.settings) === place.settings;
}

function another(others: unknown, origin: string): Cursor | undefined {
	for (const other of listOf(others)) {
		const cursor = loadCursor(other, origin);
		if (cursor) return cursor;
	}
	return undefined;
}

function originOf(cursor: unknown): string {
	return readAs(object({ origin: string() }), cursor)?.origin ?? '';
}

function revisionOf({ cursor }: NodeState): number {
	return storedRevision(cursor);
}

function listOf(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

function ownEntry(values: unknown, name: string): unknown {
	return isObject(values) && Object.hasOwn(values, name) ? values[name] : undefined;
}
