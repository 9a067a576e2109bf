import type { Lead, LeadStage } from '../types';
import type { MergedCustomer } from '../merge/types';

/** What a report is made of: leads and customers that were merged before, mixed as they come. */
export type ReportEntry = Lead | MergedCustomer;

/** Days in the local calendar, as their numbers since 1970; both are in it. */
export interface DayRange {
	first: number;
	last: number;
}

export interface ReportOptions {
	title: string;
	/** Epoch milliseconds: where no period is given, none ends later. */
	now: number;
	/** IANA name of the zone whose days and weeks are counted. */
	timeZone: string;
	/** Without it, from the day of the first lead to the day of the last one. */
	period?: DayRange;
	/** What the period is compared with. */
	previousPeriod?: DayRange;
	includeTestLeads?: boolean;
	/** Most rows of one breakdown, and most offers that are said to be silent. */
	maxRows?: number;
}

export interface ReportPeriod {
	/** `2026-11-19`; empty for no period. */
	firstDay: string;
	lastDay: string;
	days: number;
}

/** A number of the period beside that of the period before; 0 where there is none. */
export interface Compared {
	count: number;
	previous: number;
	difference: number;
}

/** The same with its part of all customers of the period, from 0 to 1. */
export interface ComparedShare extends Compared {
	share: number;
	previousShare: number;
}

export interface BreakdownRow {
	/** What expressions compare: Microsoft's code, an ISO code, the offer's ID; empty where it did not come. */
	code: string;
	name: string;
	leads: number;
	previousLeads: number;
	customers: number;
	previousCustomers: number;
}

export interface Breakdown {
	rows: BreakdownRow[];
	/** What the rows leave out, as one. */
	others: { rows: number } & Omit<BreakdownRow, 'code' | 'name'>;
}

export type Dimension = 'action' | 'campaign' | 'country' | 'offer' | 'source' | 'stage';

export interface DayCount {
	day: string;
	leads: number;
	customers: number;
	/** Of the day that has the same place in the period before. */
	previousLeads: number;
}

export interface WeekCount {
	/** Its Monday. */
	firstDay: string;
	/** `2026-W47`, by ISO 8601. */
	week: string;
	leads: number;
	customers: number;
	/** Whether the week had ended by the last day of the period, and has by now. */
	isWhole: boolean;
}

export interface Conversion {
	from: LeadStage;
	to: LeadStage;
	/** Who had reached `from` by the end of the period, by all leads that were given. */
	customers: number;
	/** Who of them had reached `to` afterwards. */
	converted: number;
	share: number;
	/** Between the first lead of either stage; 0 where nobody converted. */
	medianDays: number;
	/** Who of them reached `to` in the period. */
	inPeriod: Compared;
}

/** An offer that has had no lead for unusually long. */
export interface SilentOffer {
	offer: { id: string; title: string };
	/** Day of the last lead. */
	lastDay: string;
	/** Days since then, to the last day of the period. */
	days: number;
	/** Median and 90th percentile of the days between two days with leads. */
	usualDays: number;
	longDays: number;
	/** All of it in a sentence. */
	message: string;
}

export interface FieldQuality {
	field: 'company' | 'country' | 'email' | 'fullName' | 'phone' | 'title';
	name: string;
	/** Customers without it. */
	missing: number;
	previousMissing: number;
	/** Customers with something else in it: no address, a number, country, name or company that is none. */
	unusable: number;
	previousUnusable: number;
	/** Leads in which it came in another form than it has now. */
	normalized: number;
	previousNormalized: number;
}

export interface LeadReport {
	title: string;
	/** For a message that carries the report. */
	subject: string;
	timeZone: string;
	period: ReportPeriod;
	previousPeriod: ReportPeriod;
	leads: Compared;
	customers: Compared;
	/** Customers whose first lead of all that were given is in the period. */
	newCustomers: ComparedShare;
	/** Customers with more than one lead in the period. */
	repeatCustomers: ComparedShare;
	/** Customers who must not be contacted. */
	doNotContact: ComparedShare;
	by: Record<Dimension, Breakdown>;
	days: DayCount[];
	weeks: WeekCount[];
	conversions: Conversion[];
	silence: {
		silent: SilentOffer[];
		/** Silent offers beyond the most rows. */
		others: number;
		/** Offers with leads on enough days to tell, and those without. */
		watchedOffers: number;
		unwatchedOffers: number;
	};
	dataQuality: FieldQuality[];
	/** Leads that the numbers of both periods leave out. */
	leftOut: { testLeads: number; beforePeriods: number; afterPeriod: number };
}
