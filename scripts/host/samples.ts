/**
 * Every kind of lead that the demo and the end-to-end tests send, and what has to come out of the
 * workflow for it. The bodies and rows themselves are the files in `test/samples/`.
 */

/** The way a sample takes into n8n. */
export type Via = 'Azure Table' | 'HTTPS' | 'Webhook';

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

export interface Sample {
	/** In `test/samples/`. */
	file: string;
	/** HTTPS: sent to our trigger; Webhook: to n8n's own, with Lead Source behind it. */
	via: Via;
	/** Table rows only: whether the row is there before the workflow is activated. */
	when?: 'after' | 'before';
	contentType?: string;
	leads: SeenLead[];
}

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
): Sample => ({
	file,
	via: 'HTTPS',
	contentType,
	leads: leads.map((lead) => seen('HTTPS', lead)),
});

const webhook = (file: string, lead: Partial<SeenLead>): Sample => ({
	file,
	via: 'Webhook',
	contentType: 'application/json',
	leads: [seen('Webhook', lead)],
});

const row = (file: string, when: 'after' | 'before', lead: Partial<SeenLead>): Sample => ({
	file,
	via: 'Azure Table',
	when,
	leads: [seen('Azure Table', lead)],
});

export const SAMPLES: readonly Sample[] = [
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
