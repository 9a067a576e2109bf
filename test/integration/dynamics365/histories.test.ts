/** Random histories of an environment and of n8n: every wanted lead comes once, whatever happens between. */
import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { Places } from '../../support/places/place.ts';
import { Poller } from '../../support/pollContract/poller.ts';
import { MINUTE, SECOND } from '../../support/pollContract/time.ts';
import { DynamicsPlace, dynamicsPlaces } from '../../support/places/dynamics365.ts';

/** Less than the reader's overlap, so that a lead which is committed by then has to be found. */
const MAX_LATE = 14 * MINUTE;

type Step =
	| { do: 'insert'; wanted: boolean[]; apart: number }
	| { do: 'insertLate'; wanted: boolean }
	| { do: 'commit' }
	| { do: 'delete'; which: number }
	| { do: 'pass'; seconds: number }
	| { do: 'poll'; maxLeads: number }
	| { do: 'expireCookies' }
	| { do: 'expireTokens' }
	| { do: 'slowSearch'; isSlow: boolean }
	| { do: 'pages'; records: number; emptyPages: number };

const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constant('insert' as const),
			wanted: fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
			apart: fc.constantFrom(0, 0, 1, 60),
		}),
	},
	fc.record({ do: fc.constant('insertLate' as const), wanted: fc.boolean() }),
	fc.record({ do: fc.constant('commit' as const) }),
	fc.record({ do: fc.constant('delete' as const), which: fc.nat() }),
	fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(1, 60, 600, 7_200) }),
	{
		weight: 6,
		arbitrary: fc.record({
			do: fc.constant('poll' as const),
			maxLeads: fc.constantFrom(1, 2, 3, 5, 8, 1_000),
		}),
	},
	fc.record({ do: fc.constant('expireCookies' as const) }),
	fc.record({ do: fc.constant('expireTokens' as const) }),
	fc.record({ do: fc.constant('slowSearch' as const), isSlow: fc.boolean() }),
	fc.record({
		do: fc.constant('pages' as const),
		records: fc.integer({ min: 1, max: 9 }),
		emptyPages: fc.constantFrom(0, 0, 1),
	}),
);

class History {
	readonly given: string[] = [];
	readonly wanted: string[] = [];
	private readonly ids = new Map<string, string>();
	private count = 0;
	/** When the oldest lead that is not committed was written. */
	private lateSince: number | undefined;
	private kept: IDataObject | undefined;
	private readonly place: DynamicsPlace;
	private readonly includeOthers: boolean;

	constructor(place: DynamicsPlace, includeOthers: boolean) {
		this.place = place;
		this.includeOthers = includeOthers;
	}

	async play(step: Step): Promise<void> {
		const { fakeServer } = this.place;
		switch (step.do) {
			case 'insert': {
				const at = this.place.now();
				for (const [index, wanted] of step.wanted.entries()) {
					const lead = this.lead(wanted);
					const [id] = await this.place.insert([
						{ ...lead, writtenAt: at - index * step.apart * SECOND },
					]);
					this.ids.set(lead.name, id!);
				}
				return;
			}
			case 'insertLate':
				this.lateSince ??= this.place.now();
				await this.place.insertLate([this.lead(step.wanted)]);
				return;
			case 'commit':
				this.commit();
				return;
			case 'delete': {
				// Only what was given: of what is deleted before, nothing is promised.
				const name = this.given[step.which % Math.max(this.given.length, 1)];
				const id = name === undefined ? undefined : this.ids.get(name);
				if (id !== undefined) fakeServer.remove(id);
				return;
			}
			case 'pass':
				if (this.place.now() + step.seconds * SECOND > (this.lateSince ?? Infinity) + MAX_LATE) {
					this.commit();
				}
				this.place.pass(step.seconds * SECOND);
				return;
			case 'poll':
				await this.poll(step.maxLeads);
				return;
			case 'expireCookies':
				fakeServer.expireCookies();
				return;
			case 'expireTokens':
				fakeServer.expireTokens();
				return;
			case 'slowSearch':
				fakeServer.searchIsSlow = step.isSlow;
				return;
			case 'pages':
				fakeServer.shapePages(step);
		}
	}

	/** Everything is committed and read to the end, twice: the second time for what came behind a scan. */
	async end(): Promise<void> {
		this.commit();
		for (let scans = 0; scans < 3;) {
			if (!(await this.poll(1_000)).cursor?.scan) scans += 1;
		}
	}

	private async poll(maxLeads: number): Promise<Poller> {
		const { options, ...parameters } = this.place.parameters;
		const poller = new Poller(this.place, {
			parameters: {
				...parameters,
				maxLeads,
				options: { ...(options as object), includeOthers: this.includeOthers },
			},
			...(this.kept === undefined ? {} : { staticData: this.kept }),
		});
		const names = await poller.poll();
		expect(names.length).toBeLessThanOrEqual(maxLeads);
		this.given.push(...names);
		this.kept = poller.kept();
		return poller;
	}

	private lead(wanted: boolean): { name: string; leadSource: string } {
		const name = String((this.count += 1));
		if (wanted || this.includeOthers) this.wanted.push(name);
		return { name, leadSource: wanted ? 'SPZA-INS|contoso.one' : 'Trade fair' };
	}

	private commit(): void {
		this.place.showLate();
		this.lateSince = undefined;
	}
}

let server: Places<DynamicsPlace>;
beforeAll(async () => {
	server = await dynamicsPlaces();
});
afterAll(async () => await server?.stop());

it('gives every wanted lead once', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(step, { minLength: 10, maxLength: 40 }),
			fc.boolean(),
			async (steps, includeOthers) => {
				const history = new History(await server.newPlace(), includeOthers);
				for (const each of steps) await history.play(each);
				await history.end();
				expect(history.given.sort()).toEqual(history.wanted.sort());
			},
		),
		{ numRuns: 25, endOnFailure: true },
	);
});
