import type {
	IBinaryKeyData,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { LeadReport, ReportEntry, ReportOptions } from '../lead';
import {
	Calendar,
	createReport,
	DEFAULT_ROWS,
	EARLIEST_DAY,
	MAX_ROWS,
	PERIOD_NAMES,
	periodBefore,
	rangeBefore,
	reportCharts,
	reportHtml,
	reportPeriodName,
	reportText,
} from '../lead/report';
import { toNodeError } from '../errors';
import { readDateParameter } from '../parameters/dateParameter';
import { continuesOnFail, failedItem } from '../parameters/failedItems';
import { leadOptionFields, readLeadOptions } from '../parameters/leadParameters';
import { eachItem, readEntries } from '../parameters/readItems';
import { isEmpty, readBoolean, readNumber } from '../parameters/values';

const show = { operation: ['createReport'] };

const DEFAULT_TITLE = 'Marketplace leads';

const FILES = [
	{
		name: 'Charts',
		value: 'charts',
		description: 'Each part of the report as an SVG picture, for chats, pages and slides',
	},
	{
		name: 'HTML',
		value: 'html',
		description: 'The report as report.html, and in the field html for the body of an email',
	},
];

export const createReportProperties: INodeProperties[] = [
	{
		displayName: 'Period',
		name: 'period',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show },
		options: [
			{
				name: 'All Leads',
				value: 'allLeads',
				description: 'From the first lead of the items to the last, compared with nothing',
			},
			{
				name: 'Between Dates',
				value: 'betweenDates',
				description: 'From one day to another, compared with as many days before',
			},
			{
				name: 'Last 30 Days',
				value: 'last30Days',
				description: 'The 30 days up to yesterday, compared with the 30 before',
			},
			{
				name: 'Last 7 Days',
				value: 'last7Days',
				description: 'The 7 days up to yesterday, compared with the 7 before',
			},
			{
				name: 'Last Month',
				value: 'lastMonth',
				description: 'The month before this one, compared with the month before',
			},
			{
				name: 'Last Week',
				value: 'lastWeek',
				description:
					'The week from Monday to Sunday before this one, compared with the week before',
			},
		],
		default: 'last7Days',
		description:
			'Which leads are reported on, in whole days of the time zone of the workflow. Items from before it are needed too, to compare and to know what is usual.',
	},
	{
		displayName: 'First Day',
		name: 'firstDay',
		type: 'dateTime',
		required: true,
		displayOptions: { show: { ...show, period: ['betweenDates'] } },
		default: '',
		description: 'First day of the period. The time of the day does not matter.',
	},
	{
		displayName: 'Last Day',
		name: 'lastDay',
		type: 'dateTime',
		displayOptions: { show: { ...show, period: ['betweenDates'] } },
		default: '',
		description:
			'Last day of the period, which is in it. The time of the day does not matter. Leave empty for today.',
	},
	{
		displayName: 'Files',
		name: 'files',
		type: 'multiOptions',
		noDataExpression: true,
		// An agent reads the numbers; it would only pay for the rest.
		displayOptions: { show, hide: { '@tool': [true] } },
		options: FILES,
		default: ['html'],
		description: 'What the item has besides the numbers',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show },
		default: {},
		options: [
			{
				displayName: 'Include Test Leads',
				name: 'includeTestLeads',
				type: 'boolean',
				default: false,
				description: 'Whether to also count leads that Microsoft sends to try the connection',
			},
			{
				displayName: 'Max Rows per Table',
				name: 'maxRows',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: MAX_ROWS, numberPrecision: 0 },
				default: DEFAULT_ROWS,
				description:
					'How many offers, countries or campaigns are told one by one; the others are one row. Gmail cuts emails that are longer than about 20 rows a table.',
			},
			...leadOptionFields.filter(({ name }) => name === 'stageGuide'),
			{
				displayName: 'Title',
				name: 'title',
				type: 'string',
				default: DEFAULT_TITLE,
				description:
					'Heading of the report. Items for which an expression gives another title get a report of their own.',
			},
		],
	},
];

