import { escapeHtml, value } from '../followUp/escape';
import { BEFORE, INK, LINE, MUTED, NOW } from './colors';
import { shareOf } from './numbers';
import type {
	Breakdown,
	Compared,
	ComparedShare,
	Conversion,
	FieldQuality,
	LeadReport,
} from './types';
import {
	countText,
	differenceText,
	DIMENSIONS,
	isCompared,
	numberText,
	othersText,
	periodName,
	shareText,
	shortDateText,
	shortened,
	wayText,
	weekdayText,
} from './words';

/** Longest name in a table, in characters: a row is a line or two also on a phone. */
const MAX_NAME = 60;
/** More days than these are told by week. */
const MAX_DAY_ROWS = 14;

const PAGE = '#f2f4f7';
const GOOD = '#1a7a48';
const ALARM = '#8a4b00';
const FONT = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

const TABLE = 'role="presentation" cellpadding="0" cellspacing="0" border="0"';

/** A text of a lead as HTML shows it. */
function text(raw: string, maxLength = MAX_NAME): string {
	return escapeHtml(shortened(value(raw), maxLength));
}

/**
 * The report as one page for mail programs: tables and styles within the tags alone, since many of them
 * drop style sheets, and show neither SVG nor scripts. Bars are cells with a background for that reason.
 */
export function reportHtml(report: LeadReport): string {
	const { title, period, previousPeriod } = report;
	const sections = [
		silenceSection(report),
		totalsSection(report),
		timeSection(report),
		section('From interest to active', conversionTable(report)),
		...DIMENSIONS.map(([dimension, name]) =>
			section(
				`By ${name.toLowerCase()}`,
				breakdownTable(name, report.by[dimension], isCompared(report)),
			),
		),
		section('Data quality', qualityTable(report)),
		notes(report),
	];
	const compared = isCompared(report) ? `Compared with ${periodName(previousPeriod)}` : '';
	const heading = text(title, 200);
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${text(report.subject, 300)}</title>
</head>
<body style="margin:0;padding:0;background:${PAGE}">
<table ${TABLE} width="100%" bgcolor="${PAGE}" style="width:100%;background:${PAGE}"><tr><td align="center" style="padding:16px 8px">
<!--[if mso]><table ${TABLE} width="600"><tr><td><![endif]-->
<table ${TABLE} width="100%" bgcolor="#ffffff" style="width:100%;max-width:600px;background:#ffffff;border:1px solid ${LINE};border-radius:8px;font-family:${FONT};color:${INK};font-size:14px;line-height:20px;text-align:left">
<tr><td style="padding:24px 20px 4px">
${heading === '' ? '' : `<h1 style="margin:0;font-size:22px;line-height:28px;font-weight:600;word-break:break-word">${heading}</h1>`}
<p style="margin:4px 0 0;color:${MUTED}"><b style="color:${INK}">${periodName(period)}</b>${compared === '' ? '' : `<br>${compared}`}</p>
</td></tr>
${sections.filter((one) => one !== '').join('\n')}
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</body>
</html>
`;
}

function row(content: string, padding = '12px 20px'): string {
	return `<tr><td style="padding:${padding}">\n${content}\n</td></tr>`;
}

function section(heading: string, content: string): string {
	const style = `margin:0 0 6px;padding-top:16px;border-top:1px solid ${LINE};font-size:16px;line-height:22px;font-weight:600`;
	return row(`<h2 style="${style}">${heading}</h2>\n${content}`);
}

function paragraph(content: string): string {
	return `<p style="margin:0;color:${MUTED}">${content}</p>`;
}

function silenceSection({ silence: { silent, others } }: LeadReport): string {
	if (silent.length === 0) return '';
	const lines = silent.map(({ message }) => text(message, 200));
	if (others > 0) lines.push(`And ${countText(others, 'other silent offer')}.`);
	const advice = 'If nobody has paused an offer, check its connection in Partner Center.';
	return row(
		`<table ${TABLE} width="100%" bgcolor="#fff4e0" style="width:100%;background:#fff4e0;border-left:4px solid #e08a00"><tr><td style="padding:10px 14px;color:${ALARM};word-break:break-word"><b>Unusual silence</b><br>${lines.join('<br>')}<br>${advice}</td></tr></table>`,
	);
}

interface Tile {
	label: string;
	number: Compared & Partial<Pick<ComparedShare, 'share'>>;
	/** Whether more of it is good news. */
	isGain?: boolean;
}

function totalsSection(report: LeadReport): string {
	const { leads, customers, newCustomers, repeatCustomers, doNotContact, conversions } = report;
	const active = conversions.find(({ from, to }) => from === 'initialInterest' && to === 'active');
	const tiles: Tile[] = [
		{ label: 'Leads', number: leads, isGain: true },
		{ label: 'Customers', number: customers, isGain: true },
		{ label: 'New customers', number: newCustomers, isGain: true },
		{ label: 'Became active', number: active?.inPeriod ?? NONE, isGain: true },
		{ label: 'Repeat interest', number: repeatCustomers },
		{ label: 'Do not contact', number: doNotContact },
	];
	const rows = [tiles.slice(0, 3), tiles.slice(3)].map(
		(three) => `<tr>${three.map((tile) => tileCell(tile, isCompared(report))).join('')}</tr>`,
	);
	return row(
		`<table ${TABLE} width="100%" style="width:100%;table-layout:fixed">\n${rows.join('\n')}\n</table>`,
		'8px 14px',
	);
}

const NONE: Compared = { count: 0, previous: 0, difference: 0 };

function tileCell({ label, number, isGain = false }: Tile, hasPrevious: boolean): string {
	const color = isGain && number.difference > 0 ? GOOD : MUTED;
	const part = number.share === undefined ? '' : `${shareText(number.share)} of all`;
	const change = hasPrevious
		? `<span style="color:${color}">${differenceText(number)}</span> from ${numberText(number.previous)}`
		: '';
	const below = [change, part].filter((line) => line !== '').join('<br>') || '&nbsp;';
	return `<td width="33%" valign="top" style="padding:6px"><span style="font-size:12px;line-height:16px;color:${MUTED}">${label}</span><br><b style="font-size:26px;line-height:32px">${numberText(number.count)}</b><br><span style="font-size:12px;line-height:16px;color:${MUTED}">${below}</span></td>`;
}

function timeSection(report: LeadReport): string {
	const { days, weeks } = report;
	const hasPrevious = isCompared(report);
	if (days.length > 1 && days.length <= MAX_DAY_ROWS) {
		const rows = days.map(({ day, leads, previousLeads }) => ({
			label: weekdayText(day),
			leads,
			...(hasPrevious && { previousLeads }),
		}));
		return section(
			'Leads by day',
			`${hasPrevious ? legend() : ''}${timeTable(rows)}${weekTable(report)}`,
		);
	}
	if (weeks.length < 2) return '';
	return section('Leads by week', weekRows(report));
}

/** Beside the days, where there is more than the two weeks that they show. */
function weekTable(report: LeadReport): string {
	if (report.weeks.length < 4) return '';
	const style = 'margin:16px 0 6px;font-size:14px;line-height:20px;font-weight:600';
	return `\n<h3 style="${style}">By week</h3>\n${weekRows(report)}`;
}

function weekRows({ weeks }: LeadReport): string {
	return timeTable(
		weeks.map(({ firstDay, leads, isWhole }) => ({
			label: `${shortDateText(firstDay)}${isWhole ? '' : ' *'}`,
			leads,
		})),
		weeks.every(({ isWhole }) => isWhole)
			? 'Weeks from Monday on.'
			: 'Weeks from Monday on. * Not ended by the last day of the period.',
	);
}

function legend(): string {
	const mark = (color: string) => `<span style="color:${color}">&#9632;</span>`;
	return `<p style="margin:0 0 6px;font-size:12px;line-height:16px;color:${MUTED}">${mark(NOW)} this period &nbsp; ${mark(BEFORE)} the period before</p>\n`;
}

