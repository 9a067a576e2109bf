/** What n8n is told of a destination that is away, on contexts that live as long as n8n's do. */
import dns from 'node:dns';

import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { INodeParameters, WorkflowActivateMode } from 'n8n-workflow';

import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { DynamicsPlace } from '../../support/places/dynamics365';
import { startDynamics } from '../../fakeServers/dynamics365/dynamics';
import { pollContext } from '../../support/engine';
import { startEntraAuthority } from '../../fakeServers/entra/authority';
import type { EntraAuthority } from '../../fakeServers/entra/authority';
import type { Credentials } from '../../support/pollContract/harness';
import type { FakeResponse } from '../../fakeServers/fakeServer';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const AT_START: WorkflowActivateMode[] = ['init', 'leadershipChange'];
const BY_A_PERSON: WorkflowActivateMode[] = ['activate', 'update', 'create', 'manual'];

let authority: EntraAuthority;
let place: DynamicsPlace;
/** Milliseconds that have passed for the process. */
let passed = 0;

beforeAll(async () => {
	authority = await startEntraAuthority();
});
afterAll(async () => await authority.stop());
beforeEach(async () => {
	place = new DynamicsPlace(await startDynamics({ authority }));
	passed = 0;
	const started = performance.now();
	jest.spyOn(performance, 'now').mockImplementation(() => started + passed);
});
afterEach(async () => {
	jest.restoreAllMocks();
	await place.fakeServer.stop();
});

interface Options {
	credentials?: Credentials;
	parameters?: INodeParameters;
	budget?: number | (() => number);
}

/** A trigger that n8n has activated this way, and what came of its polls. */
function activated(activation: WorkflowActivateMode, options: Options = {}) {
	const poller = pollContext({
		type: new MarketplaceLeadPollTrigger(),
		parameters: { startFrom: 'all', ...place.parameters, ...options.parameters },
		credentials: options.credentials ?? place.credentials,
	});
	const { logger } = poller.context();
	const logged = {
		warn: jest.spyOn(logger, 'warn').mockClear(),
		info: jest.spyOn(logger, 'info').mockClear(),
	};
	const poll = poller.activated(activation, options);
	return {
		poller,
		logged,
		/** `leads`, `nothing`, or the message of the error that n8n makes an execution of. */
		async outcome(): Promise<string> {
			try {
				return (await poll()) === null ? 'nothing' : 'leads';
			} catch (error) {
				return error instanceof NodeApiError || error instanceof NodeOperationError
					? error.message
					: `unexpected ${String(error)}`;
			}
		},
		async error(): Promise<unknown> {
			return await poll().then(
				() => undefined,
				(error: unknown) => error,
			);
		},
		/** What came of one poll a minute, polls that gave nothing left out. */
		async everyMinute(minutes: number): Promise<Array<[minute: number, outcome: string]>> {
			const told: Array<[number, string]> = [];
			for (let minute = 0; minute < minutes; minute += 1) {
				const outcome = await this.outcome();
				if (outcome !== 'nothing') told.push([minute, outcome]);
				passed += MINUTE;
			}
			return told;
		},
	};
}

const MAY_NOT_READ = 'The application user may not read leads';
const away =
	(status: number): (() => FakeResponse) =>
	() => ({ status, headers: { 'retry-after': '3600' } });

