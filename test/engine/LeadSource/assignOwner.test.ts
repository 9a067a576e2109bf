import type { INodeParameters } from 'n8n-workflow';

import type { AssignedOwner } from '../../../nodes/lead';
import { LeadSource } from '../../../nodes/LeadSource/LeadSource.node';
import { runNode } from '../../support/engine';
import { items, LeadSourceTool, outputs, row } from './support';

const ANN = { name: 'Ann', email: 'ann@vendor.example' };
const DORA = { name: 'Dora', email: 'dora@vendor.example', countries: 'Germany, AT' };
const TEAM = ['Ann', 'Ben', 'Cem'].map((name) => ({ name, email: `${name}@vendor.example` }));

const assign = (owners: unknown, more: object = {}) =>
	({
		operation: 'assignOwner',
		...(owners === undefined ? {} : { owners: { values: owners } }),
		...more,
	}) as INodeParameters;
const lead = (id: string, customer: object = {}) =>
	row(id, 'SPZA-PLT|contoso.crm', { Email: `${id}@contoso.com`, ...customer });
const german = lead('kim', { Country: 'DE' });
const french = lead('lou', { Country: 'France' });
const ownersOf = (list: { json: object }[] = []) =>
	list.map(({ json }) => (json as { owner: AssignedOwner }).owner);

it('gives each lead its owner, and those that nobody takes another output', async () => {
	const [assigned, nobody] = await outputs(assign([DORA]), items(german, french));
	expect(ownersOf(assigned)).toEqual([
		{
			name: 'Dora',
			email: 'dora@vendor.example',
			why: 'Territory: countries DE, AT; the only owner there.',
			nextInLine: { name: '', email: '' },
		},
	]);
	expect(ownersOf(nobody)).toMatchObject([{ name: '', why: expect.stringMatching(/country FR/) }]);
	expect(assigned).toMatchObject([
		{ json: { id: expect.any(String), stage: 'active' }, pairedItem: { item: 0 } },
	]);
	expect(nobody).toMatchObject([{ pairedItem: { item: 1 } }]);
	expect(Object.keys(assigned![0]!.json)[0]).toBe('owner');
	const one = await outputs(assign([DORA], { separateOutputs: false }), items(german, french));
	expect(one.map((output) => output.length)).toEqual([2]);
});

it('takes owners from the second input, and gives the same as from the list', async () => {
	const leads = items(...Array.from({ length: 30 }, (_, at) => lead(`customer${at}`)));
	const [byList] = await outputs(assign(TEAM), leads);
	const rows = TEAM.map(({ name, email }) => ({
		'Owner Name': name,
		'E-Mail': email,
		row_number: 2,
	}));
	const parameters = assign(undefined, { ownersFrom: 'input' });
	const [byInput] = await outputs(parameters, leads, undefined, undefined, {
		secondInput: items(...rows.toReversed()),
	});
	expect(ownersOf(byInput)).toEqual(ownersOf(byList));
	expect(new Set(ownersOf(byList).map(({ name }) => name)).size).toBe(3);
});

it('tells in the editor which columns of the owners it does not read', async () => {
	const hintsWith = async (owner: object) => {
		const parameters = assign(undefined, { ownersFrom: 'input' });
		const node = { type: new LeadSource(), parameters };
		const run = await runNode(node, items(german), { secondInput: items(owner) });
		expect(run.data.resultData.error).toBeUndefined();
		const tasks = Object.values(run.data.resultData.runData).flat();
		return tasks.flatMap(({ hints = [] }) => hints.map(({ message }) => message));
	};
	expect(await hintsWith({ ...ANN, row_number: 2 })).toEqual([]);
	expect(await hintsWith({ ...ANN, Gewicht: 2 })).toEqual([
		expect.stringMatching(
			/^Columns of the owners that are not read: "Gewicht"\. The node reads Name/,
		),
	]);
	// A CRM's record of a user: nobody means them all to be read.
	const fields = Array.from({ length: 11 }, (_, at) => [`Field ${at}`, 1]);
	expect(await hintsWith({ ...ANN, ...Object.fromEntries(fields) })).toEqual([]);
});