interface TimeRow {
	label: string;
	leads: number;
	previousLeads?: number;
}

function timeTable(rows: readonly TimeRow[], note = ''): string {
	const most = largest(rows.flatMap(({ leads, previousLeads = 0 }) => [leads, previousLeads]));
	const lines = rows.map(({ label, leads, previousLeads }) => {
		const bars = [bar(leads, most, NOW, 8)];
		if (previousLeads !== undefined) bars.push(bar(previousLeads, most, BEFORE, 4));
		return `<tr><td width="84" style="width:84px;padding:3px 8px 3px 0;font-size:13px;color:${MUTED};white-space:nowrap">${label}</td><td style="padding:3px 0">${bars.join('')}</td><td width="48" align="right" style="width:48px;padding:3px 0 3px 8px;font-size:13px">${numberText(leads)}</td></tr>`;
	});
	const below =
		note === ''
			? ''
			: `\n<p style="margin:4px 0 0;font-size:12px;line-height:16px;color:${MUTED}">${note}</p>`;
	return `<table ${TABLE} width="100%" style="width:100%">\n${lines.join('\n')}\n</table>${below}`;
}

/** A table as wide as its part of the most: the one kind of bar that every mail program draws. */
function bar(count: number, most: number, color: string, height: number): string {
	if (count === 0 || most === 0) return '';
	const percent = Math.max(1, Math.round((count / most) * 100));
	const size = `height:${height}px;line-height:${height}px;font-size:1px`;
	return `<table ${TABLE} width="${percent}%" style="width:${percent}%"><tr><td bgcolor="${color}" height="${height}" style="background:${color};${size}">&nbsp;</td></tr></table>`;
}

function largest(numbers: readonly number[]): number {
	return numbers.reduce((one, other) => Math.max(one, other), 0);
}

const HEAD = `padding:4px 0 4px 8px;font-size:12px;line-height:16px;font-weight:400;color:${MUTED}`;
const CELL = `padding:5px 0 5px 8px;border-top:1px solid ${LINE};font-size:13px`;
const FIRST = 'padding-left:0;';

