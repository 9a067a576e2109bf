/**
 * Everything of the package that a saved workflow can name, as it is in `__snapshots__`: a change is
 * then a deliberate line in a diff. Brought up to date with `npm run jest -- publicNames -u`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { INodeProperties, INodePropertyOptions, INodeType } from 'n8n-workflow';

import { SourceLoader } from './support/sourceLoader';

const WHAT_IT_MEANS =
	'A name or value that saved workflows hold has changed: a workflow that holds the old one no longer finds it. ' +
	'Before the first release, bring the snapshot up to date with "npm run jest -- publicNames -u". From the first ' +
	'release on, lines that are new do no harm; for one that is gone or different, the node needs a new version that ' +
	'keeps the old one.';

const loader = new SourceLoader();
beforeAll(() => loader.loadAll());

/** One line for each parameter, and one for each value it can have, by where it is found. */
function linesOf(properties: readonly INodeProperties[], within = ''): string[] {
	return properties.flatMap((property) => {
		const { name, type, default: value, options = [] } = property;
		const at = `${within}${name}`;
		// Saved workflows leave out what has its default, so that is a part of what they mean.
		const own = type === 'notice' ? [] : [`${at}: ${type}, by default ${JSON.stringify(value)}`];
		return own.concat(
			options.flatMap((option) => {
				if ('values' in option) return linesOf(option.values, `${at}.${option.name}.`);
				if ('type' in option) return linesOf([option], `${at}.`);
				const { value: choice, name: label } = option as INodePropertyOptions;
				return [`${at} = ${String(choice)} "${label}"`];
			}),
		);
	});
}

interface Schema {
	type: string;
	properties?: Record<string, Schema>;
	items?: Schema;
}

function fieldsOf({ type, properties, items }: Schema, at: string): string[] {
	if (properties && Object.keys(properties).length > 0) {
		return Object.entries(properties).flatMap(([name, schema]) =>
			fieldsOf(schema, at === '' ? name : `${at}.${name}`),
		);
	}
	return items ? fieldsOf(items, `${at}[]`) : [`${at}: ${type}`];
}

/** The fields of what comes out, of the node or of each of its operations. */
function outputFieldsOf(sourcePath: string): string[] {
	const folder = path.join(path.dirname(sourcePath), '__schema__');
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
		file.endsWith('.json'),
	);
	return files.sort().flatMap((file) => {
		const schema = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Schema;
		return fieldsOf(schema, '').map((field) => `${file}: ${field}`);
	});
}

/** Outputs that follow parameters are told by the expression for them, which holds their names. */
function outputsOf({ description: { outputs } }: INodeType): string[] {
	return Array.isArray(outputs) ? outputs.map((output) => JSON.stringify(output)) : [outputs];
}

/** Each line once: several operations ask for the same. */
const sectionOf = (title: string, lines: readonly string[]): string =>
	lines.length === 0
		? ''
		: ['', title, ...[...new Set(lines)].map((line) => `  ${line}`)].join('\n');

function nodeText(type: INodeType, sourcePath: string): string {
	const { name, version, credentials = [], webhooks = [] } = type.description;
	// The times to poll at are n8n's own.
	const properties = type.description.properties.filter(
		(property) => property.name !== 'pollTimes',
	);
	return [
		`node ${name}, version ${String(version)}`,
		sectionOf(
			'credentials',
			credentials.map((credential) => credential.name),
		),
		sectionOf(
			'webhooks',
			webhooks.map((webhook) => `${webhook.httpMethod} ${webhook.name}`),
		),
		sectionOf('parameters', linesOf(properties)),
		sectionOf('outputs', outputsOf(type)),
		sectionOf('fields of what comes out', outputFieldsOf(sourcePath)),
	].join('\n');
}

/** @throws what jest does, with what a change means before it */
function expectUnchanged(text: string): void {
	try {
		expect(text).toMatchSnapshot();
	} catch (error) {
		if (error instanceof Error) error.message = `${WHAT_IT_MEANS}\n\n${error.message}`;
		throw error;
	}
}

it.each(['leadSource', 'marketplaceLead', 'marketplaceLeadPollTrigger', 'marketplaceLeadTrigger'])(
	'node %s',
	(name) => {
		const { type, sourcePath } = loader.nodeTypes[name]!;
		expectUnchanged(nodeText(type as INodeType, sourcePath));
	},
);

it('credentials', () => {
	const texts = Object.entries(loader.credentialTypes).map(([name, { type }]) =>
		sectionOf(`credential ${name}`, linesOf(type.properties)),
	);
	expectUnchanged(texts.sort().join('\n'));
});

it('has a snapshot to compare with', () => {
	// Without one, jest would write it and be content.
	expect(existsSync(path.join(__dirname, '__snapshots__/publicNames.test.ts.snap'))).toBe(true);
});
