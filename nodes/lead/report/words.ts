import { truncate } from '../text';
import type { LeadStage } from '../types';
import { stageName } from '../vocabulary';
import { DAY_MS } from './calendar';
import type {
	Breakdown,
	Compared,
	ComparedShare,
	Conversion,
	Dimension,
	LeadReport,
	ReportPeriod,
} from './types';

// Made once, and not before a number is shown: the making takes a hundred times as long as the formatting.
let oneDecimal: Intl.NumberFormat | undefined;
let whole: Intl.NumberFormat | undefined;

/** `1,234`, the same on every machine. */
export function numberText(number: number): string {
	oneDecimal ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
	return oneDecimal.format(number);
}

/** `7 leads`, `1 lead` */
export function countText(count: number, one: string, many = `${one}s`): string {
	return `${numberText(count)} ${count === 1 ? one : many}`;
}

/** `12.5%`; whole percents from ten on, where more says nothing. */
export function shareText(share: number): string {
	const percent = share * 100;
	const isSmall = percent > 0 && percent < 10;
	if (isSmall) return `${numberText(percent)}%`;
	whole ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
	return `${whole.format(percent)}%`;
}

/** `+5`, `−2` with a real minus, `±0` */
export function differenceText({ difference }: Compared): string {
	if (difference === 0) return '±0';
	return difference > 0 ? `+${numberText(difference)}` : `−${numberText(-difference)}`;
}

const MONTHS =
	'January February March April May June July August September October November December'.split(
		' ',
	);
const WEEKDAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');

/** `19 Nov 2026`. By words of our own: those of Node's versions differ. */
export function dateText(day: string): string {
	return `${shortDateText(day)} ${day.slice(0, 4)}`;
}

/** `19 Nov` */
export function shortDateText(day: string): string {
	const date = new Date(day);
	return `${date.getUTCDate()} ${monthName(day).slice(0, 3)}`;
}

/** `Thu 19 Nov` */
export function weekdayText(day: string): string {
	return `${WEEKDAYS[new Date(day).getUTCDay()] ?? ''} ${shortDateText(day)}`;
}

function monthName(day: string): string {
	return MONTHS[new Date(day).getUTCMonth()] ?? '';
}

/** `19–25 Nov 2026`, `28 Oct – 3 Nov 2026`, `November 2026`: what both ends share once. */
export function periodName({ firstDay, lastDay, days }: ReportPeriod): string {
	if (days <= 1) return dateText(lastDay);
	const last = dateText(lastDay);
	if (firstDay.slice(0, 4) !== lastDay.slice(0, 4)) return `${dateText(firstDay)} – ${last}`;
	if (firstDay.slice(0, 7) !== lastDay.slice(0, 7)) return `${shortDateText(firstDay)} – ${last}`;
	const following = new Date(new Date(lastDay).getTime() + DAY_MS);
	const isMonth = firstDay.endsWith('-01') && following.getUTCDate() === 1;
	if (isMonth) return `${monthName(lastDay)} ${lastDay.slice(0, 4)}`;
	return `${new Date(firstDay).getUTCDate()}–${last}`;
}

type Numbers = Omit<LeadReport, 'subject'>;

export function subjectOf(report: Numbers): string {
	const { title, period, leads, customers, silence } = report;
	const more = isCompared(report) ? ` (${differenceText(leads)})` : '';
	const numbers = `${countText(leads.count, 'lead')}${more}, ${countText(customers.count, 'customer')}`;
	const alarm = silence.silent.length > 0 ? ', unusual silence' : '';
	return `${title === '' ? '' : `${title}, `}${periodName(period)}: ${numbers}${alarm}`;
}

export function isCompared({ previousPeriod }: Pick<LeadReport, 'previousPeriod'>): boolean {
	return previousPeriod.days > 0;
}

/** `and 37 others`; empty where there are none. */
export function othersText({ others: { rows } }: Pick<Breakdown, 'others'>): string {
	return rows === 0 ? '' : `and ${countText(rows, 'other')}`;
}

/** `Interest → Trial`: as short as fits beside three numbers on a phone. */
export function wayText({ from, to }: Pick<Conversion, 'from' | 'to'>, arrow = '→'): string {
	const short = (stage: LeadStage) => stageName(stage).replace('Initial Interest', 'Interest');
	return `${short(from)} ${arrow} ${short(to)}`;
}

const DIMENSION_NAMES: Readonly<Record<Dimension, string>> = {
	stage: 'Stage',
	source: 'Source',
	action: 'Action',
	offer: 'Offer',
	country: 'Country',
	campaign: 'Campaign',
};

/** What the numbers are broken down by, in the order of the report. */
export const DIMENSIONS = Object.entries(DIMENSION_NAMES) as readonly [Dimension, string][];

/** A name where there is room for so many characters. */
export function shortened(name: string, maxLength: number): string {
	return name.length > maxLength ? `${truncate(name, maxLength - 1)}…` : name;
}

/** The report for where there is no HTML: a chat, or the text beside a message's HTML. */
export function textOf(report: LeadReport): string {
	const { title, leads, customers, newCustomers, repeatCustomers, doNotContact } = report;
	const hasPrevious = isCompared(report);
	const beside = (number: Compared) => (hasPrevious ? ` (${differenceText(number)})` : '');
	const part = (name: string, number: ComparedShare) =>
		`${name}: ${numberText(number.count)}${beside(number)}, ${shareText(number.share)} of customers`;
	const sections = [
		[
			[title, periodName(report.period)].filter(Boolean).join(', '),
			...(hasPrevious ? [`Compared with ${periodName(report.previousPeriod)}`] : []),
		],
		report.silence.silent.map(({ message }) => message),
		[
			`Leads: ${numberText(leads.count)}${beside(leads)}`,
			`Customers: ${numberText(customers.count)}${beside(customers)}`,
			part('New customers', newCustomers),
			part('Repeat interest', repeatCustomers),
			part('Do not contact', doNotContact),
		],
		report.conversions.map(
			({ from, to, customers: all, converted, share, medianDays }) =>
				`${stageName(from)} to ${stageName(to)}: ${numberText(converted)} of ${numberText(all)} (${shareText(share)})${
					converted > 0 ? `, median ${countText(medianDays, 'day')}` : ''
				}`,
		),
		...DIMENSIONS.map(([dimension, name]) => {
			const { rows, others } = report.by[dimension];
			if (rows.length === 0) return [];
			const lines = rows.map((row) => `- ${row.name}: ${countText(row.leads, 'lead')}`);
			const more = othersText({ others });
			return [
				`By ${name.toLowerCase()}`,
				...lines,
				...(more === '' ? [] : [`- ${more}: ${countText(others.leads, 'lead')}`]),
			];
		}),
	];
	return sections
		.filter((lines) => lines.length > 0)
		.map((lines) => lines.join('\n'))
		.join('\n\n');
}
