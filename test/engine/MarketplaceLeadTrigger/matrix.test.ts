/**
 * Every parameter of the trigger with an expression that throws, comes out empty or gives a value of
 * another kind, and everything else that a workflow's file may hold: the sender always has a response,
 * and a lead that is accepted starts the workflow. What is wrong is logged with the parameter's label.
 */
import { randomUUID } from 'node:crypto';

import type { INodeParameters } from 'n8n-workflow';

import { MarketplaceLeadTrigger } from '../../../nodes/MarketplaceLeadTrigger/MarketplaceLeadTrigger.node';
import { hookContext } from '../../support/engine';
import { cellsOf, labelOf, takesExpression, variantsOf } from '../../support/matrix';
import { triggerCells, typesWithoutKinds } from '../../support/triggerMatrix';
import { startWebhookServer } from '../../support/webhookServer';

const type = new MarketplaceLeadTrigger();
const { description } = type;
const SECRET = 'c0ffee00c0ffee00c0ffee00';
const LEAD = JSON.stringify({
	LeadSource: 'AzureMarketplace-INS|contoso.crm',
	UserDetails: { LastName: 'Sample', Email: 'kim@contoso.com' },
});
/** The part of the URL is n8n's to read, before any of our code runs. */
const tried = triggerCells(description, {}, () => ({})).filter(({ path }) => path !== 'path');
const fixed = variantsOf(description, {}).flatMap((variant) =>
	cellsOf(description, variant, {
		put: () => 'nonsense',
		into: (property) => !takesExpression(property),
	}),
);

interface Outcome {
	status: number;
	body: string;
	/** Items that start the workflow, by output. */
	started: number[];
	logged: string;
}

async function post(parameters: INodeParameters): Promise<Outcome> {
	const { logger } = hookContext({ type }, 'activate');
	const spies = (['error', 'warn'] as const).map((level) => jest.spyOn(logger, level).mockClear());
	const server = await startWebhookServer({
		type,
		// What is told of refused requests is bounded for each trigger.
		id: randomUUID(),
		parameters,
		credentials: { marketplaceLeadTriggerApi: { secret: SECRET, user: 'marketplace' } },
	});
	try {
		const { authentication } = parameters;
		const basic = Buffer.from(`marketplace:${SECRET}`).toString('base64');
		const secret = authentication === 'basicAuth' ? { authorization: `Basic ${basic}` } : {};
		const response = await fetch(`${server.url}?code=${SECRET}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...secret },
			body: LEAD,
		});
		const [{ workflowData = [] } = {}] = server.results;
		return {
			status: response.status,
			body: await response.text(),
			started: workflowData.map((items) => items.length),
			logged: spies.flatMap(({ mock }) => mock.calls.map(([line]) => String(line))).join('\n'),
		};
	} finally {
		await server.stop();
		jest.restoreAllMocks();
	}
}

it('knows what every type of parameter does not want', () => {
	expect(typesWithoutKinds(description)).toEqual([]);
});

it.each(tried.map((cell) => [cell.name, cell] as const))('%s', async (_name, cell) => {
	const { status, body, started, logged } = await post(cell.parameters);
	if (status === 200 && !cell.isError) {
		expect([started, logged]).toEqual([[1], '']);
		expect(JSON.parse(body)).toEqual({ id: expect.any(String) });
		return;
	}
	expect([status, started]).toEqual([500, []]);
	expect(JSON.parse(body)).toEqual({ message: expect.stringContaining('could not take the lead') });
	expect(logged).toContain(cell.label);
	// And where somebody wants to know, it starts the workflow, on the output for that.
	const options = { ...(cell.parameters['options'] as INodeParameters), outputRefused: true };
	expect((await post({ ...cell.parameters, options })).started).toEqual([0, 1]);
});

it.each(fixed.map((cell) => [cell.path, cell] as const))('nonsense for %s', async (_path, cell) => {
	const { status, started, logged } = await post(cell.parameters);
	if (status === 200) {
		expect([started, logged]).toEqual([[1], '']);
		return;
	}
	expect([status, started]).toEqual([500, []]);
	expect(logged).toContain(labelOf(description, cell));
});

it('is as large as it was', () => {
	const count = tried.length + fixed.length;
	process.stdout.write(`The matrix of the Marketplace Lead Trigger has ${count} cells.\n`);
	expect(count).toBeGreaterThanOrEqual(37);
});