/** One for all items: making it of a zone's name takes longer than reading a lead. */
interface Clock {
	now: number;
	calendar: Calendar;
}

/** Items that are reported on together, because their settings are the same. */
interface Group {
	options: ReportOptions;
	entries: ReportEntry[];
	items: number[];
}

/** One item for all leads and merged customers, with the numbers of a period in words and as files. */
export async function createReports(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	// One time for all: with two, a period could end on another day for some of the leads.
	const now = Date.now();
	const receivedAt = new Date(now).toISOString();
	const calendar = new Calendar(context.getTimezone());
	const files = readFiles(context);
	const groups = new Map<string, Group>();
	const failures: INodeExecutionData[] = [];
	eachItem(
		context,
		(item, itemIndex) => {
			const given = context.getNodeParameter('options', itemIndex, {});
			const options = readOptions(context, given, itemIndex, { now, calendar });
			const { stageGuide } = readLeadOptions(given);
			const reading = { stageGuide, receivedAt, includeRaw: false };
			const entries = isNothing(context, item, itemIndex)
				? []
				: readEntries(context, item, itemIndex, reading);
			const key = JSON.stringify(options);
			const group = groups.get(key) ?? { options, entries: [], items: [] };
			groups.set(key, group);
			for (const entry of entries) group.entries.push(entry);
			group.items.push(itemIndex);
		},
		(failed) => failures.push(failed),
	);
	const reports: INodeExecutionData[] = [];
	for (const { options, entries, items } of groups.values()) {
		try {
			const report = createReport(entries, options);
			const { json, binary } = await written(context, report, files);
			tellIfElsewhere(context, report);
			const pairedItem = items.map((item) => ({ item }));
			reports.push({ json, ...(binary && { binary }), pairedItem });
		} catch (error) {
			// Files that can't be stored must not take the other reports along.
			const failure = toNodeError(context.getNode(), error, items[0]);
			if (!continuesOnFail(context)) throw failure;
			failures.push(...items.map((item) => failedItem(context, failure, item)));
		}
	}
	return [[...reports, ...failures]];
}

/** What n8n passes on where a node found nothing and is set to always output data. */
function isNothing(
	context: IExecuteFunctions,
	{ json }: INodeExecutionData,
	itemIndex: number,
): boolean {
	const from = context.getNodeParameter('readLeadFrom', itemIndex, 'item') as unknown;
	return Object.keys(json).length === 0 && (from === 'item' || from === 'field');
}

async function written(
	context: IExecuteFunctions,
	report: LeadReport,
	files: ReadonlySet<string>,
): Promise<Pick<INodeExecutionData, 'binary' | 'json'>> {
	const json = { ...report, text: reportText(report) } as unknown as IDataObject;
	const binary: IBinaryKeyData = {};
	const add = async (name: string, content: string, fileName: string, type: string) => {
		const file = Buffer.from(content, 'utf8');
		binary[name] = await context.helpers.prepareBinaryData(file, fileName, type);
	};
	if (files.has('html')) {
		json['html'] = reportHtml(report);
		await add('report', json['html'], 'report.html', 'text/html');
	}
	if (files.has('charts')) {
		for (const { name, svg } of reportCharts(report)) {
			await add(name, svg, `${name}.svg`, 'image/svg+xml');
		}
	}
	return Object.keys(binary).length > 0 ? { json, binary } : { json };
}

/** Who sees an empty report has mostly chosen the wrong period. */
function tellIfElsewhere(context: IExecuteFunctions, { leads, leftOut, period }: LeadReport): void {
	const { beforePeriods, afterPeriod } = leftOut;
	const before = beforePeriods + leads.previous;
	if (leads.count > 0 || before + afterPeriod === 0) return;
	context.addExecutionHints({
		message: `No lead is in the period ${reportPeriodName(period)}: ${before} are before it and ${afterPeriod} after it. Choose another under "Period".`,
		location: 'outputPane',
	});
}

