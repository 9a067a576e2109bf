/** Leads into Salesforce by Web-to-Lead, against the fake server over real HTTP. */
import { SalesforceSession } from '../../../../nodes/destinations/salesforce/connection/session.ts';
import {
	ConfirmedWebToLeadWriter,
	WebToLeadWriter,
	type WebToLeadForm,
} from '../../../../nodes/destinations/salesforce/writing/webToLeadWriter.ts';
import { readWebToLeadOptions } from '../../../../nodes/destinations/salesforce/properties.ts';
import type { WriteResult } from '../../../../nodes/destinations/contract.ts';
import { microsoftTestLead, parseLead } from '../../../../nodes/lead/index.ts';
import type { JsonObject } from '../../../../nodes/lead/types.ts';
import { inTime } from '../../../support/inTime.ts';
import { skipWaits } from '../../../support/skippedWaits.ts';
import { byEngine, type EngineWriter } from '../../../support/openWriter.ts';
import { destinationInput } from '../../../support/destinationInput.ts';
import { startSalesforce } from '../../../fakeServers/salesforce/salesforce.ts';
import type { FakeSalesforce } from '../../../fakeServers/salesforce/salesforce.ts';
import { CLOSED_PORT } from '../../../support/nobody.ts';
import { leadMaker, outcomes, writable, writeErrorOf } from '../../../support/writing.ts';

skipWaits({ isStill: true });

let salesforce: FakeSalesforce;
beforeEach(async () => {
	salesforce = await startSalesforce();
	salesforce.struck = 'writing';
});
afterEach(async () => await salesforce?.stop());

const form = () => ({
	organizationId: salesforce.organisation.id,
	environment: 'myDomain',
	myDomain: salesforce.origin,
});

/** Sends forms to where the parameters say, or elsewhere. */
function sender(parameters: Partial<WebToLeadForm> = {}): EngineWriter {
	return byEngine(new WebToLeadWriter({ ...sentTo(), ...parameters }));
}

const sentTo = (parameters = {}): WebToLeadForm =>
	readWebToLeadOptions(destinationInput({}, { ...form(), ...parameters }));

/** Looks for the leads, with little patience. */
async function finder(): Promise<EngineWriter> {
	const session = await SalesforceSession.open(salesforce.credential, {
		operation: 'write',
		limits: inTime(),
	});
	return byEngine(new ConfirmedWebToLeadWriter(sentTo(), session, 1_500));
}

const lead = leadMaker(() => salesforce.now());
const many = (count: number) => Array.from({ length: count }, (_, at) => writable(lead(`S${at}`)));

const errorOf = (result: WriteResult | undefined) =>
	writeErrorOf(result, salesforce.signIn.secrets);

const forms = () => salesforce.webToLead.forms;

function stored() {
	salesforce.webToLead.work();
	return salesforce.organisation.records();
}

