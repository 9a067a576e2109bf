/** Every label of a node is on its panel for some of its settings: none is behind conditions that never hold. */
import type { INodeProperties, INodeType, INodeTypeDescription } from 'n8n-workflow';

import { shownLabels } from './support/panels';
import { SourceLoader } from './support/sourceLoader';

const NODES = [
	'leadSource',
	'marketplaceLead',
	'marketplaceLeadPollTrigger',
	'marketplaceLeadTrigger',
];

let types: Record<string, INodeTypeDescription>;
beforeAll(async () => {
	const loader = new SourceLoader();
	await loader.loadAll();
	types = Object.fromEntries(
		Object.entries(loader.nodeTypes).map(([name, { type }]) => [
			name,
			(type as INodeType).description,
		]),
	);
});

/** Labels of parameters, of what can be added to them and of what can be chosen. */
function labelsOf(properties: readonly INodeProperties[]): string[] {
	return properties
		.filter(({ type }) => type !== 'notice' && type !== 'hidden')
		.flatMap(({ displayName, type, options = [] }) => [
			displayName,
			...options.flatMap((option) => {
				if ('values' in option) return labelsOf(option.values);
				if ('type' in option) return labelsOf([option]);
				return type === 'options' ? [option.name] : [];
			}),
		]);
}

function missingOf(type: INodeTypeDescription): string[] {
	const shown = shownLabels(type);
	return labelsOf(type.properties).filter((label) => !shown.has(label));
}

it.each(NODES)('every label of %s is on its panel', (name) => {
	const type = types[name]!;
	expect(labelsOf(type.properties).length).toBeGreaterThan(20);
	expect(missingOf(type)).toEqual([]);
});

it('a parameter behind conditions that exclude each other is missed', () => {
	const type = types['leadSource']!;
	const show = { operation: ['mergeLeads'], outputs: ['contact'] };
	const first = type.properties.find(({ name }) => name === 'operation');
	const nowhere = {
		...first!,
		displayName: 'Shown Nowhere',
		name: 'nowhere',
		displayOptions: { show },
	};
	expect(missingOf({ ...type, properties: [...type.properties, nowhere] })).toEqual([
		'Shown Nowhere',
	]);
});
