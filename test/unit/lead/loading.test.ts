import type * as Lead from '../../../nodes/lead';
import { record } from './support';

/** Parses in a fresh set of modules, and tells which of the libraries were loaded. */
function librariesFor(...records: unknown[]): string[] {
	const loaded: string[] = [];
	jest.isolateModules(() => {
		for (const name of ['countries', 'countryNames', 'countrySpellings', 'phone']) {
			jest.doMock(`../../../nodes/vendor/${name}`, () => {
				loaded.push(name);
				return jest.requireActual<object>(`../../../nodes/vendor/${name}`);
			});
		}
		const { parseLead } = jest.requireActual<typeof Lead>('../../../nodes/lead');
		for (const given of records) parseLead(given);
	});
	return loaded.sort();
}

describe('the libraries are loaded when they are needed:', () => {
	it.each([
		['nothing', [], []],
		['a lead without country and phone', [record()], []],
		['a country code', [record({ Country: 'US' }), record({ Country: 'USA' })], ['countries']],
		['an English name', [record({ Country: 'Germany' })], ['countries']],
		[
			'an official name',
			[record({ Country: 'Egypt, Arab Rep.' })],
			['countries', 'countrySpellings'],
		],
		[
			'another name',
			[record({ Country: 'Almanya' })],
			['countries', 'countryNames', 'countrySpellings'],
		],
		['a phone number', [record({ Phone: '+1 617 555 0199' })], ['phone']],
		['a phone number that cannot be completed', [record({ Phone: '6175550199' })], []],
	])('%s', (_name, records, libraries) => {
		expect(librariesFor(...records)).toEqual(libraries);
	});
});
