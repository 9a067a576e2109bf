import {
	cacheKey,
	ProcessCache,
	type CacheKey,
	type Loader,
} from '../../../nodes/destinations/processCache.ts';

const HOUR = 3_600_000;

interface Token {
	text: string;
}

/** A vendor that hands out numbered tokens when it is told to. */
class Vendor {
	asked = 0;
	readonly signals: AbortSignal[] = [];
	private waiting: Array<{ resolve: (text: string) => void; reject: (error: Error) => void }> = [];

	constructor(private readonly until: () => number) {}

	get loader(): Loader<Token> {
		return {
			load: async (signal) => {
				this.asked += 1;
				this.signals.push(signal);
				const text = await new Promise<string>((resolve, reject) => {
					this.waiting.push({ resolve, reject });
				});
				return { value: { text }, until: this.until() };
			},
			timedOut: () => new Error('timed out'),
		};
	}

	async settle(outcome: Error | string): Promise<void> {
		for (const { resolve, reject } of this.waiting.splice(0)) {
			if (typeof outcome === 'string') resolve(outcome);
			else reject(outcome);
		}
		await new Promise(setImmediate);
	}
}

const never = () => new AbortController().signal;

let now: number;
let cache: ProcessCache;
let vendor: Vendor;
const key = cacheKey<Token>('token', { clientId: 'a', clientSecret: 'b' });

beforeEach(() => {
	now = Date.UTC(2026, 0, 1);
	cache = new ProcessCache({ now: () => now });
	vendor = new Vendor(() => now + HOUR);
});

describe('keys', () => {
	it('are the same for the same fields in any order, and of no use elsewhere', () => {
		const { name } = cacheKey('token', { clientSecret: 'b', clientId: 'a' });
		expect(name).toBe(key.name);
		expect(name).toMatch(/^[\w-]{43}$/);
	});

	it.each<[string, CacheKey<Token>]>([
		['another secret', cacheKey('token', { clientId: 'a', clientSecret: 'c' })],
		['another field', cacheKey('token', { clientId: 'a', clientSecret: 'b', cloud: 'public' })],
		['another address', cacheKey('token', { clientId: 'a', clientSecret: 'b' }, 'https://b')],
		['another kind of value', cacheKey('columns', { clientId: 'a', clientSecret: 'b' })],
		['the same texts in other fields', cacheKey('token', { clientId: 'b', clientSecret: 'a' })],
		[
			'parts that read the same when joined',
			cacheKey('token', { clientId: 'a' }, { clientSecret: 'b' }),
		],
	])('differ for %s', (_, other) => {
		expect(other.name).not.toBe(key.name);
	});

	it('differ in each process, so that a digest tells nothing of the secret', async () => {
		const names: string[] = [];
		for (let worker = 0; worker < 3; worker += 1) {
			await jest.isolateModulesAsync(async () => {
				const own = await import('../../../nodes/destinations/processCache.ts');
				names.push(own.cacheKey('token', { clientId: 'a', clientSecret: 'b' }).name);
			});
		}
		expect(new Set([...names, key.name]).size).toBe(4);
	});
});

