/** What a process that has n8n loads of the built package when a node is first used. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';

import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';

const DIST = path.join(PROJECT_ROOT, 'dist');

/** Files of ours, from `dist/nodes`, in a process of its own: what this one has loaded proves nothing. */
function loadedBy(node: string): string[] {
	const file = path.join(DIST, 'nodes', node, `${node}.node.js`);
	const script = `
		require(${JSON.stringify(file)});
		process.stdout.write(JSON.stringify(Object.keys(require.cache)));
	`;
	const loaded = JSON.parse(
		execFileSync(process.execPath, ['--eval', script], { cwd: PROJECT_ROOT, encoding: 'utf8' }),
	) as string[];
	return loaded
		.map((name) => path.relative(path.join(DIST, 'nodes'), name).split(path.sep).join('/'))
		.filter((name) => !name.startsWith('..'));
}

const WRITERS = /^destinations\/\w+\/(?:writing\/\w*[wW]riter|marking\/(?:marker|pending))\.js$/;
const SDKS = /^vendor\/(?!schema\.js)/;

it.each(['MarketplaceLeadTrigger', 'MarketplaceLeadPollTrigger', 'LeadSource', 'MarketplaceLead'])(
	'%s loads no SDK and no writer before it needs one',
	(node) => {
		const loaded = loadedBy(node);
		expect(loaded).toContain(`${node}/${node}.node.js`);
		expect(loaded.filter((name) => SDKS.test(name) || WRITERS.test(name))).toEqual([]);
	},
);

it.each(['MarketplaceLeadTrigger', 'MarketplaceLeadPollTrigger', 'MarketplaceLead'])(
	'%s loads nothing that makes reports',
	(node) => {
		expect(loadedBy(node).filter((name) => name.startsWith('lead/report/'))).toEqual([]);
	},
);
