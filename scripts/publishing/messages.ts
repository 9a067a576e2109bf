/** Every message that the nodes and credentials can show, read out of their source. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

import type { DestinationName } from '../../nodes/lead/types.ts';

/** What a user sees: what happened, and what to do next. */
export interface Message {
	/** Of the source, from the root, with slashes. */
	file: string;
	/** What is filled in where it is shown, as in a number or a name, is an ellipsis. */
	text: string;
	/** Empty where the message says it all. */
	advice: string;
}

/** Errors of our own code's, which nobody is shown. */
const NOT_SHOWN =
	/^(?:Error|RangeError|HttpError|checkedUrl|logLine|isValid\w*|query|replace\w*|test)$/;

/** Errors that a user is shown, whose first text is a message however short it is. */
const OUR_ERROR = /^(?:NodeOperation|NodeApi|Destination|User|configuration)Error$/;
const SHORT = /^[A-Z"“…].*\s\S/;

/** Properties whose texts are something else, or are taken with the message they belong to. */
const NOT_MESSAGES =
	/^(?:[Dd]escription|displayName|name|action|placeholder|hint|subtitle|message|help|why|\w*Message)$/;

const SHOWN = ['nodes/**/*.ts'];
/** Not ours, or what a report says. */
const LEFT_OUT = /^nodes\/(?:vendor|lead\/report)\/|httpError|\.d\.ts$/;
/** Where most texts are what the editor shows beside a field, as labels and descriptions: only errors are taken. */
const OF_EDITOR = /[Pp]ropert|[Oo]ptions|[Pp]anel|[Dd]escription|templates|handledField|lists\.ts$/;

/** All of them, by file, as they stand there. */
export function messagesOf(root: string): Message[] {
	const files = SHOWN.flatMap((pattern) => globSync(pattern, { cwd: root }))
		.map((file) => file.split(path.sep).join('/'))
		.filter((file) => !LEFT_OUT.test(file))
		.sort();
	const sources = files.map((file) => ({
		file,
		source: ts.createSourceFile(
			file,
			readFileSync(path.join(root, file), 'utf8'),
			ts.ScriptTarget.Latest,
			true,
		),
	}));
	const exported = new Map<string, ts.Expression>();
	for (const { source } of sources) collectExported(source, exported);
	const found = sources.flatMap(({ file, source }) => messagesIn(file, source, exported));
	const place = ({ file, text }: Message) => `${path.posix.dirname(file)}\n${text}`;
	const advised = new Set(found.filter(({ advice }) => advice !== '').map(place));
	const seen = new Set<string>();
	return found.filter((message) => {
		if (message.advice === '' && advised.has(place(message))) return false;
		return seen.size < seen.add(`${place(message)}\n${message.advice}`).size;
	});
}

const isExported = ({ modifiers }: ts.VariableStatement): boolean =>
	modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;

function collectExported(source: ts.SourceFile, constants: Map<string, ts.Expression>): void {
	for (const statement of source.statements) {
		if (!ts.isVariableStatement(statement) || !isExported(statement)) continue;
		for (const { name, initializer } of statement.declarationList.declarations) {
			if (initializer && ts.isIdentifier(name)) constants.set(name.text, initializer);
		}
	}
}

function messagesIn(
	file: string,
	source: ts.SourceFile,
	exported: ReadonlyMap<string, ts.Expression>,
): Message[] {
	const messages: Message[] = [];
	const isOfEditor = OF_EDITOR.test(file);
	const texts = (node: ts.Node | undefined) => (node ? textsOf(node, exported) : []);
	/** Advices that were told with a message. */
	const told = new Set<ts.Node | undefined>();
	const add = (text: ts.Node | undefined, advice: ts.Node | undefined, isError = false): void => {
		const said = texts(text);
		const all = texts(advice);
		// Both by one condition: each message has the advice of its own case.
		const isPaired = conditionOf(text) === conditionOf(advice) && said.length === all.length;
		said.forEach((one, at) => {
			if (!isMessage(one) && !(isError && SHORT.test(one))) return;
			told.add(advice);
			const advices = isPaired ? all.slice(at, at + 1) : all;
			for (const each of advices.length > 0 ? advices : ['']) {
				messages.push({ file, text: one, advice: each });
			}
		});
	};
	/** The pairs of entra.ts: a message without a stop, and what to do. */
	const isPair = (node: ts.ArrayLiteralExpression): boolean => {
		if (node.elements.length !== 2) return false;
		const [first = '.', second = ''] = node.elements.map((each) => texts(each)[0]);
		return !first.endsWith('.') && /^[A-Z].*\.$/.test(second);
	};
	const addSentences = (node: ts.Node): void => {
		const list = ts.isArrayLiteralExpression(node) && !isPair(node) ? node.elements : [];
		list.forEach(addSentences);
		for (const text of texts(node)) {
			if (isMessage(text) && /[.?!]$|[.?!:] …$/.test(text))
				messages.push({ file, text, advice: '' });
		}
	};
	const property = (object: ts.Node | undefined, name: string): ts.Node | undefined => {
		if (!object || !ts.isObjectLiteralExpression(object)) return undefined;
		for (const entry of object.properties) {
			if (ts.isPropertyAssignment(entry) && entry.name.getText() === name) return entry.initializer;
		}
		return undefined;
	};
	const look = (node: ts.Node): void => {
		if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
			const name = (node.expression.getText().split('.').at(-1) ?? '').trim();
			if (isOfEditor && !name.endsWith('Error')) return ts.forEachChild(node, look);
			const list = node.arguments ?? [];
			const isError = OUR_ERROR.test(name);
			const isOne = (text: string) => isMessage(text) || (isError && SHORT.test(text));
			const at = list.findIndex((argument) => texts(argument).some(isOne));
			if (at >= 0 && !NOT_SHOWN.test(name)) {
				const next = list[at + 1];
				add(list[at], property(next, 'description') ?? asText(next), isError);
			}
		}
		if (isOfEditor) return ts.forEachChild(node, look);
		if (ts.isObjectLiteralExpression(node)) {
			const message = property(node, 'message');
			const advice = property(node, 'description') ?? property(node, 'help');
			if (message) add(message, advice);
			// The message is another error's, or one that a caller hands over.
			const isOfError = !node.properties.some(({ name }) =>
				/^(?:displayName|name|value|type)$/.test(name?.getText() ?? ''),
			);
			if (advice && isOfError && !told.has(advice)) addSentences(advice);
		}
		// What is said where it is returned, and the reasons and warnings that stand in tables.
		if (ts.isReturnStatement(node) && node.expression) addSentences(node.expression);
		if (ts.isPropertyAssignment(node) && !NOT_MESSAGES.test(node.name.getText())) {
			addSentences(node.initializer);
		}
		// What is added to an advice where more is known.
		if (
			ts.isBinaryExpression(node) &&
			node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
			/\.description$/.test(node.left.getText())
		) {
			addSentences(trimmed(node.right));
		}
		if (ts.isArrayLiteralExpression(node) && isPair(node)) {
			add(node.elements[0], node.elements[1]);
		}
		ts.forEachChild(node, look);
	};
	look(source);
	return messages;
}

