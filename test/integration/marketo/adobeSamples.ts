/**
 * Responses of the shape that Adobe's pages print as samples, with values of our own. What they have
 * otherwise than Adobe's definitions say, the fake server may have otherwise as well, and nothing else:
 *
 * https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/ and there
 * `authentication`, `paging-tokens`, `assets/forms`, `lead-database/activities`, `…/leads`, `…/usage`
 */
const REQUEST = { requestId: '6e78#148ad3b76f1', success: true };

const FORM = {
	id: 736,
	name: 'newForm',
	description: 'test',
	createdAt: '2016-05-24T17:05:54Z+0000',
	updatedAt: '2016-05-24T17:05:54Z+0000',
	url: 'https://app.marketo.example/#FO736B2',
	status: 'draft',
	theme: 'simple',
	language: 'French',
	locale: 'fr_FR',
	progressiveProfiling: false,
	labelPosition: 'left',
	fontFamily: 'Helvetica',
	fontSize: '13px',
	folder: { type: 'Folder', value: 293, folderName: 'Forms' },
	knownVisitor: { type: 'form', template: null },
	thankYouList: [{ followupType: 'none', followupValue: null, default: true }],
	buttonLocation: 120,
	buttonLabel: 'Envoyer',
	waitingLabel: 'Veuillez patienter',
};

const PERSON = { id: 318581, email: 'kim@contoso.example', firstName: 'Kim', lastName: null };

const USAGE = {
	date: '2015-10-17',
	total: 1120,
	users: [{ userId: 'kim@contoso.example', count: 200 }],
};

/** By the operation as the definitions name it. */
export const ADOBE_SAMPLES: ReadonlyArray<[operation: string, response: object]> = [
	[
		'GET /identity/oauth/token',
		{
			access_token: 'cdf01657-110d-4155-99a7-f986b2ff13a0:int',
			token_type: 'bearer',
			expires_in: 3599,
			scope: 'apis@contoso.example',
		},
	],
	[
		'GET /rest/v1/activities/pagingtoken.json',
		{ ...REQUEST, nextPageToken: '4TPPQYHBKBDAZUYJWA==' },
	],
	[
		'GET /rest/v1/activities.json',
		{
			...REQUEST,
			nextPageToken: 'WQV2VQVPPCKHC6AQYVK7JDSA3J62DUSJ3EXJGDPTKPEBFW3SAVUA====',
			moreResult: false,
			result: [
				{
					id: 102988,
					marketoGUID: '102988',
					leadId: 1,
					activityDate: '2023-01-16T23:32:19Z',
					activityTypeId: 1,
					primaryAttributeValueId: 71,
					primaryAttributeValue: 'contoso.example/page.html',
					attributes: [
						{ name: 'Client IP Address', value: '203.0.113.7' },
						{ name: 'Webpage ID', value: 4498 },
					],
				},
			],
		},
	],
	[
		'GET /rest/v1/activities/types.json',
		{
			...REQUEST,
			result: [
				{
					id: 2,
					name: 'Fill Out Form',
					description: 'User fills out and submits form on web page',
					primaryAttribute: { name: 'Webform ID', dataType: 'integer' },
					attributes: [{ name: 'Form Fields', dataType: 'text' }],
				},
			],
		},
	],
	['GET /rest/v1/leads.json', { ...REQUEST, result: [PERSON] }],
	[
		'POST /rest/v1/leads.json',
		{
			...REQUEST,
			result: [
				{ id: 50, status: 'updated' },
				{ status: 'skipped', reasons: [{ code: '1005', message: 'Lead already exists' }] },
			],
		},
	],
	['POST /rest/v1/leads/delete.json', { ...REQUEST, result: [{ id: 318581, status: 'deleted' }] }],
	[
		'GET /rest/v1/leads/describe.json',
		{
			...REQUEST,
			result: [
				{
					id: 2,
					displayName: 'Company Name',
					dataType: 'string',
					length: 255,
					rest: { name: 'company', readOnly: false },
					soap: { name: 'Company', readOnly: false },
				},
			],
		},
	],
	[
		'GET /rest/v1/leads/partitions.json',
		{
			...REQUEST,
			result: [{ id: 1, name: 'Default', description: 'Initial system lead partition' }],
		},
	],
	['POST /rest/v1/leads/submitForm.json', { ...REQUEST, result: [{ id: 1, status: 'updated' }] }],
	['GET /rest/v1/stats/usage.json', { ...REQUEST, result: [USAGE] }],
	['GET /rest/v1/stats/usage/last7days.json', { ...REQUEST, result: [USAGE] }],
	['GET /rest/asset/v1/forms.json', { ...REQUEST, errors: [], warnings: [], result: [FORM] }],
	['GET /rest/asset/v1/form/{id}.json', { ...REQUEST, errors: [], warnings: [], result: [FORM] }],
	[
		'GET /rest/asset/v1/form/{id}/fields.json',
		{
			...REQUEST,
			errors: [],
			warnings: [],
			result: [
				{
					id: 'FirstName',
					label: 'First Name:',
					dataType: 'text',
					validationMessage: 'This field is required.',
					rowNumber: 0,
					columnNumber: 0,
					maxLength: 255,
					required: false,
					formPrefill: true,
					visibilityRules: { ruleType: 'alwaysShow' },
				},
				{ id: 'Profiling', dataType: 'profiling', rowNumber: 1, columnNumber: 0 },
			],
		},
	],
];
