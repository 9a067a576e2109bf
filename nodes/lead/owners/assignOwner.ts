import { hash } from 'node:crypto';

import { digest } from '../destination';
import { matchesOffer } from '../filter';
import { identityOf } from '../identity/identity';
import type { MergedCustomer } from '../merge/types';
import type { Lead, LeadOffer, LeadStage } from '../types';
import { stageName } from '../vocabulary';
import type { AssignedOwner, Owner, Territory } from './types';

type Entry = Lead | MergedCustomer;

export interface OwnerRules {
	/** Milliseconds since 1970, by which owners are away or not. */
	now: number;
	/** E-mail addresses or names of owners who are passed over. */
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

/** A row of the list that fits a customer. */
interface Candidate {
	id: string;
	owner: Owner;
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
	const rows = owners
		.filter(({ weight }) => weight > 0)
		.map((owner) => ({ owner, id: ownerId(owner) }))
		.filter(({ id, owner }) => !skipped.has(id) && !skipped.has(idText(owner.name)));
	const withTerritory = rows.filter(({ owner }) => hasTerritory(owner.territory));
	const pool = rows.filter(({ owner }) => !hasTerritory(owner.territory));
	const isHere = ({ owner }: Candidate) => !isAway(owner, rules.now);

	return (entry) => {
		const claim = claimOf(entry);
		const fitting = withTerritory.filter(({ owner }) => covers(owner.territory, claim));
		const inTerritory = inOrder(fitting, claim.key);
		const inPool = inOrder(pool, claim.key);
		// The same person may be in both.
		const line = firstOfEach([...inTerritory, ...inPool]);
		const [first, next] = line.filter(isHere);
		if (first === undefined) {
			return { name: '', email: '', why: whyNobody(line, claim), nextInLine: NOBODY() };
		}
		const isTerritory = inTerritory.includes(first);
		const rivals = firstOfEach(isTerritory ? inTerritory : inPool).filter(isHere);
		const why = isTerritory
			? `Territory: ${territoryText(first.owner.territory)}; ${shareText(rivals.length)}.`
			: `${inTerritory.length > 0 ? 'The owners of the territory are away' : 'No territory'}; ${shareText(rivals.length)}.`;
		const [usual] = line;
		const away =
			usual && usual !== first ? ` ${usual.owner.name || usual.owner.email} is away.` : '';
		return { ...person(first), why: why + away, nextInLine: next ? person(next) : NOBODY() };
	};
}

const NOBODY = () => ({ name: '', email: '' });

function person({ owner: { name, email } }: Candidate): { name: string; email: string } {
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

function covers({ countries, offers, stages }: Territory, claim: Claim): boolean {
	if (countries.length > 0 && !countries.includes(claim.country)) return false;
	if (stages.length > 0 && !stages.includes(claim.stage)) return false;
	return offers.length === 0 || claim.offers.some((offer) => matchesOffer(offer, offers));
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

function inOrder(rows: readonly { owner: Owner; id: string }[], key: string): Candidate[] {
	return rows
		.map(({ owner, id }) => ({ owner, id, rank: -Math.log(draw(id, key)) / owner.weight }))
		.sort((one, other) => one.rank - other.rank || (one.id < other.id ? -1 : 1));
}

/** Each owner once, by the first row. */
function firstOfEach(candidates: readonly Candidate[]): Candidate[] {
	const seen = new Set<string>();
	return candidates.filter(({ id }) => !seen.has(id) && seen.add(id));
}

/** As many bits as a number holds exactly, in hexadecimal digits of four bits each. */
const DRAWN_DIGITS = 13;
const DRAWN_VALUES = 16 ** DRAWN_DIGITS;

/**
 * Above 0 and below 1, evenly, the same for the same two texts for ever. With `-log(draw) / weight`
 * the lowest is an owner's in proportion to the weight (an exponential race).
 */
function draw(id: string, key: string): number {
	const digits = hash('sha256', `${id}\n${key}`).slice(0, DRAWN_DIGITS);
	return (Number.parseInt(digits, 16) + 0.5) / DRAWN_VALUES;
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

function whyNobody(line: readonly Candidate[], { country, offers, stage }: Claim): string {
	if (line.length > 0) {
		return `Away: ${line.map(({ owner }) => owner.name || owner.email).join(', ')}.`;
	}
	const offer = offers.map(({ id, title }) => id || title).find((name) => name !== '');
	const said = [
		`country ${country || 'unknown'}`,
		`offer ${offer ?? 'unknown'}`,
		`stage ${stageName(stage)}`,
	];
	return `No owner takes customers of ${said.join(', ')}.`;
}
