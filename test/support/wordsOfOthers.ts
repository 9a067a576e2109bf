/**
 * What the docs print in italics and no label of ours is: words of other programs' pages, by whose they are.
 * Those of n8n are held against its editor (test/e2e/editorWords.test.ts).
 */

/** Words of n8n's editor, as they stand there. */
export const N8N_EDITOR: readonly string[] = [
	'Account connected',
	'Always Output Data',
	'Binary',
	'Community nodes',
	'Connect',
	'Continue',
	'Continue (using error output)',
	'Do not save',
	'Error Workflow',
	'Execute Once',
	'Execute step',
	'Executions',
	'Fetch Test Event',
	'From file',
	'Import',
	'Install',
	'On Error',
	'Publish',
	'Retry',
	'Retry On Fail',
	'Save',
	'Save successful production executions',
	'Settings',
	'Stop Workflow',
	'Timezone',
	'Uninstall package',
	'Update',
	'View',
];

/** Names and labels of n8n's own nodes. */
export const N8N_NODES: readonly string[] = [
	'Crypto',
	'Edit Fields',
	'Extract From CSV',
	'Extract from File',
	'File',
	'Generate',
	'HEX',
	'If',
	'Include Other Input Fields',
	'Input Binary Field',
	'Raw Body',
	'Read/Write Files from Disk',
	'Switch',
	'Wait',
];

/** Words of Microsoft's pages. */
export const MICROSOFT: readonly string[] = [
	'Access keys',
	'Azure table',
	'Connect',
	'Customer leads',
	'Dynamics 365 Customer Engagement',
	'Export',
	'Go live',
	'HTTPS endpoint',
	'Offer setup',
	'Referrals',
	'Review and publish',
	'Save draft',
	'Security + networking',
	'Storage Table Data Contributor',
	'Storage Table Data Reader',
	'Validate',
];
