import { value } from '../followUp/escape';
import { offerKey } from '../identity/offerKey';
import { compareText } from '../merge/step';
import { STAGES, stageName } from '../vocabulary';
import type { Breakdown, BreakdownRow, DayRange, Dimension } from './types';
import { type Person, stageAt, type Visit, visitsIn } from './visits';

/** A row's key with what it is called. */
interface Label {
	key: string;
	code: string;
	name: string;
}

interface Rules {
	/** The row that a lead is counted in. */
	of(visit: Visit, person: Person): Label;
	/** The one row that a customer is counted in; without it, those of the customer's leads. */
	ofCustomer?(person: Person, range: DayRange): Label;
	/** Keys in the order of their rows; without it, those with most leads come first. */
	order?: readonly string[];
}

/** Made on first use: n8n loads this with every node of ours. */
let regionNames: Intl.DisplayNames | undefined;

const RULES: Readonly<Record<Dimension, Rules>> = {
	stage: {
		of: ({ step }) => stageLabel(step.stage),
		ofCustomer: (person, { last }) => stageLabel(stageAt(person, last)),
		order: STAGES.map(({ code }) => code),
	},
	source: { of: ({ step }) => labelOf(step.source.code, step.source.name, 'Not known') },
	action: { of: ({ step }) => labelOf(step.action.code, step.action.name, 'Not known') },
	offer: {
		of: ({ offer }) => ({
			...labelOf(offer.id, offer.title || offer.id, 'No offer named'),
			key: offerKey(offer),
		}),
	},
	// The customer's own, since the newest lead knows it best.
	country: { of: (_visit, { customer }) => countryLabel(customer.customer.country) },
	campaign: { of: ({ campaign }) => labelOf(campaign, campaign, 'No campaign') },
};

function stageLabel(code: Parameters<typeof stageName>[0]): Label {
	return { key: code, code, name: stageName(code) };
}

function labelOf(code: string, name: string, otherwise: string): Label {
	const [shortCode, shortName] = [value(code), value(name)];
	return {
		key: shortCode.normalize('NFKC').toLowerCase(),
		code: shortCode,
		name: shortName || otherwise,
	};
}

function countryLabel(country: string): Label {
	regionNames ??= new Intl.DisplayNames('en', { type: 'region' });
	const name = /^[A-Z]{2}$/.test(country) ? regionNames.of(country) : country;
	return labelOf(country, name ?? country, 'Not known');
}

type Counts = Omit<BreakdownRow, 'code' | 'name'>;
type Row = BreakdownRow & { key: string; namedAt: number };

const NOTHING: Counts = { leads: 0, previousLeads: 0, customers: 0, previousCustomers: 0 };

/** What the leads of a person count in one of the two periods. */
interface Counted {
	leads: 'leads' | 'previousLeads';
	customers: 'customers' | 'previousCustomers';
	range: DayRange;
}

/** Leads and customers of both periods by one of their properties; rows beyond the most are one. */
export function breakdownBy(
	dimension: Dimension,
	people: readonly Person[],
	period: DayRange,
	previous: DayRange | undefined,
	maxRows: number,
): Breakdown {
	const rules = RULES[dimension];
	const both: Counted[] = [{ leads: 'leads', customers: 'customers', range: period }];
	if (previous !== undefined) {
		both.push({ leads: 'previousLeads', customers: 'previousCustomers', range: previous });
	}
	const rows = new Map<string, Row>();
	const rowOf = ({ key, code, name }: Label, time: number): Row => {
		const row = rows.get(key) ?? { key, code, name, ...NOTHING, namedAt: -Infinity };
		rows.set(key, row);
		// The newest name; of two at one time the greater, whatever their order.
		if (time > row.namedAt || (time === row.namedAt && compareText(name, row.name) > 0)) {
			Object.assign(row, { code, name, namedAt: time });
		}
		return row;
	};
	for (const person of people) {
		for (const { leads, customers, range } of both) {
			for (const visit of visitsIn(person, range))
				rowOf(rules.of(visit, person), visit.time)[leads]++;
			for (const label of customerLabels(rules, person, range))
				rowOf(label, -Infinity)[customers]++;
		}
	}
	const sorted = [...rows.values()].sort(orderOf(rules));
	const shown = sorted.slice(0, maxRows);
	const hidden = new Set(sorted.slice(maxRows));
	return {
		rows: shown.map(({ key: _key, namedAt: _namedAt, ...row }) => row),
		others: { rows: hidden.size, ...othersOf(rules, people, both, hidden) },
	};
}

/** Each row that a customer is counted in once. */
function customerLabels(rules: Rules, person: Person, range: DayRange): Label[] {
	const visits = visitsIn(person, range);
	if (visits.length === 0) return [];
	if (rules.ofCustomer !== undefined) return [rules.ofCustomer(person, range)];
	const labels = new Map<string, Label>();
	for (const visit of visits) {
		const label = rules.of(visit, person);
		labels.set(label.key, label);
	}
	return [...labels.values()];
}

/** A customer of several rows that are left out is one customer, so they can't be added up. */
function othersOf(
	rules: Rules,
	people: readonly Person[],
	both: readonly Counted[],
	hidden: ReadonlySet<Row>,
): Counts {
	const others = { ...NOTHING };
	if (hidden.size === 0) return others;
	const keys = new Set<string>();
	for (const row of hidden) {
		keys.add(row.key);
		others.leads += row.leads;
		others.previousLeads += row.previousLeads;
	}
	for (const person of people) {
		for (const { customers, range } of both) {
			const isOther = customerLabels(rules, person, range).some(({ key }) => keys.has(key));
			if (isOther) others[customers]++;
		}
	}
	return others;
}

function orderOf({ order }: Rules): (one: Row, other: Row) => number {
	return (one, other) => {
		const place = order ? order.indexOf(one.key) - order.indexOf(other.key) : 0;
		return (
			place ||
			other.leads - one.leads ||
			other.previousLeads - one.previousLeads ||
			other.customers - one.customers ||
			compareText(one.key, other.key)
		);
	};
}
