import type { INodeExecutionData, IPollFunctions, IRun } from 'n8n-workflow';
import { messageOf } from '../errors';

/** What has become of the execution that leads were handed over to. */
export type Ending =
	/** n8n could not store it: nothing of it ran, nor will. */
	| { kind: 'notStored'; reason: string }
	/** A worker was lost, n8n crashed or somebody stopped it: it did not come to its end. */
	| { kind: 'broken'; reason: string }
	| { kind: 'finished'; isSuccess: boolean };

/** What n8n's versions offer a poll: all of it is there from 2.39 on. */
type Engine = Partial<Pick<IPollFunctions, '__emit' | '__runPoll'>>;

/** Whether n8n tells of the executions that a poll begins how they end. */
export function tellsEnding({ __emit }: Engine): boolean {
	return typeof __emit === 'function';
}

/**
 * Whether it tells as well that an execution could not be stored. Versions before 2.39 leave the
 * promise open then, and the rejection of their own unhandled.
 */
export function tellsFailedStore(engine: Engine): boolean {
	return tellsEnding(engine) && typeof engine.__runPoll === 'function';
}

/**
 * Hands items over as one execution, and calls back once when it has ended, in whatever process it
 * ran. A poll need not and must not wait for that: it can be hours. Throws what n8n throws when it
 * does not take the items at all.
 */
export function handOver(
	context: Pick<IPollFunctions, '__emit'>,
	outputs: INodeExecutionData[][],
	ended: (ending: Ending) => Promise<void> | void,
): void {
	const done = deferred();
	void done.promise.then(endingOf, endingOfError).then(ended);
	context.__emit(outputs, undefined, done);
}

type Deferred = NonNullable<Parameters<IPollFunctions['__emit']>[2]>;

function deferred(): Deferred {
	const settled = {} as Omit<Deferred, 'promise'>;
	const promise: Deferred['promise'] = new Promise((resolve, reject) => {
		Object.assign(settled, { resolve, reject });
	});
	return { promise, ...settled };
}

/** Decided by what ran, not by a message: of a lost worker n8n tells an error without any data. */
export function endingOf(run: IRun | undefined): Ending {
	// Blocked before it was stored, or no execution at all.
	if (!run) return { kind: 'notStored', reason: 'n8n did not start it' };
	const { status, data } = run;
	if (status === 'success') return { kind: 'finished', isSuccess: true };
	// Of an execution that was lost it can be empty, whatever its type says.
	const result = (data as Partial<IRun['data']> | undefined)?.resultData as
		Partial<IRun['data']['resultData']> | undefined;
	const hasRun =
		result?.lastNodeExecuted !== undefined || Object.keys(result?.runData ?? {}).length > 0;
	if (status === 'error' && hasRun && !isLoss(result?.error)) {
		return { kind: 'finished', isSuccess: false };
	}
	return { kind: 'broken', reason: result?.error?.message ?? `its status is "${status}"` };
}

/** n8n rejects where it could not store the execution, and where it has lost sight of one that it had stored. */
function endingOfError(error: unknown): Ending {
	const kind = classOf(error) === 'ExecutionNotFoundError' ? 'broken' : 'notStored';
	return { kind, reason: messageOf(error) };
}

/** Errors of n8n's about a process that went away, which can be noted with what had run before. */
const LOSSES: ReadonlySet<string> = new Set([
	'MaxStalledCountError',
	'WorkflowCrashedError',
	'NodeCrashedError',
	'JobNotFoundError',
]);

/** By name: in queue mode it is a copy, which has no class any more. */
function isLoss(error: unknown): boolean {
	const { name } = Object(error) as { name?: unknown };
	return LOSSES.has(classOf(error)) || (typeof name === 'string' && LOSSES.has(name));
}

function classOf(error: unknown): string {
	return (Object(error) as object).constructor.name;
}