describe('as n8n starts', () => {
	const NO_HOST = 'https://contoso.crm4.dynamics.com';
	/** Milliseconds that n8n gives a poll. */
	let budget = HOUR;
	const outages: Record<
		string,
		{
			strike: () => void;
			options?: () => Options;
			/** Absent where no poll can succeed. */
			mend?: () => unknown;
		}
	> = {
		'403': {
			strike: () => (place.fakeServer.mayReadLeads = false),
			mend: () => (place.fakeServer.mayReadLeads = true),
		},
		'a time-out': {
			strike() {
				budget = 500;
				place.fault({ kind: 'slow', milliseconds: HOUR }, { times: 2 });
			},
			options: () => ({ budget: () => budget }),
			// However busy the machine is: a healthy poll gets all the time it needs.
			mend: () => (budget = HOUR),
		},
		'a name that does not resolve': {
			strike() {
				const { lookup } = dns;
				const unknown = ((name: string, ...rest: unknown[]) => {
					const done = rest.at(-1) as (error: Error) => void;
					const error = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
					if (NO_HOST.endsWith(name)) process.nextTick(done, error);
					else (lookup as (...all: unknown[]) => void)(name, ...rest);
				}) as unknown as typeof lookup;
				jest.spyOn(dns, 'lookup').mockImplementation(unknown);
			},
			options: () => ({
				credentials: {
					[place.fakeServer.credentialType]: {
						...place.fakeServer.credential,
						environmentUrl: NO_HOST,
					},
				},
			}),
		},
		'settings that are wrong': {
			strike: () => undefined,
			options: () => ({ parameters: { maxLeads: 0 } }),
		},
	};
	const cases = Object.entries(outages).flatMap(([name, outage]) =>
		AT_START.map((mode) => [name, mode, outage] as const),
	);

	it.each(cases)('%s does not end polling (%s)', async (_, mode, outage) => {
		await place.insert([{ name: 'there' }]);
		outage.strike();
		const trigger = activated(mode, outage.options?.());
		expect(await trigger.outcome()).toBe('nothing');
		expect(trigger.logged.warn).toHaveBeenCalledWith(
			expect.stringMatching(/could not poll as n8n started.*next poll time: [A-Z]/),
		);
		expect(JSON.stringify(trigger.poller.kept())).not.toContain('version');
		// The next one reports.
		expect(await trigger.outcome()).toMatch(/^(?!nothing|leads|unexpected)/);
		outage.mend?.();
		expect(await trigger.outcome()).toBe(outage.mend ? 'leads' : 'nothing');
	});

	it.each(AT_START)(
		'a destination that is slow does not keep the trigger off (%s)',
		async (mode) => {
			const limits: Array<{ delay: number; controller: AbortController }> = [];
			jest.spyOn(AbortSignal, 'timeout').mockImplementation((delay) => {
				const controller = new AbortController();
				limits.push({ delay, controller });
				return controller.signal;
			});
			const passTime = (milliseconds: number) => {
				const over = limits.filter(({ delay }) => delay <= milliseconds);
				for (const { controller } of over) {
					controller.abort(new DOMException('The time is over', 'TimeoutError'));
				}
			};
			const asked = async () =>
				await new Promise<void>((resolve) => {
					place.fakeServer.server.meanwhile(resolve);
				});
			place.fault({ kind: 'slow', milliseconds: HOUR }, { times: 2 });
			const trigger = activated(mode);
			const [atStart] = await Promise.all([
				trigger.outcome(),
				asked().then(() => passTime(15_000)),
			]);
			expect(atStart).toBe('nothing');
			// The next one has a poll's whole time.
			limits.length = 0;
			const next = trigger.outcome();
			await asked();
			passTime(49_000);
			const first = await Promise.race([next, new Promise((resolve) => setImmediate(resolve, ''))]);
			expect(first).toBe('');
			passTime(50_000);
			expect(await next).toMatch(/^(?!nothing|leads|unexpected)/);
		},
	);

	it.each(BY_A_PERSON)('a person’s publishing still ends in the error (%s)', async (mode) => {
		place.fakeServer.mayReadLeads = false;
		expect(await activated(mode).outcome()).toBe(MAY_NOT_READ);
		expect(await activated(mode).outcome()).toBe(MAY_NOT_READ);
	});
});

describe('while it runs', () => {
	it('an outage is told when it begins, once an hour, and when it has ended', async () => {
		const trigger = activated('activate');
		expect(await trigger.everyMinute(5)).toEqual([]);
		// That it is published and has found no lead so far.
		trigger.logged.info.mockClear();
		place.fakeServer.mayReadLeads = false;
		expect(await trigger.everyMinute(125)).toEqual([
			[0, MAY_NOT_READ],
			[60, MAY_NOT_READ],
			[120, MAY_NOT_READ],
		]);
		expect(trigger.logged.info).not.toHaveBeenCalled();
		place.fakeServer.mayReadLeads = true;
		await place.insert([{ name: 'meanwhile' }]);
		expect(await trigger.everyMinute(5)).toEqual([[0, 'leads']]);
		expect(trigger.logged.info).toHaveBeenCalledTimes(1);
		expect(trigger.logged.info).toHaveBeenCalledWith(
			expect.stringMatching(/polls again\. Since .+Z, 125 polls had failed/),
		);
		// Of the next one nothing is known.
		place.fakeServer.mayReadLeads = false;
		expect(await trigger.outcome()).toBe(MAY_NOT_READ);
	});

	it('a reminder says since when, the first error does not', async () => {
		const trigger = activated('activate');
		await trigger.outcome();
		place.fakeServer.mayReadLeads = false;
		const first = (await trigger.error()) as NodeApiError;
		passed += HOUR;
		const second = (await trigger.error()) as NodeApiError;
		expect(first.description).not.toMatch(/since/);
		expect(second.description).toMatch(/ No poll has succeeded since \d{4}-.+Z\.$/);
		expect(second.httpCode).toBe('403');
	});

	it('an error of another kind is told anew, each kind once an hour', async () => {
		const trigger = activated('activate');
		await trigger.outcome();
		place.fakeServer.beforeLeads = away(503);
		const [[, busy] = []] = await trigger.everyMinute(3);
		place.fakeServer.beforeLeads = () => undefined;
		place.fakeServer.mayReadLeads = false;
		expect(await trigger.everyMinute(3)).toEqual([[0, MAY_NOT_READ]]);
		// They come by turns: neither is news.
		for (let turn = 0; turn < 25; turn += 1) {
			place.fakeServer.beforeLeads = turn % 2 === 0 ? away(503) : () => undefined;
			expect(await trigger.everyMinute(2)).toEqual([]);
		}
		place.fakeServer.beforeLeads = away(503);
		expect(await trigger.everyMinute(10)).toEqual([[4, busy]]);
	});

	it('what a poll that failed had been told is forgotten with its activation', async () => {
		const trigger = activated('activate');
		await trigger.outcome();
		place.fakeServer.mayReadLeads = false;
		expect(await trigger.everyMinute(2)).toHaveLength(1);
		// n8n's scheduler makes a context for each poll, and spaces failing ones itself.
		for (let polls = 0; polls < 3; polls += 1) {
			expect(await activated('update').outcome()).toBe(MAY_NOT_READ);
		}
	});
});
