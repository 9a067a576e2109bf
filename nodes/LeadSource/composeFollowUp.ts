import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodePropertyCollection,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { FollowUp, FollowUpOptions } from '../lead';
import {
	BUILT_IN_TEMPLATES,
	followUpComposer,
	followUpPreview,
	KIND_RULES,
	PLACEHOLDER_NAMES,
	simplified,
	TemplateError,
} from '../lead';
import { toNodeError } from '../errors';
import { continuesOnFail, failedItem } from '../parameters/failedItems';
import { leadOptionFields, readLeadOptions } from '../parameters/leadParameters';
import { binaryOf, eachItem, readEntries, readText } from '../parameters/readItems';
import { openOutputs, separateOutputsProperty } from '../parameters/separateOutputs';
import { readBoolean } from '../parameters/values';
import { SEPARATE } from './splits';

const show = { operation: ['composeFollowUp'] };

const PLACEHOLDER_LIST = PLACEHOLDER_NAMES.map((name) => `[[${name}]]`).join(', ');

const KINDS = [...new Map(KIND_RULES.map(({ kind, name }) => [kind, name]))]
	.map(([kind, name]) => ({ kind, name }))
	.sort((one, other) => one.name.localeCompare(other.name, 'en'));

/** Each kind's parts, which begin as what is built in: people change a text more gladly than they write one. */
const TEMPLATE_CHOICES = KINDS.map(({ kind, name }): INodePropertyCollection => {
	const { subject, text } = BUILT_IN_TEMPLATES[kind];
	return {
		displayName: name,
		name: kind,
		values: [
			{
				displayName: 'Subject',
				name: 'subject',
				type: 'string',
				default: subject,
				description: 'The subject of the message, with placeholders. The built-in one when empty.',
			},
			{
				displayName: 'Text',
				name: 'text',
				type: 'string',
				typeOptions: { rows: 12 },
				default: text,
				description: `The message, with placeholders: ${PLACEHOLDER_LIST}. The built-in one when empty.`,
			},
			{
				displayName: 'HTML',
				name: 'html',
				type: 'string',
				typeOptions: { rows: 5 },
				default: '',
				placeholder: 'e.g. <p>[[salutation]]</p>',
				description: 'The HTML of the message, with placeholders. Made of the text when empty.',
			},
		],
	};
});

const PREVIEW_CHOICES = [
	{ name: 'In Every Run', value: 'everyRun' },
	{ name: 'In Test Runs', value: 'testRuns' },
	{ name: 'Never', value: 'never' },
];

/** Name of the file in the item. */
const PREVIEW = 'preview';

export const composeFollowUpProperties: INodeProperties[] = [
	{
		displayName: 'Sender',
		name: 'sender',
		type: 'string',
		typeOptions: { rows: 3 },
		required: true,
		displayOptions: { show },
		default: '',
		placeholder: 'e.g. Kim Sample, Contoso Sales',
		description: 'Who signs the message, in one line or several',
	},
	{
		displayName: 'Templates',
		name: 'templates',
		type: 'fixedCollection',
		placeholder: 'Add Template',
		displayOptions: { show },
		default: {},
		description:
			'Texts of your own, by the kind of follow-up. Each begins as the built-in one, which is used for every kind that is not added.',
		options: TEMPLATE_CHOICES,
	},
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		displayOptions: { show },
		default: true,
		description:
			'Whether to return a simplified version of the lead or customer instead of all its fields',
	},
	separateOutputsProperty(
		'composeFollowUp',
		'Whether customers who are not written to go to an output of their own',
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
				displayName: 'Attach Preview',
				name: 'attachPreview',
				type: 'options',
				noDataExpression: true,
				options: PREVIEW_CHOICES,
				default: 'testRuns',
				description:
					'When the message is also attached as preview.html, which the editor shows as the customer would see it',
			},
			{
				displayName: 'Include Sheet Row',
				name: 'includeSheetRow',
				type: 'boolean',
				default: false,
				description:
					'Whether the follow-up also carries the facts as cells of which a spreadsheet makes no formula, in the field sheetRow',
			},
		],
	},
];

type Composer = ReturnType<typeof followUpComposer>;