it('tells of an owner of its list whose email address came out empty', async () => {
	const owners = [
		...TEAM,
		{ email: '={{ $json.RowKey === "kim" ? $json.nobody : "d@v.example" }}' },
	];
	const went = await outputs(assign(owners), items(german, french), 'continueRegularOutput');
	expect(went.map((output) => output.length)).toEqual([1, 1]);
	expect(went[1]).toMatchObject([
		{
			json: { error: 'Owner 4 has neither a name nor an email address.' },
			pairedItem: { item: 0 },
		},
	]);
});

it('gives merged customers the owner of their leads', async () => {
	const [[merged] = []] = await outputs({ operation: 'mergeLeads' }, items(german));
	const [[one] = []] = await outputs(assign(TEAM), items(merged!.json));
	const [[other] = []] = await outputs(assign(TEAM), items(german));
	expect(ownersOf([one!])).toEqual(ownersOf([other!]));
	expect(one!.json).toMatchObject({ journey: expect.any(Array) });
});

it('passes over who did not act, and gives the next in line', async () => {
	const [[first] = []] = await outputs(assign(TEAM), items(german));
	const skipping = assign(TEAM, { options: { skipOwners: '={{ $json.owner.email }}' } });
	const [[second] = []] = await outputs(skipping, items(first!.json));
	const [owner, next] = ownersOf([first!, second!]);
	expect(next).toMatchObject(owner!.nextInLine);
	expect(next!.name).not.toBe(owner!.name);
});

it('resolves the owners for each item', async () => {
	const parameters = assign([{ ...ANN, countries: '={{ $json.where }}' }]);
	const [assigned, nobody] = await outputs(
		parameters,
		items({ ...german, where: 'DE' }, { ...lead('x', { Country: 'DE' }), where: 'FR' }),
	);
	expect([assigned, nobody].map((output) => output?.length)).toEqual([1, 1]);
});

it.each([
	[assign([]), /^There are no owners/],
	[assign(undefined), /^There are no owners/],
	[
		assign([ANN, { ...DORA, countries: 'Bavaria' }]),
		/Owner 2 \("Dora"\): "Bavaria" is not a known country/,
	],
	[assign([{ ...ANN, awayUntil: 'soon' }]), /: the date in Away Until is not valid/],
])('says what is wrong with the owners: %j', async (parameters, message) => {
	await expect(outputs(parameters, items(german))).rejects.toThrow(message);
	const [assigned, nobody] = await outputs(parameters, items(german), 'continueRegularOutput');
	expect(assigned).toEqual([]);
	expect(nobody).toMatchObject([{ json: { error: expect.stringMatching(message) } }]);
});

it('reads dates in the time zone of the workflow', async () => {
	const past = assign([{ ...ANN, awayUntil: '2020-01-01T00:00:00' }]);
	expect((await outputs(past, items(german)))[0]).toHaveLength(1);
	const coming = assign([{ ...ANN, awayUntil: '2999-01-01T00:00:00' }]);
	expect((await outputs(coming, items(german)))[1]).toMatchObject([
		{ json: { owner: { name: '', why: 'Away: Ann.' } } },
	]);
});

it('gives an agent everything on its one output', async () => {
	const parameters = assign([DORA], { readLeadFrom: 'item' });
	const type = new LeadSourceTool();
	const given = await outputs(parameters, items(german, french), undefined, type);
	expect(given.map((output) => output.length)).toEqual([2]);
});

it.each([
	['an owner', '={{ $json.owner }}'],
	['a list of owners', '={{ [$json.owner] }}'],
	['a name', '={{ $json.owner.name }}'],
])('passes over %s', async (_what, skipOwners) => {
	const [[first] = []] = await outputs(assign(TEAM), items(german));
	const [[second] = []] = await outputs(
		assign(TEAM, { options: { skipOwners } }),
		items(first!.json),
	);
	const [before, now] = [first!, second!].map(
		({ json }) => (json as { owner: AssignedOwner }).owner,
	);
	expect([now!.name, now!.name === before!.name]).toEqual([before!.nextInLine.name, false]);
});

it('refuses to skip what names nobody', async () => {
	const skipping = assign(TEAM, { options: { skipOwners: '={{ [7] }}' } });
	await expect(outputs(skipping, items(german))).rejects.toMatchObject({
		message: '"Skip Owners" holds what names no owner',
		context: { itemIndex: 0 },
	});
});
