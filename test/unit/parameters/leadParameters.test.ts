import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { LeadFilter } from '../../../nodes/lead';
import { ACTIONS, matchesFilter, parseLead, SOURCES } from '../../../nodes/lead';
import {
	leadFilterProperty,
	leadOptionFields,
	readLeadFilter,
	readLeadOptions,
} from '../../../nodes/parameters/leadParameters';

function entry(entries: INodeProperties['options'], name: string): INodeProperties {
	const found = entries?.find((candidate) => candidate.name === name);
	if (found === undefined) throw new Error(`No entry "${name}"`);
	return found as INodeProperties;
}

const choices = (property: INodeProperties) =>
	(property.options as INodePropertyOptions[]).map(({ value }) => String(value));

describe('the choices', () => {
	const actions = entry(leadFilterProperty().options, 'actions');
	const sources = entry(leadFilterProperty().options, 'sources');

	it("are the domain's codes and Unknown", () => {
		expect(choices(actions).sort()).toEqual([...ACTIONS.map(({ code }) => code), 'unknown'].sort());
		expect(choices(sources).sort()).toEqual([...SOURCES.map(({ code }) => code), 'unknown'].sort());
	});

	it.each([actions, sources])('$displayName come in alphabetical order', ({ options }) => {
		const names = (options as INodePropertyOptions[]).map(({ name }) => name);
		expect(names).toEqual([...names].sort());
	});

	it('each let through the leads of their code, and no others', () => {
		const leads = [...ACTIONS.map(({ code }) => code), 'SOMETHING'].map((code) =>
			parseLead({ LeadSource: 'SPZA', ActionCode: code }),
		);
		for (const action of choices(actions)) {
			const filter = readLeadFilter({ actions: [action] });
			const passed = leads.filter((lead) => matchesFilter(lead, filter));
			const code = action === 'unknown' ? 'SOMETHING' : action;
			expect(passed.map((lead) => lead.action.code)).toEqual([code]);
		}
	});
});

describe('readLeadFilter', () => {
	const ALL: LeadFilter = { actions: [], sources: [], offers: [], testLeads: 'include' };

	it.each([[undefined], [null], [{}]])('lets everything through for %p', (value) => {
		expect(readLeadFilter(value)).toEqual(ALL);
	});

	it('reads what the editor stores', () => {
		const value = {
			actions: ['INS', 'unknown'],
			sources: ['SPZA'],
			offers: ' contoso.* , *CRM* ,,\n fabrikam.one ',
			testLeads: 'only',
		};
		expect(readLeadFilter(value)).toEqual({
			actions: ['INS', 'unknown'],
			sources: ['SPZA'],
			offers: ['contoso.*', '*CRM*', 'fabrikam.one'],
			testLeads: 'only',
		});
	});

	it('reads what expressions give', () => {
		expect(readLeadFilter({ actions: 'INS, PLT', offers: ['a.b'] })).toEqual({
			...ALL,
			actions: ['INS', 'PLT'],
			offers: ['a.b'],
		});
	});

	it.each([
		['text in place of the collection', 'INS'],
		['a list in place of the collection', ['INS']],
		['numbers among the actions', { actions: [1] }],
		['an object for the sources', { sources: { SPZA: true } }],
		['a number for the offers', { offers: 7 }],
		['a choice that is none', { testLeads: 'sometimes' }],
		['a choice from the prototype', { testLeads: 'constructor' }],
	])('refuses %s instead of filtering less', (_name, value) => {
		expect(() => readLeadFilter(value)).toThrow(/^"(Filters|Actions|Sources|Offers|Test Leads)"/);
	});
});

describe('readLeadOptions', () => {
	it('has the defaults that the editor shows', () => {
		const defaults = Object.fromEntries(
			leadOptionFields.map((field) => [field.name, field.default]),
		);
		expect(readLeadOptions({})).toEqual(defaults);
		expect(readLeadOptions(undefined)).toEqual(defaults);
	});

	it('reads every entry', () => {
		const value = { stageGuide: 'partnerCenter', includeRaw: true };
		expect(readLeadOptions(value)).toEqual(value);
		expect(Object.keys(value).sort()).toEqual(leadOptionFields.map(({ name }) => name).sort());
	});

	it('offers the guides that the domain knows, which differ', () => {
		const guides = choices(entry(leadOptionFields, 'stageGuide'));
		const stages = guides.map(
			(stageGuide) => parseLead('SPZA-PLT|a.b', readLeadOptions({ stageGuide })).stage,
		);
		expect(guides).toEqual(['cloudPartnerPortal', 'partnerCenter']);
		expect(stages).toEqual(['active', 'initialInterest']);
	});

	it('refuses a guide that is none', () => {
		expect(() => readLeadOptions({ stageGuide: 'oracle' })).toThrow(/^"Stage Guide"/);
	});
});
