import { hash } from 'node:crypto';

import { digest } from '../destination';
import { offerMatcher } from '../filter';
import { identityOf } from '../identity/identity';
import type { MergedCustomer } from '../merge/types';
import type { Lead, LeadOffer, LeadStage } from '../types';
import { stageName } from '../vocabulary';
import type { AssignedOwner, Owner, Territory } from './types';

type Entry = Lead | MergedCustomer;

export interface OwnerRules {
	/** Milliseconds since 1970, by which owners are away or not. */
	now: number;
	/** Email addresses or names of owners who are passed over. */
	skip?: readonly string[];
}

/** What of an entry decides who owns it. */
interface Claim {
	/** The same for every lead of one customer, and for what they are merged into. */
	key: string;
	country: string;
	offers: readonly LeadOffer[];
	stage: LeadStage;
}

/** A row of the list, with what its owner is known by. */
interface Row {
	id: string;
	words: Words;
	owner: Owner;
	isHere: boolean;
	takesOffer: (offer: LeadOffer) => boolean;
}

/** A row that fits a customer. */
interface Candidate extends Row {
	/** Lower comes first. */
	rank: number;
}

/**
 * Who owns a customer, with no memory: by rendezvous hashing, each owner draws a number from the
 * customer's identity, and the lowest wins. So it is the same on every machine and in any order; an
 * owner who joins, leaves or is given another weight moves that owner's own share and nobody else's.
 * Owners with a territory that fits come first; those without one share what is nobody's territory,
 * or whose owners are away. Linear in customers times owners.
 */
export function ownerAssigner(
	owners: readonly Owner[],
	rules: OwnerRules,
): (entry: Entry) => AssignedOwner {
	const skipped = new Set((rules.skip ?? []).map(idText));
	// A person is away in all territories, also where only one of the rows says so.
	const away = new Set(owners.filter((owner) => isAway(owner, rules.now)).map(ownerId));
	const all = owners
		.filter(({ weight }) => weight > 0)
		.map((owner): Row => {
			const id = ownerId(owner);
			const takesOffer = offerMatcher(owner.territory.offers);
			return { owner, id, words: wordsOf(id), isHere: !away.has(id), takesOffer };
		});
	const isSkipped = ({ id, owner }: Row) => skipped.has(id) || skipped.has(idText(owner.name));
	const passedOver = all.filter(isSkipped);
	const rows = all.filter((row) => !isSkipped(row));
	const territories = rows.filter(({ owner }) => hasTerritory(owner.territory));
	const pool = rows.filter(({ owner }) => !hasTerritory(owner.territory));
	const poolHere = pool.filter(({ isHere }) => isHere);
	const poolCount = countOwners(poolHere);
	const fittingTo = remembering((claim) => territories.filter((row) => covers(row, claim)));

	return (entry) => {
		const claim = claimOf(entry);
		const key = wordsOf(claim.key);
		const fitting = fittingTo(claim);
		const fittingHere = fitting.filter(({ isHere }) => isHere);
		const inTerritory = lowestTwo(fittingHere, key);
		const [first, ...others] = [...inTerritory, ...lowestTwo(poolHere, key)];
		if (first === undefined) {
			const isFor = (row: Row) => covers(row, claim);
			const why = whyNobody([...fitting, ...pool], passedOver.filter(isFor), claim);
			return { name: '', email: '', why, nextInLine: NOBODY() };
		}
		const isTerritory = inTerritory.length > 0;
		const share = shareText(isTerritory ? countOwners(fittingHere) : poolCount);
		const why = isTerritory
			? `Territory: ${territoryText(first.owner.territory)}; ${share}.`
			: `${fitting.length > 0 ? 'The owners of the territory are away' : 'No territory'}; ${share}.`;
		const [usual] = lowestTwo(fitting.length > 0 ? fitting : pool, key);
		const isInstead = usual !== undefined && usual.id !== first.id;
		const away = isInstead ? ` ${usual.owner.name || usual.owner.email} is away.` : '';
		// The same person may be in both.
		const next = others.find(({ id }) => id !== first.id);
		return { ...person(first), why: why + away, nextInLine: next ? person(next) : NOBODY() };
	};
}

const NOBODY = () => ({ name: '', email: '' });

function person({ owner: { name, email } }: Row): { name: string; email: string } {
	return { name, email };
}

/** By what an owner is the same one in another list. */
export function ownerId({ name, email }: Pick<Owner, 'email' | 'name'>): string {
	return idText(email) || idText(name);
}

function idText(text: string): string {
	return text.normalize('NFKC').trim().toLowerCase();
}

function hasTerritory({ countries, offers, stages }: Territory): boolean {
	return countries.length + offers.length + stages.length > 0;
}

function covers({ owner: { territory }, takesOffer }: Row, claim: Claim): boolean {
	const { countries, offers, stages } = territory;
	if (countries.length > 0 && !countries.includes(claim.country)) return false;
	if (stages.length > 0 && !stages.includes(claim.stage)) return false;
	return offers.length === 0 || claim.offers.some(takesOffer);
}

/** Found sets that are kept: a sender can make up titles of offers for ever. */
const MAX_KNOWN = 1_000;

/**
 * Looked for once for all leads of a country, an offer and a stage: a hundred owners whose territories
 * name fifty offers each would hold n8n up for seconds.
 */
