/** Who owns a customer: shares, what moves when owners change, territories, and who is away. */
import fc from 'fast-check';

import { mergeLeads, ownerAssigner, parseLead } from '../../../../nodes/lead';
import type { Lead, Owner } from '../../../../nodes/lead';

const NOW = Date.UTC(2026, 10, 2, 9);
const DAY = 86_400_000;
const NO_TERRITORY = { countries: [], offers: [], stages: [] };

const owner = (name: string, changes: Partial<Owner> = {}): Owner => ({
	name,
	email: `${name.toLowerCase()}@vendor.example`,
	weight: 1,
	territory: NO_TERRITORY,
	...changes,
});

const leadOf = (email: string, changes: Record<string, unknown> = {}): Lead =>
	parseLead({ UserDetails: { FirstName: 'A', LastName: 'B', Email: email, ...changes } });

/** A lead costs much to parse, so the many customers differ in the address only. */
const template = leadOf('a@contoso.com');
const customer = (number: number): Lead => ({
	...template,
	customer: { ...template.customer, email: `customer${number}@company${number}.example` },
});

const CUSTOMERS = Array.from({ length: 100_000 }, (_, number) => customer(number));

/** The owner of each customer. */
const assigned = (owners: readonly Owner[], customers = CUSTOMERS): string[] => {
	const ownerOf = assign(owners);
	return customers.map((entry) => ownerOf(entry).name);
};
const assign = (owners: readonly Owner[], skip: string[] = []) =>
	ownerAssigner(owners, { now: NOW, skip });

const countOf = (names: readonly string[], name: string) =>
	names.filter((each) => each === name).length;

/** Within five standard deviations of what chance gives: 1 in 2 million is outside, and the inputs never change. */
function expectShare(count: number, total: number, share: number): void {
	const deviation = Math.sqrt(total * share * (1 - share));
	expect(Math.abs(count - total * share)).toBeLessThanOrEqual(5 * deviation);
}

describe('shares over 100,000 customers', () => {
	const team = ['Ann', 'Ben', 'Cem', 'Dora', 'Eva'].map((name) => owner(name));
	let before: string[];
	beforeAll(() => {
		before = assigned(team);
	});

	it('are equal for equal weights', () => {
		for (const { name } of team) expectShare(countOf(before, name), CUSTOMERS.length, 1 / 5);
	});

	it('follow the weights', () => {
		const weights = { Ann: 1, Ben: 2, Cem: 0.5, Dora: 0, Eva: 4 };
		const weighted = Object.entries(weights).map(([name, weight]) => owner(name, { weight }));
		const after = assigned(weighted);
		for (const [name, weight] of Object.entries(weights)) {
			expectShare(countOf(after, name), CUSTOMERS.length, weight / 7.5);
		}
		expect(countOf(after, 'Dora')).toBe(0);
	});

	/** The customers whose owner is another one. */
	const moved = (after: string[]) =>
		after.flatMap((name, index) =>
			name === before[index] ? [] : [{ from: before[index], to: name }],
		);

	it('move to an owner who joins, and nowhere else', () => {
		const after = assigned([...team, owner('Finn')]);
		const moves = moved(after);
		expect(new Set(moves.map(({ to }) => to))).toEqual(new Set(['Finn']));
		expect(moves).toHaveLength(countOf(after, 'Finn'));
		expectShare(moves.length, CUSTOMERS.length, 1 / 6);
	});

	it('move from an owner who leaves or is away, and from nobody else', () => {
		const left = assigned(team.filter(({ name }) => name !== 'Cem'));
		expect(moved(left)).toHaveLength(countOf(before, 'Cem'));
		expect(new Set(moved(left).map(({ from }) => from))).toEqual(new Set(['Cem']));
		for (const name of ['Ann', 'Ben', 'Dora', 'Eva']) {
			const gained = countOf(left, name) - countOf(before, name);
			expectShare(gained, countOf(before, 'Cem'), 1 / 4);
		}
		const away = team.map((each) =>
			each.name === 'Cem' ? { ...each, awayUntil: NOW + DAY } : each,
		);
		expect(assigned(away)).toEqual(left);
	});

	it('move to an owner who is given more weight, and nowhere else', () => {
		const after = assigned(
			team.map((each) => (each.name === 'Ben' ? { ...each, weight: 3 } : each)),
		);
		expect(new Set(moved(after).map(({ to }) => to))).toEqual(new Set(['Ben']));
		expectShare(countOf(after, 'Ben'), CUSTOMERS.length, 3 / 7);
	});
});