function asText(node: ts.Node | undefined): ts.Node | undefined {
	return node && !ts.isObjectLiteralExpression(node) ? node : undefined;
}

const SMALL_WORDS = new Set('a an and at by for from in of on or per the to with'.split(' '));

/** Whether a text is a sentence for a person, and no name, path, label or query. */
function isMessage(text: string): boolean {
	if (!/^(?:["“…]*[A-Z“"…]|n8n)/.test(text) || !/[a-z][^\s]*\s+\S+\s+\S/.test(text)) return false;
	// What the editor says of a field, queries, and expressions in code that the editor shows.
	if (/^(?:Whether|Where|SELECT|PartitionKey|RowKey|Timestamp|Basic) /.test(text)) return false;
	if (/^\w+\(/.test(text)) return false;
	// A label has none but capitals and small words.
	const words = text.match(/[A-Za-z]+/g) ?? [];
	return words.some((word) => /^[a-z]/.test(word) && !SMALL_WORDS.has(word));
}

/** Without the call that takes off its white space. */
function trimmed(node: ts.Expression): ts.Expression {
	return ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)
		? node.expression.expression
		: node;
}

/** The condition that chooses between texts, as it is written; `undefined` where none does. */
function conditionOf(node: ts.Node | undefined): string | undefined {
	const value = node && ts.isIdentifier(node) ? declaredAs(node) : node;
	return value && ts.isConditionalExpression(value) ? value.condition.getText() : undefined;
}

