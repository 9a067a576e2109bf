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

it('finds what stands in a constant of a function, a table or a list, and the advice of each case', () => {
	const found = messagesIn(`
		const REASONS = { gone: 'is not there (yet)' } as const;
		function statusError(status: number) {
			const message = \`There is no service (status \${status})\`;
			if (status === 404) return told('configuration', message, 'Check the address.');
			const what: Record<string, string> = { id: 'The service does not know the ID' };
			return new DestinationError(what[word] ?? 'The sign-in is wrong', { description: 'Copy it.' });
		}
		throw new NodeOperationError(node, isFirst ? 'Entry has no name' : 'Entry has no lead field', {
			description: isFirst ? 'Name it.' : 'Choose a field.',
		});
		throw new NodeOperationError(node, \`\${label} empty\`, { description: isA ? 'Do A.' : 'Do B.' });
		const lead = \`Lead \${at} of the list\`;
		problems.push(\`\${lead} is not an object.\`);
		const refused = { reasons: ['The lead is filtered out.'] };
		return { text: \`\${place} \${REASONS.gone}: it is made later.\` };
		error.description = \`\${error.description} Nothing has come since \${since}.\`.trim();
		return error.with({ description: 'Look for the lead itself.' });
		let reason = 'its time was up';
		log.warn(\`The poll stopped early: \${reason}\`);
		log.warn(\`Could not mark \${countText(failed, 'lead')} (\${countText(tries, noun)}) of \${quote(name)}.\`);
		function other(lead: string) { problems.push(\`\${lead} is too large.\`); }
	`);
	expect(found.map(({ text, advice }) => [text, advice])).toEqual([
		['There is no service (status …)', 'Check the address.'],
		['The service does not know the ID', 'Copy it.'],
		['The sign-in is wrong', 'Copy it.'],
		['Entry has no name', 'Name it.'],
		['Entry has no lead field', 'Choose a field.'],
		['… empty', 'Do A.'],
		['… empty', 'Do B.'],
		['Lead … of the list is not an object.', ''],
		['The lead is filtered out.', ''],
		['… is not there (yet): it is made later.', ''],
		['… Nothing has come since ….', ''],
		['Look for the lead itself.', ''],
		['The poll stopped early: …', ''],
		['Could not mark … leads (…) of "…".', ''],
		['… is too large.', ''],
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

it('lists every sentence of the code that the editor does not show beside a field', () => {
	const page = read('messages.md').replace(/\\([\\<>*[\]])/g, '$1');
	const files = globSync('nodes/**/*.ts', { cwd: PROJECT_ROOT }).filter(
		(file) =>
			!/vendor|lead.report|ropert|ptions|anel|escription|templates|lists|\.node\.ts/.test(file),
	);
	const quoted = /(['"`])((?:(?!\1)[^\\\n]|\\.)+)\1/g;
	const sentences = files.flatMap((file) =>
		readFileSync(path.join(PROJECT_ROOT, file), 'utf8')
			.split('\n')
			// A comment, a result (`why`), and what the editor shows of a field.
			.filter((line, at, lines) => !NO_TEXT.test(line) && !isOfField(lines, at))
			.flatMap((line) => [...line.matchAll(quoted)].map(([, , text]) => text!))
			.filter((text) => /^[A-Z][a-z]* (?:\S+ )*[a-z]+ \S.*[.!]$/.test(text)),
	);
	expect(sentences.length).toBeGreaterThan(300);
	const isListed = (text: string) =>
		text
			.split(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/)
			.every((part) => page.includes(unescaped(part).trim()));
	expect(sentences.filter((text) => !isListed(text))).toEqual(NO_MESSAGES);
});

const NO_TEXT = /^\s*(?:\*|\/)|\bwhy\b\s*[=:]/;

/** Read as sentences, and nobody is told: parts of a text, and what our own code catches. */
const NO_MESSAGES = [
	'No lead has come in yet.',
	'This is a made-up lead.',
	'A customer that was merged over several offers has no one offer.',
	// Beside fields, by functions that make several of them.
	'Leads with this value in the ${words.field}, or none, are pending. A lead that somebody has given another value is left alone.',
	'Or turn on Return All.',
	'Which leads are reported on, in whole days of the time zone of the workflow. Items from before it are needed too, to compare and to know what is usual.',
	'What must have been seen before for a lead to count as a repeat. The field repeat.seen says what was.',
];

function unescaped(text: string): string {
	return text
		.replace(/\\u([0-9a-f]{4})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
		.replace(/\\(.)/g, '$1');
}

/** Whether a line is what the editor shows of a field, as its name or the property before it says. */
function isOfField(lines: readonly string[], at: number): boolean {
	const before = lines.slice(Math.max(0, at - 12), at + 1).join('\n');
	const [block = ''] = before.split(/\n\t*[}\]][,)]*\n/).slice(-1);
	return /\b(?:displayName|noDataExpression|type: '|name: ')/.test(block);
}

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
