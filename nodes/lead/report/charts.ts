import { value } from '../followUp/escape';
import { BEFORE, INK, LINE, MUTED, NOW } from './colors';
import type { LeadReport } from './types';
import {
	DIMENSIONS,
	isCompared,
	othersText,
	periodName,
	shareText,
	shortDateText,
	shortened,
	wayText,
	weekdayText,
} from './words';

type Charts = typeof import('../../vendor/charts');

/** A picture of a part of the report, as a file of its own. */
export interface ReportChart {
	/** In camelCase; `leadsByOffer`. */
	name: string;
	title: string;
	svg: string;
}

/** What the library draws by, as far as we use it: its own way there takes no options. */
interface Painter {
	renderToString(options: { cssAnimation: boolean; cssEmphasis: boolean }): string;
}

/** No rules for what lies under the mouse: they would be a style sheet, with other names each time. */
const STATIC = { cssAnimation: false, cssEmphasis: false };
/** What its scripts for pages would find parts by. Within texts, quotation marks are escaped. */
const META = / ecmeta_\w+="[^"]*"/g;
/** It cuts names to the pixels that there are, also through a character: what is left of one is none. */
const HALF_CHARACTER = /\p{Surrogate}/gu;

interface Drawing {
	name: string;
	title: string;
	/** One for each bar, or group of bars. */
	labels: readonly string[];
	series: readonly { name: string; color: string; numbers: readonly number[] }[];
	/** What is written at each bar of the first series, where it is not its number. */
	notes?: readonly string[];
	/** Bars side by side have names below them, bars one below the other beside them. */
	isUpright: boolean;
}

const WIDTH = 720;
const FONT = "'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
/** Longest name at a bar, in characters. */
const MAX_NAME = 30;
/** Room for that, in pixels. */
const NAMES = 220;
/** Names below upright bars that find room side by side. */
const MAX_UPRIGHT_NAMES = 14;

/** The parts of the report that a picture tells better than a table; none of what has no leads. */
export function reportCharts(report: LeadReport): ReportChart[] {
	const drawings = [
		dayDrawing(report),
		weekDrawing(report),
		conversionDrawing(report),
		...breakdownDrawings(report),
	].filter(({ series }) => series.some(({ numbers }) => numbers.some((number) => number > 0)));
	if (drawings.length === 0) return [];
	// Not imported at the top: it is loaded for reports that have charts.
	const { init } = require('../../vendor/charts') as Charts;
	return drawings.map((drawing) => {
		const chart = init(null, null, {
			...{ renderer: 'svg', ssr: true, width: WIDTH, height: heightOf(drawing) },
		});
		try {
			chart.setOption(optionOf(drawing));
			const painter = chart.getZr().painter as unknown as Painter;
			const svg = painter.renderToString(STATIC).replace(META, '').replace(HALF_CHARACTER, '');
			return { name: drawing.name, title: drawing.title, svg };
		} finally {
			chart.dispose();
		}
	});
}

function both(report: LeadReport, now: readonly number[], before: readonly number[]) {
	const period = { name: periodName(report.period), color: NOW, numbers: now };
	if (!isCompared(report)) return [period];
	return [period, { name: periodName(report.previousPeriod), color: BEFORE, numbers: before }];
}

function dayDrawing(report: LeadReport): Drawing {
	const { days } = report;
	return {
		name: 'leadsByDay',
		title: 'Leads by day',
		labels: days.map(({ day }) =>
			days.length > MAX_UPRIGHT_NAMES ? shortDateText(day) : weekdayText(day),
		),
		series: both(
			report,
			days.map(({ leads }) => leads),
			days.map(({ previousLeads }) => previousLeads),
		),
		isUpright: true,
	};
}

function weekDrawing({ weeks }: LeadReport): Drawing {
	return {
		name: 'leadsByWeek',
		title: 'Leads by week, from Monday on',
		labels: weeks.map(({ firstDay, isWhole }) => `${shortDateText(firstDay)}${isWhole ? '' : '*'}`),
		series: [{ name: 'Leads', color: NOW, numbers: weeks.map(({ leads }) => leads) }],
		isUpright: true,
	};
}

function conversionDrawing({ conversions }: LeadReport): Drawing {
	return {
		name: 'conversions',
		title: 'From interest to active',
		labels: conversions.map((way) => wayText(way)),
		series: [
			{ name: 'Reached', color: NOW, numbers: conversions.map(({ converted }) => converted) },
			{ name: 'Customers', color: BEFORE, numbers: conversions.map(({ customers }) => customers) },
		],
		notes: conversions.map(({ converted, share }) => `${converted} (${shareText(share)})`),
		isUpright: false,
	};
}

function breakdownDrawings(report: LeadReport): Drawing[] {
	return DIMENSIONS.map(([dimension, name]) => {
		const { rows, others } = report.by[dimension];
		const all = [
			...rows,
			...(others.rows > 0 ? [{ ...others, name: othersText({ others }) }] : []),
		];
		return {
			name: `leadsBy${name}`,
			title: `Leads by ${name.toLowerCase()}`,
			labels: all.map((row) => row.name),
			series: both(
				report,
				all.map(({ leads }) => leads),
				all.map(({ previousLeads }) => previousLeads),
			),
			isUpright: false,
		};
	});
}

function heightOf({ isUpright, labels, series }: Drawing): number {
	return isUpright ? 340 : 90 + labels.length * (series.length > 1 ? 44 : 32);
}

function optionOf({ title, labels, series, notes, isUpright }: Drawing): Record<string, unknown> {
	const text = { color: INK, fontFamily: FONT, fontSize: 12 };
	const names = {
		type: 'category',
		// On one line each: the library would draw those of a name.
		data: labels.map((label) => shortened(value(label), MAX_NAME)),
		inverse: !isUpright,
		axisTick: { show: false },
		axisLine: { lineStyle: { color: LINE } },
		axisLabel: {
			...{ ...text, hideOverlap: true },
			...(!isUpright && { width: NAMES - 16, overflow: 'truncate' }),
		},
	};
	const numbers = {
		type: 'value',
		minInterval: 1,
		axisLabel: { ...text, color: MUTED },
		splitLine: { lineStyle: { color: LINE } },
	};
	return {
		animation: false,
		backgroundColor: '#ffffff',
		title: {
			text: title,
			left: 16,
			top: 12,
			textStyle: { ...text, fontSize: 16, fontWeight: 600 },
		},
		legend: {
			...{ show: series.length > 1, right: 16, top: 12, itemWidth: 12, itemHeight: 12 },
			textStyle: { ...text, color: MUTED },
			selectedMode: false,
		},
		grid: { left: isUpright ? 48 : NAMES, right: isUpright ? 24 : 72, top: 56, bottom: 36 },
		xAxis: isUpright ? names : numbers,
		yAxis: isUpright ? numbers : names,
		series: series.map(({ name, color, numbers: data }, at) => ({
			...{ type: 'bar', name, data, silent: true, barMaxWidth: 28, barGap: '10%' },
			emphasis: { disabled: true },
			itemStyle: { color, borderRadius: isUpright ? [3, 3, 0, 0] : [0, 3, 3, 0] },
			label: {
				...text,
				show: !isUpright || labels.length <= MAX_UPRIGHT_NAMES,
				position: isUpright ? 'top' : 'right',
				color: at === 0 ? INK : MUTED,
				formatter: ({ dataIndex, value: number }: { dataIndex: number; value: number }) =>
					(at === 0 ? notes?.[dataIndex] : undefined) ??
					(isUpright && number === 0 ? '' : String(number)),
			},
		})),
	};
}
