/**
 * Deliveries in a real n8n that is killed at seeded instants while something else goes wrong. What was
 * sent, what the sink took and what is marked is counted outside n8n.
 */
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { RestApiError, type RestClient } from '../host/rest.ts';
import { kindOf } from './azureTables.ts';
import { backUp, kindsFor, type FaultKind, type Scene } from './kinds.ts';
import { oneOf } from './random.ts';
import type { Count } from './results.ts';
import type { LeadStore, Written } from './stores.ts';
import { workflowOf, type DeliveryWay } from './workflows.ts';

export interface Plan {
	seed: number;
	/** At most; each ends with a kill of n8n, or with several kills. */
	lives: number;
	/** Milliseconds after which no further life begins. */
	time: number;
	/** Leads written into each store in a life of n8n. */
	leadsPerLife: number;
	/** Names of faults; all that there are when absent. */
	faults?: readonly string[] | undefined;
	/** In one of so many lives there is a fault. */
	everyLives: number;
	/** Whether executions that crashed are retried in the end, as a person does. */
	retries: boolean;
	tell: (line: string) => void;
}

/** One workflow and its leads. */
export interface Delivery {
	way: DeliveryWay;
	store: LeadStore;
	written: Written[];
	workflowId: string;
}

/** What a kill is aimed at. */
const AIMS = ['claim', 'mark', 'poll', 'post'] as const;
/** Milliseconds from what a kill is aimed at to the kill, at most: a poll and its execution. */
const LONGEST_SPAN = 1_500;
/** Of lives, those that end with the sink killed before n8n. */
const SINK_SHARE = 0.3;
/** Of lives in queue mode, those that end with further processes killed behind the first. */
const SECOND_SHARE = 0.5;
/** Milliseconds that a life may take until something happens; n8n polls as it starts. */
const QUIET_LIFE = 20_000;
/** Milliseconds; a poll comes every ten seconds. */
const ROUND = 12_000;
const MINUTE = 60_000;
/** Rounds in a row in which n8n says that it can't work, until it is restarted, as by a liveness probe. */
const UNREADY_ROUNDS = 5;
/** Rounds in which nothing is marked, until what is still pending is stuck. */
const LAST_ROUNDS = 15;

/** Makes and activates the workflow of a delivery. */
export async function activate(
	rest: RestClient,
	way: DeliveryWay,
	store: LeadStore,
	sinkOrigin: string,
): Promise<Delivery> {
	const title = `${store.displayName}, ${way.label}`;
	const credential = await rest.createCredential(store.credentialType, title, store.credential);
	const file = workflowOf(way, store, credential, sinkOrigin + pathOf(way, store));
	const workflow = await rest.createWorkflow(file);
	const { status, triggers } = await rest.activate(workflow);
	if (status !== 'published') throw new Error(`${title}: ${JSON.stringify(triggers)}`);
	return { way, store, written: [], workflowId: workflow.id };
}

/** Lives of n8n, each ended by a kill; then it comes to rest. */
export class Lives {
	/** How often each fault was there. */
	readonly faults = new Map<string, number>();
	/** How often each process was killed. */
	readonly kills = new Map<string, number>();
	private readonly scene: Scene;
	private readonly deliveries: readonly Delivery[];
	private readonly plan: Plan;
	private readonly events = new EventEmitter();
	private readonly deck: readonly FaultKind[];

	constructor(scene: Scene, deliveries: readonly Delivery[], plan: Plan) {
		this.scene = scene;
		this.deliveries = deliveries;
		this.plan = plan;
		this.events.setMaxListeners(0);
		for (const { proxy } of scene.accounts) {
			proxy.onRequest = (request) => {
				const kind = kindOf(request);
				if (kind) this.events.emit(kind);
			};
		}
		scene.sink.onRequest = () => this.events.emit('post');
		this.deck = deckOf(kindsFor(scene), plan);
	}

	/** @param beforeRest ends what goes on through all lives */
	async run(beforeRest: () => Promise<void>): Promise<void> {
		const deadline = Date.now() + this.plan.time;
		for (let life = 0; life < this.plan.lives && Date.now() < deadline; life += 1) {
			await this.live(life);
		}
		await beforeRest();
		await this.rest();
	}