/** Of the first item; none in a tool, where it is hidden. @throws NodeOperationError */
function readFiles(context: IExecuteFunctions): ReadonlySet<string> {
	const given = context.getNodeParameter('files', 0, []) as unknown;
	const files = Array.isArray(given) ? (given as unknown[]) : [given];
	const known = FILES.map(({ value }) => value);
	const found = files.flatMap((file) => known.find((name) => name === file) ?? []);
	if (found.length === files.length) return new Set(found);
	throw new NodeOperationError(context.getNode(), '"Files" has a value that it does not offer', {
		description: 'Choose from the entries of "Files".',
		itemIndex: 0,
	});
}

/** @throws UserError or NodeOperationError for a setting that can't be used */
function readOptions(
	context: IExecuteFunctions,
	given: IDataObject,
	itemIndex: number,
	{ now, calendar }: Clock,
): ReportOptions {
	const { includeTestLeads, maxRows, title = DEFAULT_TITLE } = given;
	return {
		title: typeof title === 'string' || typeof title === 'number' ? String(title) : '',
		now,
		timeZone: context.getTimezone(),
		includeTestLeads: readBoolean(includeTestLeads, 'Include Test Leads', false),
		maxRows: readNumber(maxRows, 'Max Rows per Table', {
			...{ otherwise: DEFAULT_ROWS, min: 1, max: MAX_ROWS, whole: true },
		}),
		...readPeriod(context, itemIndex, calendar, calendar.dayOf(now)),
	};
}

function readPeriod(
	context: IExecuteFunctions,
	itemIndex: number,
	calendar: Calendar,
	today: number,
): Pick<ReportOptions, 'period' | 'previousPeriod'> {
	const choice = context.getNodeParameter('period', 0, 'last7Days') as unknown;
	if (choice === 'allLeads') return {};
	const name = PERIOD_NAMES.find((one) => one === choice);
	if (name !== undefined) {
		const period = periodBefore(today, name);
		return withRangeBefore(period);
	}
	if (choice !== 'betweenDates') {
		throw new NodeOperationError(context.getNode(), '"Period" has a value that it does not offer', {
			description: 'Choose one of the entries of "Period".',
			itemIndex,
		});
	}
	const first = dayOf(context, calendar, 'firstDay', 'First Day', itemIndex);
	if (first === undefined) {
		throw new NodeOperationError(context.getNode(), '"First Day" is empty', {
			description: 'Choose the day that the period begins with, or another period.',
			itemIndex,
		});
	}
	const last = dayOf(context, calendar, 'lastDay', 'Last Day', itemIndex) ?? today;
	if (last < first) {
		throw new NodeOperationError(context.getNode(), 'The period ends before it begins', {
			description: 'Set Last Day to First Day or a later one.',
			itemIndex,
		});
	}
	return withRangeBefore({ first, last });
}

function withRangeBefore(
	period: NonNullable<ReportOptions['period']>,
): Pick<ReportOptions, 'period' | 'previousPeriod'> {
	const previousPeriod = rangeBefore(period);
	return previousPeriod === undefined ? { period } : { period, previousPeriod };
}

function dayOf(
	context: IExecuteFunctions,
	calendar: Calendar,
	name: string,
	label: string,
	itemIndex: number,
): number | undefined {
	const value = context.getNodeParameter(name, itemIndex, '') as unknown;
	if (isEmpty(value)) return undefined;
	let day: number;
	try {
		day = calendar.dayOf(readDateParameter(value, context.getTimezone()));
	} catch {
		throw new NodeOperationError(context.getNode(), `"${label}" is not a date`, {
			itemIndex,
			description: 'Choose one, or give it as 2026-01-31.',
		});
	}
	if (day >= EARLIEST_DAY) return day;
	throw new NodeOperationError(context.getNode(), `"${label}" is before the year 1900`, {
		itemIndex,
		description:
			'Choose a later day. For everything up to a day, choose the day of the first lead; for everything, "All Leads".',
	});
}
