import type { toRow } from '../../nodes/destinations/azureTable/writing/mapping.ts';
import type { readFormFields } from '../../nodes/destinations/marketo/reading/formFields.ts';
import type * as Domain from '../../nodes/lead/index.ts';
import type { JsonObject, JsonValue } from '../../nodes/lead/types.ts';
import { httpsLead } from './leads.ts';
import type { Part, Result } from './part.ts';

/** UTF-16 units of JSON. */
const MAX_SIZE = 1_000_000;
/** Milliseconds of processor time for any input of that size. */
const AIM = 100;
/** The least of so many counts: other programs and the collection of garbage only add to it. */
const ROUNDS = 7;

/** More than one request of Microsoft's ever has: it sends each lead by itself. */
const MANY_LEADS = 1_000;

const LEAD = { LeadSource: 'SPZA-INS|contoso.crm', Email: 'kim@contoso.com' };

/** Fields up to the limits of one record, each with its number in name and value. */
function fields(make: (at: number) => [name: string, value: JsonValue]): JsonObject {
	const record: JsonObject = { ...LEAD };
	let size = 0;
	for (let at = 0; at < 4_900; at++) {
		const [name, value] = make(at);
		size += name.length + JSON.stringify(value).length + 6;
		if (size > MAX_SIZE) break;
		record[name] = value;
	}
	return record;
}

/** What was slow once, or has the most to be looked at. */
const BODIES: Readonly<Record<string, JsonObject>> = {
	'long names': fields((at) => [`${'x y '.repeat(45)}${at}`, 1]),
	'long names with accents': fields((at) => [`${'é x '.repeat(45)}${at}`, 1]),
	'names that nest': fields((at) => [`${'UserDetails.'.repeat(at % 14)}x${at}`, 1]),
	'names that differ in punctuation': fields((at) => [`a${String.fromCharCode(0x2190 + at)}b`, 1]),
	'flags that hold lists': fields((at) => [`do not contact ${at}`, ['no', false, 0]]),
	'flags that hold lists as text': fields((at) => [
		`opt out ${at}`,
		JSON.stringify(Array(20).fill('false')),
	]),
	'long states': fields((at) => [`status ${at}`, 'do not '.repeat(26)]),
	'JSON in texts': fields((at) => [`x${at}`, JSON.stringify({ a: ['AzureMarketplace-INS', at] })]),
	'flags in JSON in texts': Object.fromEntries(
		Array.from({ length: 8 }, (_, at) => [
			`x${at}`,
			JSON.stringify(
				Array.from({ length: 3_500 }, (_own, nr) => ({ [`do not call ${nr}`]: 'no' })),
			),
		]),
	),
	'lead sources everywhere': fields((at) => [`x${at}`, 'AzureMarketplace-INS '.repeat(9)]),
	'one long text': { ...LEAD, Description: 'AzureMarketplace-'.repeat(58_000) },
	'many values': { ...LEAD, list: Array<JsonValue>(249_000).fill(7) },
	'many addresses': { ...LEAD, Email: 'kim@contoso.com,'.repeat(60_000) },
	'a long country': { ...LEAD, Country: 'Republic of '.repeat(80_000) },
	'characters that are no text': fields((at) => [`x${at}`, '\ud800'.repeat(30)]),
};

/** The slowest inputs under 1 MB at every door: nothing else happens in n8n meanwhile. */
export const slowest: Part = ({ built, progress }) => {
	const lead = built.load<typeof Domain>('nodes/lead/index.js');
	const azure = built.load<{ toRow: typeof toRow }>(
		'nodes/destinations/azureTable/writing/mapping.js',
	);
	const marketo = built.load<{ readFormFields: typeof readFormFields }>(
		'nodes/destinations/marketo/reading/formFields.js',
	);
	const salesforce = built.load<{ readVendorError: (body: string) => object }>(
		'nodes/destinations/salesforce/errors.js',
	);
	const bodies = Object.entries(BODIES);
	const leads = bodies.map(([name, body]) => [name, lead.parseLead(body)] as const);
	const texts = bodies.map(([name, body]) => [name, JSON.stringify(body)] as const);
	const templates: [string, string][] = [
		['paragraphs', `[[company]]${'<p>a'.repeat(9_990)}`],
		['letters of the marker', `[[company]]${'placez'.repeat(33_000)}`],
		['placeholders', '[[company]]'.repeat(18_000)],
	];
	const results: Result[] = [];
	const door = <Input>(
		name: string,
		inputs: readonly (readonly [string, Input])[],
		enter: (input: Input) => unknown,
	) => {
		progress(name);
		const times = inputs.map(([what, input]) => [what, least(() => enter(input))] as const);
		const [what = '', time = NaN] = times.toSorted(([, one], [, other]) => other - one)[0] ?? [];
		results.push({
			measure: `Slowest input under 1 MB, ${name}`,
			ours: `${time.toFixed(0)} ms`,
			other: what,
			ratio: '',
			aim: `at most ${AIM} ms`,
		});
	};
	const many = Array.from({ length: MANY_LEADS }, (_, index) => httpsLead(index));
	const text = JSON.stringify(many);
	results.push({
		measure: `HTTPS: a body of ${MANY_LEADS.toLocaleString('en')} leads`,
		ours: `${(text.length / 1_000).toFixed(0)} kB, read in ${least(() => readAll(lead, text)).toFixed(0)} ms`,
		other: 'N8N_PAYLOAD_SIZE_MAX=1: 1,049 kB',
		ratio: '',
		aim: 'fits into 1 MiB',
	});
	door('body to lead', bodies, (body) => lead.readLeadInput(body).ok && lead.parseLead(body));
	door('lead read again', leads, (one) => lead.parseLead(one));
	door('lead to follow-up', leads, (one) => lead.composeFollowUp(one));
	door('lead to customer', leads, (one) => lead.mergeLeads([one, one], 'customer'));
	door('lead source', texts, (text) => lead.parseLeadSource(text));
	door('template', templates, (html) => lead.followUpComposer({ templates: { active: { html } } }));
	door('lead to Azure Table', leads, (one) => azure.toRow({ lead: one, additional: {} }));
	door('form fields', texts, (text) =>
		marketo.readFormFields(`a:1:{s:1:"a";s:${text.length}:"${text}";}`),
	);
	door('vendor’s error', texts, (text) => salesforce.readVendorError(text));
	return Promise.resolve(results);
};

/** What the trigger does with a list of leads, but for the network. */
function readAll(lead: typeof Domain, text: string): void {
	for (const body of JSON.parse(text) as JsonObject[]) {
		if (!lead.readLeadInput(body).ok) throw new Error('A lead of the bench is none.');
		lead.parseLead(body);
	}
}

/** Milliseconds of processor time, the least of some rounds. */
function least(work: () => unknown): number {
	const times = Array.from({ length: ROUNDS }, () => {
		const begun = process.cpuUsage();
		work();
		const { user, system } = process.cpuUsage(begun);
		return (user + system) / 1_000;
	});
	return Math.min(...times);
}
