import type { LeadToWrite } from '../../fakeServers/leadToWrite.ts';
import { Poller } from './poller.ts';
import { HOUR, MINUTE } from './time.ts';
import type { Contract } from './contract.ts';

const LEADS: LeadToWrite[] = [
	{ name: 'install', leadSource: 'AzureMarketplace-INS|contoso.one', offerTitle: 'One' },
	{ name: 'contact', leadSource: 'SPZA-PLT|contoso.two', offerTitle: 'Two, the add-on' },
	{ name: 'do not', leadSource: 'SPZA-DNC|contoso.two', offerTitle: 'Two, the add-on' },
	{ name: 'create', leadSource: 'AzurePortal-Create|fabrikam.one', offerTitle: 'Base' },
	{ name: 'drive', leadSource: 'TestDrive-StartTestDrive|fabrikam.x', offerTitle: 'X Add-On' },
	{ name: 'unknown', leadSource: 'NewStore-NEW|fabrikam.x', offerTitle: 'X Add-On' },
	{ name: 'test', leadSource: 'AzureMarketplace-INS|contoso.one', isTest: true },
];
const ALL = LEADS.map(({ name }) => name).sort();

const CASES: Array<[filters: Record<string, string | string[]>, names: string[]]> = [
	[{}, ALL],
	[{ actions: ['PLT', 'Create'] }, ['contact', 'create']],
	[{ actions: ['unknown'] }, ['unknown']],
	[{ sources: ['SPZA', 'TestDrive'] }, ['contact', 'do not', 'drive']],
	[{ sources: ['unknown'] }, ['unknown']],
	[{ offers: 'contoso.*' }, ['contact', 'do not', 'install', 'test']],
	[
		{ offers: 'CONTOSO.ONE, *add-on' },
		['contact', 'do not', 'drive', 'install', 'test', 'unknown'],
	],
	[{ offers: '*.one' }, ['create', 'install', 'test']],
	[{ testLeads: 'exclude' }, ALL.filter((name) => name !== 'test')],
	[{ testLeads: 'only' }, ['test']],
	[{ actions: ['INS'], offers: 'contoso.*', testLeads: 'exclude' }, ['install']],
	[{ actions: ['INS'], offers: 'fabrikam.*' }, []],
];

export function declareFilters({ destination, newPlace, test }: Contract): void {
	const cases = destination.cannot.offerTitles ? CASES.filter(namesNoTitle) : CASES;

	test('let through what fits all of them, and the cursor pass over the rest', [], async () => {
		const place = await newPlace();
		const writtenAt = place.now() - MINUTE;
		await place.insert(LEADS.map((lead) => ({ ...lead, writtenAt })));
		// Beyond the overlap: within it, a destination that filters itself doesn't tell what it left out.
		place.pass(2 * HOUR);
		for (const [filters, names] of cases) {
			const poller = new Poller(place, { parameters: { filters } });
			expect([filters, await poller.poll()]).toEqual([filters, names]);
			expect(poller.cursor?.scan).toBeNull();
			expect(await poller.poll()).toEqual([]);
			// Known or passed over: without the filters nothing of it comes any more.
			expect(await poller.restarted().poll()).toEqual([]);
		}
	});

	test('hold as well for what comes later', [], async () => {
		const place = await newPlace();
		const poller = new Poller(place, { parameters: { filters: { testLeads: 'exclude' } } });
		await poller.poll();
		await place.insert(LEADS);
		expect(await poller.poll()).toEqual(ALL.filter((name) => name !== 'test'));
	});

	test('do not bring back what they once held back', [], async () => {
		const place = await newPlace();
		await place.insert(LEADS);
		place.pass(2 * HOUR);
		const strict = new Poller(place, { parameters: { filters: { testLeads: 'only' } } });
		expect(await strict.poll()).toEqual(['test']);
		const open = strict.restarted();
		expect(await open.poll()).toEqual([]);
		await place.insert([{ name: 'next' }]);
		expect(await open.poll()).toEqual(['next']);
	});

	test('leave most leads per poll to count what is passed on', [], async () => {
		const place = await newPlace();
		await place.insert(LEADS);
		const poller = new Poller(place, {
			parameters: { maxLeads: 1, filters: { sources: ['SPZA', 'TestDrive'] } },
		});
		const polls = [];
		for (let count = 0; count < 5; count += 1) polls.push(await poller.poll());
		expect(polls.map(({ length }) => length)).toEqual([1, 1, 1, 0, 0]);
		expect(polls.flat().sort()).toEqual(['contact', 'do not', 'drive']);
	});
}

function namesNoTitle([{ offers = '' }]: (typeof CASES)[number]): boolean {
	return !String(offers).includes('add-on');
}
