/** Which items an operation is done for together, because it would do the very same for each. */
import { hash } from 'node:crypto';

import type { IExecuteFunctions } from 'n8n-workflow';

import { toNodeError } from '../errors';
import { credentialOf } from '../parameters/browserSignIn';
import { chosenDestination } from '../parameters/openDestination';
import { atItem } from './writeOptions';

/** Items for which something is done once, by the parameters of the first. */
export interface Turn {
	readonly itemIndex: number;
	/** All of them, the first included. */
	readonly items: readonly number[];
}

export interface Turns {
	readonly turns: readonly Turn[];
	/** Items whose parameters can't be read, by their index. */
	readonly failures: ReadonlyMap<number, Error>;
}

/** Each item by itself. */
export function everyItem(context: IExecuteFunctions): Turns {
	const turns = [...context.getInputData().keys()].map((itemIndex) => ({
		itemIndex,
		items: [itemIndex],
	}));
	return { turns, failures: new Map() };
}

/** Items with the same settings together, whatever the settings were given by. */
export async function itemsBySettings(context: IExecuteFunctions): Promise<Turns> {
	const turns = new Map<string, { itemIndex: number; items: number[] }>();
	const failures = new Map<number, Error>();
	for (const itemIndex of context.getInputData().keys()) {
		try {
			const key = await settingsKey(context, itemIndex);
			const turn = turns.get(key);
			if (turn) turn.items.push(itemIndex);
			else turns.set(key, { itemIndex, items: [itemIndex] });
		} catch (error) {
			failures.set(itemIndex, toNodeError(context.getNode(), error, itemIndex));
		}
	}
	return { turns: [...turns.values()], failures };
}

async function settingsKey(context: IExecuteFunctions, itemIndex: number): Promise<string> {
	const parameters = Object.keys(context.getNode().parameters).map((name): unknown => [
		name,
		context.getNodeParameter(name, itemIndex, null),
	]);
	const current = atItem(context, itemIndex);
	const { credential } = await credentialOf(current, chosenDestination(current));
	// A digest: the settings hold the credential.
	return hash('sha256', JSON.stringify([parameters, credential]));
}

/** What n8n is told of the items that something was made of. */
export function pairedTo(items: readonly number[]): { item: number } | Array<{ item: number }> {
	const [first = 0] = items;
	return items.length < 2 ? { item: first } : items.map((item) => ({ item }));
}