	private async live(life: number): Promise<void> {
		const { scene, plan } = this;
		const { random, host } = scene;
		const { everyLives } = plan;
		const isCalm = life % everyLives !== 0;
		const fault = isCalm ? undefined : this.deck[(life / everyLives) % this.deck.length];
		const isEarly = fault?.when === 'anytime' && random() < 0.5;
		const half = Math.ceil(plan.leadsPerLife / 2);
		await this.write(half);
		if (fault?.when === 'down' || isEarly) await fault?.begin(scene);
		await host.start();
		if (fault && fault.when !== 'down') {
			if (!isEarly) {
				await this.next('post', QUIET_LIFE);
				await fault.begin(scene);
			}
			await this.write(plan.leadsPerLife - half);
			await sleep(fault.seconds * 1_000 * (0.5 + random() / 2));
			await fault.end(scene);
			// What left by itself meanwhile.
			await host.start();
		} else {
			await this.write(plan.leadsPerLife - half);
		}
		await this.killMidway();
		const aim = scene.accounts.length > 0 ? oneOf(random, AIMS) : 'post';
		const isQuiet = !(await this.next(aim, QUIET_LIFE));
		const span = Math.floor(random() * LONGEST_SPAN);
		await sleep(span);
		const killed = await this.kill();
		if (host.kind === 'regular') await backUp(scene);
		if (fault) count(this.faults, fault.name);
		const when = isQuiet ? 'a quiet life' : `${span} ms behind the next ${aim}`;
		plan.tell(
			`life ${life + 1} of ${plan.lives} ends: ${killed}, ${when}${fault ? `, after ${fault.name}` : ''}`,
		);
		this.turnClocks(10 * MINUTE);
	}

	/** What n8n goes on without: a worker or the sink, started again at once. */
	private async killMidway(): Promise<void> {
		const { host, random, sink } = this.scene;
		if (!(await this.next('post', QUIET_LIFE))) return;
		await sleep(Math.floor(random() * LONGEST_SPAN));
		if (host.killOne && random() < 0.5) {
			count(this.kills, await host.killOne(random));
			await host.start();
		} else {
			await sink.kill();
			count(this.kills, 'the sink');
			await sleep(Math.floor(random() * LONGEST_SPAN));
			await sink.comeBack();
		}
	}

	/** Machines that go one after the other are worse than those that go together. */
	private async kill(): Promise<string> {
		const { host, random, sink } = this.scene;
		const killed: Array<string | undefined> = [];
		const meanwhile = async () => await sleep(Math.floor(random() * LONGEST_SPAN));
		const takesSink = random() < SINK_SHARE;
		if (takesSink) {
			await sink.kill();
			killed.push('the sink');
			await meanwhile();
		}
		killed.push(await host.kill(random));
		if (host.kind === 'queue' && random() < SECOND_SHARE) {
			await meanwhile();
			killed.push(await host.kill(random));
		}
		if (takesSink) await sink.comeBack();
		const names = killed.filter((name) => name !== undefined);
		for (const name of names) count(this.kills, name);
		return names.join(', then ');
	}

	/** Nothing goes wrong any more: what is pending has to come, by and by. */
	private async rest(): Promise<void> {
		await this.scene.host.start();
		let before = Infinity;
		let unready = 0;
		for (let idle = 0; idle < LAST_ROUNDS; idle += 1) {
			const hasTraffic = await this.next('post', ROUND);
			if (hasTraffic) await sleep(ROUND);
			unready = (await this.scene.host.isReady()) ? 0 : unready + 1;
			if (unready >= UNREADY_ROUNDS) {
				this.plan.tell('n8n says that it is not ready, and is restarted');
				await this.scene.host.restart();
				unready = 0;
			}
			const pending = await Promise.all(
				this.deliveries
					.filter(({ way }) => way.handledWhen !== 'handedOver')
					.map(async ({ store }) => await store.pending()),
			);
			const sum = pending.reduce((total, one) => total + one, 0);
			this.plan.tell(`${sum} leads pending`);
			if (sum === 0) return;
			if (sum < before) idle = 0;
			before = sum;
			// Past every wait, the longest too; but not while it works, which would only get it more work.
			if (!hasTraffic) this.turnClocks(25 * 60 * MINUTE);
		}
	}

