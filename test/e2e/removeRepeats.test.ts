/** Lead Source's Remove Repeats with n8n's own store behind it, one execution after the other and at once. */
import type { CredentialRef } from '../../scripts/host/rest.ts';
import { sharedHost } from './support/host.ts';
import { httpsLead, send } from './support/send.ts';
import {
	chain,
	itemsOf,
	leadSource,
	leadTrigger,
	LiveWorkflow,
	withCredential,
} from './support/workflows.ts';

const SECRET = 'an-e2e-secret-of-32-characters-03';
const AT_ONCE = 20;
/** 20 executions on busy cores. */
const TIMEOUT_MS = 300_000;

let host: Awaited<ReturnType<typeof sharedHost>>;
let endpoint: CredentialRef;

beforeAll(async () => {
	host = await sharedHost();
	endpoint = await host.rest.createCredential('marketplaceLeadTriggerApi', 'Repeats', {
		secret: SECRET,
	});
});

/** Leads over HTTPS into Remove Repeats; every workflow has a history of its own. */
async function activate(name: string, compareBy: string): Promise<LiveWorkflow> {
	const repeats = leadSource('Repeats', { operation: 'removeRepeats', compareBy });
	const file = chain(name, withCredential(leadTrigger(), endpoint), repeats);
	return await LiveWorkflow.activate(host, file);
}

const post = async (workflow: LiveWorkflow, lead: object) => {
	expect((await send(workflow.url(), lead, { code: SECRET })).status).toBe(200);
};

/** What came out of the two outputs: the companies that were new, and of the others what was seen. */
async function outcomes(workflow: LiveWorkflow, executions: number) {
	const ended = await workflow.executions(executions);
	expect(ended.map(({ status }) => status)).toEqual(Array(executions).fill('success'));
	const from = (output: number) =>
		ended.flatMap((execution) => itemsOf(execution, 'Repeats', output));
	return {
		fresh: from(0).map(({ customer }) => customer.company),
		seen: from(1).map(({ repeat }) => (repeat as { seen: string }).seen),
	};
}

it(
	'tells the lead, its offer and its customer from what is new',
	async () => {
		const workflow = await activate('Repeats one by one', 'customer');
		const lead = httpsLead('First Company');
		await post(workflow, lead);
		await workflow.executions(1);
		await post(workflow, lead);
		await workflow.executions(2);
		await post(workflow, { ...lead, ActionCode: 'PLT' });
		await workflow.executions(3);
		await post(workflow, { ...lead, OfferTitle: 'Another offer' });
		await workflow.executions(4);
		await post(workflow, {
			...lead,
			UserDetails: { ...lead.UserDetails, Email: 'else@fabrikam.example', Company: 'Second' },
		});
		expect(await outcomes(workflow, 5)).toEqual({
			fresh: ['First Company', 'Second'],
			seen: ['lead', 'customerAndOffer', 'customer'],
		});
		await workflow.remove();
	},
	TIMEOUT_MS,
);

it(
	'lets a lead through once of many executions at once, and forgets none of many leads',
	async () => {
		const same = await activate('Repeats of the same at once', 'lead');
		const lead = httpsLead('The Same');
		await Promise.all(Array.from({ length: AT_ONCE }, async () => await post(same, lead)));
		const outcome = await outcomes(same, AT_ONCE);
		expect(outcome.fresh).toEqual(['The Same']);
		expect(outcome.seen).toEqual(Array(AT_ONCE - 1).fill('lead'));
		await same.remove();

		const others = await activate('Repeats of others at once', 'lead');
		const names = Array.from({ length: AT_ONCE }, (_, at) => `Company ${at + 10}`);
		const postAll = async () =>
			await Promise.all(names.map(async (name) => await post(others, httpsLead(name))));
		await postAll();
		const first = await outcomes(others, AT_ONCE);
		expect({ ...first, fresh: first.fresh.sort() }).toEqual({ fresh: names, seen: [] });
		await postAll();
		const both = await outcomes(others, 2 * AT_ONCE);
		expect(both.fresh.sort()).toEqual(names);
		expect(both.seen).toEqual(Array(AT_ONCE).fill('lead'));
		await others.remove();
	},
	2 * TIMEOUT_MS,
);
