import { entriesAs, readAs, text } from '../../schemas';
import { object } from '../../vendor/schema';
import type { DestinationDescription } from '../contract';
import { DestinationError } from '../destinationError';
import { processCache } from '../processCache';
import { editorLimits, type TimeLimits } from '../timeLimits';
import { readAccount } from './connection/account';
import { openForEditor, openMarketo, type MarketoClient } from './connection/client';
import { DailyQuota } from './connection/dailyQuota';
import { rateLimiterOf } from './connection/rateLimiter';
import { MarketoError } from './errors';
import {
	searchForms,
	searchPartitions,
	searchPersonFields,
	writableFormFields,
	writablePersonFields,
} from './lists';
import {
	readFormToFill,
	readingOptions,
	readingProperties,
	readReadingInput,
	readWriterOptions,
	writingOptions,
	writingProperties,
} from './properties';
import { FILL_OUT_FORM } from './reading/fillOut';
import { MarketoReader } from './reading/reader';
import { isFillOutOfMicrosoft } from './reading/record';

export const marketo: DestinationDescription = {
	name: 'marketo',
	displayName: 'Marketo',
	credentialType: 'marketplaceLeadMarketoApi',
	reading: {
		properties: readingProperties,
		options: readingOptions,
		isMarketplaceLead: isFillOutOfMicrosoft,

		async open(input) {
			const { options, quota } = readReadingInput(input);
			const account = readAccount(input.credential);
			const { execution, cache = processCache } = input;
			const rateLimiter = rateLimiterOf(execution);
			const client = await openMarketo(account, 'read', { rateLimiter, cache });
			return {
				identity: JSON.stringify(['marketo', account.url, options.formId]),
				reader: new MarketoReader(client, new DailyQuota(client, quota), options),
			};
		},
	},

	writing: {
		properties: writingProperties,
		options: writingOptions,

		async open(input) {
			const options = readWriterOptions(input);
			const formId = readFormToFill(input);
			const { execution, cache = processCache } = input;
			const rateLimiter = rateLimiterOf(execution);
			const account = readAccount(input.credential);
			const client = await openMarketo(account, 'write', { rateLimiter, cache });
			if (formId === undefined) {
				const { UpsertWriter } = await import('./writing/upsertWriter');
				return new UpsertWriter(client, options);
			}
			const { FormWriter } = await import('./writing/formWriter');
			return new FormWriter(client, formId, options);
		},

		async fields(input) {
			const formId = readFormToFill(input);
			const client = await openForEditor(readAccount(input.credential));
			return formId === undefined
				? await writablePersonFields(client)
				: await writableFormFields(client, formId);
		},
	},

	lists: { searchForms, searchPartitions, searchPersonFields },

	signsIn: true,
	async testCredential(credential, limits = editorLimits()) {
		const client = await openForEditor(readAccount(credential));
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
	const types = readAs(entriesAs(object({ id: text, name: text })), result) ?? [];
	const type = types.find(({ id }) => Number(id) === FILL_OUT_FORM);
	if (/fill.?out.?form/i.test(type?.name ?? '')) return;
	throw new DestinationError('This Marketo instance has no activities of type Fill Out Form', {
		description: `The trigger reads activities of type ${FILL_OUT_FORM}. Check that the address is that of a Marketo Engage instance.`,
		code: 'configuration',
	});
}

/** The same error, but with the permission that is missing. */
async function testPermission(
	client: MarketoClient,
	limits: TimeLimits,
	{ path, permission }: { path: string; permission: string },
) {
	const [address = '', query = ''] = path.split('?');
	try {
		return await client.read(address, Object.fromEntries(new URLSearchParams(query)), limits);
	} catch (error) {
		if (!(error instanceof MarketoError) || error.code !== 'permission') throw error;
		throw new DestinationError(`The API user lacks the permission ${permission}`, {
			description: `Give it to the user’s role in Marketo: Admin, Users & Roles, Roles, Access API, ${permission}. Where it is there already, check the allowlist for IP-based API access.`,
			code: 'permission',
			httpCode: error.httpCode,
		});
	}
}
