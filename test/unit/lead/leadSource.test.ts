import fc from 'fast-check';
import {
	ACTIONS,
	formatLeadSource,
	parseLead,
	parseLeadSource,
	SOURCES,
	STAGES,
	type LeadStage,
} from '../../../nodes/lead';

/** The table of Microsoft's guides: lead source, and its stage by the older and the newer guide. */
const DOCUMENTED: [string, LeadStage, LeadStage][] = [
	['TestDrive-StartTestDrive', 'trial', 'trial'],
	['AzureMarketplace-INS', 'initialInterest', 'active'],
	['AzurePortal-Create', 'active', 'active'],
	['SPZA-INS', 'initialInterest', 'active'],
	['SPZA-PLT', 'active', 'initialInterest'],
	['SPZA-DNC', 'doNotContact', 'doNotContact'],
];

describe('the documented lead sources', () => {
	it.each(DOCUMENTED)('%s is %s, by the newer guide %s', (leadSource, older, newer) => {
		const record = { LeadSource: `${leadSource}|contoso.crm` };
		expect(parseLead(record).stage).toBe(older);
		expect(parseLead(record, { stageGuide: 'cloudPartnerPortal' }).stage).toBe(older);
		expect(parseLead(record, { stageGuide: 'partnerCenter' }).stage).toBe(newer);
	});

	it.each(DOCUMENTED)('%s is read without regard to case, and given back in its own', (text) => {
		const [source, action] = text.split('-');
		for (const variant of [text, text.toLowerCase(), text.toUpperCase()]) {
			const parts = parseLeadSource(`${variant}|contoso.crm`);
			expect(parts).toMatchObject({
				source: { code: source },
				action: { code: action },
				sourceKnown: true,
				actionKnown: true,
				warnings: [],
			});
		}
	});

	it.each(['SPZA%2DPLT%7Ccontoso.crm', 'SPZA&#45;PLT&#124;contoso.crm'])(
		'%s is read as what a link or a page has encoded',
		(text) => {
			expect(parseLeadSource(text)).toMatchObject({
				source: { code: 'SPZA' },
				action: { code: 'PLT' },
				offer: { id: 'contoso.crm' },
			});
			// What has its bar is as it was meant, also with a percent sign in it.
			expect(parseLeadSource('SPZA-PLT|100%25 Contoso').offer.title).toBe('100%25 Contoso');
		},
	);

	it('have a name each', () => {
		const names = (entries: readonly { code: string; name: string }[]) =>
			Object.fromEntries(entries.map(({ code, name }) => [code, name]));
		expect(names(SOURCES)).toEqual({
			AzureMarketplace: 'Azure Marketplace',
			AzurePortal: 'Azure Portal',
			TestDrive: 'Test Drive',
			SPZA: 'AppSource',
		});
		expect(names(ACTIONS)).toEqual({
			INS: 'Installation or Free Trial',
			PLT: 'Partner-Led Trial',
			DNC: 'Do Not Contact',
			Create: 'Create',
			StartTestDrive: 'Start Test Drive',
		});
		expect(names(STAGES)).toEqual({
			initialInterest: 'Initial Interest',
			trial: 'Trial',
			active: 'Active',
			doNotContact: 'Do Not Contact',
			unknown: 'Unknown',
		});
	});
});

