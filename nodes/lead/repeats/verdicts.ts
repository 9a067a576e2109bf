/**
 * What Remove Repeats decides, apart from where it keeps its history.
 *
 * A key that was noted says that a lead was seen, not by whom: an execution that n8n retries would
 * find its own keys and take its leads for repeats. So beside the keys stand marks of the hand-over
 * that noted them, and a hand-over that may be the same one again looks for its own marks.
 *
 * Whatever ends in the middle, by a crash between any two requests, leaves more marks than there
 * should be and never fewer: a lead may then be new twice, but none is lost.
 */
import { digest } from '../destination';
import { REPEAT_LEVELS } from '../identity/repeatKeys';
import type { AskedLead, Seen } from './types';

/** A set of texts that outlives the execution and can't be read without writing, as n8n's own. */
export interface EntryStore {
	/** Notes them in one step, all or none, and gives those that were not there. */
	note(entries: readonly string[]): Promise<Set<string>>;
	remove(entries: readonly string[]): Promise<void>;
}

/** Times that entries are looked for again which other workers' writes may have removed. */
const MAX_ROUNDS = 5;

/** Verdicts of a lead that is new itself, but not its customer. */
const PARTIAL: readonly Seen[] = ['customer', 'customerAndOffer'];

/** Judges by a store of entries, and gives what has to stay in it too. */
export async function judgeByEntries(
	store: EntryStore,
	asked: readonly AskedLead[],
): Promise<{ verdicts: Seen[]; noted: string[] }> {
	const leads = firstOfEach(asked);
	// Each lead's together, so that the oldest leads are forgotten whole.
	const entries = new Set(
		leads.flatMap(({ keys, marks, earlier }) => [
			...Object.values(keys),
			...[...marks, ...earlier].map((mark) => verdictEntry(mark, '')),
		]),
	);
	if (entries.size === 0) return { verdicts: [], noted: [] };
	// In one step: after a crash between keys and marks the leads would be seen, and nobody's.
	const unseen = await store.note([...entries]);
	const hadVerdict = ({ earlier }: AskedLead, verdict: Seen): boolean =>
		earlier.some((mark) => !unseen.has(verdictEntry(mark, verdict)));

	// Only of those that can have one: what is looked up has to be taken back.
	const partly = new Set(
		leads.filter(
			(lead) => lead.earlier.length > 0 && !unseen.has(lead.keys.lead) && !hadVerdict(lead, ''),
		),
	);
	const lookedUp = [...partly].flatMap(({ earlier }) =>
		earlier.flatMap((mark) => PARTIAL.map((verdict) => verdictEntry(mark, verdict))),
	);
	if (lookedUp.length > 0) {
		for (const entry of await store.note([...new Set(lookedUp)])) unseen.add(entry);
	}

	const free = new Set([...unseen].filter((entry) => entries.has(entry)));
	const kept = new Set<string>();
	const verdicts = new Map<string, Seen>();
	for (const lead of leads) {
		const { keys, marks, isUntold = false } = lead;
		const possible: readonly Seen[] = partly.has(lead) ? PARTIAL : [''];
		const before = possible.find((verdict) => hadVerdict(lead, verdict));
		const seen = before ?? (isUntold ? '' : firstSeen(keys, (key) => !free.has(key)));
		verdicts.set(keys.lead, seen);
		for (const key of Object.values(keys)) if (free.delete(key)) kept.add(key);
		if (seen !== 'lead') for (const mark of marks) kept.add(verdictEntry(mark, seen));
	}

	const missing = [...kept].filter((entry) => !entries.has(entry));
	if (missing.length > 0) await store.note(missing);
	const wrong = [...unseen].filter((entry) => !kept.has(entry));
	if (wrong.length > 0) await store.remove(wrong);
	return { verdicts: inOrder(asked, verdicts), noted: [...kept] };
}

/** What is noted of a lead and stays, without its marks' verdicts that are looked up and taken back. */
export function entriesOf({ keys, marks }: AskedLead): number {
	return Object.keys(keys).length + marks.length;
}

/**
 * Notes again what another worker's write has removed, until it stays. `settle` waits until the
 * writes have come of those that read before this one wrote.
 */
export async function keepEntries(
	store: Pick<EntryStore, 'note'>,
	entries: readonly string[],
	settle: () => Promise<void>,
): Promise<void> {
	if (entries.length === 0) return;
	for (let round = 0; round < MAX_ROUNDS; round++) {
		await settle();
		if ((await store.note(entries)).size === 0) return;
	}
}