interface Column {
	name: string;
	width: number;
}

/** A table of numbers: the first column takes what the others leave. */
function dataTable(first: string, columns: readonly Column[], rows: readonly string[][]): string {
	const heads = columns.map(
		({ name, width }) =>
			`<th scope="col" width="${width}" align="right" style="${HEAD};width:${width}px">${name}</th>`,
	);
	const lines = rows.map(([name = '', ...cells]) => {
		const numbers = cells.map(
			(cell) => `<td align="right" valign="top" style="${CELL}">${cell}</td>`,
		);
		return `<tr><td valign="top" style="${CELL};${FIRST}word-break:break-word">${name}</td>${numbers.join('')}</tr>`;
	});
	return `<table cellpadding="0" cellspacing="0" border="0" width="100%" style="width:100%;table-layout:fixed">
<tr><th scope="col" align="left" style="${HEAD};${FIRST}">${first}</th>${heads.join('')}</tr>
${lines.join('\n')}
</table>`;
}

function breakdownTable(first: string, { rows, others }: Breakdown, hasPrevious: boolean): string {
	if (rows.length === 0) return paragraph('No leads in this period.');
	const named = rows.map((one) => ({ ...one, label: text(one.name), isOther: false }));
	const all =
		others.rows === 0
			? named
			: [...named, { ...others, label: othersText({ others }), isOther: true }];
	const most = largest(rows.map(({ leads }) => leads));
	const columns = [
		{ name: 'Leads', width: 52 },
		...(hasPrevious ? [{ name: 'Before', width: 52 }] : []),
		{ name: 'Customers', width: 72 },
	];
	return dataTable(
		first,
		columns,
		all.map(({ label, leads, previousLeads, customers, isOther }) => [
			isOther
				? `<span style="color:${MUTED}">${label}</span>`
				: `${label}${bar(leads, most, NOW, 6)}`,
			`<b>${numberText(leads)}</b>`,
			...(hasPrevious ? [numberText(previousLeads)] : []),
			numberText(customers),
		]),
	);
}

function conversionTable(report: LeadReport): string {
	const table = dataTable(
		'Step',
		[
			{ name: 'Customers', width: 72 },
			{ name: 'Reached', width: 84 },
			{ name: 'Median', width: 68 },
		],
		report.conversions.map((one) => [
			`${wayText(one, '&rarr;')}${bar(one.converted, one.customers, NOW, 6)}`,
			numberText(one.customers),
			`<b>${numberText(one.converted)}</b> (${shareText(one.share)})`,
			one.converted === 0 ? '&ndash;' : medianText(one),
		]),
	);
	const note = `Of all customers whose leads were given, up to ${shortDateText(report.period.lastDay)}.`;
	return `${table}\n<p style="margin:4px 0 0;font-size:12px;line-height:16px;color:${MUTED}">${note}</p>`;
}

function medianText({ medianDays }: Conversion): string {
	return medianDays < 0.1 ? 'same day' : countText(medianDays, 'day');
}

function qualityTable({ dataQuality, customers }: LeadReport): string {
	if (customers.count === 0) return paragraph('No customers in this period.');
	const part = (count: number) =>
		count === 0 ? '0' : `${numberText(count)} (${shareText(shareOf(count, customers.count))})`;
	return dataTable(
		'Field',
		[
			{ name: 'Missing', width: 84 },
			{ name: 'Unusable', width: 84 },
			{ name: 'Normalized', width: 78 },
		],
		dataQuality.map(({ name, missing, unusable, normalized, field }) => [
			name,
			part(missing),
			field === 'title' ? '&ndash;' : part(unusable),
			hasForm(field) ? numberText(normalized) : '&ndash;',
		]),
	);
}

/** Whether a field is brought into one form. */
function hasForm(field: FieldQuality['field']): boolean {
	return field === 'email' || field === 'phone' || field === 'country';
}

function notes({ leftOut, silence, timeZone }: LeadReport): string {
	const { testLeads, beforePeriods, afterPeriod } = leftOut;
	const lines = [
		`Days in the time zone ${text(timeZone)}.`,
		...(silence.silent.length === 0 && silence.watchedOffers > 0
			? [
					`No unusual silence in ${countText(silence.watchedOffers, 'offer')} with enough leads to tell.`,
				]
			: []),
		...(testLeads > 0 ? [`${countText(testLeads, 'test lead')} left out.`] : []),
		...(beforePeriods > 0 ? [`${countText(beforePeriods, 'lead')} before these periods.`] : []),
		...(afterPeriod > 0 ? [`${countText(afterPeriod, 'lead')} after the period.`] : []),
	];
	return row(
		`<p style="margin:0;padding-top:12px;border-top:1px solid ${LINE};font-size:12px;line-height:16px;color:${MUTED}">${lines.join(' ')}</p>`,
		'12px 20px 24px',
	);
}
