/**
 * Tokens that are kept between executions, as n8n's processes use them: several of them, each with
 * many credentials at once. Counted where it can't be argued with, at the services.
 */
import type { DestinationDescription } from '../../../nodes/destinations/contract.ts';
import { ProcessCache } from '../../../nodes/destinations/processCache.ts';
import type { FakeRequest } from '../../fakeServers/fakeServer.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { FakeEntra } from '../../fakeServers/entra/authority.ts';
import { startDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import type { FakeDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import { startMarketo } from '../../fakeServers/marketo/marketo.ts';
import type { FakeMarketo } from '../../fakeServers/marketo/marketo.ts';
import { startSalesforce } from '../../fakeServers/salesforce/salesforce.ts';
import type { FakeSalesforce } from '../../fakeServers/salesforce/salesforce.ts';
import { inTime } from '../../support/inTime.ts';
import { destinationInput } from '../../support/destinationInput.ts';
import { errorOf } from '../../support/pollContract/errors.ts';

const WORKERS = 3;
const POLLS_AT_ONCE = 4;
const HOUR = 3_600_000;

type Destinations = readonly DestinationDescription[];

/** Modules of one process of n8n's, with all that they keep. */
async function newWorker(): Promise<Destinations> {
	let destinations: Destinations = [];
	await jest.isolateModulesAsync(async () => {
		({ DESTINATIONS: destinations } = await import('../../../nodes/destinations/index.ts'));
	});
	return destinations;
}

async function newWorkers(): Promise<Destinations[]> {
	const workers: Destinations[] = [];
	while (workers.length < WORKERS) workers.push(await newWorker());
	return workers;
}

interface Place {
	name: string;
	/** Each of them signs in by itself. */
	credentials: ReadonlyArray<Record<string, unknown>>;
	parameters: Record<string, unknown>;
	/** How often a token was asked for. */
	signIns(): Promise<number>;
	/** Tokens of now are none any more. */
	revoke(): void;
	lead: string;
}

let authority: FakeEntra;
let salesforces: FakeSalesforce[];
let marketos: FakeMarketo[];
let environments: FakeDynamics[];
let places: Place[];

beforeAll(async () => {
	authority = await startEntraAuthority();
});
afterAll(async () => await authority?.stop());

beforeEach(async () => {
	salesforces = await Promise.all([startSalesforce(), startSalesforce()]);
	marketos = await Promise.all([startMarketo(), startMarketo()]);
	environments = await Promise.all([startDynamics({ authority }), startDynamics({ authority })]);
	// Only counts from now on.
	await authority.fault({ kind: 'cut', times: 0 });
	places = [
		...salesforces.map((salesforce, at) => ({
			name: 'salesforce',
			credentials: [salesforce.credential, salesforce.jwtCredential, salesforce.refreshCredential],
			parameters: { ...salesforce.parameters },
			signIns: async () => await Promise.resolve(salesforce.signIn.asked),
			revoke: () => salesforce.signIn.endSessions(),
			lead: `Of Salesforce ${at}`,
		})),
		...marketos.map((marketo, at) => ({
			name: 'marketo',
			credentials: [marketo.credential, marketo.otherCredential],
			parameters: { ...marketo.parameters },
			signIns: async () =>
				await Promise.resolve(
					marketo.requests.filter(({ url }) => url.pathname === '/identity/oauth/token').length,
				),
			revoke: () => marketo.revokeAccess(),
			lead: `Of Marketo ${at}`,
		})),
	];
	await Promise.all(
		[...salesforces, ...marketos].map(async (server, at) => {
			await server.insert([{ name: places[at]!.lead }]);
		}),
	);
	await Promise.all(
		environments.map(async (environment, at) => {
			await environment.insert([{ name: `Of Dynamics ${at}` }]);
		}),
	);
});

afterEach(async () => {
	await Promise.all(
		[...salesforces, ...marketos, ...environments].map(async (server) => await server.stop()),
	);
});

/** What one poll reads: the last names, and nothing else. */
async function read(
	destinations: Destinations,
	name: string,
	credential: Record<string, unknown>,
	parameters: Record<string, unknown>,
	cache?: ProcessCache,
): Promise<string[]> {
	const destination = destinations.find((each) => each.name === name)!;
	const input = destinationInput(credential, parameters, { wanted: { others: true } });
	const { reader } = await destination.reading!.open({ ...input, ...(cache && { cache }) });
	const names: string[] = [];
	let position = null;
	do {
		const page = await reader.readPage({
			since: undefined,
			position,
			pageSize: 100,
			isKnown: () => false,
			...inTime(),
		});
		for (const { record } of page.rows) {
			const { LastName, lastname, person } = Object(record) as Record<string, unknown>;
			const text = JSON.stringify(LastName ?? lastname ?? person ?? record);
			names.push(/Of \w+ \d/.exec(text)?.[0] ?? text);
		}
		position = page.next;
	} while (position !== null);
	return names;
}

/** Every worker polls by every credential, several times at once. */
async function readAll(workers: readonly Destinations[]): Promise<void> {
	await Promise.all(
		workers.flatMap((worker) =>
			Array.from({ length: POLLS_AT_ONCE }, async () => {
				await Promise.all(
					places.flatMap(({ name, credentials, parameters, lead }) =>
						credentials.map(async (credential) => {
							expect(await read(worker, name, credential, parameters)).toEqual([lead]);
						}),
					),
				);
			}),
		),
	);
}

const signIns = async () => await Promise.all(places.map(async (place) => await place.signIns()));
/** One for each credential in each process. */
const once = () => places.map(({ credentials }) => credentials.length * WORKERS);

it('signs in once for each credential in each process, whatever runs at the same time', async () => {
	const workers = await newWorkers();
	await readAll(workers);
	expect(await signIns()).toEqual(once());
	await readAll(workers);
	expect(await signIns()).toEqual(once());
});

it('signs in afresh, once, where tokens were revoked, and leaves others alone', async () => {
	const workers = await newWorkers();
	await readAll(workers);
	const revoked = [0, 2];
	for (const at of revoked) places[at]!.revoke();
	await readAll(workers);
	expect(await signIns()).toEqual(
		once().map((count, at) => count * (revoked.includes(at) ? 2 : 1)),
	);
});

it('asks Entra once for each environment in each process, and again where a token is rejected', async () => {
	const workers = await newWorkers();
	const readEnvironments = async () => {
		await Promise.all(
			workers.flatMap((worker) =>
				environments.flatMap(({ credential, parameters }, at) =>
					Array.from({ length: POLLS_AT_ONCE }, async () => {
						const names = await read(worker, 'dynamics365', credential, { ...parameters });
						expect(names).toEqual([`Of Dynamics ${at}`]);
					}),
				),
			),
		);
	};
	await readEnvironments();
	expect(await authority.signIns()).toBe(WORKERS * environments.length);
	await readEnvironments();
	expect(await authority.signIns()).toBe(WORKERS * environments.length);
	environments[0]!.expireTokens();
	await readEnvironments();
	expect(await authority.signIns()).toBe(WORKERS * (environments.length + 1));
});

it('never uses what another secret was given', async () => {
	const worker = await newWorker();
	await readAll([worker]);
	const changed = [
		['salesforce', salesforces[0]!.badCredential, salesforces[0]!.parameters],
		['marketo', marketos[0]!.badCredential, marketos[0]!.parameters],
		['dynamics365', environments[0]!.badCredential, environments[0]!.parameters],
	] as const;
	await read(worker, 'dynamics365', environments[0]!.credential, {
		...environments[0]!.parameters,
	});
	for (const [name, credential, parameters] of changed) {
		const error = await errorOf(read(worker, name, credential, { ...parameters }));
		expect(error).toMatchObject({ code: 'authentication', operation: 'signIn' });
	}
});

it('asks for a new token before the one at hand ends', async () => {
	const worker = await newWorker();
	let now = Date.now();
	const cache = new ProcessCache({ now: () => now });
	const [marketo] = marketos;
	const poll = async () =>
		await read(worker, 'marketo', marketo!.credential, { ...marketo!.parameters }, cache);
	const place = places.find(({ name }) => name === 'marketo')!;
	await poll();
	now += HOUR - 61_000;
	await poll();
	expect(await place.signIns()).toBe(1);
	now += 2_000;
	marketo!.pass(HOUR);
	const before = marketo!.requests.length;
	await poll();
	expect(await place.signIns()).toBe(2);
	// The one that has ended was not tried.
	const tokens = (requests: readonly FakeRequest[]) =>
		new Set(requests.flatMap(({ headers }) => headers['authorization'] ?? []));
	const [used, usedNow] = [
		tokens(marketo!.requests.slice(0, before)),
		tokens(marketo!.requests.slice(before)),
	];
	expect([used.size, usedNow.size]).toEqual([1, 1]);
	expect(usedNow).not.toEqual(used);
});

it.each([301, 404, 410, 420, 421])(
	'signs in afresh where Salesforce responds with status %i and a page: the organisation has moved',
	async (status) => {
		const worker = await newWorker();
		const [salesforce] = salesforces;
		const [place] = places;
		const poll = async () =>
			await read(worker, 'salesforce', salesforce!.credential, { ...salesforce!.parameters });
		expect(await poll()).toEqual([place!.lead]);
		const kept = new Set(
			salesforce!.server.requests.flatMap(({ headers }) => headers['authorization'] ?? []),
		);
		expect(kept.size).toBe(1);
		salesforce!.spoil = ({ headers }) =>
			kept.has(headers['authorization'] ?? '')
				? { status, body: '<html>This URL is no longer in use</html>' }
				: undefined;
		const error = await errorOf(poll());
		expect(error).toMatchObject({ code: 'unexpectedResponse', operation: 'read' });
		expect(await poll()).toEqual([place!.lead]);
		expect(await place!.signIns()).toBe(2);
	},
);

it('has the test of a credential sign in, whatever is kept', async () => {
	const worker = await newWorker();
	await readAll([worker]);
	const before = await signIns();
	for (const { name, credentials } of places) {
		const destination = worker.find((each) => each.name === name)!;
		for (const credential of credentials) await destination.testCredential(credential);
	}
	expect(await signIns()).toEqual(
		before.map((count, at) => count + places[at]!.credentials.length),
	);
	// And leaves what is kept as it is.
	await readAll([worker]);
	expect(await signIns()).toEqual(
		before.map((count, at) => count + places[at]!.credentials.length),
	);
});
