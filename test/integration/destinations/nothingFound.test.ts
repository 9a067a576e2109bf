/** What a person is told where no lead is found: by the sample in the editor, and in the log as they publish. */
import type { INodeParameters } from 'n8n-workflow';

import type { Lead } from '../../../nodes/lead/types.ts';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node.ts';
import { pollContext } from '../../support/engine.ts';
import { hintsBeside } from '../../support/hints.ts';
import type { DestinationServer, PollHarness } from '../../support/pollContract/harness.ts';
import { AzureTablePlace, azureTablePolled } from '../../support/places/azureTable.ts';
import { DynamicsPlace, dynamicsPolled } from '../../support/places/dynamics365.ts';
import { salesforcePolled } from '../../support/places/salesforce.ts';

const type = new MarketplaceLeadPollTrigger();
const OURS = 'AzureMarketplace-INS|contoso.add-on';

let server: DestinationServer | undefined;
afterEach(async () => {
	jest.restoreAllMocks();
	await server?.stop();
	server = undefined;
});

function triggerAt(place: PollHarness, parameters: INodeParameters = {}) {
	const poller = pollContext({
		type,
		parameters: { ...place.parameters, ...parameters },
		credentials: place.credentials,
	});
	const { logger } = poller.context();
	const logged = {
		warn: jest.spyOn(logger, 'warn').mockClear(),
		info: jest.spyOn(logger, 'info').mockClear(),
	};
	const lines = ({ mock }: jest.SpyInstance) => mock.calls.map(([line]) => String(line));
	return {
		/** The sample's warning. */
		async fetched(): Promise<string> {
			const [[item] = []] = (await poller.poll('manual')) ?? [];
			const { id, warnings } = item!.json as unknown as Lead;
			expect(id).toMatch(/^sample-/);
			return String(warnings[0]);
		},
		/** What is logged as a person publishes the workflow. */
		async published(): Promise<string[]> {
			expect(await poller.poll('trigger', 'activate')).toBeNull();
			return [...lines(logged.warn), ...lines(logged.info)];
		},
		async started(): Promise<string[]> {
			expect(await poller.poll('trigger', 'init')).toBeNull();
			return [...lines(logged.warn), ...lines(logged.info)];
		},
	};
}

describe('an Azure table', () => {
	let place: AzureTablePlace;
	const open = async (absent: boolean) => {
		server = await azureTablePolled.start();
		place = (await server.newPlace({ absent })) as AzureTablePlace;
	};

	it('that does not exist is told, with its name', async () => {
		await open(true);
		const { value } = place.parameters.table as { value: string };
		const said = `The table "${value}" does not exist (yet): Microsoft makes it with the first lead.`;
		expect(await triggerAt(place).fetched()).toContain(said);
		const [line, ...more] = await triggerAt(place).published();
		expect(line).toContain(`is published and has found no lead so far. ${said}`);
		expect(more).toEqual([]);
		// Nobody looks at what n8n logs as it starts, and a restart brings nothing new.
		expect(await triggerAt(place).started()).toEqual([]);
	});

	it('that is empty is told', async () => {
		await open(false);
		expect(await triggerAt(place).fetched()).toMatch(/The table ".+" holds no lead \(yet\)\.$/);
		expect(await triggerAt(place).published()).toEqual([
			expect.stringMatching(/The table ".+" holds no lead \(yet\)\.$/),
		]);
	});

	it('is told in the same way where leads are marked as handled', async () => {
		await open(true);
		const parameters = { handledWhen: 'executionFinishes' };
		expect(await triggerAt(place, parameters).fetched()).toContain('does not exist (yet)');
		expect(await triggerAt(place, parameters).published()).toEqual([
			expect.stringContaining('does not exist (yet)'),
		]);
	});

	it('whose leads the filters leave out is told with their number', async () => {
		await open(false);
		await place.insert([{ name: 'a' }, { name: 'b' }]);
		const filters = { offers: 'nobody.*' };
		const reason =
			/2 leads of the last 30 days found in the table ".+"; none of them passes the Filters\.$/;
		expect(await triggerAt(place, { filters }).fetched()).toMatch(reason);
		expect(await triggerAt(place, { filters }).published()).toEqual([
			expect.stringMatching(reason),
		]);
	});
});

