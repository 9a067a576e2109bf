import { escapeHtml, escapeUrl } from './escape';
import { type HtmlContext, HtmlScanner } from './htmlContext';
import type { Placeholder } from './placeholders';
import { parseTemplate, TemplateError, type Values } from './template';

type Escape = (text: string) => string;

const ESCAPES: Readonly<Record<Exclude<HtmlContext, 'nowhere'>, Escape>> = {
	text: (text) => escapeHtml(text).replaceAll('\n', '<br>'),
	attribute: (text) => escapeHtml(text.replaceAll('\n', ' ')),
	url: escapeUrl,
};

/** HTML of one's own with placeholders: each value is escaped for the place where it stands. */
export class HtmlTemplate {
	private readonly pieces: readonly (string | { placeholder: Placeholder; escape: Escape })[];

	/** @throws TemplateError for unknown placeholders, and for places where no escaping is enough */
	constructor(template: string, name: string) {
		const scanner = new HtmlScanner();
		this.pieces = parseTemplate(template, name).map((piece) => {
			if (typeof piece === 'string') {
				scanner.read(piece);
				return piece;
			}
			const { context } = scanner;
			if (context === 'nowhere') {
				throw new TemplateError(
					`The ${name} has [[${piece.placeholder}]] where no value of a lead is safe`,
					'Put placeholders into the text between tags, or into attributes in quotation marks that hold neither script nor style.',
				);
			}
			scanner.skipValue();
			return { placeholder: piece.placeholder, escape: ESCAPES[context] };
		});
	}

	render(values: Values): string {
		return this.pieces
			.map((piece) => (typeof piece === 'string' ? piece : piece.escape(values(piece.placeholder))))
			.join('');
	}
}

/** Plain text as HTML: paragraphs where it has empty lines. */
export function htmlOf(text: string): string {
	return text
		.split(/\n{2,}/)
		.map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll('\n', '<br>\n')}</p>`)
		.join('\n');
}
