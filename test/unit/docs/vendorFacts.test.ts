/** docs/vendor-facts.md: every assumption names a test that there is, and a live one where nobody vouches for it. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const PAGE = path.resolve(__dirname, '../../../docs/vendor-facts.md');
const LIVE = 'test/integration/live/live.test.ts';

const rows = readFileSync(PAGE, 'utf8')
	.split('\n')
	.filter((line) => line.startsWith('| ') && !/^\| (?:What is leant on|-)/.test(line))
	.map((line) => {
		const [fact = '', source = '', known = '', tests = ''] = line
			.slice(1, -1)
			.split(' | ')
			.map((cell) => cell.trim());
		const links = [...tests.matchAll(/\[([^\]]+)\]\(\.\.\/([^)]+)\)/g)];
		return {
			fact,
			source,
			known,
			tests: links.map(([, title = '', file = '']) => ({ title, file })),
		};
	});

it('has facts of each vendor that an SDK or a fake server stands for', () => {
	expect(rows.length).toBeGreaterThan(25);
	const headings = readFileSync(PAGE, 'utf8').match(/^## .*/gm) ?? [];
	for (const vendor of ['Azure Table', 'Dynamics 365', 'Marketo', 'Salesforce']) {
		expect(headings.some((heading) => heading.includes(vendor))).toBe(true);
	}
});

it.each(rows.map((row) => [row.fact, row] as const))('%s', (_, { source, known, tests }) => {
	expect(known).toMatch(/^(?:documented|observed|assumed)$/);
	if (known === 'documented') expect(source).toMatch(/\]\(https:\/\/\S+\)/);
	if (known === 'observed') expect(source).toMatch(/\w{3}/);
	expect(tests.length).toBeGreaterThan(0);
	for (const { title, file } of tests) {
		const whole = path.resolve(__dirname, '../../..', file);
		expect([file, existsSync(whole)]).toEqual([file, true]);
		expect(readFileSync(whole, 'utf8')).toContain(`'${title}'`);
	}
	if (known === 'assumed') expect(tests.map(({ file }) => file)).toContain(LIVE);
});

it('leaves no live test out', () => {
	const live = readFileSync(path.resolve(__dirname, '../../..', LIVE), 'utf8');
	const titles = [...live.matchAll(/\blive\(\s*'([^']+)'/g)].map(([, title]) => title);
	const named = new Set(rows.flatMap(({ tests }) => tests.map(({ title }) => title)));
	// These say nothing of a vendor but that the account is good.
	const others = ['takes the credential', 'fills the lists of the editor'];
	expect(titles.filter((title) => !named.has(title!) && !others.includes(title!))).toEqual([]);
});
