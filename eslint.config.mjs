/**
 * Lint for the whole project. What ships is held to n8n's own two plugins and to typescript-eslint's
 * strict rules with types; tests and scripts to the strict rules that need no types, which is fast.
 *
 * Every exception from n8n's and typescript-eslint's rules is in `EXCEPTIONS` below, with its
 * reason, and nowhere else: comments in the code cannot switch rules off.
 */
import js from '@eslint/js';
import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import importX from 'eslint-plugin-import-x';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import tseslint from 'typescript-eslint';

const SHIPPED = ['nodes/**/*.ts', 'credentials/**/*.ts'];
const TESTS_AND_SCRIPTS = ['test/**/*.ts', 'scripts/**/*.ts'];
/** What knows no n8n: pure domain, the engines for reading and writing, one folder a destination. */
const BELOW_N8N = [
	'nodes/lead/**/*.ts',
	'nodes/polling/**/*.ts',
	'nodes/writing/**/*.ts',
	'nodes/destinations/**/*.ts',
];

/** Rules that do not fit, where, and why. */
const EXCEPTIONS = [
	{
		why: 'One of the two plugins wants the text "main" for inputs and outputs, the other one NodeConnectionTypes.Main, which says what is meant.',
		files: SHIPPED,
		rules: {
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
		},
	},
	{
		why: "Only for n8n's own repository, where it is a page's name; ours is a URL.",
		files: ['credentials/**/*.ts'],
		rules: { 'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off' },
	},
	{
		why: 'All operations work on leads: a choice of resource would have one entry.',
		files: ['nodes/LeadSource/LeadSource.node.ts'],
		rules: { '@n8n/community-nodes/resource-operation-pattern': 'off' },
	},
	{
		why: 'A credential test has no other HTTP helper than the one that is deprecated everywhere else.',
		files: ['nodes/MarketplaceLeadTrigger/credentialTest.ts'],
		rules: { '@n8n/community-nodes/no-deprecated-workflow-functions': 'off' },
	},
	{
		why: 'The poll trigger makes its credentials and tests from the registry of destinations, where this rule cannot look; an engine test checks that each credential has its test.',
		files: ['credentials/*.ts'],
		ignores: ['credentials/MarketplaceLeadTriggerApi.credentials.ts'],
		rules: { '@n8n/community-nodes/credential-test-required': 'off' },
	},
	{
		why: 'Knows a secret by words such as "password" in its name; connection strings, SAS URLs and account keys are secrets too.',
		files: ['credentials/**/*.ts'],
		rules: { '@n8n/community-nodes/credential-unnecessary-password': 'off' },
	},
	{
		why: "Takes every name with \"key\" for a secret's; Salesforce's Consumer Key is the app's public name.",
		files: ['credentials/MarketplaceLeadSalesforceApi.credentials.ts'],
		rules: {
			'@n8n/community-nodes/credential-password-field': 'off',
			'n8n-nodes-base/cred-class-field-type-options-password-missing': 'off',
		},
	},
	{
		why: 'Choices and defaults that are made from tables cannot be read by a rule that wants literals.',
		files: ['nodes/parameters/**/*.ts'],
		rules: { 'n8n-nodes-base/node-param-default-missing': 'off' },
	},
	{
		why: "The destinations' names in the subtitle come from the registry; the rule sees none but a literal.",
		files: ['nodes/MarketplaceLead/*.node.ts'],
		rules: { 'n8n-nodes-base/node-class-description-missing-subtitle': 'off' },
	},
	{
		why: 'What knows no n8n cannot throw its errors: the nodes wrap them once, in nodes/errors.ts.',
		files: [...BELOW_N8N, 'nodes/parameters/**/*.ts'],
		rules: { '@n8n/community-nodes/require-node-api-error': 'off' },
	},
	{
		why: "The rule's list is n8n Cloud's; this package is for self-hosted n8n, and Node's own modules are there.",
		files: ['nodes/destinations/{azureNetwork,egress,httpClient,timeLimits}.ts'],
		rules: { '@n8n/community-nodes/no-restricted-imports': 'off' },
	},
	{
		why: 'n8n writes its own name in lower case.',
		files: ['nodes/LeadSource/history/index.ts'],
		rules: { 'n8n-nodes-base/node-param-display-name-miscased': 'off' },
	},
	{
		why: 'Nothing but the process itself says whether it is one of several workers.',
		files: ['nodes/LeadSource/history/n8nStore.ts'],
		rules: { '@n8n/community-nodes/no-restricted-globals': 'off' },
	},
	{
		why: 'Parsing is synchronous, so what it loads on first use has to be required.',
		files: ['nodes/lead/**/*.ts', 'nodes/vendor/**/*.ts'],
		rules: { '@typescript-eslint/no-require-imports': 'off' },
	},
	{
		why: 'n8n calls execute, poll and webhook as promises, whether or not there is something to wait for.',
		files: ['nodes/**/*.node.ts'],
		rules: { '@typescript-eslint/require-await': 'off' },
	},
	{
		why: 'Numbers and booleans read the same in a template as anywhere.',
		files: SHIPPED,
		rules: {
			'@typescript-eslint/restrict-template-expressions': [
				'error',
				{ allowNumber: true, allowBoolean: true },
			],
		},
	},
	{
		why: "Entries of our registries are plain objects that are taken apart; none of their functions has a 'this'.",
		files: ['nodes/parameters/**/*.ts'],
		rules: { '@typescript-eslint/unbound-method': 'off' },
	},
	{
		why: 'In a test, a missing value fails the assertion that follows: guarding against it hides what is tested.',
		files: ['test/**/*.ts'],
		rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
	},
	{
		why: 'These run as they are, in CommonJS.',
		files: ['**/*.cjs', 'gulpfile.js', 'index.js', 'test/jest.config.js'],
		rules: { '@typescript-eslint/no-require-imports': 'off' },
	},
];