describe('one customer', () => {
	const team = ['Ann', 'Ben', 'Cem', 'Dora'].map((name) => owner(name));

	it('has one owner, whichever of the leads it is, and merged', () => {
		const leads = [
			leadOf('Kim@Contoso.com', { FirstName: 'Kim' }),
			leadOf('kim@contoso.com', { Company: 'Contoso', Country: 'DE' }),
		];
		const [merge] = mergeLeads(leads);
		const owners = [...leads, merge?.customer as never].map((entry) => assign(team)(entry).email);
		expect(new Set(owners).size).toBe(1);
	});

	it('who is known by the lead only has one, merged or not', () => {
		for (let number = 0; number < 20; number++) {
			const lead = { ...leadOf(''), id: `row-${number}` };
			const [merge] = mergeLeads([lead]);
			expect(assign(team)(merge?.customer as never)).toEqual(assign(team)(lead));
		}
	});

	it('has the same owner in whatever order owners stand, and however they are written', () => {
		fc.assert(
			fc.property(
				fc.shuffledSubarray(team, { minLength: 4 }),
				fc.nat(50_000),
				fc.boolean(),
				(shuffled, number, shouts) => {
					const written = shouts
						? shuffled.map((each) => ({ ...each, email: ` ${each.email.toUpperCase()}` }))
						: shuffled;
					const found = assign(written)(customer(number));
					expect(found.name).toBe(assign(team)(customer(number)).name);
				},
			),
		);
	});

	it('goes to the next in line, who is who comes where the owner is passed over', () => {
		for (const entry of CUSTOMERS.slice(0, 200)) {
			const { name, email, nextInLine } = assign(team)(entry);
			expect(nextInLine.name).not.toBe(name);
			expect(assign(team, [email.toUpperCase()])(entry)).toMatchObject(nextInLine);
			expect(assign(team, [name])(entry)).toMatchObject(nextInLine);
		}
	});

	it('does not go to a person twice who stands in the list twice', () => {
		const twice = [...team, owner('Ann', { territory: { ...NO_TERRITORY, countries: ['DE'] } })];
		const lead = leadOf('kim@contoso.com', { Country: 'DE' });
		expect(assign(twice)(lead)).toMatchObject({
			name: 'Ann',
			why: expect.stringMatching(/^Territory/),
		});
		expect(assign(twice)(lead).nextInLine.name).not.toBe('Ann');
		// Not twice the share either.
		const doubled = [...team, owner('Ben')];
		expect(assigned(doubled, CUSTOMERS.slice(0, 5_000))).toEqual(
			assigned(team, CUSTOMERS.slice(0, 5_000)),
		);
	});
});

describe('territories', () => {
	const dach = owner('Dora', { territory: { ...NO_TERRITORY, countries: ['DE', 'AT', 'CH'] } });
	const crm = owner('Carl', { territory: { ...NO_TERRITORY, offers: ['contoso.crm*'] } });
	const trials = owner('Tess', { territory: { ...NO_TERRITORY, stages: ['trial'] } });
	const german = leadOf('kim@contoso.com', { Country: 'Germany' });
	const french = leadOf('kim@contoso.com', { Country: 'France' });

	it('come before those who have none', () => {
		expect(assign([owner('Ann'), dach])(german)).toEqual({
			name: 'Dora',
			email: 'dora@vendor.example',
			why: 'Territory: countries DE, AT, CH; the only owner there.',
			nextInLine: { name: 'Ann', email: 'ann@vendor.example' },
		});
		expect(assign([owner('Ann'), dach])(french)).toMatchObject({
			name: 'Ann',
			why: 'No territory; the only owner there.',
		});
	});

	it('are countries, offers and stages, all of them', () => {
		const both = owner('Bo', {
			territory: { countries: ['DE'], offers: ['contoso.crm'], stages: ['trial'] },
		});
		const lead = (changes: Partial<Lead>): Lead => ({
			...german,
			stage: 'trial',
			offer: { ...german.offer, id: 'contoso.crm' },
			...changes,
		});
		expect(assign([both])(lead({})).name).toBe('Bo');
		expect(assign([both])(lead({ stage: 'active' })).name).toBe('');
		expect(assign([both])(lead({ offer: german.offer })).name).toBe('');
		expect(assign([crm])(lead({ offer: { ...german.offer, title: 'Contoso.CRM Pro' } })).name).toBe(
			'Carl',
		);
		expect(assign([trials])(lead({})).name).toBe('Tess');
		const [merge] = mergeLeads([lead({}), { ...lead({}), id: 'x', offer: german.offer }]);
		expect(assign([crm])(merge?.customer as never).name).toBe('Carl');
	});

	it('are left to those without one where their owners are away', () => {
		const away = { ...dach, awayFrom: NOW - DAY, awayUntil: NOW + 1 };
		expect(assign([owner('Ann'), away])(german)).toMatchObject({
			name: 'Ann',
			why: 'The owners of the territory are away; the only owner there. Dora is away.',
		});
		const back = { ...dach, awayFrom: NOW - DAY, awayUntil: NOW };
		expect(assign([owner('Ann'), back])(german).name).toBe('Dora');
		const leaving = { ...dach, awayFrom: NOW };
		expect(assign([owner('Ann'), leaving])(german).name).toBe('Ann');
	});

	it('that nobody has leave the customer without an owner, and say so', () => {
		expect(assign([dach])(french)).toEqual({
			name: '',
			email: '',
			why: 'No owner takes customers of country FR, offer unknown, stage Unknown.',
			nextInLine: { name: '', email: '' },
		});
		expect(assign([{ ...dach, awayUntil: NOW + DAY }])(german)).toMatchObject({
			name: '',
			why: 'Away: Dora.',
		});
	});
});

