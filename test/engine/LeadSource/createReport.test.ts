import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import type { LeadReport } from '../../../nodes/lead';
import { LeadSource } from '../../../nodes/LeadSource/LeadSource.node';
import { readExample } from '../../../scripts/host/demo.ts';
import { runNode } from '../../support/engine';
import { items, LeadSourceTool, outputs, refuseFiles, row } from './support';

const DAYS = {
	operation: 'createReport',
	period: 'betweenDates',
	firstDay: '2026-03-02',
	lastDay: '2026-03-08T23:00:00',
};

const lead = (id: string, day: number, leadSource = 'SPZA-PLT|contoso.crm') =>
	row(
		`${id} ${day}`,
		leadSource,
		{ Email: `${id}@contoso.com` },
		{ CreatedTime: `2026-03-0${day}T12:00:00Z` },
	);

async function reports(
	parameters: INodeParameters,
	input: INodeExecutionData[],
	onError?: INode['onError'],
	type?: LeadSource,
) {
	const [made = []] = await outputs(parameters, input, onError, type);
	return made as Array<INodeExecutionData & { json: LeadReport & { html?: string; text: string } }>;
}

it('makes one item of all leads, with the report in words and as a file', async () => {
	const [report, ...others] = await reports(
		DAYS,
		items(lead('kim', 3), lead('sam', 8), lead('kim', 1), lead('lou', 9)),
	);
	expect(others).toEqual([]);
	expect(report).toMatchObject({
		json: {
			title: 'Marketplace leads',
			subject: 'Marketplace leads, 2–8 Mar 2026: 2 leads (+1), 2 customers',
			period: { firstDay: '2026-03-02', lastDay: '2026-03-08', days: 7 },
			leads: { count: 2, previous: 1 },
			leftOut: { afterPeriod: 1 },
		},
		pairedItem: [{ item: 0 }, { item: 1 }, { item: 2 }, { item: 3 }],
		binary: { report: { fileName: 'report.html', mimeType: 'text/html' } },
	});
	const file = Buffer.from(report!.binary!['report']!.data, 'base64').toString('utf8');
	expect(file).toBe(report!.json.html);
	expect(file).toMatch(/^<!doctype html>/);
	expect(report!.json.text).toContain('Leads: 2 (+1)');
});

it('draws charts where they are asked for, each a file', async () => {
	const leads = items(lead('kim', 3), lead('sam', 8));
	const [both] = await reports({ ...DAYS, files: ['charts', 'html'] }, leads);
	expect(Object.keys(both!.binary!)).toEqual(
		expect.arrayContaining(['report', 'leadsByDay', 'leadsByOffer', 'leadsByCountry']),
	);
	expect(both!.binary!['leadsByOffer']).toMatchObject({
		fileName: 'leadsByOffer.svg',
		mimeType: 'image/svg+xml',
	});
	const [charts] = await reports({ ...DAYS, files: ['charts'] }, leads);
	expect(charts!.json).not.toHaveProperty('html');
	const svg = Buffer.from(charts!.binary!['leadsByOffer']!.data, 'base64').toString('utf8');
	expect(svg).toMatch(/^<svg [^]*>contoso\.crm<[^]*<\/svg>$/);
	const [neither] = await reports({ ...DAYS, files: [] }, leads);
	expect(neither).not.toHaveProperty('binary');
});

it('takes merged customers, alone or beside leads', async () => {
	const leads = items(lead('kim', 3), lead('kim', 4), lead('sam', 5));
	const [merged = []] = await outputs({ operation: 'mergeLeads' }, leads);
	const [ofLeads] = await reports(DAYS, leads);
	const [ofCustomers] = await reports(DAYS, items(...merged.map(({ json }) => json)));
	expect(ofCustomers!.json.leads).toEqual(ofLeads!.json.leads);
	expect(ofCustomers!.json.by.offer).toEqual(ofLeads!.json.by.offer);
});

it('makes a report for each title', async () => {
	const parameters = { ...DAYS, options: { title: '={{ $json.LeadSource.split("|")[1] }}' } };
	const made = await reports(
		parameters,
		items(lead('kim', 3), lead('sam', 4, 'SPZA-PLT|contoso.erp'), lead('lou', 5)),
	);
	expect(made.map(({ json, pairedItem }) => [json.title, json.leads.count, pairedItem])).toEqual([
		['contoso.crm', 2, [{ item: 0 }, { item: 2 }]],
		['contoso.erp', 1, [{ item: 1 }]],
	]);
});

it('reports of nothing where nothing came in', async () => {
	const [report] = await reports({ operation: 'createReport' }, items({}));
	expect(report).toMatchObject({ json: { leads: { count: 0 } }, pairedItem: [{ item: 0 }] });
	const [all] = await reports({ operation: 'createReport', period: 'allLeads' }, items({}));
	expect(all).toMatchObject({ json: { leads: { count: 0 }, period: { days: 1 } } });
});

it.each(['last7Days', 'last30Days', 'lastWeek', 'lastMonth'])(
	'%s ends before today',
	async (period) => {
		const old = lead('kim', 3);
		const fresh = { ...lead('sam', 4), CreatedTime: new Date().toISOString() };
		const [report] = await reports({ operation: 'createReport', period }, items(old, fresh));
		expect(report!.json.leftOut.afterPeriod).toBe(1);
		expect(report!.json.period.lastDay < new Date().toISOString()).toBe(true);
	},
);

