import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { INode, INodeExecutionData, INodeParameters, IRun } from 'n8n-workflow';

import type { Lead } from '../../../nodes/lead';
import { parseLead } from '../../../nodes/lead';
import { LeadSource } from '../../../nodes/LeadSource/LeadSource.node';
import { SPLITS } from '../../../nodes/LeadSource/splits';
import { outputsOf, runNode } from '../../support/engine';

const SAMPLES = path.join(__dirname, '../../samples');
const HTTPS = { LeadSource: 'SPZA', ActionCode: 'PLT', UserDetails: { Company: 'Contoso' } };
const DNC = { LeadSource: 'SPZA-DNC|contoso.crm' };
const items = (...jsons: object[]) => jsons.map((json) => ({ json })) as INodeExecutionData[];

async function run(
	parameters: INodeParameters,
	input: INodeExecutionData[],
	onError?: INode['onError'],
): Promise<IRun> {
	return await runNode({ type: new LeadSource(), parameters, ...(onError && { onError }) }, input);
}

async function outputs(
	parameters: INodeParameters,
	input: INodeExecutionData[],
	onError?: INode['onError'],
): Promise<Lead[][]> {
	const all = outputsOf(await run(parameters, input, onError));
	return all.map((items) => items.map(({ json }) => json as unknown as Lead));
}

async function leads(parameters: INodeParameters, input: INodeExecutionData[]): Promise<Lead[]> {
	return (await outputs(parameters, input)).flat();
}

describe('a whole item', () => {
	it('becomes the lead, and nothing but the lead', async () => {
		const [lead] = await leads({}, items({ ...HTTPS, $other: 1 }));
		const expected = parseLead({ ...HTTPS, $other: 1 });
		expect(lead).toEqual({ ...expected, receivedAt: lead!.receivedAt });
	});

	it.each(readdirSync(SAMPLES).filter((name) => name.endsWith('.json')))(
		'may be %s',
		async (name) => {
			const content = JSON.parse(readFileSync(path.join(SAMPLES, name), 'utf8')) as object | string;
			const found = await leads({ readLeadFrom: 'field', field: 'it' }, items({ it: content }));
			expect(found.length).toBeGreaterThan(0);
			if (typeof content === 'string' || Array.isArray(content)) return;
			expect(await leads({}, items(content))).toMatchObject([{ id: found[0]!.id }]);
		},
	);

	it('may come from the Webhook node', async () => {
		const webhook = { headers: { host: 'a' }, params: {}, query: { code: 'x' }, body: HTTPS };
		const [lead] = await leads({}, items(webhook));
		expect(lead).toMatchObject({ source: { code: 'SPZA' }, properties: {} });
		expect(await leads({}, items({ ...webhook, body: [HTTPS, DNC] }))).toHaveLength(2);
	});

	it('may be a lead already: it comes out as it was', async () => {
		const once = await leads({}, items(HTTPS));
		expect(await leads({}, items(...once))).toEqual(once);
	});
});

describe('a field', () => {
	it.each([
		['an object', 'body', { body: HTTPS }],
		['text', 'data.text', { data: { text: JSON.stringify(HTTPS) } }],
		['an entry of a list', 'all.1', { all: [{}, HTTPS] }],
	])('with %s', async (_name, field, json) => {
		expect(await leads({ readLeadFrom: 'field', field }, items(json))).toMatchObject([
			{ source: { code: 'SPZA' }, action: { code: 'PLT' } },
		]);
	});

	it('with a list gives an item a lead, each paired with the item it came from', async () => {
		const input = items({ body: HTTPS }, { body: [HTTPS, DNC] });
		const [out] = outputsOf(await run({ readLeadFrom: 'field', field: 'body' }, input));
		expect(out!.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 1 },
		]);
	});
});

describe('a lead source text', () => {
	it('is read for each item by its own expression', async () => {
		const parameters = { readLeadFrom: 'text', leadSource: '={{ $json.text }}' };
		const texts = ['AzureMarketplace-INS|contoso.crm', 'Test run through MS Flow', 7];
		const found = await leads(parameters, items(...texts.map((text) => ({ text }))));
		expect(found.map(({ leadSource }) => leadSource)).toEqual(texts.map(String));
		expect(found.map(({ stage }) => stage)).toEqual(['initialInterest', 'unknown', 'unknown']);
		expect(found[0]).toMatchObject({ offer: { publisherId: 'contoso', offerId: 'crm' } });
	});
});

describe('options', () => {
	it('choose the stage guide, and add the record', async () => {
		const options = { stageGuide: 'partnerCenter', includeRaw: true };
		const [lead] = await leads({ options }, items(HTTPS));
		expect(lead).toMatchObject({ stage: 'initialInterest', raw: HTTPS });
	});
});

