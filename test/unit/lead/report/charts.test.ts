import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';

import { reportCharts } from '../../../../nodes/lead/report';
import { leadOf, report } from './support';

type Element = DefaultTreeAdapterTypes.Element;

function elementsOf(node: { childNodes?: DefaultTreeAdapterTypes.ChildNode[] }): Element[] {
	return (node.childNodes ?? []).flatMap((child) =>
		'tagName' in child ? [child, ...elementsOf(child)] : [],
	);
}

const textsIn = (svg: string) =>
	elementsOf(parseFragment(svg))
		.filter(({ tagName }) => tagName === 'text')
		.map(({ childNodes }) =>
			childNodes.map((child) => ('value' in child ? child.value : '')).join(''),
		);

const leads = [
	...[1, 2, 3, 9].map((day) => leadOf('kim', day)),
	leadOf('kim', 10, 'SPZA-PLT|contoso.crm'),
	leadOf('sam', 11, 'AzureMarketplace-INS|contoso.erp', { customer: { Country: 'DE' } }),
];

it('draws every part that has leads, with the numbers in it', () => {
	const charts = reportCharts(report(leads));
	expect(charts.map(({ name, title }) => [name, title])).toEqual([
		['leadsByDay', 'Leads by day'],
		['leadsByWeek', 'Leads by week, from Monday on'],
		['conversions', 'From interest to active'],
		['leadsByStage', 'Leads by stage'],
		['leadsBySource', 'Leads by source'],
		['leadsByAction', 'Leads by action'],
		['leadsByOffer', 'Leads by offer'],
		['leadsByCountry', 'Leads by country'],
		['leadsByCampaign', 'Leads by campaign'],
	]);
	const textOf = (name: string) => textsIn(charts.find((chart) => chart.name === name)!.svg);
	expect(textOf('leadsByOffer')).toEqual(
		expect.arrayContaining([
			...['Leads by offer', '8–14 Mar 2026', '1–7 Mar 2026'],
			...['contoso.crm', '2', '3', 'contoso.erp', '1', '0'],
		]),
	);
	expect(textOf('leadsByCountry')).toEqual(expect.arrayContaining(['Germany', 'Not known']));
	expect(textOf('leadsByDay')).toEqual(expect.arrayContaining(['Sun 8 Mar', 'Sat 14 Mar']));
	expect(textOf('conversions')).toEqual(expect.arrayContaining(['Interest → Active', '1 (50%)']));
});

it('draws nothing of nothing', () => {
	expect(reportCharts(report([]))).toEqual([]);
});

it('draws the same each time', () => {
	const given = report(leads);
	expect(reportCharts(given)).toEqual(reportCharts(given));
});

const HOSTILE = [
	'<script>alert(1)</script>',
	'</text><image href="https://evil.example/x.png"/>',
	'"><svg onload=alert(1)>',
	']]></style><script>',
	'{a|rich} {b}',
	'&lt;b&gt;',
	'line\nbreak',
	'\u202egpj.exe',
	'a'.repeat(5_000),
];

it('lets no name out of its text', () => {
	const charts = reportCharts(
		report(
			HOSTILE.map((text, at) =>
				leadOf(`c${at}`, 9, `${text}-${text}|pub${at}.offer`, {
					customer: { Country: text },
					...{ OfferDisplayName: text, mktcmpid: text },
				}),
			),
			{ title: HOSTILE[0]! },
		),
	);
	for (const { svg } of charts) {
		const errors: string[] = [];
		const page = parseFragment(svg, { onParseError: ({ code }) => errors.push(code) });
		expect(errors).toEqual([]);
		for (const { tagName, attrs } of elementsOf(page)) {
			expect(['svg', 'rect', 'path', 'text', 'g', 'clippath', 'defs']).toContain(
				tagName.toLowerCase(),
			);
			for (const { name, prefix = '', value } of attrs) {
				expect(name).not.toMatch(/^on|href/i);
				expect(value).not.toMatch(/script|alert|evil/);
				if (!`${prefix}${name}`.startsWith('xmlns'))
					expect(value).not.toMatch(/https?:|url\((?!#)/);
			}
		}
		expect(svg).not.toContain('\u202e');
		expect(svg).not.toMatch(/ecmeta|class=|<style/);
	}
	const drawn = charts.flatMap(({ svg }) => textsIn(svg));
	expect(drawn).toContain('<script>alert(1)</script>');
	expect(Math.max(...drawn.map((text) => text.length))).toBeLessThan(80);
});

it('cuts no name through a character, however wide what stands before it is', () => {
	const names = Array.from({ length: 26 }, (_, at) => 'a'.repeat(at) + '👨'.repeat(15));
	const made = report(
		names.map((name, at) =>
			leadOf(`c${at}`, 9, `AzureMarketplace-INS|pub.o${at}`, { OfferDisplayName: name }),
		),
		{ maxRows: names.length },
	);
	for (const { svg } of reportCharts(made)) expect(svg.isWellFormed()).toBe(true);
});

it('loads the library for charts alone', () => {
	const loaded: string[] = [];
	jest.isolateModules(() => {
		jest.doMock('../../../../nodes/vendor/charts', () => {
			loaded.push('charts');
			return jest.requireActual<object>('../../../../nodes/vendor/charts');
		});
		const domain = jest.requireActual<typeof import('../../../../nodes/lead/report')>(
			'../../../../nodes/lead/report',
		);
		const made = report(leads);
		domain.reportHtml(made);
		expect(loaded).toEqual([]);
		expect(domain.reportCharts(made)).not.toEqual([]);
		expect(loaded).toEqual(['charts']);
	});
});
