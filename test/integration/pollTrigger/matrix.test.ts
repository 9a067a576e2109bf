/**
 * Every parameter of the CRM & Table Trigger with an expression that throws, comes out empty or gives a
 * value of another kind: either one error that names the parameter, or the lead as if nothing had been
 * set; never a lead less, and what is kept between polls stays as it was.
 */
import type { ICredentialType, IDataObject, INodeParameters } from 'n8n-workflow';

import { MarketplaceLeadAzureTableApi } from '../../../credentials/MarketplaceLeadAzureTableApi.credentials.ts';
import { MarketplaceLeadDynamics365Api } from '../../../credentials/MarketplaceLeadDynamics365Api.credentials.ts';
import { MarketplaceLeadMarketoApi } from '../../../credentials/MarketplaceLeadMarketoApi.credentials.ts';
import { MarketplaceLeadSalesforceApi } from '../../../credentials/MarketplaceLeadSalesforceApi.credentials.ts';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node.ts';
import { typedField } from '../../fakeServers/salesforce/fields.ts';
import { pollContext, type TestPoller } from '../../support/engine.ts';
import type { PolledDestination, PollHarness } from '../../support/pollContract/harness.ts';
import { azureTablePolled } from '../../support/places/azureTable.ts';
import { dynamicsPolled } from '../../support/places/dynamics365.ts';
import { marketoPolled } from '../../support/places/marketo.ts';
import { located, type WritePlace } from '../../support/places/place.ts';
import { SalesforcePlace, salesforcePolled } from '../../support/places/salesforce.ts';
import { skipWaits } from '../../support/skippedWaits.ts';
import { THROWING, triggerCells, typesWithoutKinds } from '../../support/triggerMatrix.ts';

skipWaits();

const { description } = new MarketplaceLeadPollTrigger();
const POLLED = [azureTablePolled, dynamicsPolled, marketoPolled, salesforcePolled];

const CREDENTIALS: Readonly<Record<string, ICredentialType>> = {
	azureTable: new MarketplaceLeadAzureTableApi(),
	dynamics365: new MarketplaceLeadDynamics365Api(),
	marketo: new MarketplaceLeadMarketoApi(),
	salesforce: new MarketplaceLeadSalesforceApi(),
};

/** Where the default is none that works, or asks for what takes long. */
const VALID = {
	startDate: '2020-01-01T00:00:00Z',
	pendingPicklistValue: 'Open - Not Contacted',
	handledPicklistValue: 'Working - Contacted',
	pendingChoice: '100000000',
	handledChoice: '100000001',
};

/** What leads are marked by, by its kind. */
const MARKED_BY: Readonly<Record<string, [field: string, column: string]>> = {
	boolean: ['Handled__c', 'contoso_handled'],
	choice: ['Status', 'contoso_progress'],
	dateTime: ['HandledOn__c', 'contoso_handledon'],
};

function validFor({ markedBy = 'boolean' }: INodeParameters) {
	const [field = '', column = ''] = MARKED_BY[markedBy as string] ?? [];
	return { ...VALID, handledField: located(field), handledColumn: located(column) };
}

let cells = 0;
let parts = 0;

it('knows what every type of parameter does not want', () => {
	expect(typesWithoutKinds(description)).toEqual([]);
});

