import type { INodeParameters, INodePropertyCollection } from 'n8n-workflow';

import { BUILT_IN_TEMPLATES, type FollowUpKind } from '../../../nodes/lead';
import { composeFollowUpProperties } from '../../../nodes/LeadSource/composeFollowUp';
import { items, LeadSourceTool, outputs, refuseFiles, row } from './support';

const KIM = { Email: 'Kim@contoso.com', FirstName: 'Kim' };
const TITLE = { OfferDisplayName: 'Contoso CRM' };
const COMPOSE = { operation: 'composeFollowUp', sender: 'Sam Sample' };
const active = row('1', 'SPZA-PLT|contoso.crm', KIM, TITLE);

const templates = (values: object) => ({ ...COMPOSE, templates: values }) as INodeParameters;

describe('Compose Follow-Up', () => {
	it('writes to one, and not to the other', async () => {
		const input = items(active, row('2', 'SPZA-DNC|contoso.crm', KIM), row('3', 'SPZA-INS|a.b'));
		const found = await outputs(COMPOSE, input);
		expect(found).toMatchObject([
			[
				{
					json: {
						id: 'p/1',
						followUp: { to: 'kim@contoso.com', subject: 'Your next steps with Contoso CRM' },
					},
					pairedItem: { item: 0 },
				},
			],
			[
				{
					json: { followUp: { write: false, reason: 'doNotContact', to: '' } },
					pairedItem: { item: 1 },
				},
				{
					json: { followUp: { write: false, reason: 'dataWithheld', to: '' } },
					pairedItem: { item: 2 },
				},
			],
		]);
	});

	it('gives all to one output where that is wanted, and to a tool', async () => {
		const input = items(active, row('2', 'SPZA-DNC|contoso.crm', KIM));
		expect(await outputs({ ...COMPOSE, separateOutputs: false }, input)).toMatchObject([[{}, {}]]);
		const parameters = { ...COMPOSE, readLeadFrom: 'item' };
		const tool = await outputs(parameters, input, undefined, new LeadSourceTool());
		expect(tool).toMatchObject([[{}, { json: { followUp: { write: false } } }]]);
	});

	it('takes merged customers, with all their journey', async () => {
		const trial = row('0', 'TestDrive-StartTestDrive|contoso.crm', KIM, {
			CreatedTime: '2026-02-01',
		});
		const [merged] = await outputs({ operation: 'mergeLeads' }, items(trial, active));
		const [found] = await outputs({ ...COMPOSE, simplify: false }, merged!);
		expect(found).toMatchObject([
			{ json: { journey: [{}, {}], followUp: { kind: 'trialBecameActive', write: true } } },
		]);
	});

	it('uses the stage guide, the sender and the row that are asked for', async () => {
		const options = { stageGuide: 'partnerCenter', includeSheetRow: true };
		const parameters = { ...COMPOSE, sender: 'Sam\nContoso', options };
		expect(await outputs(parameters, items(active))).toMatchObject([
			[
				{
					json: {
						stage: 'initialInterest',
						followUp: {
							kind: 'initialInterest',
							text: expect.stringMatching(/Sam\nContoso$/) as string,
							sheetRow: { email: 'kim@contoso.com' },
						},
					},
				},
			],
			[],
		]);
	});

	it("uses the user's templates, for each item by its own expression", async () => {
		const parameters = templates({
			active: { subject: '={{ $json.greeting }} [[firstName]]' },
		});
		const input = items({ ...active, greeting: 'Hi' }, { ...active, RowKey: '2', greeting: 'Hey' });
		const [found] = await outputs(parameters, input);
		const subjects = found!.map(({ json }) => (json.followUp as { subject: string }).subject);
		expect(subjects).toEqual(['Hi Kim', 'Hey Kim']);
	});

	it.each([
		[
			templates({ active: { text: 'Dear [[name]], [[x]]' } }),
			'The text of "Active" has unknown placeholders: [[name]], [[x]]',
		],
		[
			templates({ active: { html: '<p style="[[company]]">' } }),
			'The HTML of "Active" has [[company]] where no value of a lead is safe',
		],
		[{ ...COMPOSE, sender: ' ' }, '"Sender" is empty'],
		[{ ...COMPOSE, sender: '={{ $json.nobody }}' }, '"Sender" is empty'],
	])(
		'refuses templates that cannot be used, and a message that nobody signs',
		async (parameters, message) => {
			const attempt = outputs(parameters, items(active));
			await expect(attempt).rejects.toMatchObject({
				message,
				description: expect.stringMatching(/\w{3}.*\.$/) as string,
				context: { itemIndex: 0 },
			});
		},
	);

	it('sends what holds no lead to nobody', async () => {
		const found = await outputs(COMPOSE, items({ name: 'x' }, active), 'continueRegularOutput');
		expect(found).toMatchObject([
			[{ json: { id: 'p/1' } }],
			[{ json: { error: 'The item holds no lead' }, pairedItem: { item: 0 } }],
		]);
	});

	it('shows the built-in text of each kind, which stays where it is not changed', async () => {
		const { options } = composeFollowUpProperties.find(({ name }) => name === 'templates')!;
		const groups = options as INodePropertyCollection[];
		expect(groups.map(({ name }) => name).sort()).toEqual(Object.keys(BUILT_IN_TEMPLATES).sort());
		for (const { name, values } of groups) {
			expect(values.map((part) => part.name)).toEqual(['subject', 'text', 'html']);
			const { subject, text } = BUILT_IN_TEMPLATES[name as FollowUpKind];
			expect(values.map((part) => part.default)).toEqual([subject, text, '']);
		}
		const [plain] = await outputs(COMPOSE, items(active));
		expect(await outputs(templates({ active: {} }), items(active))).toEqual([plain, []]);
		const [own] = await outputs(templates({ active: { subject: 'Hi' } }), items(active));
		const { followUp } = plain![0]!.json as { followUp: object };
		expect(own![0]!.json['followUp']).toEqual({ ...followUp, subject: 'Hi' });
	});

	it('gives the follow-up first, and ten fields', async () => {
		const [found] = await outputs(COMPOSE, items(active));
		const names = Object.keys(found![0]!.json);
		expect([names[0], names.length]).toEqual(['followUp', 10]);
		const [merged] = await outputs({ operation: 'mergeLeads' }, items(active));
		const [customer] = await outputs(COMPOSE, merged!);
		const fields = Object.keys(customer![0]!.json);
		expect([fields[0], fields.length]).toEqual(['followUp', 10]);
		const [all] = await outputs({ ...COMPOSE, simplify: false }, items(active));
		expect(Object.keys(all![0]!.json)).toEqual(
			expect.arrayContaining(['followUp', 'receivedAt', 'properties', 'source']),
		);
	});

	it.each(['SPZA-PLT|contoso.crm', 'AzureMarketplace-INS', 'My form|Something', 'SPZA-DNC|a.b'])(
		'gives of %s what is the same lead when it is read again',
		async (leadSource) => {
			const input = items(row('1', leadSource, KIM, TITLE));
			const [[whole] = []] = await outputs({ operation: 'parseLeads' }, input);
			const [simple] = await outputs({ ...COMPOSE, separateOutputs: false }, input);
			const [[again] = []] = await outputs({ operation: 'parseLeads' }, simple!);
			const lost = { campaign: '', properties: {}, createdAt: '', warnings: [] };
			expect(again!.json).toEqual({
				...whole!.json,
				...lost,
				receivedAt: expect.any(String) as string,
			});
		},
	);

	it.each([
		['manual', undefined, true],
		['trigger', undefined, false],
		['trigger', 'everyRun', true],
		['manual', 'never', false],
	] as const)('in %s mode, preview %s: %s', async (mode, attachPreview, isThere) => {
		const options = attachPreview === undefined ? {} : { attachPreview };
		const input = items(active, row('2', 'SPZA-DNC|contoso.crm', KIM));
		const parameters = { ...COMPOSE, options };
		const found = await outputs(parameters, input, undefined, undefined, { mode });
		const [[written] = [], [not] = []] = found;
		expect(not!.binary).toBeUndefined();
		const { preview } = written!.binary ?? {};
		expect([preview?.fileName, preview?.mimeType, preview?.fileType]).toEqual(
			isThere ? ['preview.html', 'text/plain', 'html'] : [undefined, undefined, undefined],
		);
		if (!preview) return;
		const { html } = written!.json['followUp'] as { html: string };
		expect(Buffer.from(preview.data, 'base64').toString('utf8')).toContain(html);
	});

	it('fails only the item whose preview can’t be stored, away from whoever sends', async () => {
		refuseFiles('Broken');
		const parameters = { ...COMPOSE, options: { attachPreview: 'everyRun' } };
		const named = (id: string, FirstName: string) =>
			row(id, 'SPZA-PLT|contoso.crm', { Email: `${id}@contoso.com`, FirstName });
		const input = items(named('1', 'Kim'), named('2', 'Broken'), named('3', 'Lou'));
		const [sent = [], not] = await outputs(parameters, input, 'continueRegularOutput');
		expect(sent.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(not).toEqual([
			{ json: { error: 'There is no space left on the device' }, pairedItem: { item: 1 } },
		]);
		await expect(outputs(parameters, input)).rejects.toMatchObject({ context: { itemIndex: 1 } });
		jest.restoreAllMocks();
	});

	it('keeps the file of its lead', async () => {
		const binary = { contract: { data: '', mimeType: 'application/pdf' } };
		expect(await outputs(COMPOSE, [{ json: active, binary }])).toMatchObject([[{ binary }], []]);
	});
});
