import type { INodeParameters } from 'n8n-workflow';

import { items, LeadSourceTool, outputs, row } from './support';

const KIM = { Email: 'Kim@contoso.com', FirstName: 'Kim' };
const TITLE = { OfferDisplayName: 'Contoso CRM' };
const COMPOSE = { operation: 'composeFollowUp' };
const active = row('1', 'SPZA-PLT|contoso.crm', KIM, TITLE);

const templates = (...values: object[]) =>
	({ ...COMPOSE, templates: { values } }) as INodeParameters;

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
		const [found] = await outputs(COMPOSE, merged!);
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
			kind: 'active',
			subject: '={{ $json.greeting }} [[firstName]]',
		});
		const input = items({ ...active, greeting: 'Hi' }, { ...active, RowKey: '2', greeting: 'Hey' });
		const [found] = await outputs(parameters, input);
		const subjects = found!.map(({ json }) => (json.followUp as { subject: string }).subject);
		expect(subjects).toEqual(['Hi Kim', 'Hey Kim']);
	});

	it.each([
		[
			templates({ kind: 'active', text: 'Dear [[name]], [[x]]' }),
			'The text of "Active" has unknown placeholders: [[name]], [[x]]',
		],
		[
			templates({ kind: 'active', html: '<p style="[[company]]">' }),
			'The HTML of "Active" has [[company]] where no value of a lead is safe',
		],
		[templates({ kind: 'nonsense' }), 'A template has no kind'],
		[templates({ kind: 'active' }, { kind: 'active' }), 'There are two templates for "Active"'],
	])('refuses templates that cannot be used', async (parameters, message) => {
		const attempt = outputs(parameters, items(active));
		await expect(attempt).rejects.toMatchObject({
			message,
			description: expect.stringMatching(/\w{3}.*\.$/) as string,
			context: { itemIndex: 0 },
		});
	});

	it('sends what holds no lead to nobody', async () => {
		const found = await outputs(COMPOSE, items({ name: 'x' }, active), 'continueRegularOutput');
		expect(found).toMatchObject([
			[{ json: { id: 'p/1' } }],
			[{ json: { error: 'The item holds no lead' }, pairedItem: { item: 0 } }],
		]);
	});

	it('keeps the file of its lead', async () => {
		const binary = { contract: { data: '', mimeType: 'application/pdf' } };
		expect(await outputs(COMPOSE, [{ json: active, binary }])).toMatchObject([[{ binary }], []]);
	});
});