describe('one value', () => {
	it('is asked for once by all who ask at the same time, and then kept', async () => {
		const all = Promise.all(
			Array.from({ length: 20 }, async () => await cache.get(key, vendor.loader, never())),
		);
		await vendor.settle('first');
		const [first, ...others] = await all;
		expect(first).toEqual({ text: 'first' });
		expect(others.every((other) => other === first)).toBe(true);
		expect(await cache.get(key, vendor.loader, never())).toBe(first);
		expect(vendor.asked).toBe(1);
	});

	it('is asked for again when its time has come, to the millisecond', async () => {
		const first = cache.get(key, vendor.loader, never());
		await vendor.settle('first');
		await first;
		now += HOUR - 1;
		expect(await cache.get(key, vendor.loader, never())).toEqual({ text: 'first' });
		now += 1;
		const second = cache.get(key, vendor.loader, never());
		await vendor.settle('second');
		expect(await second).toEqual({ text: 'second' });
	});

	it('is asked for again where the clock was set back, which says nothing of its age', async () => {
		cache.keep(key, { text: 'kept' }, now + HOUR);
		now -= 1;
		expect(cache.peek(key)).toBeUndefined();
	});

	it('that has ended already is used, and not kept', async () => {
		vendor = new Vendor(() => now);
		const first = cache.get(key, vendor.loader, never());
		await vendor.settle('short');
		expect(await first).toEqual({ text: 'short' });
		expect(cache.peek(key)).toBeUndefined();
	});

	it('is forgotten when the vendor rejects it, but not the one that took its place', async () => {
		const first = { text: 'first' };
		cache.keep(key, first, now + HOUR);
		cache.drop(key, first);
		expect(cache.peek(key)).toBeUndefined();
		const second = { text: 'second' };
		cache.keep(key, second, now + HOUR);
		// Late: a request that was sent with the first one before.
		cache.drop(key, first);
		expect(cache.peek(key)).toBe(second);
		cache.drop(key);
		expect(cache.peek(key)).toBeUndefined();
	});

	it('is not kept where asking fails, and each who waited is told', async () => {
		const refused = [1, 2].map(async () => await cache.get(key, vendor.loader, never()));
		const told = Promise.allSettled(refused);
		await vendor.settle(new Error('invalid_client'));
		expect(await told).toMatchObject([
			{ reason: { message: 'invalid_client' } },
			{ reason: { message: 'invalid_client' } },
		]);
		const again = cache.get(key, vendor.loader, never());
		await vendor.settle('good');
		expect(await again).toEqual({ text: 'good' });
		expect(vendor.asked).toBe(2);
	});
});

describe('waiting', () => {
	it('ends for the one whose time is up, and for nobody else', async () => {
		const ended = new AbortController();
		const impatient = cache.get(key, vendor.loader, ended.signal);
		const patient = cache.get(key, vendor.loader, never());
		ended.abort();
		await expect(impatient).rejects.toThrow('timed out');
		expect(vendor.signals[0]!.aborted).toBe(false);
		await vendor.settle('late');
		expect(await patient).toEqual({ text: 'late' });
		expect(vendor.asked).toBe(1);
	});

	it('ends the request when nobody waits any longer, and what comes of it is not kept', async () => {
		const ended = new AbortController();
		const only = cache.get(key, vendor.loader, ended.signal);
		ended.abort();
		await expect(only).rejects.toThrow('timed out');
		expect(vendor.signals[0]!.aborted).toBe(true);
		await vendor.settle('too late');
		expect(cache.peek(key)).toBeUndefined();
		const next = cache.get(key, vendor.loader, never());
		await vendor.settle('next');
		expect(await next).toEqual({ text: 'next' });
	});

	it('does not begin when the time is up, but takes what is there', async () => {
		await expect(cache.get(key, vendor.loader, AbortSignal.abort())).rejects.toThrow('timed out');
		expect(vendor.asked).toBe(0);
		cache.keep(key, { text: 'kept' }, now + HOUR);
		expect(await cache.get(key, vendor.loader, AbortSignal.abort())).toEqual({ text: 'kept' });
	});
});

it('keeps what a vendor says of itself for an hour from when it was asked', async () => {
	const columns = cacheKey<string[]>('columns');
	const loader = {
		async load() {
			now += 5_000;
			return await Promise.resolve(['leadid']);
		},
		timedOut: () => new Error('timed out'),
	};
	const asked = now;
	await cache.getMetadata(columns, loader, never());
	now = asked + HOUR - 1;
	expect(cache.peek(columns)).toEqual(['leadid']);
	now = asked + HOUR;
	expect(cache.peek(columns)).toBeUndefined();
});

it('holds no more than its most, and forgets what was not used for longest', () => {
	const small = new ProcessCache({ maxEntries: 2, now: () => now });
	const [a, b, c] = ['a', 'b', 'c'].map((name) => cacheKey<string>(name));
	small.keep(a!, 'a', now + HOUR);
	small.keep(b!, 'b', now + HOUR);
	small.peek(a!);
	small.keep(c!, 'c', now + HOUR);
	expect([a!, b!, c!].map((each) => small.peek(each))).toEqual(['a', undefined, 'c']);
});

it('lets go of what has ended, before what is still good', () => {
	const small = new ProcessCache({ maxEntries: 2, now: () => now });
	const [a, b, c] = ['a', 'b', 'c'].map((name) => cacheKey<string>(name));
	small.keep(a!, 'a', now + HOUR);
	small.keep(b!, 'b', now + 1);
	now += 1;
	small.keep(c!, 'c', now + HOUR);
	expect([a!, c!].map((each) => small.peek(each))).toEqual(['a', 'c']);
});
