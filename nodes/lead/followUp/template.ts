import { findPlaceholder, type Placeholder } from './placeholders';

/** `[[firstName]]`: double curly brackets are n8n's, single ones occur in styles. */
const PLACEHOLDER = /\[\[([^[\]\r\n]{0,100})\]\]/g;

/** Characters of a template. Gmail shows no more than 102 kB of a message. */
const MAX_LENGTH = 200_000;

/** Placeholders that a message names; nobody reads more. */
const MAX_NAMED = 10;

/** Literal text, or the place of a value. */
export type Piece = string | { readonly placeholder: Placeholder };

/** The value of a placeholder; asked for only where a template has it. */
export type Values = (placeholder: Placeholder) => string;

/** A template that cannot be used as it is; `message` names it and says why, `description` what to do. */
export class TemplateError extends Error {
	readonly description: string;

	constructor(message: string, description: string) {
		super(message);
		this.name = 'TemplateError';
		this.description = description;
	}
}

/**
 * The pieces of a template; what its values are made of is never looked at again, so a lead whose
 * company is `[[email]]` shows just that.
 * @throws TemplateError that names the unknown placeholders; `name` is how users know the template
 */
export function parseTemplate(template: string, name: string): Piece[] {
	if (template.length > MAX_LENGTH) {
		throw new TemplateError(
			`The ${name} has more than ${MAX_LENGTH.toLocaleString('en')} characters`,
			'Shorten it: mail programs cut off messages of that size. Pictures belong on a web server, not into the template.',
		);
	}
	const pieces: Piece[] = [];
	const unknown = new Set<string>();
	let end = 0;
	for (const match of template.matchAll(PLACEHOLDER)) {
		const placeholder = findPlaceholder(match[1] ?? '');
		if (match.index > end) pieces.push(template.slice(end, match.index));
		if (placeholder) pieces.push({ placeholder });
		else unknown.add(match[0]);
		end = match.index + match[0].length;
	}
	if (end < template.length) pieces.push(template.slice(end));
	if (unknown.size > 0) {
		const more = unknown.size > MAX_NAMED ? ` and ${unknown.size - MAX_NAMED} more` : '';
		throw new TemplateError(
			`The ${name} has unknown placeholders: ${[...unknown].slice(0, MAX_NAMED).join(', ')}${more}`,
			'Use those that the description of the field lists, or write other words in double square brackets without them.',
		);
	}
	return pieces;
}

/** A template of several lines: a line of nothing but empty values is left out. */
export class TextTemplate {
	private readonly lines: readonly (readonly Piece[])[];

	/** @throws TemplateError as above */
	constructor(template: string, name: string) {
		// The whole first, so that all unknown placeholders are named at once.
		parseTemplate(template, name);
		this.lines = template.split(/\r\n?|\n/).map((line) => parseTemplate(line, name));
	}

	render(values: Values): string {
		const lines: string[] = [];
		for (const pieces of this.lines) {
			const line = fill(pieces, values);
			const isEmptied = pieces.some((piece) => typeof piece !== 'string') && line.trim() === '';
			if (!isEmptied) lines.push(line);
		}
		return lines.join('\n').trim();
	}
}

/** The pieces with their values in place, just as they are. */
export function fill(pieces: readonly Piece[], values: Values): string {
	return pieces
		.map((piece) => (typeof piece === 'string' ? piece : values(piece.placeholder)))
		.join('');
}
