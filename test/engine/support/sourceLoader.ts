import path from 'node:path';

import { PackageDirectoryLoader } from 'n8n-core';

const ROOT = path.join(__dirname, '../../..');

/** n8n's loader on the sources: the package names what the build makes of them. */
export class SourceLoader extends PackageDirectoryLoader {
	constructor() {
		super(ROOT);
		const { n8n } = this.packageJson;
		const toSource = (file: string) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');
		if (n8n) {
			n8n.nodes = n8n.nodes?.map(toSource) ?? [];
			n8n.credentials = n8n.credentials?.map(toSource) ?? [];
		}
	}
}
