import { type LeadReport, type ReportEntry, type ReportOptions } from '../../../../nodes/lead';
import { Calendar, createReport } from '../../../../nodes/lead/report';
import { lead } from '../merge/support';

/** Day of March 2026 as its number since 1970. */
export const march = (day: number): number => Date.UTC(2026, 2, day) / 86_400_000;

/** The second week of March, beside the first. */
export const WEEK: ReportOptions = {
	title: 'Marketplace leads',
	now: Date.UTC(2026, 2, 15, 8),
	timeZone: 'UTC',
	period: { first: march(8), last: march(14) },
	previousPeriod: { first: march(1), last: march(7) },
};

export const report = (
	entries: readonly ReportEntry[],
	options: Partial<ReportOptions> = {},
): LeadReport => createReport(entries, { ...WEEK, ...options });

/** A lead of a customer by name, on a day of March. */
export const leadOf = (
	name: string,
	day: number,
	leadSource = 'AzureMarketplace-INS|contoso.crm',
	fields: Record<string, unknown> = {},
) => {
	const { customer = {}, ...others } = fields as { customer?: object };
	const row = `${name} ${day} ${leadSource}`;
	return lead(leadSource, { Email: `${name}@contoso.com`, ...customer }, { day, row, ...others });
};

export const rowsOf = (given: LeadReport, name: keyof LeadReport['by']) =>
	given.by[name].rows.map((row) => [row.name, row.leads, row.previousLeads, row.customers]);

export const zone = (name: string) => new Calendar(name);