/**
 * Who may import what. `pattern` is what a module name must not match; loading by `import()` and
 * `require()` counts as well.
 */
const BORDERS = [
	{
		files: ['scripts/**/*.ts'],
		pattern: '^\\.{1,2}/(?!.*\\.(ts|mjs|json)$)',
		message: 'Node runs the scripts as they are: it finds a file by its whole name only.',
	},
	{
		files: ['nodes/**/*.ts', 'credentials/**/*.ts'],
		ignores: ['nodes/vendor/**/*.ts'],
		pattern: '^(?!\\.{1,2}/|n8n-workflow$|node:(?:crypto|https?|timers/promises)$)',
		message: 'Packages that ship with us are bundled: import them through nodes/vendor.',
	},
	{
		files: ['nodes/destinations/**/*.ts', 'nodes/polling/**/*.ts', 'nodes/writing/**/*.ts'],
		pattern: '^(?!\\.{1,2}/|node:(?:crypto|https?|timers/promises)$)',
		message:
			'Destinations, polling and writing know no n8n, and third-party packages by nodes/vendor only.',
	},
	{
		files: [
			'nodes/destinations/**/*.description.ts',
			'nodes/destinations/*/{index,properties}.ts',
			'nodes/destinations/contract.ts',
		],
		pattern: '^(?!\\.{1,2}/|node:crypto$)',
		allowTypeImports: true,
		message: 'Descriptions take nothing but types from n8n.',
	},
	{
		files: ['nodes/lead/**/*.ts'],
		pattern: '^(?!\\./|\\.\\./vendor/|node:crypto$)',
		message: 'The domain is pure: it reaches out of nodes/lead only for nodes/vendor.',
	},
	{
		files: ['nodes/lead/*/**/*.ts'],
		pattern: '^(?!\\./|\\.\\./(?!\\.)|\\.\\./\\.\\./vendor/|node:crypto$)',
		message: 'The domain is pure: its folders reach no further than nodes/lead and nodes/vendor.',
	},
];