describe('outputs', () => {
	it.each(['stage', 'contact', 'source'] as const)(
		'by %s: every lead on its own',
		async (output) => {
			const split = SPLITS[output];
			const input = [
				'AzureMarketplace-INS',
				'SPZA-PLT',
				'SPZA-DNC',
				'TestDrive-StartTestDrive',
				'Fax-X',
			];
			const records = input.map((leadSource) => ({ LeadSource: `${leadSource}|contoso.crm` }));
			const found = await outputs({ outputs: output }, items(...records));
			expect(found).toHaveLength(split.outputs.length);
			expect(found.flat()).toHaveLength(input.length);
			found.forEach((group, index) => {
				for (const lead of group) expect(split.outputOf(lead)).toBe(index);
			});
			expect(found.filter((group) => group.length > 0).length).toBeGreaterThan(1);
		},
	);

	it('are refused by a plain sentence when there is no such split', async () => {
		await expect(leads({ outputs: 'constructor' }, items(HTTPS))).rejects.toThrow(
			/not a way to split/,
		);
	});
});

describe('files of an item', () => {
	const binary = { contract: { data: '', mimeType: 'application/pdf' } };

	it('stay with the one lead', async () => {
		const [out] = outputsOf(await run({}, [{ json: HTTPS, binary }]));
		expect(out).toMatchObject([{ binary }]);
	});

	it('are not copied to each of a list', async () => {
		const input = [{ json: { body: [HTTPS, DNC] }, binary }];
		const [out] = outputsOf(await run({ readLeadFrom: 'field', field: 'body' }, input));
		expect(out!.map((item) => 'binary' in item)).toEqual([false, false]);
	});
});

describe('an item that holds no lead', () => {
	const NO_LEAD = { name: 'Someone' };

	it('is not told by all of a value that stands where a name belongs', async () => {
		const parameters = { readLeadFrom: 'field', field: '={{ $json.text }}' };
		const went = await run(parameters, items({ text: 'b'.repeat(100_000) }));
		expect(went.data.resultData.error).toMatchObject({
			message: `The item has no field "${'b'.repeat(80)}…"`,
		});
	});

	it.each([
		['the item', {}, NO_LEAD, 'The item holds no lead'],
		[
			'the body of a request',
			{},
			{ headers: {}, params: {}, query: {}, body: {} },
			'The item holds no lead',
		],
		['the field', { readLeadFrom: 'field', field: 'a' }, { a: 1 }, 'The field "a" holds no lead'],
		['no such field', { readLeadFrom: 'field', field: 'b' }, { a: 1 }, 'The item has no field "b"'],
		['no text', { readLeadFrom: 'text', leadSource: ' ' }, {}, 'The lead source is empty'],
		[
			'no text, by expression',
			{ readLeadFrom: 'text', leadSource: '={{ $json.a }}' },
			{ a: {} },
			'The lead source is empty',
		],
	])('%s: says which item, why, and what to do', async (_name, parameters, json, message) => {
		const first = { ...HTTPS, b: HTTPS, a: 'SPZA-INS|x.y' };
		const text = parameters as { input?: string; leadSource?: string };
		const input = text.leadSource === ' ' ? items(json) : items(first, json);
		const attempt = run({ ...parameters }, input);
		const { error } = (await attempt).data.resultData;
		expect(error).toMatchObject({
			message,
			description: expect.stringMatching(/\w{3}/) as string,
			context: { itemIndex: input.length - 1 },
		});
		expect(`${error!.message} ${error!.description}`).not.toMatch(/error|problem|failure|mistake/i);
	});

	it('goes on as an item that tells so, paired, when the user wants to continue', async () => {
		const result = await run({}, items(HTTPS, NO_LEAD, DNC), 'continueRegularOutput');
		const [out] = outputsOf(result);
		expect(out!.map(({ json }) => json.error)).toEqual([
			undefined,
			'The item holds no lead',
			undefined,
		]);
		expect(out!.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
	});

	it('never goes to an output whose leads are written to', async () => {
		const found = await outputs(
			{ outputs: 'contact' },
			items(NO_LEAD, HTTPS),
			'continueRegularOutput',
		);
		expect(found.map((group) => group.length)).toEqual([1, 1, 0]);
		expect(found[0]).toMatchObject([{ contactAllowed: true }]);
		expect(found[1]).toMatchObject([{ error: 'The item holds no lead' }]);
	});

	it('goes to the output for it behind the others', async () => {
		const found = await outputs({ outputs: 'stage' }, items(NO_LEAD, HTTPS), 'continueErrorOutput');
		expect(found).toHaveLength(SPLITS.stage.outputs.length + 1);
		expect(found.at(-1)).toMatchObject([{ error: 'The item holds no lead' }]);
		expect(found.flat()).toHaveLength(2);
	});
});

describe('as a tool of an agent', () => {
	/** The node as n8n turns it into a tool: another name, and one output for the agent. */
	class LeadSourceTool extends LeadSource {
		constructor() {
			super();
			this.description = {
				...this.description,
				name: 'leadSourceTool',
				inputs: [],
				outputs: ['ai_tool'],
			};
		}
	}

	it('gives every lead to its first output, which is all an agent sees', async () => {
		const parameters = {
			readLeadFrom: 'text',
			leadSource: '={{ $json.source }}',
			outputs: 'stage',
		};
		const type = new LeadSourceTool();
		const result = await runNode({ type, parameters }, items({ source: 'SPZA-DNC|contoso.crm' }));
		expect(outputsOf(result)).toMatchObject([[{ json: { stage: 'doNotContact' } }]]);
	});
});
