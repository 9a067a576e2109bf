import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type {
	INodeParameters,
	INodeProperties,
	INodeType,
	IWebhookDescription,
} from 'n8n-workflow';

import { MarketplaceLeadTrigger } from '../../nodes/MarketplaceLeadTrigger/MarketplaceLeadTrigger.node';
import { DESTINATIONS } from '../../nodes/destinations';
import { DESTINATION_NAMES } from '../../nodes/lead/destinationShapes';
import { leadWebhook } from '../../nodes/MarketplaceLeadTrigger/webhookDescription';
import { assertDeclared } from '../support/nodeParameters';
import { responseFields } from '../support/webhookServer';
import { workflowOf } from '../support/engine';
import { SourceLoader } from './support/sourceLoader';

const ROOT = path.join(__dirname, '../..');

const loader = new SourceLoader();
let nodes: Array<[name: string, type: INodeType, sourcePath: string]> = [];
beforeAll(async () => {
	await loader.loadAll();
	nodes = Object.entries(loader.nodeTypes).map(([name, { type, sourcePath }]) => [
		name,
		type as INodeType,
		sourcePath,
	]);
});

describe("n8n's own loader", () => {
	it('loads every node and credential of the package', () => {
		expect(Object.keys(loader.known.nodes).sort()).toEqual([
			'leadSource',
			'marketplaceLead',
			'marketplaceLeadPollTrigger',
			'marketplaceLeadTrigger',
		]);
		expect(Object.keys(loader.known.credentials).sort()).toEqual(
			[
				'marketplaceLeadTriggerApi',
				...DESTINATIONS.flatMap(({ credentialType, browserCredentialType = [] }) =>
					[credentialType, browserCredentialType].flat(),
				),
			].sort(),
		);
	});

	it('finds their icons, for light and for dark', () => {
		const drawn = [...nodes.map(([, { description }]) => description), ...loader.types.credentials];
		for (const { iconUrl } of drawn) {
			const { light, dark } = iconUrl as { light: string; dark: string };
			expect(light).not.toBe(dark);
			for (const url of [light, dark]) {
				const file = path.join(ROOT, url.replace(`icons/${loader.packageName}/`, ''));
				expect(readFileSync(file, 'utf8')).toMatch(/^<svg /);
			}
		}
	});

	it('gives every credential a node that tests it', () => {
		for (const name of Object.keys(loader.known.credentials)) {
			// n8n has no Test button for its own OAuth2 kind: it says whether one is connected.
			if (loader.known.credentials[name]?.extends?.includes('oAuth2Api')) continue;
			const tests = (loader.nodesByCredential[name] ?? []).map((nodeName) => {
				const { type } = loader.nodeTypes[nodeName]!;
				const { credentials } = (type as INodeType).description;
				const test = credentials?.find((credential) => credential.name === name)?.testedBy;
				return (type as INodeType).methods?.credentialTest?.[String(test)];
			});
			expect([name, tests]).toEqual([name, expect.arrayContaining([expect.any(Function)])]);
		}
	});

	it('lets the triggers and the action be found by what people look for', () => {
		const wanted = [
			...DESTINATIONS.map(({ displayName }) => displayName),
			...['commercial marketplace', 'partner center', 'sales lead', 'crm', 'AppSource'],
		].map((word) => word.toLowerCase());
		for (const [name, , sourcePath] of nodes) {
			if (name === 'leadSource') continue;
			const file = path.join(ROOT, sourcePath.replace(/\.ts$/, '.json'));
			const { alias } = JSON.parse(readFileSync(file, 'utf8')) as { alias: string[] };
			const found = alias.map((word) => word.toLowerCase());
			expect([name, wanted.filter((word) => !found.includes(word))]).toEqual([name, []]);
		}
	});

	it('has a codex file for every node', () => {
		for (const [name, , sourcePath] of nodes) {
			const file = path.join(ROOT, sourcePath.replace(/\.ts$/, '.json'));
			expect([file, existsSync(file)]).toEqual([file, true]);
			const codex = JSON.parse(readFileSync(file, 'utf8')) as { node: string };
			expect(codex.node).toBe(`${loader.packageName}.${name}`);
		}
	});
});

describe('the fields that the editor shows before the first lead', () => {
	it('are there for every version, and the same', () => {
		for (const [, { description }, sourcePath] of nodes) {
			const folder = path.join(ROOT, path.dirname(sourcePath));
			const schemas = [description.version].flat().map((version) => {
				const file = path.join(folder, '__schema__', `v${version}.0.0.json`);
				return [file, existsSync(file) && readFileSync(file, 'utf8')] as const;
			});
			for (const [file, schema] of schemas) expect([file, schema]).toEqual([file, schemas[0]![1]]);
			expect(schemas[0]![1]).toBeTruthy();
		}
	});
});