	private async write(leads: number): Promise<void> {
		for (const delivery of this.deliveries) {
			delivery.written.push(...(await delivery.store.write(leads)));
		}
	}

	/** Whether it came within the time. */
	private async next(event: string, milliseconds: number): Promise<boolean> {
		try {
			await once(this.events, event, { signal: AbortSignal.timeout(milliseconds) });
			return true;
		} catch {
			return false;
		}
	}

	/** Redeliveries are timed by the destination's clock: turning it spares the waiting. */
	private turnClocks(milliseconds: number): void {
		const turned = new Set<unknown>();
		for (const { way, store } of this.deliveries) {
			// A cursor follows the clock: leads must not be written in its past.
			if (way.handledWhen === 'handedOver' || turned.has(store.clock)) continue;
			turned.add(store.clock);
			store.turnClock(milliseconds);
		}
	}
}

/** What became of a delivery's leads, and what a person can still bring back. */
export async function countOf(
	{ way, store, written, workflowId }: Delivery,
	{ scene, rest, retries }: { scene: Scene; rest: RestClient; retries: boolean },
): Promise<Count> {
	const taken = scene.sink.of(pathOf(way, store));
	const isHandedOver = way.handledWhen === 'handedOver';
	const lost = () => {
		const came = new Set(written.filter(({ id }) => taken.has(id)).map(({ lead }) => lead));
		return new Set(written.filter(({ lead }) => !came.has(lead)).map(({ lead }) => lead)).size;
	};
	const ids = new Map<string, number>();
	for (const { id, lead } of written) {
		if (taken.has(id)) ids.set(lead, (ids.get(lead) ?? 0) + 1);
	}
	const again = [...taken.values()].reduce((sum, { times }) => sum + times - 1, 0);
	const seen = [...taken.values()].reduce((sum, { attempt }) => sum + attempt, 0);
	const counted = {
		destination: store.displayName,
		handledWhen: way.label,
		acknowledged: !isHandedOver,
		sent: written.length,
		handedOver: isHandedOver ? undefined : ((await store.handOvers()) ?? seen),
		atSink: taken.size,
		again,
		doubled: way.history ? [...ids.values()].filter((count) => count > 1).length : undefined,
		marked: isHandedOver ? undefined : await store.marked(),
		pending: isHandedOver ? undefined : await store.pending(),
		lost: lost(),
	};
	if (!isHandedOver || !retries) return { ...counted, lostAfterRetry: undefined };
	await retryAll(rest, workflowId);
	return { ...counted, lostAfterRetry: lost() };
}

/** Retries what crashed or failed, as a person does. */
export async function retryAll(rest: RestClient, workflowId: string): Promise<void> {
	const executions = await rest.executions(workflowId);
	const ended = executions.filter(({ status }) => status === 'crashed' || status === 'error');
	// In the order in which they began, as a person would.
	for (const { id } of ended.reverse()) {
		try {
			await rest.retry(id);
		} catch (error) {
			// One that n8n emptied, or an error of a poll: there is nothing to retry.
			if (!(error instanceof RestApiError)) throw error;
		}
	}
	await sleep(ROUND);
}

function deckOf(
	kinds: readonly FaultKind[],
	{ faults, seed, lives, everyLives }: Plan,
): FaultKind[] {
	if (faults) {
		return faults.map((wanted) => {
			const kind = kinds.find(({ name }) => name === wanted);
			if (kind) return kind;
			throw new Error(`No fault "${wanted}" here. There are: ${names(kinds)}`);
		});
	}
	// Runs of consecutive seeds go through all kinds together.
	const first = ((seed - 1) * Math.ceil(lives / everyLives)) % kinds.length;
	return [...kinds.slice(first), ...kinds.slice(0, first)];
}

function names(kinds: readonly FaultKind[]): string {
	return kinds.map(({ name }) => name).join(', ');
}

function pathOf({ name }: DeliveryWay, { destination }: LeadStore): string {
	return `/${destination}/${name}`;
}

function count(counts: Map<string, number>, name: string): void {
	counts.set(name, (counts.get(name) ?? 0) + 1);
}