describe('parseLeadSource', () => {
	const OFFER = { id: 'contoso.crm', publisherId: 'contoso', offerId: 'crm', title: '' };

	it.each([
		'SPZA-PLT|contoso.crm',
		'SPZA-PLT | contoso.crm',
		'  SPZA - PLT  |  contoso.crm  ',
		'spza-plt|contoso.crm',
		'AppSource-PLT|contoso.crm',
		'appsource - plt|contoso.crm',
		'AppSource (SPZA)-PLT|contoso.crm',
		'AppSource (SPZA) - Partner-Led Trial | contoso.crm',
		'SPZA-Partner-Led Trial|contoso.crm',
		'SPZA\t-\tPLT\n|\ncontoso.crm',
	])('reads %j', (text) => {
		expect(parseLeadSource(text)).toEqual({
			source: { code: 'SPZA', name: 'AppSource' },
			action: { code: 'PLT', name: 'Partner-Led Trial' },
			offer: OFFER,
			sourceKnown: true,
			actionKnown: true,
			doNotContact: false,
			warnings: [],
		});
	});

	it.each(['–', '—', '−', '‐', '‑'])('takes %j for a dash, with a warning', (dash) => {
		expect(parseLeadSource(`AzureMarketplace ${dash} INS | contoso.crm`)).toMatchObject({
			source: { code: 'AzureMarketplace' },
			action: { code: 'INS' },
			warnings: ['The lead source has another character than "-" between source and action.'],
		});
	});

	it.each([
		['checkpoint.check-point-r77-10sg-byol', 'checkpoint', 'check-point-r77-10sg-byol'],
		['bitnami.openedxcypress', 'bitnami', 'openedxcypress'],
		[
			'docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145a',
			'docusign',
			'3701c77e-1cfa-4c56-91e6-3ed0b622145a',
		],
		['contoso.crm.v2', 'contoso', 'crm.v2'],
		['contoso.crm|preview', 'contoso', 'crm|preview'],
	])('splits the offer %s at its first dot', (id, publisherId, offerId) => {
		const { offer, warnings } = parseLeadSource(`AzureMarketplace-INS|${id}`);
		expect(offer).toEqual({ id, publisherId, offerId, title: '' });
		expect(warnings).toEqual([]);
	});

	it.each(['Contoso CRM', '.crm', 'contoso.', 'Contoso CRM v1.0', 'crm', 'a | b'])(
		'takes the offer %j for a title, with a warning',
		(title) => {
			const { offer, warnings } = parseLeadSource(`SPZA-INS|${title}`);
			expect(offer).toEqual({ id: '', publisherId: '', offerId: '', title });
			expect(warnings).toEqual([
				`The lead source names the offer as "${title}", not as publisher.offer.`,
			]);
		},
	);

	it.each([
		// text, source, action, source known, action known
		['AzureMarketplace', 'AzureMarketplace', '', true, false],
		['AzureMarketplace|contoso.crm', 'AzureMarketplace', '', true, false],
		['INS|contoso.crm', '', 'INS', false, true],
		['Moonbase|contoso.crm', 'Moonbase', '', false, false],
		['Moonbase', 'Moonbase', '', false, false],
		['AzureMarketplace-|contoso.crm', 'AzureMarketplace', '', true, false],
		['-INS|contoso.crm', '', 'INS', false, true],
		['SPZA-XYZ|contoso.crm', 'SPZA', 'XYZ', true, false],
		['SPZA-New-Thing|contoso.crm', 'SPZA', 'New-Thing', true, false],
		['Moon-Store-INS|contoso.crm', 'Moon-Store', 'INS', false, true],
		['Moonbase--INS|contoso.crm', 'Moonbase', 'INS', false, true],
		['Moonbase-Do-Not-Contact|a.b', 'Moonbase', 'DNC', false, true],
		['Moon-Store-XYZ|contoso.crm', 'Moon', 'Store-XYZ', false, false],
		['Moon Store-Get it|contoso.crm', 'Moon Store', 'Get it', false, false],
		['|contoso.crm', '', '', false, false],
		['', '', '', false, false],
	])('%j has source %j and action %j', (text, source, action, sourceKnown, actionKnown) => {
		const parts = parseLeadSource(text);
		expect(parts.source.code).toBe(source);
		expect(parts.action.code).toBe(action);
		expect(parts).toMatchObject({ sourceKnown, actionKnown });
		const unknown = [source !== '' && !sourceKnown, action !== '' && !actionKnown];
		expect(parts.warnings).toHaveLength(unknown.filter(Boolean).length);
		if (unknown[0]) expect(parts.source.name).toBe(source);
		if (unknown[1]) expect(parts.action.name).toBe(action);
	});

	it.each(['Test run through MS Flow', 'Follow-up from the trade show', 'x'.repeat(300)])(
		'gives no codes for %j, with a warning',
		(text) => {
			const parts = parseLeadSource(text);
			expect(parts.source).toEqual({ code: '', name: '' });
			expect(parts.action).toEqual({ code: '', name: '' });
			expect(parts.warnings).toHaveLength(1);
			expect(parts.warnings[0]).toContain('does not read as "Source-Action|Offer"');
		},
	);

	it('knows the placeholders of test leads, with one warning', () => {
		const parts = parseLeadSource(
			'MSFT_TEST_636573304831318844-MSFT_TEST_636573304831318844|Offer',
		);
		expect(parts.source.code).toBe('MSFT_TEST_636573304831318844');
		expect(parts.action.code).toBe('MSFT_TEST_636573304831318844');
		expect(parts.offer.title).toBe('Offer');
		expect(parts.warnings).toEqual([
			'The lead source is that of a test lead: it has no real source and action.',
		]);
	});

	it.each([
		'SPZA-DNC|contoso.crm',
		'SPZA-dnc|contoso.crm',
		'SPZA-DNC2|contoso.crm',
		'SPZA-PLT-DNC|contoso.crm',
		'SPZA-PLTDNC|contoso.crm',
		'SPZA-pltdnc|contoso.crm',
		'SPZA-Do-Not-Contact|contoso.crm',
		'SPZA-DoNotContact|contoso.crm',
		'SPZA-do not contact|contoso.crm',
		'SPZA-\uff24\uff2e\uff23|contoso.crm',
		'DNC-SPZA|contoso.crm',
		'DNC|contoso.crm',
		'Do not contact this customer',
		'Moonbase-DNC',
	])('hears "do not contact" in %j', (text) => {
		expect(parseLeadSource(text).doNotContact).toBe(true);
	});

	it.each([
		'SPZA-INS|contoso.dnc',
		'SPZA-INS|Do Not Contact Manager',
		'SPZA-Land|contoso.crm',
		'Moonbase-RundNCreate|contoso.crm',
	])('does not hear it in %j', (text) => {
		expect(parseLeadSource(text).doNotContact).toBe(false);
	});

	it('quotes no more than 80 characters of what it does not know', () => {
		const text = `SPZA-${'y'.repeat(200)}|${'z z'.repeat(1000)}`;
		for (const warning of parseLeadSource(text).warnings) {
			expect(warning.length).toBeLessThan(180);
		}
	});
});

