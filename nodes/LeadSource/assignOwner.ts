import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Owner } from '../lead';
import { ownerAssigner, OwnerError, readOwners, STAGES, unreadColumns } from '../lead';
import { toNodeError } from '../errors';
import { quote } from '../lead/text';
import { readDateParameter } from '../parameters/dateParameter';
import { leadOptionFields, readLeadOptions } from '../parameters/leadParameters';
import { binaryOf, eachItem, readEntries } from '../parameters/readItems';
import { openOutputs, separateOutputsProperty } from '../parameters/separateOutputs';
import { secondInput } from './inputs';
import { SEPARATE } from './splits';

const show = { operation: ['assignOwner'] };

export const assignOwnerProperties: INodeProperties[] = [
	{
		displayName: 'Owners From',
		name: 'ownersFrom',
		type: 'options',
		noDataExpression: true,
		// A tool has no second input.
		displayOptions: { show, hide: { '@tool': [true] } },
		options: [
			{
				name: 'List Below',
				value: 'list',
				description: 'The owners are kept in this node',
			},
			{
				name: 'Second Input',
				value: 'input',
				description: 'The owners are items, such as rows of a sheet, a data table or a CRM',
			},
		],
		default: 'list',
		description: 'Where the owners come from',
	},
	{
		displayName:
			'Connect the owners to the second input, one item each, with any of the fields Name, Email, Weight, Countries, Offers, Stages, Away From and Away Until. Lists in a field are separated by commas.',
		name: 'ownersNotice',
		type: 'notice',
		displayOptions: { show: { ...show, ownersFrom: ['input'] } },
		default: '',
	},
	{
		displayName: 'Owners',
		name: 'owners',
		type: 'fixedCollection',
		placeholder: 'Add Owner',
		typeOptions: { multipleValues: true, sortable: true },
		displayOptions: { show, hide: { ownersFrom: ['input'] } },
		default: {},
		description:
			'The same customer always goes to the same owner. Owners whose territory fits come first; owners without a territory share the rest.',
		options: [
			{
				displayName: 'Owner',
				name: 'values',
				values: [
					{
						displayName: 'Away From',
						name: 'awayFrom',
						type: 'dateTime',
						default: '',
						description:
							'When the others take over. Empty while Away Until is set: they already do.',
					},
					{
						displayName: 'Away Until',
						name: 'awayUntil',
						type: 'dateTime',
						default: '',
						description: 'When the owner is back. Empty while Away From is set: never.',
					},
					{
						displayName: 'Countries',
						name: 'countries',
						type: 'string',
						default: '',
						placeholder: 'e.g. DE, AT, Switzerland',
						description:
							'Comma-separated codes or names of the countries of the territory. Empty means any.',
					},
					{
						displayName: 'Email',
						name: 'email',
						type: 'string',
						placeholder: 'e.g. name@email.com',
						default: '',
						description: 'Identifies the owner: changing only the name moves no customers',
					},
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
					},
					{
						displayName: 'Offers',
						name: 'offers',
						type: 'string',
						default: '',
						placeholder: 'e.g. contoso.*, *CRM add-on*',
						description:
							'Comma-separated offer IDs or titles of the territory. An asterisk stands for any characters. Empty means any.',
					},
					{
						displayName: 'Stages',
						name: 'stages',
						type: 'multiOptions',
						options: STAGES.map(({ name, code }) => ({ name, value: code })),
						default: [],
						description: 'Stages of the territory. None chosen means any.',
					},
					{
						displayName: 'Weight',
						name: 'weight',
						type: 'number',
						typeOptions: { minValue: 0, numberPrecision: 2 },
						default: 1,
						description:
							'Share beside the others: 2 gets twice as many customers as 1, 0 gets none',
					},
				],
			},
		],
	},
	separateOutputsProperty(
		'assignOwner',
		'Whether leads that no owner takes go to an output of their own',
	),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show },
		default: {},
		options: [
			...leadOptionFields,
			{
				displayName: 'Skip Owners',
				name: 'skipOwners',
				type: 'string',
				default: '',
				placeholder: 'e.g. {{ $json.owner.email }}',
				description:
					'Comma-separated email addresses or names of owners to pass over, such as one who did not act in time. The customer goes to the next in line.',
			},
		],
	},
];

type Assign = ReturnType<typeof ownerAssigner>;

