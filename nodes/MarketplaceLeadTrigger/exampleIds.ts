/**
 * IDs that earlier examples of this package carried. n8n keeps the ID of a node that it did not make
 * itself as the workflow is imported or pasted, so a URL with one of them is known to everybody.
 */
const PUBLISHED_IDS = [
	'404bb5f6-b41d-5265-b98d-d6f39a55cab0',
	'5bb7fb0f-d8d9-415b-8725-460b8ce504db',
	'69892975-d03a-495a-ada0-faa1b33bd73e',
	'b0d32728-cbf3-5df0-b329-b324356146d9',
];

/** Whether anybody can know the URL with this ID. */
export function isPublishedId(webhookId: string | undefined): boolean {
	return webhookId !== undefined && PUBLISHED_IDS.includes(webhookId.toLowerCase());
}

/** The same for an expression in the editor, without the braces around it. */
export const hasPublishedId = `${JSON.stringify(PUBLISHED_IDS)}.includes($webhookId)`;

export const PUBLISHED_ID =
	'The URL of this trigger is no secret: it holds an ID that is published in an example.';
export const NEW_ID =
	'Delete the node and add it anew, which gives it an ID of its own, and give Partner Center the new URL; or choose Shared Secret.';
