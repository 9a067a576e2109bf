/**
 * No text may make a regular expression of ours take more than linear time: what comes in is
 * written by strangers, and n8n does nothing else meanwhile.
 */
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

import ts from 'typescript';

import { SENTENCE_PATTERNS } from '../../nodes/lead/contactSentences';
import type { Pattern } from '../support/patternChecker.ts';

/** Those that are put together while running, with what stands for the parts. */
const COMPOSED: ReadonlyMap<string, string> = new Map([
	// The marker is letters that stand nowhere else in the template.
	// Names of letters alone.
	["CERTAIN_OPT_OUTS.join('|')", 'donotcontact|donotcall|dontcontact|unsubscribed|emailoptout'],
	['`${marker}(\\\\d+)x`', 'marker(\\d+)x'],
	// Each of which is looked at below.
	["SENTENCE_PATTERNS.byCustomer.join('|')", '^no calls'],
	["SENTENCE_PATTERNS.byAnybody.join('|')", '^do not call'],
]);

const ROOT = path.join(__dirname, '..', '..');

function patternsOf(file: string): Pattern[] {
	const tree = ts.createSourceFile(
		file,
		readFileSync(path.join(ROOT, file), 'utf8'),
		ts.ScriptTarget.Latest,
		true,
	);
	const texts = new Map<string, string>();
	const patterns: Pattern[] = [];
	const place = (node: ts.Node) =>
		`${file}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
	const visit = (node: ts.Node): void => {
		if (ts.isVariableDeclaration(node) && node.initializer) {
			if (ts.isStringLiteralLike(node.initializer)) {
				texts.set(node.name.getText(), node.initializer.text);
			}
		} else if (ts.isRegularExpressionLiteral(node)) {
			const end = node.text.lastIndexOf('/');
			patterns.push({
				place: place(node),
				source: node.text.slice(1, end),
				flags: node.text.slice(end + 1),
			});
		} else if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') {
			const [argument] = node.arguments ?? [];
			const source =
				texts.get(argument?.getText() ?? '') ?? COMPOSED.get(argument?.getText() ?? '');
			// Put together of parts, nobody could look at the whole.
			if (source === undefined) throw new Error(`${place(node)} is no constant pattern.`);
			patterns.push({ place: place(node), source, flags: '' });
		}
		ts.forEachChild(node, visit);
	};
	visit(tree);
	return patterns;
}

const PATTERNS = [
	...['nodes', 'credentials'].flatMap((folder) =>
		globSync(`${folder}/**/*.ts`, { cwd: ROOT }).flatMap(patternsOf),
	),
	...Object.entries(SENTENCE_PATTERNS).flatMap(([name, patterns]) =>
		patterns.map((source) => ({
			place: `contactSentences ${name}`,
			source,
			flags: '',
			isLong: true,
		})),
	),
];

const SLOW: Pattern[] = ['(a+)+$', '^(\\w+\\s?)*$', '\\s+$'].map((source) => ({
	place: 'made up',
	source,
	flags: '',
}));

let statuses: string[] = [];

beforeAll(async () => {
	const worker = new Worker(path.join(ROOT, 'test', 'support', 'patternChecker.ts'), {
		workerData: [...PATTERNS, ...SLOW],
	});
	[statuses] = (await once(worker, 'message')) as [string[]];
	await worker.terminate();
}, 1_800_000);

it('are all found', () => {
	expect(PATTERNS.length).toBeGreaterThan(200);
	expect(statuses).toHaveLength(PATTERNS.length + SLOW.length);
});

it('are all linear', () => {
	const slow = PATTERNS.filter((_, at) => statuses[at] !== 'safe');
	expect(slow.map(({ place, source, flags }) => `${place} /${source}/${flags}`)).toEqual([]);
});

it('would not be so if they were slow', () => {
	expect(statuses.slice(PATTERNS.length)).toEqual(SLOW.map(() => 'vulnerable'));
});
