/**
 * Every kind of lead that the demo and the end-to-end tests send, and what has to come out of the
 * workflow for it. The bodies and rows themselves are the files in `test/samples/`.
 */

import type { LeadToWrite } from '../../test/fakeServers/leadToWrite.ts';

/** The way a sample takes into n8n. */
export type Via = 'Azure Table' | 'HTTPS' | 'Webhook' | Crm;
export type Crm = 'Dynamics 365' | 'Marketo' | 'Salesforce';

/** What is looked at of a lead that came out; the columns of the demo's table. */
export interface SeenLead {
	via: Via;
	source: string;
	action: string;
	stage: string;
	/** Its id, or its title where the destination sends no id. */
	offer: string;
	company: string;
	contactAllowed: boolean;
	isTest: boolean;
}

export interface FileSample {
	/** In `test/samples/`. */
	file: string;
	/** HTTPS: sent to our trigger; Webhook: to n8n's own, with Lead Source behind it. */
	via: Exclude<Via, Crm>;
	/** Table rows only: whether the row is there before the workflow is activated. */
	when?: 'after' | 'before';
	contentType?: string;
	leads: SeenLead[];
}

/** A lead as Microsoft's connector writes it, for a fake server to hold. */
interface CrmSample {
	via: Crm;
	lead: LeadToWrite;
	when: 'after' | 'before';
	leads: SeenLead[];
}

export type Sample = CrmSample | FileSample;

/** INS from Azure Marketplace, the most usual lead; a sample says in what it differs. */
const seen = (via: Via, changes: Partial<SeenLead>): SeenLead => ({
	via,
	source: 'AzureMarketplace',
	action: 'INS',
	stage: 'initialInterest',
	offer: 'Contoso Gateway',
	company: '',
	contactAllowed: true,
	isTest: false,
	...changes,
});

const appSource = { source: 'SPZA', offer: 'Contoso CRM add-on' };
const contactMe = { ...appSource, action: 'PLT', stage: 'active' };
const doNotContact = { action: 'DNC', stage: 'doNotContact', contactAllowed: false };
const portalCreate = { source: 'AzurePortal', action: 'Create', stage: 'active' };
const testDrive = { source: 'TestDrive', action: 'StartTestDrive', stage: 'trial' };
const testLeadCompany = 'MSFT_TEST_636573304831318844';

const https = (
	file: string,
	leads: Array<Partial<SeenLead>>,
	contentType = 'application/json',
): FileSample => ({
	file,
	via: 'HTTPS',
	contentType,
	leads: leads.map((lead) => seen('HTTPS', lead)),
});

const webhook = (file: string, lead: Partial<SeenLead>): FileSample => ({
	file,
	via: 'Webhook',
	contentType: 'application/json',
	leads: [seen('Webhook', lead)],
});

const row = (file: string, when: 'after' | 'before', lead: Partial<SeenLead>): FileSample => ({
	file,
	via: 'Azure Table',
	when,
	leads: [seen('Azure Table', lead)],
});

/** One lead of each kind that a CRM has before, and two that come later, for each of the three. */
const CRM_SAMPLES: readonly CrmSample[] = (
	['Dynamics 365', 'Marketo', 'Salesforce'] as const
).flatMap((via): CrmSample[] => {
	const crm = (
		when: 'after' | 'before',
		company: string,
		leadSource: string,
		lead: Partial<SeenLead>,
	): CrmSample => ({
		via,
		when,
		lead: { name: `${company} in ${via}`, company, leadSource },
		leads: [seen(via, { company, offer: leadSource.split('|')[1] ?? '', ...lead })],
	});
	const { offer: _offer, ...contactMeOf } = contactMe;
	return [
		crm('before', 'Coho Winery', 'AzureMarketplace-INS|contoso.gateway', {}),
		crm('after', 'Humongous Insurance', 'SPZA-PLT|contoso.crm-add-on', contactMeOf),
		crm('after', 'The Phone Company', 'SPZA-DNC|contoso.crm-add-on', {
			source: 'SPZA',
			...doNotContact,
		}),
	];
});

export const SAMPLES: readonly Sample[] = [
	...CRM_SAMPLES,
	https('https-test-lead.json', [
		{ offer: 'Contoso Test', company: testLeadCompany, isTest: true },
	]),
	https('https-power-automate.json', [{ offer: 'Test Microsoft', company: 'Contoso' }]),
	https('https-camel-case.json', [{ ...contactMe, company: 'Microsoft' }]),
	https('https-appsource-do-not-contact.json', [
		{ ...appSource, ...doNotContact, company: 'Northwind Traders' },
	]),
	https('https-azure-portal-create.json', [{ ...portalCreate, company: 'Adventure Works' }]),
	https('https-test-drive.json', [{ ...testDrive, company: 'Tailspin Toys' }]),
	https('https-unknown-action.json', [{ action: 'VIP', stage: 'unknown', company: 'Litware' }]),
	https('https-free-sentence.json', [
		{ source: '', action: '', stage: 'unknown', offer: '', company: 'Proseware' },
	]),
	https('https-withheld.json', [{ company: 'School of Fine Art' }]),
	https('https-list.json', [
		{ ...appSource, company: 'Fabrikam' },
		{ ...contactMe, company: 'Fourth Coffee' },
	]),
	https('https-as-text.json', [{ company: 'Woodgrove Bank' }], 'text/plain'),
	https(
		'https-vendor-json.json',
		[{ company: 'Wide World Importers' }],
		'application/vnd.contoso.lead+json',
	),
	webhook('https-built-in-webhook.json', { ...contactMe, company: 'Bellows College' }),
	webhook('salesforce-test-lead.json', {
		source: testLeadCompany,
		action: testLeadCompany,
		stage: 'unknown',
		offer: 'Contoso Offer',
		company: testLeadCompany,
		isTest: true,
	}),
	row('azure-table-row.json', 'before', {
		offer: 'checkpoint.check-point-r77-10sg-byol',
		company: 'Microsoft',
	}),
	row('azure-table-contact-me.json', 'before', {
		...contactMe,
		offer: 'contoso.crm-add-on',
		company: 'Alpine Ski House',
	}),
	row('azure-table-unreadable-customer.json', 'before', { offer: 'contoso.gateway' }),
	row('azure-table-do-not-contact.json', 'after', {
		...appSource,
		...doNotContact,
		offer: 'contoso.crm-add-on',
		company: 'Lucerne Publishing',
	}),
	row('azure-table-portal-create.json', 'after', {
		...portalCreate,
		offer: 'bitnami.openedxcypress',
		company: "Margie's Travel",
	}),
	row('azure-table-test-drive.json', 'after', {
		...testDrive,
		offer: 'contoso.gateway',
		company: 'Relecloud',
	}),
	row('azure-table-unknown.json', 'after', {
		source: 'MoonStore',
		action: 'VIP',
		stage: 'unknown',
		offer: 'docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145a',
		company: 'Trey Research',
	}),
];
