import type { INodeProperties } from 'n8n-workflow';
import {
	type DestinationDescription,
	DestinationError,
	type DestinationInput,
	type ListEntry,
} from '../contract';
import { editorLimits, type TimeLimits } from '../timeLimits';
import { readAccount } from './account';
import { openMarketo, type MarketoClient } from './client';
import { FILL_OUT_FORM, isObject, textOf } from './fillOut';
import { APPROVED } from './form';
import { fieldLocator, formProperty, readFieldName, readFormId } from './parameters.description';
import { DailyQuota } from './quota';
import { MarketoReader } from './reader';
import { isFillOutOfMicrosoft, LEAD_SOURCE } from './record';
import { MarketoRefusal } from './refusal';
import { marketoWriting } from './writing.description';

/** The asset API's own limit of a page. */
const FORMS_PER_PAGE = 200;
/** Nobody scrolls further. */
const MOST_LISTED = 2_000;

/** Learnt from what the instance has made in a day. */
const DEFAULT_QUOTA = 0;
const DEFAULT_SHARE = 90;

const options: INodeProperties[] = [
	{
		displayName: 'Additional Person Fields',
		name: 'personFields',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Field',
		description: 'Fields of the person in Marketo that each lead carries among its properties',
		default: {},
		options: [
			{
				displayName: 'Field',
				name: 'fields',
				values: [
					{
						displayName: 'Field',
						name: 'name',
						type: 'resourceLocator',
						default: { mode: 'list', value: '' },
						description: 'By its REST API name',
						...fieldLocator,
					},
				],
			},
		],
	},
	{
		displayName: 'Daily Quota',
		name: 'dailyQuota',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: DEFAULT_QUOTA,
		description:
			'How many API calls a day the Marketo instance may make: Admin, Integration, Web Services. 0 for 10,000, or 50,000 once the instance has made more than 10,000 in a day of the last seven.',
	},
	{
		displayName: 'Lead Source Field',
		name: 'leadSourceField',
		type: 'resourceLocator',
		default: { mode: 'name', value: LEAD_SOURCE },
		description: 'The field that Microsoft’s lead source is mapped to, by its REST API name',
		...fieldLocator,
	},
	{
		displayName: 'Most of Daily Quota (%)',
		name: 'dailyQuotaShare',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100, numberPrecision: 0 },
		default: DEFAULT_SHARE,
		description:
			'The poll stops when all integrations together have made this share of the daily API calls',
	},
];

