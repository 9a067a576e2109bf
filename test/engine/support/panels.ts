/**
 * Which settings bring a label onto a node's panel, worked out from what n8n tells the editor of our types, with
 * n8n's own conditions.
 */
import type { INodeParameters, INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

/** Labels of parameters, of what can be added to them and of what can be chosen, that some settings show. */
export function shownLabels(type: INodeTypeDescription): Set<string> {
	const shown = new Set<string>();
	const tried = new Set<string>();
	const queue: INodeParameters[] = [{}];
	for (const [at, given] of queue.entries()) {
		const { labels, choices } = panelOf(type, given);
		const fresh = labels.filter((label) => !shown.has(label));
		for (const label of fresh) shown.add(label);
		// What a choice shows further depends on where it was made: a panel without anything new leads nowhere.
		if (at > 0 && fresh.length === 0) continue;
		for (const choice of choices) {
			const key = JSON.stringify(choice);
			if (tried.has(key)) continue;
			tried.add(key);
			// The loop goes on to what is added here.
			queue.push(choice);
		}
	}
	return shown;
}

/** The labels of a panel with these settings and every option added, and where one choice leads from there. */
function panelOf(type: INodeTypeDescription, given: INodeParameters) {
	const node = { typeVersion: [type.version].flat().at(-1)! };
	const parameters: INodeParameters = {};
	const labels: string[] = [];
	const choices: INodeParameters[] = [];
	const isShown = (property: INodeProperties, values: INodeParameters) =>
		NodeHelpers.displayParameter(values, property, node, type, parameters);
	// A parameter can hang on one that stands behind it.
	for (let round = 0; round < 3; round++) {
		for (const property of type.properties) {
			if (property.name in parameters || !isShown(property, parameters)) continue;
			parameters[property.name] = (given[property.name] ??
				structuredClone(property.default)) as never;
		}
	}
	for (const property of type.properties) {
		if (!isShown(property, parameters)) continue;
		if (property.type === 'notice' || property.type === 'hidden') continue;
		labels.push(property.displayName);
		if (property.type === 'collection') {
			const values = { ...(parameters[property.name] as INodeParameters) };
			for (const entry of property.options as INodeProperties[]) {
				if (!isShown(entry, parameters)) continue;
				labels.push(entry.displayName);
				if (entry.type === 'fixedCollection') {
					values[entry.name] = oneOfEach(entry, labels) as never;
					continue;
				}
				values[entry.name] ??= structuredClone(entry.default) as never;
				noteChoice(entry, values, (value) => ({
					...given,
					[property.name]: { ...values, [entry.name]: value },
				}));
			}
			parameters[property.name] = values as never;
		} else if (property.type === 'fixedCollection') {
			parameters[property.name] = oneOfEach(property, labels) as never;
		} else {
			noteChoice(property, parameters, (value) => ({ ...given, [property.name]: value }));
		}
	}
	return { labels, choices };

	function noteChoice(
		property: INodeProperties,
		values: INodeParameters,
		withValue: (value: never) => INodeParameters,
	): void {
		if (property.type === 'boolean') choices.push(withValue(!values[property.name] as never));
		if (property.type !== 'options') return;
		for (const option of property.options ?? []) {
			if (!('value' in option)) continue;
			if (option.value === values[property.name]) labels.push(option.name);
			else choices.push(withValue(option.value as never));
		}
	}
}

/** A fixed collection with an entry in each of its groups, whose labels are added to the others. */
function oneOfEach(property: INodeProperties, labels: string[]): INodeParameters {
	const isList = property.typeOptions?.multipleValues === true;
	const filled: INodeParameters = {};
	for (const group of property.options ?? []) {
		if (!('values' in group)) continue;
		const entry: INodeParameters = {};
		for (const value of group.values) {
			if (value.type === 'notice' || value.type === 'hidden') continue;
			entry[value.name] = structuredClone(value.default) as never;
			labels.push(value.displayName);
			// All can be chosen at once, in entries beside each other.
			if (value.type === 'options') labels.push(...(value.options ?? []).map(({ name }) => name));
		}
		filled[group.name] = (isList ? [entry] : entry) as never;
	}
	return filled;
}
