import { matchesFilter, parseLead, type LeadFilter } from '../../../nodes/lead';
import { record, sampleRecord } from './support';

const lead = parseLead(
	record({ LeadSource: 'SPZA-PLT|Contoso.CRM-Addon', OfferTitle: 'Contoso CRM add-on' }),
);
const unknown = parseLead(record({ LeadSource: 'Moonbase-VIP|contoso.crm' }));
const none = parseLead(record({ LeadSource: '' }));
const test = parseLead(sampleRecord('salesforce-test-lead'));

describe('matchesFilter lets through', () => {
	it.each([
		{},
		{ actions: [], sources: [], offers: [] },
		{ actions: [''], sources: [' '], offers: [''] },
		{ actions: ['PLT'] },
		{ actions: ['ins', ' plt '] },
		{ actions: ['Partner-Led Trial'] },
		{ sources: ['spza'] },
		{ sources: ['AppSource'] },
		{ offers: ['contoso.crm-addon'] },
		{ offers: ['CONTOSO.*'] },
		{ offers: ['*'] },
		{ offers: ['*.*'] },
		{ offers: ['**crm**'] },
		{ offers: ['contoso crm add-on'] },
		{ offers: ['nothing', '*add-on'] },
		{ offers: ['c*o*n*crm*n'] },
		{ testLeads: 'include' },
		{ testLeads: 'exclude' },
		{ actions: ['PLT'], sources: ['SPZA'], offers: ['contoso*'], testLeads: 'exclude' },
	] satisfies LeadFilter[])('a lead, by %j', (filter) => {
		expect(matchesFilter(lead, filter)).toBe(true);
	});

	it('codes that are not known, by "unknown" and by their own name', () => {
		for (const filter of [
			{ actions: ['unknown'] },
			{ sources: ['Unknown'] },
			{ actions: ['INS', 'unknown'] },
			{ actions: ['vip'] },
			{ sources: ['MOONBASE'] },
		]) {
			expect(matchesFilter(unknown, filter)).toBe(true);
		}
		expect(matchesFilter(none, { actions: ['unknown'], sources: ['unknown'] })).toBe(true);
	});

	it('test leads, unless they are not wanted', () => {
		expect(matchesFilter(test, {})).toBe(true);
		expect(matchesFilter(test, { testLeads: 'include' })).toBe(true);
		expect(matchesFilter(test, { testLeads: 'only' })).toBe(true);
		expect(matchesFilter(test, { testLeads: 'exclude' })).toBe(false);
	});
});

describe('matchesFilter holds back', () => {
	it.each([
		{ actions: ['INS'] },
		{ actions: ['unknown'] },
		{ actions: ['PL'] },
		{ actions: ['P*'] },
		{ sources: ['AzureMarketplace'] },
		{ sources: ['unknown'] },
		{ offers: ['contoso'] },
		{ offers: ['contoso.'] },
		{ offers: ['*crm'] },
		{ offers: ['crm*'] },
		{ offers: ['contoso?crm-addon'] },
		{ offers: ['.*'] },
		{ offers: ['contoso.crm-addon*x'] },
		{ offers: ['contoso.crm-addon*n'] },
		{ offers: ['contoso.crm*crm-addon'] },
		{ testLeads: 'only' },
		{ actions: ['PLT'], sources: ['AzurePortal'] },
		{ actions: ['PLT'], offers: ['fabrikam.*'] },
	] satisfies LeadFilter[])('a lead, by %j', (filter) => {
		expect(matchesFilter(lead, filter)).toBe(false);
	});

	it('a missing code where a code is asked for', () => {
		expect(matchesFilter(none, { actions: ['INS'] })).toBe(false);
		expect(matchesFilter(none, { offers: ['*x*'] })).toBe(false);
		expect(matchesFilter(unknown, { actions: ['INS'] })).toBe(false);
	});
});

it('does not try all ways to divide a long title', () => {
	const title = 'a'.repeat(1_000_000);
	const long = parseLead(record({ LeadSource: 'SPZA', OfferTitle: title }));
	const pattern = `${'a*'.repeat(1_000)}b`;
	expect(matchesFilter(long, { offers: [pattern] })).toBe(false);
	expect(matchesFilter(long, { offers: [`${'a*'.repeat(1_000)}a`] })).toBe(true);
	expect(matchesFilter(long, { offers: Array<string>(20).fill(pattern) })).toBe(false);
});