/** What Node gives every module, as far as our plain scripts use it. */
const NODE_GLOBALS = Object.fromEntries(
	'AbortController AbortSignal Buffer URL __dirname clearInterval clearTimeout console fetch module performance process require setInterval setTimeout'
		.split(' ')
		.map((name) => [name, 'readonly']),
);

/** One way to make a member private: TypeScript's keyword. */
const HASH_PRIVATE = {
	create: (context) => ({
		':matches(PropertyDefinition, MethodDefinition) > PrivateIdentifier.key'(node) {
			context.report({ node, message: 'Use "private" instead of "#".' });
		},
	}),
};

function border({ files, ignores = [], pattern, message, allowTypeImports = false }) {
	const loadedByCall = `[source.value=/${pattern.replaceAll('/', '\\/')}/]`;
	const required = `[arguments.0.value=/${pattern.replaceAll('/', '\\/')}/]`;
	return {
		files,
		ignores,
		rules: {
			'@typescript-eslint/no-restricted-imports': [
				'error',
				{ patterns: [{ regex: pattern, message, allowTypeImports }] },
			],
			'no-restricted-syntax': [
				'error',
				{ selector: `ImportExpression${loadedByCall}`, message },
				{ selector: `CallExpression[callee.name="require"]${required}`, message },
			],
		},
	};
}

export default tseslint.config(
	{ ignores: ['dist/', 'coverage/', 'node_modules/'] },
	{ linterOptions: { noInlineConfig: true } },
	js.configs.recommended,
	{
		files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
		languageOptions: { globals: NODE_GLOBALS },
	},
	{ files: ['**/*.js', '**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },

	{
		files: SHIPPED,
		extends: [...tseslint.configs.strictTypeChecked],
		languageOptions: { parserOptions: { project: './tsconfig.json' } },
	},
	{ files: TESTS_AND_SCRIPTS, extends: [...tseslint.configs.strict] },
	{
		files: [...SHIPPED, ...TESTS_AND_SCRIPTS],
		rules: {
			'@typescript-eslint/no-unused-vars': [
				'error',
				{
					argsIgnorePattern: '^_',
					destructuredArrayIgnorePattern: '^_',
					ignoreRestSiblings: true,
				},
			],
		},
	},

	{
		files: [...SHIPPED, ...TESTS_AND_SCRIPTS],
		// Holds a secret that must not be seen where the object is logged, which only "#" sees to.
		ignores: ['nodes/destinations/https/writing/writer.ts'],
		plugins: { project: { rules: { 'hash-private': HASH_PRIVATE } } },
		rules: { 'project/hash-private': 'error' },
	},

	{
		files: [...SHIPPED, ...TESTS_AND_SCRIPTS],
		plugins: { 'import-x': importX },
		settings: {
			...importX.flatConfigs.typescript.settings,
			'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.js'] })],
		},
		// Which file of a cycle is evaluated first depends on who imports it.
		rules: { 'import-x/no-cycle': ['error', { ignoreExternal: true }] },
	},

	{ files: SHIPPED, ...n8nCommunityNodesPlugin.configs.recommended },
	{ files: SHIPPED, plugins: { 'n8n-nodes-base': n8nNodesBase } },
	{ files: ['nodes/**/*.ts'], rules: n8nNodesBase.configs.nodes.rules },
	{ files: ['credentials/**/*.ts'], rules: n8nNodesBase.configs.credentials.rules },
	{
		// Both plugins have rules for the package, written for a parser that reads JSON as code.
		files: ['package.json'],
		plugins: {
			...n8nCommunityNodesPlugin.configs.recommended.plugins,
			'n8n-nodes-base': n8nNodesBase,
		},
		languageOptions: {
			parser: tseslint.parser,
			parserOptions: { extraFileExtensions: ['.json'] },
		},
		rules: {
			...n8nCommunityNodesPlugin.configs.recommended.rules,
			...n8nNodesBase.configs.community.rules,
		},
	},

	...BORDERS.map(border),
	...EXCEPTIONS.map(({ files, ignores = [], rules }) => ({ files, ignores, rules })),
);
