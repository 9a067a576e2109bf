/** What n8n's scanner of community packages finds here, and why each is as it is. */

/** One finding of the scanner. */
export interface Finding {
	/** The linter's rule. */
	rule: string;
	/** From the root of what was scanned, with slashes. */
	file: string;
	message: string;
}

export interface KnownFinding {
	rule: string;
	files: RegExp;
	/** All of the rule's when absent. */
	messages?: RegExp;
	why: string;
}

const BUNDLED = /^dist\/nodes\/vendor\//;

export const KNOWN_FINDINGS: readonly KnownFinding[] = [
	{
		rule: '@n8n/community-nodes/no-restricted-imports',
		files: BUNDLED,
		why: 'Bundled SDKs open connections themselves. Which of Node’s modules each one reaches is listed and tested (test/integration/package).',
	},
	{
		rule: '@n8n/community-nodes/no-restricted-imports',
		files: /^(?:dist\/)?nodes\/.*\.(?:js|ts)$/,
		messages: /'(?:node:)?(?:crypto|http|https|timers\/promises)'|'\.{1,2}\//,
		why: 'Agents that keep to n8n’s proxy and egress rules, waiting that can be cancelled, and comparing secrets in constant time. The rule’s list is n8n Cloud’s.',
	},
	{
		rule: '@n8n/community-nodes/no-restricted-globals',
		files: BUNDLED,
		why: 'The SDKs read the proxy’s environment variables and use Node’s timers.',
	},
	{
		rule: '@n8n/community-nodes/no-restricted-globals',
		files: /^dist\/nodes\/|^nodes\//,
		messages: /'(?:setTimeout|clearTimeout|setInterval|clearInterval|global|globalThis)'/,
		why: 'A deadline needs a timer that it can end.',
	},
	{
		rule: '@n8n/community-nodes/no-restricted-globals',
		files: /^(?:dist\/)?nodes\/LeadSource\/history\/n8nStore\./,
		messages: /'process'/,
		why: 'Whether there are further workers: n8n’s store of repeats has no lock, so what others removed is noted again.',
	},
	{
		rule: '@n8n/community-nodes/no-hardcoded-secrets',
		files: /^dist\/nodes\/vendor\/identity\.js$/,
		messages: /SHA256_TOKEN_TO_REFRESH|IMDS_TOKEN_PATH/,
		why: 'The name of a claim and a path, in Microsoft’s library. Neither is a secret.',
	},
	{
		rule: 'no-console',
		files: BUNDLED,
		why: 'Debug output of the SDKs, which is off.',
	},
	{
		rule: '@n8n/community-nodes/credential-test-required',
		files: /^credentials\/(?!MarketplaceLeadTriggerApi)/,
		why: 'The poll trigger makes its credentials and their tests from the registry of destinations, where the rule cannot look; an engine test checks that each credential has its test.',
	},
	{
		rule: '@n8n/community-nodes/credential-unnecessary-password',
		files: /^credentials\//,
		why: 'Connection strings, SAS URLs, keys and header values are secrets too; the rule knows them by words such as "password".',
	},
	{
		rule: '@n8n/community-nodes/resource-operation-pattern',
		files: /^nodes\/LeadSource\/LeadSource\.node\.ts$/,
		why: 'All operations work on leads: a choice of resource would have one entry.',
	},
	{
		rule: '@n8n/community-nodes/require-node-api-error',
		files:
			/^nodes\/(?:destinations|lead|parameters|polling|writing|LeadSource|MarketplaceLead\w*)\//,
		why: 'What knows no n8n throws its own errors; the nodes wrap each one once, in nodes/errors.ts.',
	},
	{
		rule: 'n8n-nodes-base/node-class-description-missing-subtitle',
		files: /^nodes\/MarketplaceLead\//,
		why: 'There is one; the rule knows a literal only.',
	},
	{
		rule: 'n8n-nodes-base/node-param-default-missing',
		files: /^nodes\/parameters\//,
		why: 'There is one, made from a table; the rule knows a literal only.',
	},
	{
		rule: 'n8n-nodes-base/node-param-display-name-miscased',
		files: /^nodes\/LeadSource\/history\//,
		why: 'The scanner’s version of the rule writes "in" small where it ends a label; title case has the last word large, and the linter’s version agrees.',
	},
];

/** Findings that no entry knows, and entries that found nothing, which are to be taken out. */
export function judge(
	findings: readonly Finding[],
	known: readonly KnownFinding[] = KNOWN_FINDINGS,
): { unknown: Finding[]; stale: KnownFinding[] } {
	const fits = (finding: Finding, { rule, files, messages }: KnownFinding) =>
		rule === finding.rule &&
		files.test(finding.file) &&
		(messages === undefined || messages.test(finding.message));
	return {
		unknown: findings.filter((finding) => !known.some((entry) => fits(finding, entry))),
		stale: known.filter((entry) => !findings.some((finding) => fits(finding, entry))),
	};
}