describe('the texts of the nodes', () => {
	const WORDS = /\b(error|problem|failure|mistake)s?\b/i;

	function textsOf(value: unknown): string[] {
		if (typeof value === 'string') return [value];
		if (typeof value !== 'object' || value === null) return [];
		return Object.values(value).flatMap(textsOf);
	}

	it('do without words that blame', () => {
		for (const [name, { description }] of nodes) {
			const { properties, triggerPanel } = description;
			const texts = textsOf([properties, triggerPanel, description.description]);
			expect([name, texts.filter((text) => WORDS.test(text))]).toEqual([name, []]);
		}
	});

	it('say e.g. before an example', () => {
		const placeholders = (properties: INodeProperties[]): string[] =>
			properties.flatMap((property) => [
				...(['string', 'number'].includes(property.type) && property.placeholder
					? [property.placeholder]
					: []),
				...placeholders((property.options ?? []).filter((option) => 'type' in option)),
			]);
		for (const [, { description }] of nodes) {
			for (const placeholder of placeholders(description.properties)) {
				expect(placeholder).toMatch(/^e\.g\. /);
			}
		}
	});
});

describe('every destination', () => {
	it('is known to the domain by the name that its leads have', () => {
		expect(DESTINATIONS.map(({ name }) => name)).toEqual(DESTINATION_NAMES.toSorted());
	});

	it.each(DESTINATIONS.map(({ displayName }) => displayName))('has a page: %s', (displayName) => {
		const page = `docs/destinations/${displayName.toLowerCase().replaceAll(' ', '-')}.md`;
		expect(existsSync(path.join(ROOT, page))).toBe(true);
		expect(readFileSync(path.join(ROOT, 'README.md'), 'utf8')).toContain(page);
	});
});

describe('parameters of one name', () => {
	/** What a value means: one that was chosen before stays when something else is shown in its place. */
	function meaningOf({ name, type, default: value, options = [] }: INodeProperties): string {
		const isChoice = type === 'options' && name !== 'destination';
		const choices = isChoice ? options.map((option) => 'value' in option && option.value) : [];
		return JSON.stringify([type, value, choices]);
	}

	it('mean the same, whatever is chosen beside them', () => {
		for (const [name, { description }] of nodes) {
			const meanings = new Map<string, Set<string>>();
			for (const property of description.properties) {
				// As a tool a node has defaults of its own: n8n stores it under another name.
				const isOfTool = property.displayOptions?.show?.['@tool']?.[0] === true;
				const key = isOfTool ? `${property.name} of the tool` : property.name;
				const known = meanings.get(key) ?? new Set();
				meanings.set(key, known.add(meaningOf(property)));
			}
			const unlike = [...meanings].filter(([, { size }]) => size > 1);
			expect([name, unlike]).toEqual([name, []]);
		}
	});
});

describe('the webhook of the Marketplace Lead Trigger', () => {
	const type = new MarketplaceLeadTrigger();
	const resolvers = leadWebhook[
		Symbol.for('n8n.webhookDescriptionResolvers') as unknown as keyof IWebhookDescription
	] as unknown as Record<string, { template: string; resolve(parameters: object): unknown }>;

	it.each<[string, INodeParameters, string, string]>([
		['by default', {}, 'onReceived', ''],
		['when the workflow has finished', { respond: 'lastNode' }, 'lastNode', 'noData'],
	])('responds %s', (_name, parameters, responseMode, responseData) => {
		expect(responseFields({ type, parameters })).toEqual({ responseMode, responseData });
	});

	it.each<[INodeParameters]>([[{}], [{ respond: 'lastNode', path: 'other' }]])(
		'reads the same natively as by expression: %j',
		(parameters) => {
			const workflow = workflowOf([{ type, parameters }]);
			const [node] = Object.values(workflow.nodes);
			expect(Object.keys(resolvers).sort()).toEqual(['path', 'responseData', 'responseMode']);
			for (const [field, { template, resolve }] of Object.entries(resolvers)) {
				const evaluated = workflow.expression.getSimpleParameterValue(
					node!,
					template,
					'webhook',
					{},
				);
				expect(leadWebhook[field]).toBe(template);
				expect(resolve(node!.parameters)).toBe(evaluated);
			}
		},
	);
});

describe('the check on parameter names', () => {
	const { description } = new MarketplaceLeadTrigger();

	it.each(['filters', 'filters.testLeads', 'options.stageGuide'])('knows %s', (name) => {
		expect(() => assertDeclared(description, name)).not.toThrow();
	});

	it.each(['filter', 'filters.tests', 'path.x', 'respond.onReceived', ''])(
		'throws for %p',
		(name) => {
			expect(() => assertDeclared(description, name)).toThrow(/does not declare/);
		},
	);
});
