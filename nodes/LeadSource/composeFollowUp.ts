import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { FollowUpKind, FollowUpOptions, FollowUpTemplate } from '../lead';
import { followUpComposer, KIND_RULES, PLACEHOLDER_NAMES, TemplateError } from '../lead';
import { toNodeError } from '../errors';
import { leadOptionFields, readLeadOptions } from '../parameters/leadParameters';
import { binaryOf, eachItem, readEntries, readText } from '../parameters/readItems';
import { readSeparateOutputs, separateOutputsProperty } from '../parameters/separateOutputs';
import { readBoolean } from '../parameters/values';
import { SEPARATE } from './splits';

const show = { operation: ['composeFollowUp'] };

const PLACEHOLDER_LIST = PLACEHOLDER_NAMES.map((name) => `[[${name}]]`).join(', ');

const KIND_CHOICES = [...new Map(KIND_RULES.map(({ kind, name }) => [kind, name]))]
	.map(([value, name]) => ({ name, value }))
	.sort((one, other) => one.name.localeCompare(other.name, 'en'));

export const composeFollowUpProperties: INodeProperties[] = [
	{
		displayName: 'Sender',
		name: 'sender',
		type: 'string',
		typeOptions: { rows: 3 },
		displayOptions: { show },
		default: '',
		placeholder: 'e.g. Kim Sample, Contoso Sales',
		description: "Who signs, in one line or several. The publisher's name when empty.",
	},
	{
		displayName: 'Templates',
		name: 'templates',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Template' },
		placeholder: 'Add Template',
		displayOptions: { show },
		default: {},
		description: 'Texts in place of the built-in ones. What is left empty stays as it is built in.',
		options: [
			{
				displayName: 'Template',
				name: 'values',
				values: [
					{
						displayName: 'HTML',
						name: 'html',
						type: 'string',
						typeOptions: { rows: 5 },
						default: '',
						placeholder: 'e.g. <p>[[salutation]]</p>',
						description: 'The HTML of the message. Made of the text when empty.',
					},
					{
						displayName: 'Kind',
						name: 'kind',
						type: 'options',
						noDataExpression: true,
						options: KIND_CHOICES,
						default: 'initialInterest',
						description: 'Which follow-ups it is for',
					},
					{
						displayName: 'Subject',
						name: 'subject',
						type: 'string',
						default: '',
						placeholder: 'e.g. Your interest in [[offer]]',
						description: 'The subject of the message, with placeholders',
					},
					{
						displayName: 'Text',
						name: 'text',
						type: 'string',
						typeOptions: { rows: 8 },
						default: '',
						placeholder: 'e.g. [[salutation]] …',
						description: `The message, with placeholders: ${PLACEHOLDER_LIST}`,
					},
				],
			},
		],
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
export function composeItems(context: IExecuteFunctions): INodeExecutionData[][] {
	const isApart = readSeparateOutputs(context);
	const { acted, rest } = SEPARATE.composeFollowUp;
	const outputs: INodeExecutionData[][] = isApart ? [[], []] : [[]];
	const put = (write: boolean, item: INodeExecutionData) =>
		outputs[isApart && !write ? rest : acted]?.push(item);
	const receivedAt = new Date().toISOString();
	// Reading templates takes longer than composing, and most items have the same.
	let latest: { key: string; compose: Composer } | undefined;
	eachItem(
		context,
		(item, itemIndex) => {
			const given = context.getNodeParameter('options', itemIndex, {});
			const options: FollowUpOptions = {
				sender: readText(context, 'sender', itemIndex),
				templates: readTemplates(context, itemIndex),
				includeSheetRow: readBoolean(given['includeSheetRow'], 'Include Sheet Row', false),
			};
			const key = JSON.stringify(options);
			if (latest?.key !== key) latest = { key, compose: composer(context, options, itemIndex) };
			const { compose } = latest;
			const reading = { ...readLeadOptions(given), receivedAt };
			const entries = readEntries(context, item, itemIndex, reading);
			for (const entry of entries) {
				const followUp = compose(entry);
				put(followUp.write, {
					json: { ...entry, followUp },
					...binaryOf(item, entries),
					pairedItem: { item: itemIndex },
				});
			}
		},
		// What holds no lead must not reach whoever sends.
		(failed) => put(false, failed),
	);
	return outputs;
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

/** @throws NodeOperationError for a kind that there is not, or one with two templates */
function readTemplates(
	context: IExecuteFunctions,
	itemIndex: number,
): NonNullable<FollowUpOptions['templates']> {
	const { values } = (context.getNodeParameter('templates', itemIndex, {}) ?? {}) as {
		values?: unknown;
	};
	const templates = new Map<FollowUpKind, Partial<FollowUpTemplate>>();
	for (const entry of Array.isArray(values) ? (values as unknown[]) : []) {
		const given = (entry ?? {}) as Record<string, unknown>;
		const choice = KIND_CHOICES.find(({ value }) => value === given['kind']);
		if (choice === undefined || templates.has(choice.value)) {
			throw new NodeOperationError(
				context.getNode(),
				choice === undefined
					? 'A template has no kind'
					: `There are two templates for "${choice.name}"`,
				{ itemIndex, description: 'Choose one of the entries of "Kind" for each template.' },
			);
		}
		const text = (name: string) => (typeof given[name] === 'string' ? given[name] : '');
		templates.set(choice.value, {
			subject: text('subject'),
			text: text('text'),
			html: text('html'),
		});
	}
	return Object.fromEntries(templates);
}