/** The lead or merged customer with its follow-up in the field `followUp`. */
export async function composeItems(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { outputs, put } = openOutputs(context, SEPARATE.composeFollowUp);
	const receivedAt = new Date().toISOString();
	// Reading templates takes longer than composing, and most items have the same.
	let latest: { key: string; compose: Composer } | undefined;
	eachItem(
		context,
		(item, itemIndex) => {
			const given = context.getNodeParameter('options', itemIndex, {});
			const options: FollowUpOptions = {
				sender: readSender(context, itemIndex),
				templates: readTemplates(context, itemIndex),
				includeSheetRow: readBoolean(given['includeSheetRow'], 'Include Sheet Row', false),
			};
			const key = JSON.stringify(options);
			if (latest?.key !== key) latest = { key, compose: composer(context, options, itemIndex) };
			const { compose } = latest;
			const reading = { ...readLeadOptions(given), receivedAt };
			const isSimple = readBoolean(
				context.getNodeParameter('simplify', itemIndex, true),
				'Simplify',
				true,
			);
			const entries = readEntries(context, item, itemIndex, reading);
			for (const entry of entries) {
				const followUp = compose(entry);
				put(followUp.write, {
					json: { followUp, ...(isSimple ? simplified(entry) : entry) },
					...binaryOf(item, entries),
					pairedItem: { item: itemIndex },
				});
			}
		},
		// What holds no lead must not reach whoever sends.
		(failed) => {
			put(false, failed);
		},
	);
	return isPreviewed(context) ? await withPreviews(context, outputs) : outputs;
}

/** The same with previews. What can't have its own fails alone. */
async function withPreviews(
	context: IExecuteFunctions,
	composed: readonly INodeExecutionData[][],
): Promise<INodeExecutionData[][]> {
	const { outputs, put } = openOutputs(context, SEPARATE.composeFollowUp);
	for (const [index, item] of composed.flatMap((list, at) =>
		list.map((one) => [at, one] as const),
	)) {
		try {
			await attachPreview(context, item);
			put(index === SEPARATE.composeFollowUp.acted, item);
		} catch (error) {
			const { item: itemIndex } = item.pairedItem as { item: number };
			const failure = toNodeError(context.getNode(), error, itemIndex);
			if (!continuesOnFail(context)) throw failure;
			put(false, failedItem(context, failure, itemIndex));
		}
	}
	return outputs;
}

/** Of the first item. */
function isPreviewed(context: IExecuteFunctions): boolean {
	const choice: unknown = context.getNodeParameter('options.attachPreview', 0, 'testRuns');
	return choice === 'everyRun' || (choice === 'testRuns' && context.getMode() === 'manual');
}

/** Nothing where there is no message, or where the lead brought a file of that name. */
async function attachPreview(context: IExecuteFunctions, item: INodeExecutionData): Promise<void> {
	const followUp = item.json['followUp'] as FollowUp | undefined;
	if (followUp?.write !== true || item.binary?.[PREVIEW] !== undefined) return;
	const file = Buffer.from(followUpPreview(followUp), 'utf8');
	const preview = await context.helpers.prepareBinaryData(file, `${PREVIEW}.html`, 'text/plain');
	// The editor has a View button for text/plain and not for text/html, and shows as HTML, made safe, what is
	// of this type: with the MIME type of HTML there would be nothing to see in it.
	item.binary = { ...item.binary, [PREVIEW]: { ...preview, fileType: 'html' } };
}

/** @throws NodeOperationError where it is empty: a message that nobody signs is none to send */
function readSender(context: IExecuteFunctions, itemIndex: number): string {
	const sender = readText(context, 'sender', itemIndex);
	if (sender.trim() !== '') return sender;
	throw new NodeOperationError(context.getNode(), '"Sender" is empty', {
		itemIndex,
		description:
			'Fill in who signs the message. If it is an expression, look at what it gives for this item.',
	});
}

/** @throws NodeOperationError for a template that cannot be used */
function composer(
	context: IExecuteFunctions,
	options: FollowUpOptions,
	itemIndex: number,
): Composer {
	try {
		return followUpComposer(options);
	} catch (error) {
		if (!(error instanceof TemplateError)) throw toNodeError(context.getNode(), error, itemIndex);
		const { message, description } = error;
		throw new NodeOperationError(context.getNode(), message, { description, itemIndex });
	}
}

/** The texts by their kinds; a part that is no text is the built-in one. */
function readTemplates(
	context: IExecuteFunctions,
	itemIndex: number,
): NonNullable<FollowUpOptions['templates']> {
	const given: unknown = context.getNodeParameter('templates', itemIndex, {});
	const templates = (typeof given === 'object' && given !== null ? given : {}) as Record<
		string,
		unknown
	>;
	return Object.fromEntries(
		KINDS.filter(({ kind }) => Object.hasOwn(templates, kind)).map(({ kind }) => {
			const parts = Object(templates[kind]) as Record<string, unknown>;
			const text = (name: string) => (typeof parts[name] === 'string' ? parts[name] : '');
			return [kind, { subject: text('subject'), text: text('text'), html: text('html') }];
		}),
	);
}
