import type { INodeProperties } from 'n8n-workflow';

import { configurationError } from '../addresses';
import type { WriteInput } from '../contract';
import type { DestinationError } from '../destinationError';
import { readBoolean } from '../input';
import { readMyDomain } from './connection/signIn';
import { LEAD_FIELDS } from './reading/record';
import type { RestWriterOptions } from './writing/restWriter';

/** Names of fields as Salesforce forms them. */
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]{0,79}$/;
const ORGANISATION_ID = /^00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/;
/** Salesforce takes no query over so many; nobody's form has them. */
const MAX_ADDITIONAL_FIELDS = 100;
/** Characters. Salesforce's picklist values are no longer. */
const MAX_LEAD_SOURCE = 255;
/** Percent. */
const DEFAULT_QUOTA_SHARE = 90;

export const readingFilters: INodeProperties[] = [
	{
		displayName: 'Lead Source',
		name: 'leadSource',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		description:
			"Only leads with exactly this Lead Source. Each of Microsoft's names one offer and one action, so any other offer is left out: to select by offer, store or action, add those filters.",
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: 'searchLeadSources', searchable: true },
			},
			{
				displayName: 'By Value',
				name: 'value',
				type: 'string',
				placeholder: 'e.g. AzureMarketplace-INS|contoso.add-on',
			},
		],
	},
];

export const readingOptions: INodeProperties[] = [
	{
		displayName: 'Additional Field Names or IDs',
		name: 'additionalFields',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'searchLeadFields' },
		default: [],
		description:
			'Further fields to return among the properties of the lead, such as custom ones of your Web-to-Lead form. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Max Daily Quota Share (%)',
		name: 'dailyQuotaShare',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 90,
		description:
			"Polling pauses when the whole organisation has used this share of its API calls of the last 24 hours, by Salesforce's own count",
	},
];

const forRestApi = { show: { salesforceMethod: ['restApi'] } };
const forWebToLead = { show: { salesforceMethod: ['webToLead'] } };

export const writingProperties: INodeProperties[] = [
	{
		displayName: 'Method',
		name: 'salesforceMethod',
		type: 'options',
		noDataExpression: true,
		default: 'restApi',
		description: 'How leads are written into Salesforce',
		options: [
			{
				name: 'REST API',
				value: 'restApi',
				description: 'Up to 200 leads per call, with a result for each from Salesforce',
			},
			{
				name: 'Web-to-Lead',
				value: 'webToLead',
				description: "The form that Microsoft's connector sends; up to 500 leads per day",
			},
		],
	},
	{
		displayName: 'External ID Field',
		name: 'externalIdField',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		description:
			'A unique External ID field in which the ID of the lead is stored, so that a lead is never created twice and is updated when it comes again. Without one, a lead counts as already there when another has the same name, email, company, lead source and description.',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: 'searchExternalIdFields', searchable: true },
			},
			{
				displayName: 'By Name',
				name: 'name',
				type: 'string',
				placeholder: 'e.g. Marketplace_Lead_Id__c',
				validation: [
					{
						type: 'regex',
						properties: {
							regex: FIELD_NAME.source,
							errorMessage: 'An API name has letters, digits and underscores',
						},
					},
				],
			},
		],
		displayOptions: forRestApi,
	},
	{
		displayName: 'Organization ID',
		name: 'organizationId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 00D300000000hvm',
		description:
			'The value of oid in Web-to-Lead forms, from Setup, Company Information; the same that Partner Center has',
		displayOptions: forWebToLead,
	},
	{
		displayName: 'Environment',
		name: 'environment',
		type: 'options',
		noDataExpression: true,
		default: 'production',
		description: 'Where the form is sent',
		options: [
			{
				name: 'My Domain',
				value: 'myDomain',
				description: "The organisation's own address, for whichever environment it is",
			},
			{ name: 'Production', value: 'production', description: 'Webto.salesforce.com' },
			{ name: 'Sandbox', value: 'sandbox', description: 'Test.salesforce.com' },
		],
		displayOptions: forWebToLead,
	},
	{
		displayName: 'My Domain',
		name: 'myDomain',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://contoso.my.salesforce.com',
		description: 'The Current My Domain URL from Setup, My Domain. Each sandbox has its own.',
		displayOptions: { show: { salesforceMethod: ['webToLead'], environment: ['myDomain'] } },
	},
];

export const writingOptions: INodeProperties[] = [
	{
		displayName: 'Confirm by REST API',
		name: 'confirm',
		type: 'boolean',
		default: true,
		description:
			'Whether to look for the lead through the REST API, because the response of Web-to-Lead is the same whether or not a lead was created. Without this, there is no way to tell, and a lead that is sent twice is created twice.',
		displayOptions: { show: { '/salesforceMethod': ['webToLead'] } },
	},
	{
		displayName: 'Run Assignment Rules',
		name: 'runAssignmentRules',
		type: 'boolean',
		default: false,
		description:
			'Whether the active lead assignment rule of the organisation assigns leads that are created, as it does for Web-to-Lead. Otherwise the user that signs in owns them. Leads that are updated keep their owner either way.',
		displayOptions: { show: { '/salesforceMethod': ['restApi'] } },
	},
];

