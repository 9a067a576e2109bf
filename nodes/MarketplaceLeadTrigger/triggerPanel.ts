/** What the editor tells of the way from Partner Center to the trigger, in the editor's own words. */
import type { INodeProperties, NodeHint, TriggerPanelDefinition } from 'n8n-workflow';

import { whenOwnItem } from '../parameters/ownOutput';
import { SECRET_QUERY_PARAMETER } from './authentication';
import { hasPublishedId, NEW_ID, PUBLISHED_ID } from './exampleIds';

const WHERE_TO_PASTE =
	'<b>Marketplace offers</b> → your offer → <b>Offer setup</b> → <b>Customer leads</b> → <b>Connect</b> → <b>HTTPS endpoint</b>';

const TESTING =
	'<b>While you build the workflow</b>, click <b>Execute step</b>, copy the Test URL, and post a lead to it, ' +
	'or paste it in Partner Center as below and click <b>Validate</b>. ' +
	'The lead shows up here in the editor, and so does a request that is refused. n8n listens for two minutes.';

const PASTING = (publishFirst: string): string =>
	[
		'<b>To receive leads for good</b>:',
		`1. ${publishFirst}`,
		'2. Copy the Production URL, under <b>Webhook URLs</b> among the parameters.',
		`3. In Partner Center, open ${WHERE_TO_PASTE}.`,
		'4. Paste the URL. What to add to it, if anything, stands among the parameters.',
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

const OPEN = `In Partner Center, open ${WHERE_TO_PASTE}, paste the Production URL of this node`;
const AND_THEN = 'click <b>Validate</b> to get a test lead, and publish the offer.';

/** The same in short, for each way to let senders in. */
const NOTICES = {
	secretUrl: `${OPEN} as it is, ${AND_THEN} The URL is the secret: keep it to yourself. For another URL, delete this node and add it anew.`,
	sharedSecret: `${OPEN}, append <code>?${SECRET_QUERY_PARAMETER}=</code> and the secret of your credential, ${AND_THEN} Keep a copy of the secret: n8n does not show it again. A password manager makes one, or n8n's <b>Crypto</b> node (<i>Generate</i>, type <i>HEX</i>, length 48).`,
	basicAuth:
		'For senders that can log in with the user and secret of your credential. Partner Center cannot: it takes a URL alone.',
	none: `${OPEN}, ${AND_THEN} Nothing is checked: whoever knows the URL can send leads.`,
} as const;

export const connectionNotices: INodeProperties[] = Object.entries(NOTICES).map(
	([authentication, displayName]) => ({
		displayName,
		name: `${authentication}Notice`,
		type: 'notice',
		default: '',
		displayOptions: { show: { authentication: [authentication] } },
	}),
);

export const triggerHints: NodeHint[] = [
	{
		message: `<b>${PUBLISHED_ID}</b> ${NEW_ID}`,
		type: 'danger',
		location: 'outputPane',
		whenToDisplay: 'always',
		displayCondition: `={{ $parameter["authentication"] === "secretUrl" && ${hasPublishedId} }}`,
	},
	{
		message:
			'This request was <b>refused</b>: it starts no workflow. Open the second tab: its field <code>reasons</code> says why.',
		type: 'warning',
		location: 'outputPane',
		whenToDisplay: 'afterExecution',
		displayCondition: whenOwnItem('item.refused === true', 1),
	},
];
