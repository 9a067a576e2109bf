import { escapeHtml, escapeMailbox, escapeTelephone, escapeUrl } from './escape';
import { type HtmlContext, type HtmlReading, readContexts } from './htmlContext';
import type { Placeholder } from './placeholders';
import { parseTemplate, type Piece, TemplateError, type Values } from './template';

type Escape = (text: string) => string;

const ESCAPES: Readonly<Record<Exclude<HtmlContext, 'nowhere'>, Escape>> = {
	text: (text) => escapeHtml(text).replaceAll('\n', '<br>'),
	attribute: (text) => escapeHtml(text.replaceAll('\n', ' ')),
	mailbox: escapeMailbox,
	telephone: escapeTelephone,
	url: escapeUrl,
};

/** HTML of one's own with placeholders: each value is escaped for the place where it stands. */
export class HtmlTemplate {
	private readonly pieces: readonly (string | { placeholder: Placeholder; escape: Escape })[];

	/** @throws TemplateError for unknown placeholders, and for places where no escaping is enough */
	constructor(template: string, name: string) {
		const pieces = parseTemplate(template, name);
		const { contexts, unclear } = readPieces(pieces);
		let place = 0;
		this.pieces = pieces.map((piece) => {
			if (typeof piece === 'string') return piece;
			const context = contexts[place++] ?? 'nowhere';
			if (context === 'nowhere') {
				throw new TemplateError(
					`The ${name} has [[${piece.placeholder}]] where no value of a lead is safe`,
					'Put placeholders into the text between tags, or into attributes in quotation marks that hold neither script nor style.',
				);
			}
			return { placeholder: piece.placeholder, escape: ESCAPES[context] };
		});
		if (unclear !== '') {
			throw new TemplateError(
				`The ${name} has ${unclear}, which mail programs read in different ways`,
				'Correct the HTML, so that it is clear where the values of a lead would stand.',
			);
		}
	}

	render(values: Values): string {
		return this.pieces
			.map((piece) => (typeof piece === 'string' ? piece : piece.escape(values(piece.placeholder))))
			.join('');
	}
}

function readPieces(pieces: readonly Piece[]): HtmlReading {
	// Without a value to put into it, it does not matter how HTML is read.
	if (pieces.every((piece) => typeof piece === 'string')) return { contexts: [], unclear: '' };
	const literals = [''];
	for (const piece of pieces) {
		if (typeof piece === 'string') literals.push(`${literals.pop() ?? ''}${piece}`);
		else literals.push('');
	}
	return readContexts(literals);
}

/** Plain text as HTML: paragraphs where it has empty lines. */
export function htmlOf(text: string): string {
	return text
		.split(/\n{2,}/)
		.map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll('\n', '<br>\n')}</p>`)
		.join('\n');
}
