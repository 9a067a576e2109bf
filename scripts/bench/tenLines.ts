import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { packFolder } from '../publishing/pack.ts';

const PACKAGE = 'n8n-nodes-ten-lines';
/** The type of its node in n8n. */
export const TEN_LINES = `${PACKAGE}.tenLines`;

const NODE = `class TenLines {
	description = {
		displayName: 'Ten Lines', name: 'tenLines', group: ['trigger'], version: 1,
		description: 'Gives the body', defaults: { name: 'Ten Lines' },
		inputs: [], outputs: ['main'], properties: [],
		webhooks: [{ name: 'default', httpMethod: 'POST', path: 'ten', responseMode: 'onReceived' }],
	};
	async webhook() { return { workflowData: [[{ json: this.getBodyData() }]] }; }
}
module.exports = { TenLines };
`;

/** Makes the least trigger that n8n takes, as a community package; gives its tarball. */
export async function packTenLines(workFolder: string): Promise<string> {
	const folder = path.join(workFolder, 'ten-lines');
	await mkdir(path.join(folder, 'dist'), { recursive: true });
	await writeFile(path.join(folder, 'dist', 'TenLines.node.js'), NODE);
	const manifest = {
		name: PACKAGE,
		version: '1.0.0',
		keywords: ['n8n-community-node-package'],
		n8n: { n8nNodesApiVersion: 1, credentials: [], nodes: ['dist/TenLines.node.js'] },
	};
	await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
	return await packFolder(folder, workFolder);
}
