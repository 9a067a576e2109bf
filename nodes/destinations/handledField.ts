/** Marks by a field that the user has made for it: what a CRM's destination asks for, and reads. */
import { configurationError } from './addresses';
import type { MarkingDescription, WriteInput } from './contract';

/** As n8n's editor takes them; the contract is what knows n8n. */
type EditorProperties = MarkingDescription['properties'];

/** How a record says that its lead is handled. */
export type HandledField =
	| { kind: 'boolean'; name: string }
	| { kind: 'dateTime'; name: string }
	| { kind: 'choice'; name: string; pending: string; handled: string };

interface ValueWords {
	/** Name of the parameter. */
	name: string;
	label: string;
	placeholder: string;
}

/** A vendor's own words. */
export interface HandledFieldWords {
	/** What it calls a field, in lower case. */
	field: 'column' | 'field';
	boolean: string;
	choice: string;
	/** What the values of a choice are called, and what one looks like. */
	pending: ValueWords;
	handled: ValueWords;
	/** Name of the parameter for the field. */
	parameter: string;
	/** The list method for the field, and an example of its name. */
	listMethod: string;
	placeholder: string;
	/** What a name has to look like. */
	namePattern: RegExp;
}

export function handledFieldProperties(words: HandledFieldWords): EditorProperties {
	const title = titleOf(words);
	const value = ({ name, label, placeholder }: ValueWords, description: string) => ({
		displayName: label,
		name,
		type: 'string' as const,
		required: true,
		default: '',
		placeholder: `e.g. ${placeholder}`,
		description,
		displayOptions: { show: { markedBy: ['choice'] } },
	});
	return [
		{
			displayName: 'Leads Are Marked By',
			name: 'markedBy',
			type: 'options',
			noDataExpression: true,
			default: 'boolean',
			description: `What the ${words.field} is that says whether a lead is handled`,
			options: [
				{
					name: words.choice,
					value: 'choice',
					description:
						'Such as a status: pending leads have one value, and handled ones get another',
				},
				{
					name: 'Date and Time',
					value: 'dateTime',
					description: 'Empty while a lead is pending; gets the time at which it was handled',
				},
				{
					name: words.boolean,
					value: 'boolean',
					description: 'Off while a lead is pending',
				},
			],
		},
		{
			displayName: `Handled ${title}`,
			name: words.parameter,
			type: 'resourceLocator',
			default: { mode: 'list', value: '' },
			required: true,
			description: `The ${words.field} of leads that says whether a lead is handled. Make one of your own for it.`,
			modes: [
				{
					displayName: 'From List',
					name: 'list',
					type: 'list',
					typeOptions: { searchListMethod: words.listMethod, searchable: true },
				},
				{
					displayName: 'By Name',
					name: 'name',
					type: 'string',
					placeholder: `e.g. ${words.placeholder}`,
					validation: [
						{
							type: 'regex',
							properties: {
								regex: words.namePattern.source,
								errorMessage: 'A name has letters, digits and underscores',
							},
						},
					],
				},
			],
		},
		value(
			words.pending,
			`Leads with this value in the ${words.field}, or none, are pending. A lead that somebody has given another value is left alone.`,
		),
		value(words.handled, 'The value that a handled lead gets'),
	];
}

function titleOf({ field }: HandledFieldWords): string {
	return field === 'column' ? 'Column' : 'Field';
}

/** @throws DestinationError with the code `configuration` that names the setting to correct */
export function readHandledField(
	{ parameter }: Pick<WriteInput, 'parameter'>,
	words: HandledFieldWords,
	toName: (name: string) => string = (name) => name,
): HandledField {
	const { field, placeholder, namePattern } = words;
	const kind = parameter('markedBy') ?? 'boolean';
	const given = parameter(words.parameter);
	const name = toName(typeof given === 'string' ? given.trim() : '');
	if (!namePattern.test(name)) {
		throw configurationError(
			`"Handled ${titleOf(words)}" is not the name of a ${field}`,
			`Choose it from the list, or give its name, as in ${placeholder}.`,
		);
	}
	if (kind === 'boolean' || kind === 'dateTime') return { kind, name };
	if (kind !== 'choice') {
		throw configurationError(
			'"Leads Are Marked By" has an unknown value',
			'Choose it from the list.',
		);
	}
	const [pending, handled] = [words.pending, words.handled].map(({ name }) =>
		textOf(parameter(name)),
	) as [string, string];
	if (pending === '' || handled === '' || pending === handled) {
		throw configurationError(
			'Pending and handled leads have the same value',
			`Set "${words.pending.label}" and "${words.handled.label}" to different values.`,
		);
	}
	return { kind, name, pending, handled };
}

function textOf(value: unknown): string {
	// What no number comes of must not become the text "NaN", which no lead has.
	const isText = typeof value === 'string' || Number.isFinite(value);
	return isText ? String(value).trim() : '';
}