describe.each(POLLED.map((polled) => [polled.destination, polled] as const))(
	'of %s',
	(destination, polled: PolledDestination) => {
		let server: Awaited<ReturnType<PolledDestination['start']>>;
		let place: PollHarness & WritePlace;
		beforeAll(async () => {
			server = await polled.start();
			place = (await server.newPlace()) as PollHarness & WritePlace;
			if (!(place instanceof SalesforcePlace)) return;
			const { organisation } = place.fakeServer;
			organisation.addField(typedField('HandledOn__c', 'datetime', 'Handled On'));
		});
		afterAll(async () => await server?.stop());

		let count = 0;
		/** The name of a lead that no poll has come by. */
		let latest = '';
		async function insert(): Promise<void> {
			latest = `lead ${(count += 1)}`;
			await place.insert([{ name: latest }]);
		}

		const pollerOf = (parameters: INodeParameters, staticData: IDataObject): TestPoller =>
			pollContext({
				type: new MarketplaceLeadPollTrigger(),
				parameters,
				credentials: place.credentials,
				staticData,
			});

		it.each(['handedOver', 'markedInWorkflow'])(
			'with leads handled when %s',
			async (handledWhen) => {
				parts += 1;
				if (handledWhen !== 'handedOver' && place.marking === undefined) return;
				const tried = triggerCells(description, { destination, handledWhen }, (variant) => ({
					...place.parameters,
					...validFor(variant),
				}));
				expect(tried.length).toBeGreaterThan(30);
				const problems: unknown[] = [];
				const states = new Map<string, IDataObject>();
				for (const cell of tried) {
					cells += 1;
					const key = JSON.stringify(cell.good);
					const kept = states.get(key) ?? (await begin(cell.good));
					states.set(key, kept);
					const poller = pollerOf(cell.parameters, kept);
					const before = JSON.stringify(poller.kept());
					const { error, names } = await outcomeOf(poller);
					const isKept = JSON.stringify(poller.kept()) === before;
					const isTold = isNamed(cell.label, error ?? '');
					const isLeadThere = names?.includes(latest) === true;
					const isRight = error === undefined ? !cell.isError && isLeadThere : isTold && isKept;
					if (!isRight) problems.push([cell.name, cell.label, error, names, latest, isKept]);
					if (error !== undefined) continue;
					states.set(key, poller.kept());
					await insert();
				}
				expect(problems).toEqual([]);
				for (const [key, kept] of states) {
					await insert();
					const good = pollerOf(JSON.parse(key) as INodeParameters, kept);
					expect((await outcomeOf(good)).names).toContain(latest);
				}
			},
		);

		it('names the credential where that is what can’t be used', async () => {
			parts += 1;
			const { properties } = CREDENTIALS[destination]!;
			const kept = await begin({ ...place.parameters, startFrom: 'all' });
			const fields = properties.filter(
				({ name, type }) => type === 'string' && typeof place.credential[name] === 'string',
			);
			expect(fields.length).toBeGreaterThan(0);
			for (const { name, displayName } of fields) {
				for (const value of [`={{ ${THROWING} }}`, '={{ "" }}', '={{ null }}', '={{ [] }}', ' ']) {
					cells += 1;
					const poller = pollContext({
						type: new MarketplaceLeadPollTrigger(),
						parameters: { ...place.parameters, startFrom: 'all' },
						credentials: {
							[place.credentialType]: { ...place.credential, [name]: value as never },
						},
						staticData: kept,
					});
					const before = JSON.stringify(poller.kept());
					const { error = '', names } = await outcomeOf(poller);
					const label = value.includes(THROWING) ? 'credential' : displayName;
					const where = [name, value, error];
					expect([...where, names, isNamed(label, error)]).toEqual([...where, undefined, true]);
					expect([...where, JSON.stringify(poller.kept())]).toEqual([...where, before]);
				}
			}
			expect(
				(await outcomeOf(pollerOf({ ...place.parameters, startFrom: 'all' }, kept))).names,
			).toEqual(expect.arrayContaining([latest]));
		});

		/** What a trigger keeps that has been polling for a while, when the next lead comes. */
		async function begin(good: INodeParameters): Promise<IDataObject> {
			const poller = pollerOf(good, {});
			await poller.poll();
			await insert();
			return poller.kept();
		}
	},
);

/** Messages leave out the unit, and where n8n has its users give what it could not list. */
function isNamed(label: string, message: string): boolean {
	const words = label.replace(/ \(.*\)$| Names? or IDs?$/, '');
	return message.toLowerCase().includes(words.toLowerCase());
}

async function outcomeOf(poller: TestPoller): Promise<{ error?: string; names?: string[] }> {
	try {
		const output = (await poller.poll()) ?? [];
		const names = output
			.flat()
			.map(({ json }) => (json as { customer: { lastName: string } }).customer.lastName);
		return { names };
	} catch (error) {
		const { message, description: hint } = error as Error & { description?: string };
		return { error: [message, hint].filter(Boolean).join(' ') };
	}
}

it('is as large as it was', () => {
	// Of a part of it alone there is nothing to say.
	if (parts < 3 * POLLED.length) return;
	process.stdout.write(`The matrix of the CRM & Table Trigger has ${cells} cells.\n`);
	expect(cells).toBeGreaterThanOrEqual(700);
});