/** Each lead or merged customer with its owner in the field `owner`. */
export function assignOwners(context: IExecuteFunctions): INodeExecutionData[][] {
	const { outputs, put } = openOutputs(context, SEPARATE.assignOwner);
	// One time for all: with two, an owner could come back between two leads of one customer.
	const now = Date.now();
	const receivedAt = new Date(now).toISOString();
	const ofInput =
		context.getNodeParameter('ownersFrom', 0, 'list') === 'input'
			? ownersOfInput(context)
			: undefined;
	// Nearly always the very same for all items: text of them would be as long as the list, for each.
	let latest: { list: unknown; skip: unknown; assign: Assign } | undefined;
	eachItem(
		context,
		(item, itemIndex) => {
			const given = context.getNodeParameter('options', itemIndex, {});
			const skip: unknown = given['skipOwners'];
			const list: unknown = ofInput ?? context.getNodeParameter('owners.values', itemIndex, []);
			if (latest === undefined || latest.list !== list || latest.skip !== skip) {
				const owners = ofInput ?? ownersOfList(context, list, itemIndex);
				const skipped = namesOf(context, skip, itemIndex);
				latest = { list, skip, assign: ownerAssigner(owners, { now, skip: skipped }) };
			}
			const { assign } = latest;
			const reading = { ...readLeadOptions(given), receivedAt };
			const entries = readEntries(context, item, itemIndex, reading);
			for (const entry of entries) {
				const owner = assign(entry);
				put(owner.name !== '' || owner.email !== '', {
					json: { owner, ...entry },
					...binaryOf(item, entries),
					pairedItem: { item: itemIndex },
				});
			}
		},
		(failed) => {
			put(false, failed);
		},
	);
	return outputs;
}

/** @throws NodeOperationError for what names nobody: ignored, it would give the customer back to the owner who did not act */
function namesOf(context: IExecuteFunctions, value: unknown, itemIndex: number): string[] {
	const entries: unknown[] = Array.isArray(value) ? value : [value ?? ''];
	return entries
		.flatMap((entry) => {
			if (typeof entry === 'string') return entry.split(/[,;\n]/);
			const { email, name } = { email: '', name: '', ...Object(entry) } as Record<string, unknown>;
			const known = [email, name].find((text) => typeof text === 'string' && text.trim() !== '');
			if (typeof known === 'string') return [known];
			throw new NodeOperationError(context.getNode(), '"Skip Owners" holds what names no owner', {
				description:
					'It takes email addresses and names, separated by commas or as a list, or owners as this operation gives them.',
				itemIndex,
			});
		})
		.map((name) => name.trim())
		.filter((name) => name !== '');
}

function ownersOfInput(context: IExecuteFunctions): Owner[] {
	const records = secondInput(context).map(({ json }) => json);
	const owners = read(context, records, {
		...{ itemIndex: 0, isTable: true },
		description: 'Each item of the second input is an owner.',
	});
	tellUnread(context, unreadColumns(records));
	return owners;
}

/** A CRM's record of a user has dozens of fields, of which nobody means one to be read here. */
const MAX_TOLD = 10;

/** Tells whoever keeps the table which of its columns say nothing here, such as one in another language. */
function tellUnread(context: IExecuteFunctions, names: readonly string[]): void {
	if (names.length === 0 || names.length > MAX_TOLD) return;
	const named = names.map(quote).join(', ');
	context.addExecutionHints({
		message: `Columns of the owners that are not read: ${named}. The node reads Name, Email, Weight, Countries, Offers, Stages, Away From and Away Until.`,
		location: 'outputPane',
	});
}

function ownersOfList(context: IExecuteFunctions, list: unknown, itemIndex: number): Owner[] {
	return read(context, Array.isArray(list) ? list : [list], {
		itemIndex,
		isTable: false,
		description:
			'Change "Owners". If a field is an expression, look at what it gives for this item.',
	});
}

/** @throws NodeOperationError for a list that can't be used */
function read(
	context: IExecuteFunctions,
	records: readonly unknown[],
	{ itemIndex, isTable, description }: { itemIndex: number; isTable: boolean; description: string },
): Owner[] {
	const timezone = context.getTimezone();
	try {
		return readOwners(records, (value) => readDateParameter(value, timezone), { isTable });
	} catch (error) {
		if (!(error instanceof OwnerError)) throw toNodeError(context.getNode(), error, itemIndex);
		throw new NodeOperationError(context.getNode(), error.message, { description, itemIndex });
	}
}
