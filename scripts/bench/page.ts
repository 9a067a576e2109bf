const BEGIN = '<!-- bench:start -->';
const END = '<!-- bench:end -->';

/** The page with the text in place of what stood between its marks. */
export function betweenMarks(page: string, text: string): string {
	const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
	if (from < 0 || to < from) throw new Error(`The page has lost its marks ${BEGIN} and ${END}.`);
	return `${page.slice(0, from + BEGIN.length)}\n\n${text}\n\n${page.slice(to)}`;
}