/** The filter Lead Source; empty for none. @throws DestinationError */
export function readLeadSource({ parameter }: WriteInput): string {
	const text = textOf(parameter('leadSource'));
	if (text.length <= MAX_LEAD_SOURCE) return text;
	throw configurationError(
		'The Lead Source is longer than any in Salesforce',
		`It has at most ${MAX_LEAD_SOURCE} characters. Choose one from the list.`,
	);
}

/** The option Additional Fields: names, as a list or separated by commas. @throws DestinationError */
export function readAdditionalFields({ option }: Pick<WriteInput, 'option'>): string[] {
	const value = option('additionalFields');
	const entries = typeof value === 'string' ? value.split(',') : (value ?? []);
	if (!Array.isArray(entries) || entries.length > MAX_ADDITIONAL_FIELDS) throw notFields();
	const names = entries.map((entry) => (typeof entry === 'string' ? entry.trim() : ' '));
	const known = new Set<string>(LEAD_FIELDS.map((name) => name.toLowerCase()));
	return names.filter((name) => {
		if (name === '') return false;
		if (!FIELD_NAME.test(name)) throw notFields();
		const lower = name.toLowerCase();
		// Salesforce rejects a query that names a field twice.
		if (known.has(lower)) return false;
		known.add(lower);
		return true;
	});
}

/** The option Max Daily Quota Share, in percent. @throws DestinationError */
export function readQuotaShare({ option }: Pick<WriteInput, 'option'>): number {
	const value = option('dailyQuotaShare');
	if (value === undefined) return DEFAULT_QUOTA_SHARE;
	if (typeof value === 'number' && value >= 1 && value <= 100) return value;
	throw configurationError(
		'Max Daily Quota Share is not a percentage',
		'Set it to a number from 1 to 100.',
	);
}

/** How leads are written. @throws DestinationError */
export function readMethod({ parameter }: WriteInput): 'restApi' | 'webToLead' {
	const value = parameter('salesforceMethod');
	if (value === 'restApi' || value === 'webToLead') return value;
	throw configurationError(
		'The Method is not a way to write leads into Salesforce',
		'Choose REST API or Web-to-Lead.',
	);
}

/** @throws DestinationError */
export function readRestOptions(input: WriteInput): RestWriterOptions {
	return {
		externalIdField: readFieldName(input.parameter('externalIdField')),
		runAssignmentRules: readBoolean(input, 'runAssignmentRules', 'Run Assignment Rules', false),
	};
}

/** The form's address and its organisation, and whether to look for the leads. @throws DestinationError */
export function readWebToLeadOptions(input: WriteInput): {
	oid: string;
	url: string;
	confirm: boolean;
} {
	const oid = textOf(input.parameter('organizationId'));
	if (!ORGANISATION_ID.test(oid)) {
		throw configurationError(
			'The Organization ID is not one of Salesforce',
			'Copy it from Setup, Company Information: it begins with 00D and has 15 or 18 characters.',
		);
	}
	// As the forms that Setup makes have it; Salesforce finds the organisation's servers by it.
	const query = new URLSearchParams({ encoding: 'UTF-8', orgId: oid }).toString();
	return {
		oid,
		url: `${readHost(input)}/servlet/servlet.WebToLead?${query}`,
		confirm: readBoolean(input, 'confirm', 'Confirm by REST API', true),
	};
}

/** Scheme and host of what takes the forms. */
function readHost({ parameter }: WriteInput): string {
	switch (parameter('environment')) {
		case 'production':
			return 'https://webto.salesforce.com';
		case 'sandbox':
			return 'https://test.salesforce.com';
		case 'myDomain':
			return readMyDomain(textOf(parameter('myDomain')));
		default:
			throw configurationError(
				'The Environment is not one of Salesforce',
				'Choose My Domain, Production or Sandbox.',
			);
	}
}

/** Empty for none. */
function readFieldName(value: unknown): string {
	const name = typeof value === 'string' ? value.trim() : (value ?? '');
	if (name === '') return '';
	if (typeof name === 'string' && FIELD_NAME.test(name)) return name;
	throw configurationError(
		'The External ID Field is not the name of a field',
		'Choose it from the list, or give its API name, as in Marketplace_Lead_Id__c.',
	);
}

function notFields(): DestinationError {
	return configurationError(
		'Additional Fields has an entry that is no field of leads',
		'Choose from the list, or give API names separated by commas, as in Campaign__c, Region__c.',
	);
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}
