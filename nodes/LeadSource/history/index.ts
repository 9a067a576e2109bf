/** Which history Remove Repeats uses: what the editor asks for, and how it is opened. */
import { hash } from 'node:crypto';

import type {
	IExecuteFunctions,
	ILoadOptionsFunctions,
	INodeCredentialDescription,
	INodeListSearchResult,
	INodeProperties,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { History } from '../../lead/repeats/types';
import { azureTable } from '../../destinations/azureTable';
import { readTableName, tableProperty } from '../../destinations/azureTable/properties';
import { toNodeError } from '../../errors';
import { readCredential } from '../../parameters/failedExpression';
import { keepToEgressRules } from '../../parameters/egress';
import { isEmpty, readNumber } from '../../parameters/values';
import { N8nHistory } from './n8nStore';

export type { Seen } from '../../lead/repeats/types';
export { askedLead, readAsking, type ReadLead } from './askedLeads';

/** Leads that are remembered unless told otherwise: as many as n8n's own node keeps entries. */
const DEFAULT_SIZE = 10_000;
/** n8n reads and writes the whole history with every execution: 13 MB at this size. */
const MAX_SIZE = 100_000;
const MAX_DAYS = 36_500;

const operations = ['removeRepeats', 'clearRepeats'];
const inAzure = { historyStore: ['azureTable'] };

export const historyProperties: INodeProperties[] = [
	{
		displayName: 'History Kept In',
		name: 'historyStore',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { operation: operations } },
		options: [
			{
				name: 'Azure Table',
				value: 'azureTable',
				description:
					'A table of your own storage account. However many workers see a lead at once, it is new exactly once; of any size.',
			},
			{
				name: 'n8n',
				value: 'n8n',
				description:
					'Its own database. Nothing to set up; the oldest leads are forgotten. In queue mode, leads that come several times at the same moment can be new several times.',
			},
		],
		default: 'n8n',
		description: 'Where to keep the history of what was seen',
	},
	{
		...tableProperty,
		displayName: 'History Table',
		name: 'historyTable',
		noDataExpression: true,
		default: { mode: 'list', value: 'MarketplaceLeadHistory' },
		displayOptions: { show: { operation: operations, ...inAzure } },
		description:
			'The table that holds the history, and nothing else. It is created if it does not exist. Nothing in it is deleted unless you do so or run Clear Repeats: three rows are kept for each lead, of about 0.5 kB each.',
		modes: (tableProperty.modes ?? []).map((mode) =>
			mode.name === 'list'
				? { ...mode, typeOptions: { searchListMethod: 'searchHistoryTables', searchable: true } }
				: { ...mode, placeholder: 'e.g. MarketplaceLeadHistory' },
		),
	},
];

const scopes = {
	node: { name: 'This Node', value: 'node', description: 'The node has a history of its own' },
	table: {
		name: 'This Table',
		value: 'table',
		description: 'One history for all nodes that use the table and are set to this, in any n8n',
	},
	workflow: {
		name: 'This Workflow',
		value: 'workflow',
		description:
			"One history for all nodes of the workflow that are set to this, n8n's Remove Duplicates included where it is kept in n8n",
	},
};

/** Entries of the options of both operations. */
export const historyScopeOptions: INodeProperties[] = [
	{
		displayName: 'History Scope',
		name: 'historyScope',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { '/historyStore': ['n8n'] } },
		options: [scopes.node, scopes.workflow],
		default: 'node',
		description: 'Which history to use',
	},
	{
		displayName: 'History Scope',
		name: 'historyScope',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { '/historyStore': ['azureTable'] } },
		options: [scopes.node, scopes.table, scopes.workflow],
		default: 'node',
		description: 'Which history to use',
	},
];

export const historySizeOption: INodeProperties = {
	displayName: 'History Size',
	name: 'historySize',
	type: 'number',
	noDataExpression: true,
	displayOptions: { show: { '/historyStore': ['n8n'] } },
	typeOptions: { minValue: 1, maxValue: MAX_SIZE, numberPrecision: 0 },
	default: DEFAULT_SIZE,
	description: 'How many leads are remembered. The oldest are forgotten first.',
};