describe('without a session', () => {
	it('a lead is the form that Microsoft’s connector sends, and certain of nothing', async () => {
		const sent = lead('Sample', {
			Phone: '(617) 555-5555',
			Country: 'USA',
			Title: 'Buyer & “Käufer”',
			Description: '김\n<b>',
		});
		const writer = sender();
		const results = await writer.write([writable(sent)], inTime());
		expect(results).toEqual([{ ok: true, written: { outcome: 'sent', id: '', url: '' } }]);
		expect(Object.fromEntries(forms()[0]!)).toEqual({
			oid: salesforce.organisation.id,
			first_name: 'Kim',
			last_name: 'Sample',
			email: 'sample@fabrikam.example',
			company: 'Fabrikam',
			title: 'Buyer & “Käufer”',
			phone: '(617) 555-5555',
			country: 'USA',
			description: '김\r\n<b>',
			lead_source: 'SPZA-INS|contoso.add-on',
		});
		const { id } = salesforce.organisation;
		expect(salesforce.server.requests.at(-1)?.url.search).toBe(`?encoding=UTF-8&orgId=${id}`);
		expect('readBack' in new WebToLeadWriter(sentTo())).toBe(false);
	});

	it.each([15, 18])('an Organization ID of %i characters goes on as it is', async (length) => {
		const oid = salesforce.organisation.id.slice(0, length);
		await sender(sentTo({ organizationId: ` ${oid} ` })).write(
			[writable(lead('Sample'))],
			inTime(),
		);
		expect(salesforce.server.requests.at(-1)?.url.searchParams.get('orgId')).toBe(oid);
		expect(forms()[0]?.get('oid')).toBe(oid);
		salesforce.pass(1_000);
		expect(stored()).toHaveLength(1);
	});

	it('a lead whose response is lost is not sent twice', async () => {
		salesforce.fault({ kind: 'cut', where: 'inResponse' });
		const [result] = await sender().write([writable(lead('Sample'))], inTime());
		expect(errorOf(result).message).toMatch(/not certain/);
		expect(forms()).toHaveLength(1);
	});

	it('a lead for whom there was no connection is refused as that', async () => {
		const origin = `http://127.0.0.1:${CLOSED_PORT}`;
		const [result] = await sender({ url: origin }).write([writable(lead('Sample'))], inTime());
		expect(errorOf(result)).toMatchObject({ code: 'unreachable' });
		expect(errorOf(result).message).toMatch(/could not be reached/);
	});

	it('a busy servlet is asked again', async () => {
		salesforce.fault({ kind: 'refused', why: 'busy' });
		const results = await sender().write([writable(lead('Sample'))], inTime());
		expect(outcomes(results)).toEqual(['sent']);
		expect(forms()).toHaveLength(1);
	});

	it.each([
		['another status', { status: 302, headers: { location: 'https://contoso.example/' } }],
		['an exception', { status: 200, headers: { 'Is-Processed': 'true Exception:common.x' } }],
		['a breakdown', { status: 500, body: 'x' }],
	])('%s is no lead', async (_, response) => {
		salesforce.spoil = ({ url }) => (url.pathname.includes('servlet') ? response : undefined);
		const [result] = await sender().write([writable(lead('Sample'))], inTime());
		errorOf(result);
	});

	it('what did not get its turn is refused as that', async () => {
		const late = { ...inTime(), deadline: Date.now() - 1 };
		const results = await sender().write(many(3), late);
		expect(results.map((result) => errorOf(result).code)).toEqual(Array(3).fill('timeUp'));
		expect(forms()).toEqual([]);
	});
});

