/** The history in n8n's own de-duplication store, which lies in its database: all workers share it. */
import type { DeduplicationScope, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError, sleep } from 'n8n-workflow';

import type { AskedLead, History, Seen } from '../../lead/repeats/types';
import {
	entriesOf,
	judgeByEntries,
	keepEntries,
	type EntryStore,
} from '../../lead/repeats/verdicts';

/** Attempts to use the store, when it says that nothing was written. */
const ATTEMPTS = 3;

/**
 * A history that another worker made a moment earlier, and a database that is busy. After any other
 * error the entries may have been written: asked again, n8n would find them, and nobody would act on
 * leads that were never new.
 */
const NOTHING_WRITTEN = /unique|duplicate|SQLITE_BUSY|database is locked|deadlock/i;

/** Entries that are kept for each lead of History Size: three keys, and two marks of its hand-over. */
const ENTRIES_PER_LEAD = 5;

/**
 * Milliseconds. n8n takes so long from reading a history of the usual size to writing it back, and
 * several times that on a busy machine.
 */
const SETTLE_TIME = 150;

/**
 * The end of each workflow's queue for its histories. Nothing is kept here between executions: an
 * entry goes with the last one that waits.
 */
const turns = new Map<string, Promise<unknown>>();

/**
 * n8n reads the history, and writes it back: of two executions at once both would find the same key
 * new. So executions in one process take turns; those on other workers cannot be waited for, and what
 * their writes have removed is noted again.
 */
export class N8nHistory implements History {
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly scope: DeduplicationScope,
		/** In leads. */
		private readonly size: number,
	) {}

	async judge(leads: readonly AskedLead[]): Promise<Seen[]> {
		const { helpers } = this.context;
		const maxEntries = ENTRIES_PER_LEAD * this.size;
		const entries = leads.reduce((sum, lead) => sum + entriesOf(lead), 0);
		if (entries > maxEntries) {
			this.context.addExecutionHints({
				message:
					'There are more leads than the history holds, so repeats of the first ones will seem new. Make "History Size" larger.',
				location: 'outputPane',
			});
		}
		const store: EntryStore = {
			note: async (noted) => {
				const found = await this.attempted(() =>
					helpers.checkProcessedAndRecord([...noted], this.scope, { mode: 'entries', maxEntries }),
				);
				return new Set(found.new.map(String));
			},
			remove: async (removed) => {
				await this.attempted(() =>
					helpers.removeProcessed([...removed], this.scope, { mode: 'entries' }),
				);
			},
		};
		const { verdicts, noted } = await this.inTurn(() => judgeByEntries(store, leads));
		if (hasOtherWorkers()) {
			// Others of this process have their turns while this one waits.
			const note = async (again: readonly string[]) => await this.inTurn(() => store.note(again));
			await keepEntries({ note }, noted, async () => {
				// By chance, or workers that overwrote one another would do so again.
				await sleep(SETTLE_TIME * (1 + Math.random()));
			});
		}
		return verdicts;
	}

	/** n8n's store can't be read without writing, so all that is known is what this call has. */
	async look(leads: readonly AskedLead[]): Promise<Seen[]> {
		const { verdicts } = await judgeByEntries(
			{ note: async (entries) => await Promise.resolve(new Set(entries)), remove: async () => {} },
			leads.map((lead) => ({ ...lead, earlier: [] })),
		);
		return verdicts;
	}

	async clear(): Promise<void> {
		await this.inTurn(() =>
			this.attempted(() =>
				this.context.helpers.clearAllProcessedItems(this.scope, { mode: 'entries' }),
			),
		);
	}

	private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
		const queue = String(this.context.getWorkflow().id);
		const result = (turns.get(queue) ?? Promise.resolve()).then(work);
		// Whoever is next waits for the end, however it ends.
		const end = result.then(
			() => undefined,
			() => undefined,
		);
		turns.set(queue, end);
		try {
			return await result;
		} finally {
			if (turns.get(queue) === end) turns.delete(queue);
		}
	}

	private async attempted<Result>(work: () => Promise<Result>): Promise<Result> {
		for (let attempt = 1; ; attempt++) {
			try {
				return await work();
			} catch (error) {
				const { message } = error as Error;
				if (attempt < ATTEMPTS && NOTHING_WRITTEN.test(message)) continue;
				throw new NodeOperationError(this.context.getNode(), error as Error, {
					message: "n8n's history of what was seen before cannot be used",
					description:
						'Save the workflow and execute it again. If its Remove Duplicates nodes compare by date or number, set "History Scope" to "This Node" here. Otherwise look for the reason in the n8n log.',
				});
			}
		}
	}
}

/** In queue mode, executions run on workers, each a process of its own. */
function hasOtherWorkers(): boolean {
	return process.env['EXECUTIONS_MODE'] === 'queue' || process.argv[2] === 'worker';
}
