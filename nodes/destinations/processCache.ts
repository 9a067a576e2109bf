/**
 * What is kept in the process between executions, and nothing else is: access tokens, and what a
 * vendor says of its own fields. It lives in memory only, each of n8n's processes has its own, and
 * nothing depends on it but the number of requests.
 */
import { createHmac, randomBytes } from 'node:crypto';

/** More than anybody has credentials and tables; the one that was not used for longest goes first. */
const MAX_ENTRIES = 1_000;

/** Milliseconds. Fields are added and renamed by people, who look at what has become of it. */
const METADATA_LIFETIME = 60 * 60 * 1_000;

/** Names a value. Made by `cacheKey` only. */
export interface CacheKey<Value> {
	readonly name: string;
	/** Never there: it lets the compiler tell the keys of different values apart. */
	readonly valueType?: Value;
}

/** A value that was asked for. */
export interface Loaded<Value> {
	value: Value;
	/** When it must not be used any more, epoch milliseconds. */
	until: number;
}

export interface Loader<Value> {
	/** Asks the vendor. The signal ends it when nobody waits for it any longer. */
	load(signal: AbortSignal): Promise<Loaded<Value>>;
	/** What to throw where the time of one who waits is up. */
	timedOut(): Error;
}

export interface ProcessCacheOptions {
	maxEntries?: number;
	/** Epoch milliseconds; this machine's clock when absent. */
	now?: () => number;
}

interface Entry {
	value: unknown;
	keptAt: number;
	until: number;
}

interface Loading {
	result: Promise<unknown>;
	/** How many wait for it. */
	waiting: number;
	ended: AbortController;
}

/** So that a digest of a credential says nothing outside of this process. */
const SALT = randomBytes(32);

/**
 * The key of a value that belongs to these parts: a credential with all of its fields, an address. A
 * credential that was changed has another key, so it never meets what the old one left.
 *
 * @param kind what the value is, one word for one type
 */
export function cacheKey<Value>(kind: string, ...parts: readonly unknown[]): CacheKey<Value> {
	const text = JSON.stringify([kind, ...parts], (_, part: unknown) => sorted(part));
	return { name: createHmac('sha256', SALT).update(text).digest('base64url') };
}

/** The same fields in another order are the same. */
function sorted(part: unknown): unknown {
	if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
	return Object.fromEntries(
		Object.entries(part as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1)),
	);
}

export class ProcessCache {
	/** In the order of their last use. */
	private readonly entries = new Map<string, Entry>();
	private readonly loading = new Map<string, Loading>();
	private readonly maxEntries: number;
	private readonly clock: () => number;

	constructor({ maxEntries = MAX_ENTRIES, now = () => Date.now() }: ProcessCacheOptions = {}) {
		this.maxEntries = maxEntries;
		this.clock = now;
	}

	/** Epoch milliseconds. */
	now(): number {
		return this.clock();
	}

	/** The value, if there is one that may still be used. */
	peek<Value>({ name }: CacheKey<Value>): Value | undefined {
		const entry = this.entries.get(name);
		if (!entry) return undefined;
		this.entries.delete(name);
		const now = this.clock();
		// A clock that was set back says nothing of how long the value has been there.
		if (now < entry.keptAt || now >= entry.until) return undefined;
		this.entries.set(name, entry);
		return entry.value as Value;
	}

	keep<Value>({ name }: CacheKey<Value>, value: Value, until: number): void {
		const now = this.clock();
		this.entries.delete(name);
		for (const [other, entry] of this.entries) {
			if (now >= entry.until) this.entries.delete(other);
		}
		if (now >= until) return;
		this.entries.set(name, { value, keptAt: now, until });
		const [oldest] = this.entries.keys();
		if (this.entries.size > this.maxEntries && oldest !== undefined) this.entries.delete(oldest);
	}

	/** Keeps what a vendor says of itself. */
	keepMetadata<Value>(key: CacheKey<Value>, value: Value): void {
		this.keep(key, value, this.clock() + METADATA_LIFETIME);
	}

	/**
	 * Forgets the value that the vendor does not accept, or contradicts. One that has taken its place in
	 * the meantime stays. Without a value, whichever is there goes.
	 */
	drop<Value>({ name }: CacheKey<Value>, value?: Value): void {
		if (value === undefined || this.entries.get(name)?.value === value) this.entries.delete(name);
	}

	/**
	 * The value that is kept, or the one that is being asked for, or a new one: those who ask at the
	 * same time share one request, and its error. An error is not kept.
	 *
	 * @throws what `load` throws; what `timedOut` gives when the signal ends the waiting of this caller,
	 *   who stops nobody else by that
	 */
	async get<Value>(
		key: CacheKey<Value>,
		loader: Loader<Value>,
		signal: AbortSignal,
	): Promise<Value> {
		const kept = this.peek(key);
		if (kept !== undefined) return kept;
		if (signal.aborted) throw loader.timedOut();
		const loading = this.loading.get(key.name) ?? this.begin(key, loader);
		loading.waiting += 1;
		return await new Promise<Value>((resolve, reject) => {
			const leave = (): void => {
				loading.waiting -= 1;
				if (loading.waiting === 0) {
					this.forget(key.name, loading);
					loading.ended.abort();
				}
				reject(loader.timedOut());
			};
			signal.addEventListener('abort', leave, { once: true });
			loading.result
				.then((value) => {
					resolve(value as Value);
				}, reject)
				.finally(() => {
					signal.removeEventListener('abort', leave);
				});
		});
	}

	/** The same for what a vendor says of itself, which is kept for an hour at most. */
	async getMetadata<Value>(
		key: CacheKey<Value>,
		loader: { load(signal: AbortSignal): Promise<Value>; timedOut(): Error },
		signal: AbortSignal,
	): Promise<Value> {
		const load = async (whenEnded: AbortSignal): Promise<Loaded<Value>> => {
			// Its time begins when it is asked for: that is what it describes.
			const until = this.clock() + METADATA_LIFETIME;
			return { value: await loader.load(whenEnded), until };
		};
		return await this.get(key, { load, timedOut: () => loader.timedOut() }, signal);
	}

	/** Forgets everything. */
	clear(): void {
		this.entries.clear();
		this.loading.clear();
	}

	private begin<Value>(key: CacheKey<Value>, loader: Loader<Value>): Loading {
		const ended = new AbortController();
		const result = loader.load(ended.signal).then(({ value, until }) => {
			// What nobody waits for any longer, or was forgotten meanwhile, is not kept.
			if (this.loading.get(key.name) === loading) this.keep(key, value, until);
			return value;
		});
		const loading: Loading = { result, waiting: 0, ended };
		this.loading.set(key.name, loading);
		const over = (): void => {
			this.forget(key.name, loading);
		};
		// Whoever waits gets the error; where nobody does, it must not end the process.
		result.then(over, over);
		return loading;
	}

	private forget(name: string, loading: Loading): void {
		if (this.loading.get(name) === loading) this.loading.delete(name);
	}
}

/** That of this process. */
export const processCache = new ProcessCache();
