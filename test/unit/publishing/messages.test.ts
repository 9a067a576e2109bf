/** The list of messages in the documentation against the code. */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';
import { type Message, messagesOf, messagesPage } from '../../../scripts/publishing/messages.ts';

const read = (file: string) => readFileSync(path.join(PROJECT_ROOT, 'docs', file), 'utf8');
const messages = messagesOf(PROJECT_ROOT);

function messagesIn(...files: string[]): Message[] {
	const root = mkdtempSync(path.join(tmpdir(), 'messages-'));
	try {
		mkdirSync(path.join(root, 'nodes'));
		for (const [at, code] of files.entries()) {
			writeFileSync(path.join(root, 'nodes', `${at}.ts`), code);
		}
		return messagesOf(root);
	} finally {
		rmSync(root, { recursive: true });
	}
}

it('finds a message with its advice however it is made', () => {
	const found = messagesIn(`
		const HELP = 'Ask the service again.';
		const TABLE = { X: { message: 'The table is not there', description: HELP } };
		throw new DestinationError(\`The \${name} is missing\`, { code: 'other', description: 'Fill it in.' });
		throw configurationError(isEmpty ? 'The key is empty' : 'The key is not one', 'Copy it again.');
		const PAIR = ['The tenant is unknown', 'Copy its ID.'];
		function complaint() { return 'The secret is too short.'; }
		log.warn('The poll stopped early');
		readText(context, 'Max Leads per Poll');
	`);
	expect(found.map(({ text, advice }) => [text, advice])).toEqual([
		['The table is not there', 'Ask the service again.'],
		['The … is missing', 'Fill it in.'],
		['The key is empty', 'Copy it again.'],
		['The key is not one', 'Copy it again.'],
		['The tenant is unknown', 'Copy its ID.'],
		['The secret is too short.', ''],
		['The poll stopped early', ''],
	]);
});

it('fills in a constant of the file itself, or one that another file exports', () => {
	const found = messagesIn(
		`export const SERVICE = 'Azure'; const HOST = 'one';`,
		`throw new DestinationError(\`\${SERVICE} did not accept \${HOST} lead\`);`,
		`const SERVICE = 'Dynamics'; throw new DestinationError(\`\${SERVICE} did not accept it\`);`,
	);
	expect(found.map(({ text }) => text)).toEqual([
		'Azure did not accept … lead',
		'Dynamics did not accept it',
	]);
});

it('leaves out what the editor says of a field, and code', () => {
	const found = messagesIn(`
		properties('Where the leads are written');
		properties('Whether to also return leads of other sources');
		return 'String(item.id).startsWith("a") && String(item.warnings).includes("b").';
	`);
	expect(found).toEqual([]);
});

it('lists every message of the package; npm run messages writes the list', () => {
	expect(messages.length).toBeGreaterThan(300);
	expect(read('messages.md')).toBe(messagesPage(messages));
});

it('lists what stands first in every error, wherever it is thrown', () => {
	const page = read('messages.md');
	const thrown =
		/\b(?:configurationError|(?:NodeOperation|Destination)Error)\(\s*(?:[\w.]+(?:\(\))?,\s*)?(['`"])((?:(?!\1).)+)\1/g;
	const texts = globSync('{nodes,credentials}/**/*.ts', { cwd: PROJECT_ROOT })
		.filter((file) => !file.startsWith('nodes/vendor/'))
		.flatMap((file) => [...readFileSync(path.join(PROJECT_ROOT, file), 'utf8').matchAll(thrown)])
		// A template within the template ends it for the pattern.
		.map(([, , text]) => text!.replace(/\$\{[^}]*$/, ''));
	expect(texts.length).toBeGreaterThan(80);
	// What is filled in may be a constant's text in the list.
	const parts = texts.map((text) => text.split(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/));
	const isListed = (all: string[]) => all.every((part) => page.includes(part.trim()));
	expect(parts.filter((all) => !isListed(all))).toEqual([]);
});

it('quotes only messages that there are', () => {
	const said = messages.map(({ text }) => text);
	const quoted = [...read('troubleshooting.md').matchAll(/"([^"\n|]*…[^"\n|]*)"/g)].map(
		([, text]) => text!,
	);
	// Microsoft's own, which are told apart by where they stand.
	const ours = quoted.filter((text) => !/^User does not/.test(text));
	expect(ours.length).toBeGreaterThan(3);
	const isSaid = (text: string) => {
		const parts = text
			.split('…')
			.map((part) => part.trim())
			.filter(Boolean);
		return said.some((message) => parts.every((part) => message.includes(part)));
	};
	expect(ours.filter((text) => !isSaid(text))).toEqual([]);
});
