import { createRequire } from 'node:module';
import path from 'node:path';

import type { INodeType } from 'n8n-workflow';

/** A node of the built package, as n8n makes one. */
export function builtNode(packageFolder: string, name: string): INodeType {
	const file = path.join(packageFolder, 'dist', 'nodes', name, `${name}.node.js`);
	const loaded = createRequire(file)(file) as Record<string, new () => INodeType>;
	const Type = loaded[name];
	if (!Type) throw new Error(`${file} exports no ${name}.`);
	return new Type();
}