describe('many leads', () => {
	const titled = (title: string, country: string) => {
		const lead = customer(title.length);
		return {
			...lead,
			offer: { ...lead.offer, title },
			customer: { ...lead.customer, country },
		};
	};

	it('get what each alone would get', () => {
		const team = [
			owner('Ann'),
			owner('Dora', { territory: { ...NO_TERRITORY, countries: ['DE'], offers: ['*7*', 'x'] } }),
			owner('Carl', { territory: { ...NO_TERRITORY, offers: ['title 1*'] } }),
		];
		const together = assign(team);
		for (let at = 0; at < 2_500; at++) {
			const entry = titled(`Title ${at % 1_200}`, at % 3 === 0 ? 'DE' : 'FR');
			expect(together(entry)).toEqual(assign(team)(entry));
		}
	});

	it('of one offer are held against a territory once', () => {
		const asked: string[] = [];
		class Countries extends Array<string> {
			override includes(country: string): boolean {
				asked.push(country);
				return super.includes(country);
			}
		}
		const territory = { ...NO_TERRITORY, countries: Countries.of('DE', 'AT') };
		const ownerOf = assign([owner('Dora', { territory })]);
		for (let at = 0; at < 50; at++) ownerOf(titled('CRM', at % 2 === 0 ? 'DE' : 'FR'));
		expect(asked).toEqual(['DE', 'FR']);
	});
});

describe('who is not there', () => {
	const germany = { ...NO_TERRITORY, countries: ['DE'] };
	const german = leadOf('kim@contoso.com', { Country: 'Germany' });

	it('is away in all territories, also where one row alone says so', () => {
		const rows = [owner('Ann', { territory: germany, awayUntil: NOW + DAY }), owner('Ann')];
		expect(assign(rows)(german)).toMatchObject({ name: '', why: 'Away: Ann.' });
		expect(assign([...rows, owner('Ben')])(german)).toMatchObject({
			name: 'Ben',
			nextInLine: { name: '' },
		});
	});

	it('is named where nobody is left', () => {
		const team = [owner('Ann'), owner('Ben', { territory: germany }), owner('Cem')];
		const french = leadOf('kim@contoso.com', { Country: 'France' });
		const skip = ['ann', 'BEN@vendor.example', 'Cem'];
		expect(assign(team, skip)(german).why).toBe('Passed over: Ann, Ben, Cem.');
		expect(assign(team, skip)(french).why).toBe('Passed over: Ann, Cem.');
		const rest = [...team.slice(0, 2), owner('Cem', { awayUntil: NOW + DAY })];
		expect(assign(rest, skip.slice(0, 2))(german).why).toBe('Passed over: Ann, Ben. Away: Cem.');
		expect(assign([owner('Ben', { territory: germany })], skip)(french).why).toMatch(
			/^No owner takes/,
		);
	});

	it('is counted where there are many, as the sentence stands in every lead', () => {
		const team = Array.from({ length: 1_000 }, (_, at) =>
			owner(`P${at}`, { awayUntil: NOW + DAY }),
		);
		expect(assign(team)(german).why).toBe('Away: P0, P1, P2, P3, P4 and 995 more.');
	});
});