it('says in the editor that the leads are of another period', async () => {
	const parameters = { ...DAYS, firstDay: '2026-03-05' };
	const input = items(lead('kim', 1), lead('sam', 9));
	const run = await runNode({ type: new LeadSource(), parameters }, input);
	const [task] = Object.values(run.data.resultData.runData).at(-1) ?? [];
	expect(task?.hints?.map(({ message }) => message)).toEqual([
		expect.stringMatching(
			/^No lead is in the period 5–8 Mar 2026: 1 are before it and 1 after it\./,
		),
	]);
});

it.each([
	[{ firstDay: "={{ '' }}" }, '"First Day" is empty'],
	[{ firstDay: 'soon' }, '"First Day" is not a date'],
	[{ lastDay: '2026-02-30' }, '"Last Day" is not a date'],
	[{ firstDay: '2026-03-09' }, 'The period ends before it begins'],
	[{ options: { maxRows: 0 } }, 'Max Rows per Table is not a whole number from 1 to 1000'],
	// What systems give that have no date.
	[{ firstDay: '0001-01-01' }, '"First Day" is before the year 1900'],
	[{ firstDay: '={{ $now.set({ year: -300 }) }}' }, '"First Day" is not a date'],
	[{ period: 'constructor' }, '"Period" has a value that it does not offer'],
	[{ files: ['html', '__proto__'] }, '"Files" has a value that it does not offer'],
] as Array<[INodeParameters, string]>)('%j: %s', async (parameters, message) => {
	const given = { ...DAYS, ...parameters };
	await expect(reports(given, items(lead('kim', 3)))).rejects.toThrow(message);
	const [failed] = await reports(given, items(lead('kim', 3)), 'continueRegularOutput');
	expect(failed!.json).toEqual({ error: message });
});

it('reports of the others where one holds no lead', async () => {
	const made = await reports(DAYS, items({ a: 1 }, lead('kim', 3)), 'continueRegularOutput');
	expect(made).toMatchObject([
		{ json: { leads: { count: 1 } }, pairedItem: [{ item: 1 }] },
		{ json: { error: 'The item holds no lead' }, pairedItem: { item: 0 } },
	]);
});

it('compares with nothing where so many days before there is none', async () => {
	const parameters = { ...DAYS, firstDay: '2026-03-03', lastDay: '9999-12-31' };
	const [report] = await reports(parameters, items(lead('kim', 1), lead('kim', 3)));
	expect(report!.json).toMatchObject({
		period: { firstDay: '2026-03-03', lastDay: '9999-12-31' },
		previousPeriod: { firstDay: '', lastDay: '', days: 0 },
		leads: { count: 1 },
	});
	expect(report!.json.text).not.toContain('Compared with');
});

it('reports of the others where the files of one can’t be stored', async () => {
	refuseFiles('Broken');
	const parameters = { ...DAYS, options: { title: '={{ $json.title }}' } };
	const input = ['Broken', 'Whole', 'Broken'].map((title, at) => ({
		...lead(String(at), 3),
		title,
	}));
	const made = await reports(parameters, items(...input), 'continueRegularOutput');
	const error = 'There is no space left on the device';
	expect(made).toMatchObject([
		{ json: { title: 'Whole', leads: { count: 1 } }, pairedItem: [{ item: 1 }] },
		{ json: { error }, pairedItem: { item: 0 } },
		{ json: { error }, pairedItem: { item: 2 } },
	]);
	await expect(reports(parameters, items(...input))).rejects.toMatchObject({
		message: error,
		context: { itemIndex: 0 },
	});
	jest.restoreAllMocks();
});

it('gives an agent the numbers and no page', async () => {
	const parameters = { ...DAYS, readLeadFrom: 'item' };
	const [report] = await reports(
		parameters,
		items(lead('kim', 3)),
		undefined,
		new LeadSourceTool(),
	);
	expect(report!.json).toMatchObject({ leads: { count: 1 }, text: expect.any(String) });
	expect(report!.json).not.toHaveProperty('html');
	expect(report).not.toHaveProperty('binary');
});

describe('the weekly digest', () => {
	beforeEach(() => {
		// A Monday at eight.
		jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 2, 9, 8));
	});
	afterEach(() => {
		jest.restoreAllMocks();
	});

	it('tells of the week before, and sends what the report has', async () => {
		const { nodes } = await readExample('weekly-digest.json');
		const named = (name: string) => nodes.find((node) => node.name === name)!;
		const { parameters } = named('Create Report') as { parameters: INodeParameters };
		const leads = items(lead('kim', 1), lead('kim', 2), lead('sam', 8), lead('lou', 9));
		const [report] = await reports(parameters, leads);
		expect(report!.json).toMatchObject({
			subject: 'Marketplace leads, 2–8 Mar 2026: 2 leads (+1), 2 customers',
			leftOut: { afterPeriod: 1 },
		});
		const { subject, text, html } = named('Send Digest').parameters;
		for (const expression of [subject, text, html]) {
			const [, field = ''] = /^=\{\{ \$json\.(\w+) \}\}$/.exec(String(expression)) ?? [];
			expect(report!.json).toHaveProperty(field, expect.stringMatching(/./));
		}
	});

	it('comes in a week without leads', async () => {
		const { nodes } = await readExample('weekly-digest.json');
		const { parameters } = nodes.find(({ name }) => name === 'Create Report')!;
		const fetch = nodes.find(({ name }) => name === 'Leads of 13 Weeks')!;
		expect(fetch).toMatchObject({ alwaysOutputData: true });
		const [report] = await reports(parameters as INodeParameters, items({}));
		expect(report!.json.subject).toMatch(/: 0 leads \(±0\), 0 customers$/);
	});
});