describe('with a session', () => {
	it('a lead is created when it is found, and unchanged from then on', async () => {
		const writer = await finder();
		const sent = writable(lead('Sample'));
		const results = await writer.write([sent, writable(lead('Other')), sent], inTime());
		expect(outcomes(results)).toEqual(['created', 'created', 'unchanged']);
		expect(stored()).toHaveLength(2);
		const [result] = results;
		if (!result?.ok) throw errorOf(result);
		const { id, url } = result.written;
		expect(url).toBe(`${salesforce.origin}/lightning/r/Lead/${id}/view`);
		const read = parseLead(await writer.readBack(id, inTime()));
		expect(read).toMatchObject({ id, customer: sent.lead.customer });
		expect(outcomes(await (await finder()).write([sent], inTime()))).toEqual(['unchanged']);
		expect(forms()).toHaveLength(2);
		await writer.remove(id, inTime());
		expect(stored()).toHaveLength(1);
	});

	it('Microsoft’s test lead comes back as one', async () => {
		const writer = await finder();
		const test = microsoftTestLead({ destination: 'https', now: salesforce.now() });
		const [result] = await writer.write([writable(test)], inTime());
		if (!result?.ok) throw errorOf(result);
		const read = parseLead(await writer.readBack(result.written.id, inTime()));
		const { original, ...customer } = test.customer;
		expect(read).toMatchObject({ isTest: true, customer });
		expect(read.customer.original.email).toBe(original.email.toLowerCase());
	});

	it('a lead without names is found by what Salesforce puts in their place', async () => {
		const withheld = lead('', { FirstName: '', LastName: '', Email: '', Company: '' });
		const results = await (await finder()).write([writable(withheld)], inTime());
		expect(outcomes(results)).toEqual(['created']);
	});

	it('a lead whose response is lost is found, and not sent twice', async () => {
		salesforce.fault({ kind: 'cut', where: 'inResponse' });
		const results = await (await finder()).write([writable(lead('Sample'))], inTime());
		expect(outcomes(results)).toEqual(['created']);
		expect(stored()).toHaveLength(1);
	});

	it('a lead that was cut off before it arrived is not called written', async () => {
		salesforce.fault({ kind: 'cut', where: 'beforeResponse' });
		const [result] = await (await finder()).write([writable(lead('Sample'))], inTime());
		expect(errorOf(result).message).toMatch(/not certain/);
	});

	it.each([
		['is dropped', () => (salesforce.webToLead.settings.dropping = true)],
		['is not enabled', () => (salesforce.webToLead.settings.enabled = false)],
		['wants a picklist', () => (salesforce.webToLead.settings.mandatory = '00N1a00000ABCDE')],
		['is late', () => (salesforce.webToLead.settings.delay = 60_000)],
		['has had its leads of the day', () => (salesforce.webToLead.settings.dailyLimit = 0)],
	])('a lead that %s is not called written', async (_, breakIt) => {
		breakIt();
		const [result] = await (await finder()).write([writable(lead('Sample'))], inTime());
		expect(errorOf(result).message).toBe('Salesforce took the form but no lead has come of it');
	});

	it('a lead for which there was no time to look is not certain, and those found stay found', async () => {
		salesforce.organisation.rules.validation = ({ LastName }) =>
			LastName === 'S1' ? 'no' : undefined;
		const results = await (await finder()).write(many(2), inTime(1_200));
		expect(outcomes(results)[0]).toBe('created');
		expect(errorOf(results[1]).message).toMatch(/not certain/);
	});

	it('a lead that came late is found the next time', async () => {
		salesforce.webToLead.settings.delay = 60_000;
		const sent = writable(lead('Sample'));
		await (await finder()).write([sent], inTime());
		salesforce.pass(60_000);
		expect(outcomes(await (await finder()).write([sent], inTime()))).toEqual(['unchanged']);
		expect(forms()).toHaveLength(1);
	});

	it('of many leads those that came are told from those that did not', async () => {
		salesforce.organisation.rules.validation = ({ LastName }) =>
			LastName === 'S17' ? 'no' : undefined;
		const results = await (await finder()).write(many(40), inTime());
		expect(outcomes(results).filter((outcome) => outcome === 'created')).toHaveLength(39);
		errorOf(results[17]);
	});

	it('gives countries by code, and custom fields by their ids', async () => {
		salesforce.organisation.useCountryPicklist(new Map([['US', 'United States']]));
		salesforce.organisation.addCustomField('Region__c', 'Region');
		salesforce.webToLead.customFields.set('00N1a00000ABCDE', 'Region__c');
		const additional = { '00N1a00000ABCDE': 'West', URL: 'https://fabrikam.example' };
		const sent = writable(lead('Sample', { Country: 'USA' }), additional);
		expect(outcomes(await (await finder()).write([sent], inTime()))).toEqual(['created']);
		expect(stored()[0]).toMatchObject({
			Country: 'United States',
			Website: 'https://fabrikam.example',
			Region__c: 'West',
		});
	});
});

describe('a form', () => {
	it('has no field of the servlet’s own, and none that is no name', async () => {
		for (const name of ['oid', 'retURL', 'debug', 'a b', 'a&oid', '__proto__', 'constructor']) {
			const additional = JSON.parse(`{${JSON.stringify(name)}: "x"}`) as JsonObject;
			const results = await sender().write(
				[writable(lead('Bad'), additional), writable(lead('Good'))],
				inTime(),
			);
			expect(errorOf(results[0]).code).toBe('configuration');
			expect(results[1]).toMatchObject({ ok: true });
		}
		expect(forms().every((form) => form.get('oid') === salesforce.organisation.id)).toBe(true);
	});
});