it.each(['Installation', 'Free Trial', 'Installation or Free Trial', 'ins'])(
	'finds the action of an installation or trial by %j',
	(text) => {
		expect(parseLeadSource(`SPZA-${text}|a.b`).action.code).toBe('INS');
	},
);

it.each(['SFDC-IN|Contoso CRM', 'SFDC-dup-DM|Contoso CRM', 'sfdc-TD|Contoso CRM'])(
	'knows whose the lead source %s is',
	(text) => {
		expect(parseLeadSource(text).warnings[0]).toBe(
			'The lead source is one of Salesforce AppExchange, not of Microsoft.',
		);
	},
);

describe('formatLeadSource', () => {
	const none = { code: '', name: '' };
	const offer = { id: '', publisherId: '', offerId: '', title: '' };

	it('leaves out what is empty', () => {
		const source = { code: 'SPZA', name: 'AppSource' };
		const action = { code: 'INS', name: 'Installation or Free Trial' };
		expect(formatLeadSource({ source, action, offer })).toBe('SPZA-INS');
		expect(formatLeadSource({ source, action: none, offer })).toBe('SPZA');
		expect(formatLeadSource({ source, action, offer: { ...offer, title: 'CRM' } })).toBe(
			'SPZA-INS|CRM',
		);
		expect(
			formatLeadSource({ source, action, offer: { ...offer, id: 'contoso.crm', title: 'CRM' } }),
		).toBe('SPZA-INS|contoso.crm');
	});

	it('writes what parseLeadSource reads', () => {
		const code = (entries: readonly { code: string }[]) =>
			fc.constantFrom(...entries.map((entry) => entry.code));
		const part = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);
		fc.assert(
			fc.property(code(SOURCES), code(ACTIONS), part, part, (source, action, publisher, name) => {
				const parts = parseLeadSource(`${source}-${action}|${publisher}.${name}`);
				expect(parts).toMatchObject({ source: { code: source }, action: { code: action } });
				expect(parts.offer).toMatchObject({ publisherId: publisher, offerId: name });
				expect(parseLeadSource(formatLeadSource(parts))).toEqual(parts);
			}),
		);
	});

	it('never throws, and reads its own text again', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				const parts = parseLeadSource(text);
				expect(typeof formatLeadSource(parts)).toBe('string');
			}),
		);
	});
});