export const olderThanOption: INodeProperties = {
	displayName: 'Older Than (Days)',
	name: 'olderThanDays',
	type: 'number',
	noDataExpression: true,
	displayOptions: { show: { '/historyStore': ['azureTable'] } },
	typeOptions: { minValue: 0, maxValue: MAX_DAYS, numberPrecision: 0 },
	default: 0,
	description: 'How many days ago a lead must have been noted to be forgotten. 0 forgets all.',
};

export const historyCredentials: INodeCredentialDescription[] = [
	{
		name: azureTable.credentialType,
		required: true,
		displayOptions: { show: { operation: operations, ...inAzure } },
	},
];

/** The account's tables, for the editor. */
export async function searchHistoryTables(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	keepToEgressRules(this);
	try {
		const credential = { ...(await this.getCredentials(azureTable.credentialType)) };
		const list = azureTable.lists['searchTables'];
		const nothing = () => undefined;
		const wanted = { filter: {}, others: true };
		const entries = await list?.({ credential, parameter: nothing, option: nothing, wanted });
		const part = (filter ?? '').toLowerCase();
		return { results: (entries ?? []).filter(({ name }) => name.toLowerCase().includes(part)) };
	} catch (error) {
		throw toNodeError(this.getNode(), error);
	}
}

/**
 * The history of each item, one object for all whose leads are noted in the same place: the first item's
 * parameters choose it, but the credential's fields may be expressions, which tell accounts apart.
 * @throws what is wrong with the parameters; the function what is wrong with an item's credential
 */
export async function openHistories(
	context: IExecuteFunctions,
): Promise<(itemIndex: number) => Promise<History>> {
	const store: unknown = context.getNodeParameter('historyStore', 0, 'n8n');
	const scope = readScope(context);
	if (store === 'n8n' || isEmpty(store)) {
		const size: unknown = context.getNodeParameter('options.historySize', 0, DEFAULT_SIZE);
		const rules = { otherwise: DEFAULT_SIZE, min: 1, max: MAX_SIZE, whole: true };
		const history = new N8nHistory(
			context,
			scope === 'workflow' ? scope : 'node',
			readNumber(size, 'History Size', rules),
		);
		return () => Promise.resolve(history);
	}
	if (store !== 'azureTable') {
		throw new NodeOperationError(context.getNode(), '"History Kept In" has an unknown value', {
			description: 'Choose one of the entries of "History Kept In".',
			itemIndex: 0,
		});
	}
	const days: unknown = context.getNodeParameter('options.olderThanDays', 0, 0);
	const { id: workflow = '' } = context.getWorkflow();
	const node = context.getNode();
	const places = {
		node: [context.getInstanceId(), workflow, node.id],
		table: [],
		workflow: [context.getInstanceId(), workflow],
	};
	try {
		const table = readTableName(
			context.getNodeParameter('historyTable', 0, '', { extractValue: true }),
		);
		const olderThanDays = readNumber(days, 'Older Than (Days)', {
			otherwise: 0,
			min: 0,
			max: MAX_DAYS,
			whole: true,
		});
		const { AzureHistory } = await import('../../destinations/azureTable/history');
		const known = new Map<string, History>();
		return async (itemIndex) => {
			const type = azureTable.credentialType;
			const read = async () => await context.getCredentials(type, itemIndex);
			const credential = { ...(await readCredential(context.getNode(), read)) };
			// A digest: a key has a way of ending up in a log.
			const key = hash('sha256', JSON.stringify(credential));
			const history =
				known.get(key) ??
				new AzureHistory({ credential, table, scope: places[scope], olderThanDays });
			known.set(key, history);
			return history;
		};
	} catch (error) {
		throw toNodeError(node, error);
	}
}

function readScope(context: IExecuteFunctions): keyof typeof scopes {
	const scope: unknown = context.getNodeParameter('options.historyScope', 0, 'node');
	return scope === 'table' || scope === 'workflow' ? scope : 'node';
}
