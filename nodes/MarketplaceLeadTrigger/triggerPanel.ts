import type { TriggerPanelDefinition } from 'n8n-workflow';

import { SECRET_QUERY_PARAMETER } from './authentication';

const WHERE_TO_PASTE =
	'<b>Marketplace offers</b> → your offer → <b>Offer setup</b> → <b>Customer leads</b> → <b>Connect</b> → <b>HTTPS Endpoint</b>';

const SECRET_TO_APPEND = `<code>?${SECRET_QUERY_PARAMETER}=</code> and the secret of your credential`;

const TESTING =
	'<b>While you build the workflow</b>, copy the Test URL, click "Listen for test event", and post a lead to it, ' +
	`or paste it in Partner Center as below and click <b>Validate</b>. With a shared secret, append ${SECRET_TO_APPEND}. ` +
	'The lead shows up here in the editor. n8n listens for two minutes.';

const PASTING = (activeFirst: string): string =>
	[
		'<b>To receive leads for good</b>:',
		`1. ${activeFirst}`,
		'2. Copy the Production URL above.',
		`3. In Partner Center, open ${WHERE_TO_PASTE}.`,
		`4. Paste the URL and append ${SECRET_TO_APPEND}.`,
		'5. Click <b>Validate</b>: Partner Center sends a test lead, which shows up in the executions list.',
		'6. Click <b>Connect</b>, save the draft and publish the offer.',
	].join(' <br /> ');

/** What the node's panel tells before the first lead: what to paste where, in order. */
export const triggerPanel: TriggerPanelDefinition = {
	header: 'Receive leads from Partner Center',
	executionsHelp: {
		inactive: `${TESTING} <br /> <br /> ${PASTING('Publish this workflow.')}`,
		active: `${TESTING} <br /> <br /> ${PASTING('This workflow is published: nothing to do.')}`,
	},
	activationHint: {
		inactive:
			'Publish this workflow, then paste its Production URL in Partner Center: leads then start it on their own.',
		active:
			'Leads sent to the Production URL start this workflow on their own; they show up in the executions list.',
	},
};

/** The same in short, among the parameters. */
export const connectionNotice = `In Partner Center, open ${WHERE_TO_PASTE}, paste the Production URL of this node with ${SECRET_TO_APPEND} appended, click <b>Validate</b> to get a test lead, and publish the offer.`;
