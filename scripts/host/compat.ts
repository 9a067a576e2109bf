/**
 * What the package is tried with, the oldest first: `npm run test:compat` without a version runs them all,
 * and the README, docs/compatibility.md and the workflow Compatibility name the same ones.
 */
import { N8N_VERSION } from './cache.ts';

export const N8N_VERSIONS = ['1.123.81', '2.20.12', '2.39.10', N8N_VERSION, '2.41.1'];

/** The oldest that package.json takes, the project's own (named by its lock file), and the newest. */
export const NODE_VERSIONS = ['22.19.0', 'project', '26.10.0'];

/** Which n8n, and which Node runs it, in one run of the project `compat` or `e2e`. */
export const VARIABLES = {
	n8n: 'MARKETPLACE_LEADS_N8N',
	node: 'MARKETPLACE_LEADS_NODE',
} as const;

export const COMPAT_N8N = process.env[VARIABLES.n8n] || N8N_VERSION;
/** The path of the binary; undefined for the project's own. */
export const COMPAT_NODE = process.env[VARIABLES.node] || undefined;