export const marketo: DestinationDescription = {
	name: 'marketo',
	displayName: 'Marketo',
	credentialType: 'marketplaceLeadMarketoApi',
	reading: {
		properties: [formProperty],
		options,
		isMarketplaceLead: isFillOutOfMicrosoft,

		async open({ credential, parameter, option }) {
			const formId = readFormId(parameter('form'));
			const leadSourceField = readFieldName(option('leadSourceField')) || LEAD_SOURCE;
			const personFields = readPersonFields(option('personFields'));
			const quota = {
				dailyQuota: readNumber(option('dailyQuota'), 'Daily Quota', {
					otherwise: DEFAULT_QUOTA,
					least: 0,
				}),
				share: readNumber(option('dailyQuotaShare'), 'Most of Daily Quota', {
					otherwise: DEFAULT_SHARE,
					least: 1,
				}),
			};
			const account = readAccount(credential);
			const client = await openMarketo(account);
			return {
				identity: JSON.stringify(['marketo', account.url, formId]),
				reader: new MarketoReader(client, new DailyQuota(client, quota), {
					formId,
					leadSourceField,
					personFields,
				}),
			};
		},
	},
	writing: marketoWriting,

	lists: {
		async searchForms({ credential }: DestinationInput): Promise<ListEntry[]> {
			const client = await openMarketo(readAccount(credential));
			const limits = editorLimits();
			const entries: ListEntry[] = [];
			for (let offset = 0; offset < MOST_LISTED; offset += FORMS_PER_PAGE) {
				const { result } = await client.read(
					'/rest/asset/v1/forms.json',
					{ ...APPROVED, maxReturn: String(FORMS_PER_PAGE), offset: String(offset) },
					limits,
				);
				for (const form of result) {
					if (!isObject(form)) continue;
					const id = textOf(form['id']);
					const name = textOf(form['name']);
					if (id !== '') entries.push({ name: `${name} (${id})`, value: id });
				}
				if (result.length < FORMS_PER_PAGE) break;
			}
			return byName(entries);
		},

		async searchPartitions({ credential }: DestinationInput): Promise<ListEntry[]> {
			const client = await openMarketo(readAccount(credential));
			const { result } = await client.read('/rest/v1/leads/partitions.json', {}, editorLimits());
			const entries = result.flatMap((partition): ListEntry[] => {
				const name = isObject(partition) ? textOf(partition['name']) : '';
				return name === '' ? [] : [{ name, value: name }];
			});
			return byName(entries);
		},

		async searchPersonFields({ credential }: DestinationInput): Promise<ListEntry[]> {
			const client = await openMarketo(readAccount(credential));
			const { result } = await client.read('/rest/v1/leads/describe.json', {}, editorLimits());
			const entries = result.flatMap((field): ListEntry[] => {
				// A field without a name in REST is one of the SOAP API only.
				if (!isObject(field) || !isObject(field['rest'])) return [];
				const value = textOf(field['rest']['name']);
				const label = textOf(field['displayName']);
				return value === '' ? [] : [{ name: `${label} (${value})`, value }];
			});
			return byName(entries);
		},
	},

	async testCredential(credential, limits = editorLimits()) {
		const client = await openMarketo(readAccount(credential));
		await testActivities(client, limits);
		await testPermission(client, limits, {
			path: '/rest/v1/leads/describe.json',
			permission: 'Read-Only Person',
		});
		await testPermission(client, limits, {
			path: '/rest/asset/v1/forms.json?maxReturn=1',
			permission: 'Read-Only Assets',
		});
	},
};

async function testActivities(client: MarketoClient, limits: TimeLimits): Promise<void> {
	const { result } = await testPermission(client, limits, {
		path: '/rest/v1/activities/types.json',
		permission: 'Read-Only Activity',
	});
	const type = result.find((entry) => isObject(entry) && Number(entry['id']) === FILL_OUT_FORM);
	if (isObject(type) && /fill.?out.?form/i.test(textOf(type['name']))) return;
	throw new DestinationError('This Marketo instance has no activities of type Fill Out Form', {
		description: `The trigger reads activities of type ${FILL_OUT_FORM}. Check that the address is that of a Marketo Engage instance.`,
		code: 'configuration',
	});
}

/** The same refusal, but with the permission that is missing. */
async function testPermission(
	client: MarketoClient,
	limits: TimeLimits,
	{ path, permission }: { path: string; permission: string },
) {
	const [address = '', query = ''] = path.split('?');
	try {
		return await client.read(address, Object.fromEntries(new URLSearchParams(query)), limits);
	} catch (error) {
		if (!(error instanceof MarketoRefusal) || error.code !== 'permission') throw error;
		throw new DestinationError(`The API user lacks the permission ${permission}`, {
			description: `Give it to the user’s role in Marketo: Admin, Users & Roles, Roles, Access API, ${permission}. Where it is there already, check the allowlist for IP-based API access.`,
			code: 'permission',
			httpCode: error.httpCode,
		});
	}
}

function byName(entries: ListEntry[]): ListEntry[] {
	return entries.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function readPersonFields(value: unknown): string[] {
	const { fields } = isObject(value) ? value : {};
	const entries: unknown[] = Array.isArray(fields) ? fields : [];
	const names = entries.map((entry) => readFieldName(isObject(entry) ? entry['name'] : entry));
	return names.filter((name) => name !== '');
}

function readNumber(
	value: unknown,
	label: string,
	{ otherwise, least }: { otherwise: number; least: number },
): number {
	if (value === undefined || value === null || value === '') return otherwise;
	const number = Number(value);
	if (Number.isSafeInteger(number) && number >= least) return number;
	throw new DestinationError(`${label} is not a whole number`, {
		description: `Set it to ${least} or more.`,
		code: 'configuration',
	});
}