/** What a name stands for, by the constants of the blocks around it. */
function declaredAs(name: ts.Identifier): ts.Expression | undefined {
	const isIts = ({ name: other }: ts.VariableDeclaration | ts.ParameterDeclaration) =>
		ts.isIdentifier(other) && other.text === name.text;
	for (let around: ts.Node = name; around.parent !== undefined; around = around.parent) {
		const { parent } = around;
		// What a caller hands over is taken where it is written.
		if (ts.isFunctionLike(parent) && parent.parameters.some(isIts)) return undefined;
		if (!ts.isBlock(parent) && !ts.isSourceFile(parent)) continue;
		const declarations = parent.statements.flatMap((each) =>
			ts.isVariableStatement(each) ? [...each.declarationList.declarations] : [],
		);
		const found = declarations.find(isIts);
		// A variable has other values later.
		if (found) return found.parent.flags & ts.NodeFlags.Const ? found.initializer : undefined;
	}
	return undefined;
}

/** The texts that an expression can be. */
function textsOf(node: ts.Node, exported: ReadonlyMap<string, ts.Expression>): string[] {
	const all = (...nodes: ts.Node[]) => nodes.flatMap((each) => textsOf(each, exported));
	if (ts.isStringLiteralLike(node)) return [node.text];
	if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return all(node.expression);
	if (ts.isConditionalExpression(node)) return all(node.whenTrue, node.whenFalse);
	if (ts.isBinaryExpression(node) && /^(?:\?\?|\|\|)$/.test(node.operatorToken.getText())) {
		return all(node.left, node.right);
	}
	if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) return all(node.body);
	const value = valueOf(node, exported);
	if (value) return all(value);
	if (ts.isElementAccessExpression(node)) {
		return all(...entriesOf(node.expression).map(({ initializer }) => initializer));
	}
	if (!ts.isTemplateExpression(node)) return [];
	let text = node.head.text;
	for (const { expression, literal } of node.templateSpans) {
		const value = valueOf(expression, exported);
		// Of several, none stands for the others.
		const isOne = value && (ts.isStringLiteralLike(value) || ts.isTemplateExpression(value));
		text += (isOne ? all(value).join('') : filledIn(expression)) + literal.text;
	}
	return [text.replace(/…(?:\s*…)+/g, '…').trim()];
}

/** "… leads" for what `countText` makes, `"…"` for what `quote` makes, "…" for anything else. */
function filledIn(node: ts.Expression): string {
	if (!ts.isCallExpression(node)) return '…';
	const [, noun] = node.arguments;
	switch (node.expression.getText()) {
		case 'countText':
			return noun && ts.isStringLiteralLike(noun) ? `… ${noun.text}s` : '…';
		case 'quote':
			return '"…"';
		default:
			return '…';
	}
}

/** What a name of a constant, or of an entry of a table, stands for. */
function valueOf(
	node: ts.Node,
	exported: ReadonlyMap<string, ts.Expression>,
): ts.Expression | undefined {
	if (ts.isIdentifier(node)) return declaredAs(node) ?? exported.get(node.text);
	if (!ts.isPropertyAccessExpression(node)) return undefined;
	const entries = entriesOf(node.expression);
	return entries.find(({ name }) => name.getText() === node.name.text)?.initializer;
}