describe('Dynamics 365', () => {
	let place: DynamicsPlace;
	beforeEach(async () => {
		server = await dynamicsPolled.start();
		place = (await server.newPlace()) as DynamicsPlace;
	});
	// The place itself asks for what is no lead of Microsoft's too.
	const own = { options: {} };

	it('with the lead source in another column is told, with the column and what to set', async () => {
		// Long before the workflow is published: Dataverse keeps whole seconds, and a lead of the second
		// in which it is published counts as one that comes from now on.
		const before = Date.now() - 3_600_000;
		for (let at = 0; at < 12; at += 1) {
			const columns = { lastname: `a ${at}`, contoso_leadsource: OURS, leadsourcecode: 8 };
			place.fakeServer.write(columns, before);
		}
		const said =
			'12 leads of the last 30 days found in Dynamics 365, none with a marketplace lead source in "leadsourcecode", "subject" or "description"; it stands in "contoso_leadsource". Set "Lead Source Column" to "contoso_leadsource".';
		const parameters = {
			...own,
			leadSourceColumn: { __rl: true, mode: 'name', value: 'leadsourcecode' },
		};
		expect(await triggerAt(place, parameters).fetched()).toContain(said);
		expect(await triggerAt(place, parameters).published()).toEqual([expect.stringContaining(said)]);
		// And that is right: with it there is nothing to tell, though no lead came from now on.
		const right = {
			...own,
			leadSourceColumn: { __rl: true, mode: 'name', value: 'contoso_leadsource' },
		};
		expect(await triggerAt(place, right).published()).toEqual([]);
	});

	it('without any lead of Microsoft’s is told, with where was looked', async () => {
		place.fakeServer.write({ lastname: 'a', leadsourcecode: 8 });
		expect(await triggerAt(place, own).fetched()).toMatch(
			/ 1 lead of the last 30 days found in Dynamics 365, none with a marketplace lead source in ".+" or "description"\. To have all of them, add the option Include Other Leads\.$/,
		);
	});
});

it('leads that are all older are told as all there are', async () => {
	server = await dynamicsPolled.start();
	const place = (await server.newPlace()) as DynamicsPlace;
	for (const lastname of ['a', 'b']) {
		place.fakeServer.write({ lastname, leadsourcecode: 8 }, Date.now() - 40 * 86_400_000);
	}
	expect(await triggerAt(place, { options: {} }).fetched()).toMatch(
		/ 2 leads found in Dynamics 365, none with a marketplace lead source/,
	);
});

it('Salesforce without any lead of Microsoft’s is told, with where was looked', async () => {
	server = await salesforcePolled.start();
	const place = await server.newPlace();
	await place.insert([{ name: 'web', leadSource: 'Web' }]);
	expect(await triggerAt(place, { options: {} }).fetched()).toMatch(
		/ 1 lead of the last 30 days found in Salesforce, none with a marketplace lead source in "LeadSource"\. To have all/,
	);
});

describe('the hint in the editor', () => {
	const sample = (warning: string) => ({ id: 'sample-azureTable', warnings: [warning] });

	it.each([
		['The table "X" does not exist (yet): …', /the table does not exist/],
		['The table "X" holds no lead (yet).', /no lead \(yet\)/],
		['12 leads found in X, none with a marketplace lead source in "a".', /none of Microsoft's/],
		['2 leads found in X; none of them passes the Filters.', /the Filters let none/],
	])('is one, beside a sample: %s', (warning, said) => {
		expect(hintsBeside(type, [[sample(warning)]])).toEqual([expect.stringMatching(said)]);
	});

	it('is not shown beside a lead, or beside something else', () => {
		const lead = { id: '2018/a', warnings: ['holds no lead (yet)'] };
		expect(hintsBeside(type, [[]])).toEqual([]);
		for (const json of [lead, {}, { id: 5, warnings: null }])
			expect(hintsBeside(type, [[json]])).toEqual([]);
	});
});