function remembering(find: (claim: Claim) => readonly Row[]): (claim: Claim) => readonly Row[] {
	const known = new Map<string, readonly Row[]>();
	return (claim) => {
		const [offer, ...others] = claim.offers;
		if (offer === undefined || others.length > 0) return find(claim);
		const key = JSON.stringify([claim.country, claim.stage, offer.id, offer.title]);
		const found = known.get(key) ?? find(claim);
		if (known.size >= MAX_KNOWN) known.clear();
		known.set(key, found);
		return found;
	};
}

function isAway({ awayFrom, awayUntil }: Owner, now: number): boolean {
	if (awayFrom === undefined && awayUntil === undefined) return false;
	return now >= (awayFrom ?? -Infinity) && now < (awayUntil ?? Infinity);
}

function claimOf(entry: Entry): Claim {
	const { stage } = entry;
	if ('journey' in entry) {
		const { identity, journey, customer, offers } = entry;
		// A customer who is known by the lead alone has that one lead.
		const lead = journey[0];
		const own = digest(['lead', lead?.destination ?? '', lead?.leadId ?? '']);
		const value = identity.by === 'lead' ? own : identity.value;
		return { key: `${identity.by} ${value}`, country: customer.country, offers, stage };
	}
	const { by, value } = identityOf(entry, digest(['lead', entry.destination, entry.id]));
	return { key: `${by} ${value}`, country: entry.customer.country, offers: [entry.offer], stage };
}

function rankOf({ owner, words }: Row, key: Words): number {
	return -Math.log(draw(words, key)) / owner.weight;
}

/** The two owners that come first, without sorting all of them. */
function lowestTwo(rows: readonly Row[], key: Words): Candidate[] {
	let [first, second]: Array<Candidate | undefined> = [];
	for (const row of rows) {
		const candidate = { ...row, rank: rankOf(row, key) };
		if (first === undefined || isBefore(candidate, first)) {
			if (first?.id !== row.id) second = first;
			first = candidate;
		} else if (first.id !== row.id && (second === undefined || isBefore(candidate, second))) {
			second = candidate;
		}
	}
	return [first, second].filter((candidate) => candidate !== undefined);
}

function isBefore(one: Candidate, other: Candidate): boolean {
	return one.rank === other.rank ? one.id < other.id : one.rank < other.rank;
}

function countOwners(rows: readonly Row[]): number {
	return new Set(rows.map(({ id }) => id)).size;
}

/** 64 bits of a text's digest, as two words of 32. */
type Words = readonly [number, number];

function wordsOf(text: string): Words {
	const digits = hash('sha256', text);
	return [Number.parseInt(digits.slice(0, 8), 16), Number.parseInt(digits.slice(8, 16), 16)];
}

const WORD = 2 ** 32;

/**
 * Above 0 and below 1, evenly, the same for the same two texts for ever. With `-log(draw) / weight`
 * the lowest is an owner's in proportion to the weight (an exponential race). Of two digests rather
 * than one of both texts: a thousand owners times ten thousand leads would hold n8n up for half a minute.
 */
function draw(owner: Words, key: Words): number {
	const high = mixed(owner[0] ^ key[0]);
	const low = mixed((high + (owner[1] ^ key[1])) | 0);
	return (mixed(high ^ low) + (low + 0.5) / WORD) / WORD;
}

/** Every bit of the word depends on all: the last step of MurmurHash3. */
function mixed(word: number): number {
	let bits = word;
	bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
	bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
	return (bits ^ (bits >>> 16)) >>> 0;
}

function shareText(count: number): string {
	return count === 1 ? 'the only owner there' : `by share among ${count} owners`;
}

function territoryText({ countries, offers, stages }: Territory): string {
	return [
		...(countries.length > 0 ? [`countries ${countries.join(', ')}`] : []),
		...(offers.length > 0 ? [`offers ${offers.join(', ')}`] : []),
		...(stages.length > 0 ? [`stages ${stages.map(stageName).join(', ')}`] : []),
	].join('; ');
}

/** More names than these tell nobody more, and stand in the item of each lead. */
const MAX_NAMES = 5;

/** Each person once, in the order of the list. */
function namesOf(rows: readonly Row[]): string {
	const names = new Map(rows.map(({ id, owner }) => [id, owner.name || owner.email]));
	const named = [...names.values()].slice(0, MAX_NAMES).join(', ');
	return names.size > MAX_NAMES ? `${named} and ${names.size - MAX_NAMES} more` : named;
}

function whyNobody(
	away: readonly Row[],
	passedOver: readonly Row[],
	{ country, offers, stage }: Claim,
): string {
	const reasons = [
		...(passedOver.length > 0 ? [`Passed over: ${namesOf(passedOver)}.`] : []),
		...(away.length > 0 ? [`Away: ${namesOf(away)}.`] : []),
	];
	if (reasons.length > 0) return reasons.join(' ');
	const offer = offers.map(({ id, title }) => id || title).find((name) => name !== '');
	const said = [
		`country ${country || 'unknown'}`,
		`offer ${offer ?? 'unknown'}`,
		`stage ${stageName(stage)}`,
	];
	return `No owner takes customers of ${said.join(', ')}.`;
}