/** A row of a table that refuses to insert a second one of the same key. */
export interface HistoryRow {
	/** Names the call that inserted it. */
	claim: string;
	/** Of the hand-overs that were new for it. */
	marks: readonly string[];
}

export interface RowStore {
	/** Inserts it where there is none; else gives the row that is there. */
	insert(key: string, row: HistoryRow): Promise<HistoryRow | undefined>;
	find(key: string): Promise<HistoryRow | undefined>;
	/** Adds marks to a row that is there. */
	addMarks(key: string, marks: readonly string[]): Promise<void>;
	/** Does the work for each, some at once. */
	forEach<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void>;
}

/**
 * Judges by rows of a table. Of any number of workers that insert a key at once, one has it; `claim`
 * names this call and no other, so that an insert of its own whose response was lost is known.
 */
export async function judgeByRows(
	store: RowStore,
	asked: readonly AskedLead[],
	claim: string,
): Promise<Seen[]> {
	return await byRows(store, asked, {
		take: async (key, { marks }) => await store.insert(key, { claim, marks }),
		isOwn: (row) => row.claim === claim,
		noteAgain: async (key, { marks }, row) => {
			const missing = marks.filter((mark) => !row.marks.includes(mark));
			// A retry of this retry asks by the marks of this one.
			if (missing.length > 0) await store.addMarks(key, missing);
		},
	});
}

/** The same without noting anything. */
export async function lookByRows(store: RowStore, asked: readonly AskedLead[]): Promise<Seen[]> {
	return await byRows(store, asked, {
		take: async (key) => await store.find(key),
		isOwn: () => false,
		noteAgain: async () => {},
	});
}

interface RowRules {
	/** The row that is there; `undefined` where the lead has the key now. */
	take: (key: string, lead: AskedLead) => Promise<HistoryRow | undefined>;
	isOwn: (row: HistoryRow) => boolean;
	noteAgain: (key: string, lead: AskedLead, row: HistoryRow) => Promise<void>;
}

async function byRows(
	store: RowStore,
	asked: readonly AskedLead[],
	{ take, isOwn, noteAgain }: RowRules,
): Promise<Seen[]> {
	const leads = firstOfEach(asked);
	/** Whose a key is that nobody had before: the first lead's of this call. */
	const owners = new Map<string, AskedLead>();
	for (const lead of leads) {
		for (const key of Object.values(lead.keys)) if (!owners.has(key)) owners.set(key, lead);
	}
	const rows = new Map<string, HistoryRow>();
	await store.forEach([...owners], async ([key, owner]) => {
		const row = await take(key, owner);
		if (row && !isOwn(row)) rows.set(key, row);
	});
	const verdicts = new Map<string, Seen>();
	const again: Array<[string, AskedLead, HistoryRow]> = [];
	for (const lead of leads) {
		const seen = firstSeen(lead.keys, (key) => {
			const row = rows.get(key);
			if (!row) return owners.get(key) !== lead;
			if (!row.marks.some((mark) => lead.earlier.includes(mark))) return true;
			again.push([key, lead, row]);
			return false;
		});
		verdicts.set(lead.keys.lead, lead.isUntold ? '' : seen);
	}
	await store.forEach(again, async ([key, lead, row]) => {
		await noteAgain(key, lead, row);
	});
	return inOrder(asked, verdicts);
}

/** The closest of what was seen: the very lead, then its customer with the offer, then the customer. */
function firstSeen(keys: AskedLead['keys'], isSeen: (key: string) => boolean): Seen {
	// Each is asked for, so that all of them are noted.
	const seen = REPEAT_LEVELS.filter((level) => {
		const key = keys[level];
		return key !== undefined && isSeen(key);
	});
	return seen[0] ?? '';
}

/** Of a lead that comes several times in a call, the first. */
function firstOfEach(asked: readonly AskedLead[]): AskedLead[] {
	const known = new Set<string>();
	return asked.filter(({ keys }) => !known.has(keys.lead) && known.add(keys.lead));
}

/** In the order that was asked in; a lead that came before in this call is a repeat of itself. */
function inOrder(asked: readonly AskedLead[], verdicts: Map<string, Seen>): Seen[] {
	return asked.map(({ keys }) => {
		const verdict = verdicts.get(keys.lead) ?? 'lead';
		verdicts.set(keys.lead, 'lead');
		return verdict;
	});
}

function verdictEntry(mark: string, verdict: Seen): string {
	return digest([mark, verdict]);
}