/** The entries of a table of texts; none where an expression is something else. */
function entriesOf(expression: ts.Expression): ts.PropertyAssignment[] {
	let table = ts.isIdentifier(expression) ? declaredAs(expression) : undefined;
	while (table && (ts.isAsExpression(table) || ts.isSatisfiesExpression(table))) {
		table = table.expression;
	}
	return table && ts.isObjectLiteralExpression(table)
		? table.properties.filter(ts.isPropertyAssignment)
		: [];
}

interface Section {
	heading: string;
	files: RegExp;
}

/** Headings of the destinations, in their order. */
const DESTINATIONS: Readonly<Record<DestinationName, string>> = {
	azureTable: 'Azure Table',
	dynamics365: 'Dynamics 365',
	https: 'HTTPS endpoint',
	marketo: 'Marketo',
	salesforce: 'Salesforce',
};

/** Where a message is looked for. The last takes what no other does. */
const SECTIONS: readonly Section[] = [
	{ heading: 'Any destination: the way there', files: /^nodes\/destinations\/\w+\.ts$/ },
	...Object.entries(DESTINATIONS).map(([name, heading]) => ({
		heading,
		files: new RegExp(`^nodes/destinations/${name}/`),
	})),
	{ heading: 'Marketplace Lead Trigger', files: /^nodes\/MarketplaceLeadTrigger\// },
	{
		heading: 'Marketplace Lead CRM & Table Trigger',
		files: /^nodes\/(?:MarketplaceLeadPollTrigger|polling)\//,
	},
	{ heading: 'Lead Source', files: /^nodes\/LeadSource\// },
	{
		heading: 'Marketplace Lead',
		files: /^nodes\/(?:MarketplaceLead|writing|destinations\/check)\//,
	},
	{
		heading: 'Warnings of a lead, and what the HTTPS trigger says of a body',
		files: /^nodes\/lead\/(?!followUp|merge)/,
	},
	{ heading: 'Lead Source', files: /^nodes\/lead\// },
	{ heading: 'Settings of any node', files: /^/ },
];
const ENTRA: Section = { heading: 'Entra', files: /^nodes\/destinations\/entra/ };

/** The page that lists them, in Markdown. */
export function messagesPage(messages: readonly Message[]): string {
	const bySection = new Map<string, string[]>();
	for (const { heading } of [...SECTIONS.slice(0, 1), ENTRA, ...SECTIONS.slice(1)]) {
		bySection.set(heading, []);
	}
	for (const { file, text, advice } of messages) {
		const section = [ENTRA, ...SECTIONS].find(({ files }) => files.test(file));
		const line = advice === '' ? `- ${code(text)}` : `- ${code(text)}\n  ${plain(advice)}`;
		const lines = bySection.get(section?.heading ?? '');
		if (lines && !lines.includes(line)) lines.push(line);
	}
	const parts = [...bySection]
		.filter(([, lines]) => lines.length > 0)
		.map(([heading, lines]) => `## ${heading}\n\n${lines.sort().join('\n')}\n`);
	return `# Every message

What the nodes and the credentials' tests can show, and what to do then. "…" stands for what is filled in, such as a name or a
number. Where leads have stopped, begin with [what to look at](troubleshooting.md#leads-have-stopped-what-do-i-look-at).

Where nothing stands below a message, it says itself what to do, or there is nothing to do: where a service is busy, slow or
asks to wait, the node tries again, and says below the message what becomes of the leads meanwhile.

${parts.join('\n')}`;
}

const code = (text: string) => `\`${text.replaceAll('`', "'").replace(/\s+/g, ' ')}\``;
const plain = (text: string) => text.replace(/\s+/g, ' ').replace(/[\\<>*[\]]/g, '\\$&');
