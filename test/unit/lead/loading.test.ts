import type * as Lead from '../../../nodes/lead';

/** Parses in a fresh set of modules, and tells which of the libraries were loaded. */
function librariesFor(...records: unknown[]): string[] {
	const loaded: string[] = [];
	jest.isolateModules(() => {
		for (const name of [
			'countries',
			'countryNames',
			'countrySpellings',
			'emailLists',
			'html',
			'phone',
		]) {
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

const lead = (fields: object = {}) => ({ LeadSource: 'SPZA-INS|contoso.crm', ...fields });

describe('the libraries are loaded when they are needed:', () => {
	it.each([
		['nothing', [], []],
		['a lead without email address, country and phone', [lead()], []],
		['an email address', [lead({ Email: 'kim@contoso.com' })], ['emailLists']],
		['what is no email address', [lead({ Email: 'n/a' })], []],
		['a country code', [lead({ Country: 'US' }), lead({ Country: 'USA' })], ['countries']],
		['an English name', [lead({ Country: 'Germany' })], ['countries']],
		[
			'an official name',
			[lead({ Country: 'Egypt, Arab Rep.' })],
			['countries', 'countrySpellings'],
		],
		[
			'another name',
			[lead({ Country: 'Almanya' })],
			['countries', 'countryNames', 'countrySpellings'],
		],
		['a phone number', [lead({ Phone: '+1 617 555 0199' })], ['phone']],
		['a phone number that cannot be completed', [lead({ Phone: '6175550199' })], []],
	])('%s', (_name, records, libraries) => {
		expect(librariesFor(...records)).toEqual(libraries);
	});
});
