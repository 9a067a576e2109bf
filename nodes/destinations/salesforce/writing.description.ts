import type { INodeProperties } from 'n8n-workflow';

import { configurationError } from '../addresses';
import type { WriteInput, WritingDescription } from '../contract';
import { readBoolean } from '../input';
import { SalesforceSession } from './session';
import { readMyDomain } from './signIn';
import { servletUrl, WebToLeadWriter } from './webToLead';
import { formFields, restFields } from './writableFields';
import { SalesforceWriter } from './writer';

const FIELD_NAME = '^[A-Za-z][A-Za-z0-9_]{0,79}$';

const forRestApi = { show: { method: ['restApi'] } };
const forWebToLead = { show: { method: ['webToLead'] } };

const properties: INodeProperties[] = [
	{
		displayName: 'Method',
		name: 'method',
		type: 'options',
		noDataExpression: true,
		default: 'restApi',
		description: 'How the leads get into Salesforce',
		options: [
			{
				name: 'REST API',
				value: 'restApi',
				description: 'Up to 200 leads a call, and Salesforce tells what became of each',
			},
			{
				name: 'Web-to-Lead',
				value: 'webToLead',
				description: "By the form that Microsoft's connector sends; 500 leads a day",
			},
		],
	},
	{
		displayName: 'External ID Field',
		name: 'externalIdField',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		description:
			'A unique External ID field of leads in which to keep the ID of the lead, so that a lead is never made twice and is updated when it comes again. Without one, a lead is there already when one with the same name, email, company, lead source and description is.',
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
							regex: FIELD_NAME,
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
		name: 'oid',
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
		description: 'Where the form is sent to',
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
		description: 'The Current My Domain URL, from Setup, My Domain; sandboxes have their own',
		displayOptions: { show: { method: ['webToLead'], environment: ['myDomain'] } },
	},
];

const options: INodeProperties[] = [
	{
		displayName: 'Confirm by REST API',
		name: 'confirm',
		type: 'boolean',
		default: true,
		description:
			'Whether to look for the lead through the REST API, because Web-to-Lead answers the same whether or not it makes one. Without it nothing tells whether a lead was made, and a lead that is sent twice is made twice.',
		displayOptions: { show: { '/method': ['webToLead'] } },
	},
	{
		displayName: 'Run Assignment Rules',
		name: 'runAssignmentRules',
		type: 'boolean',
		default: false,
		description:
			'Whether to have the active lead assignment rule of the organisation give leads that are created their owner, as it does for Web-to-Lead. Otherwise the user that signs in owns them. Leads that are updated keep their owner either way.',
		displayOptions: { show: { '/method': ['restApi'] } },
	},
];

export const salesforceWriting: WritingDescription = {
	properties,
	options,

	async open(input) {
		const { credential, parameter } = input;
		if (readMethod(parameter('method')) === 'restApi') {
			const writerOptions = {
				externalIdField: readFieldName(parameter('externalIdField')),
				runAssignmentRules: readBoolean(input, 'runAssignmentRules', 'Run Assignment Rules', false),
			};
			return new SalesforceWriter(await SalesforceSession.open(credential), writerOptions);
		}
		const { confirm, ...form } = readForm(input);
		const session = confirm ? await SalesforceSession.open(credential) : undefined;
		return new WebToLeadWriter({ ...form, session });
	},

	async fields({ credential, parameter }) {
		const isForm = readMethod(parameter('method')) === 'webToLead';
		return await (isForm ? formFields : restFields)(credential);
	},
};

/** Checked before anybody is asked, so that what is wrong here is told first. */
function readForm(input: WriteInput) {
	const { parameter } = input;
	const form = { oid: textOf(parameter('oid')), host: readHost(parameter) };
	servletUrl(form);
	return { ...form, confirm: readBoolean(input, 'confirm', 'Confirm by REST API', true) };
}

function readMethod(value: unknown): 'restApi' | 'webToLead' {
	if (value === 'restApi' || value === 'webToLead') return value;
	throw configurationError(
		'The Method is not one of writing leads into Salesforce',
		'Choose REST API or Web-to-Lead.',
	);
}

/** As `WebToLeadOptions` has it: by name or as an address. */
function readHost(parameter: WriteInput['parameter']): string {
	const environment = parameter('environment');
	if (environment === 'production' || environment === 'sandbox') return environment;
	if (environment !== 'myDomain') {
		throw configurationError(
			'The Environment is not one of Salesforce',
			'Choose My Domain, Production or Sandbox.',
		);
	}
	return readMyDomain(textOf(parameter('myDomain')));
}

/** The parameter's value; empty for none. */
function readFieldName(value: unknown): string {
	const name = typeof value === 'string' ? value.trim() : value;
	if (name === undefined || name === null || name === '') return '';
	if (typeof name === 'string' && new RegExp(FIELD_NAME).test(name)) return name;
	throw configurationError(
		'The External ID Field is not the name of a field',
		'Choose it from the list, or give its API name, as in Marketplace_Lead_Id__c.',
	);
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}
