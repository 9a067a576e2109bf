/** What the description of writing into Azure Table takes from a node, before Azure is asked. */
import { azureTable } from '../../../../nodes/destinations/azureTable';
import { AzureTableWriter } from '../../../../nodes/destinations/azureTable/writing/writer';
import type { DestinationError } from '../../../../nodes/destinations/destinationError';
import { destinationInput } from '../../../support/destinationInput.ts';
import { BLAME, errorOf } from '../../../support/pollContract/errors.ts';
import { openWriter } from '../../../support/openWriter';

const { writing } = azureTable;
const credential = {
	authentication: 'connectionString',
	connectionString: `AccountName=contosoleads;AccountKey=${Buffer.alloc(64, 7).toString('base64')}`,
};
const open = async (table: unknown, options: Record<string, unknown> = {}) =>
	await openWriter(writing, destinationInput(credential, { table }, { options }));

it.each([undefined, null, '', 'ab', '1Leads', 'Market Place', 'x'.repeat(64), 'a/b', 7, {}])(
	'the table %j is refused',
	async (table) => {
		const error = (await errorOf(open(table))) as DestinationError;
		expect(error).toMatchObject({ code: 'configuration' });
		expect(error.message).toMatch(/^The table name is not one/);
		expect(error.description).toMatch(/3 to 63 letters/);
		expect(`${error.message} ${error.description}`).not.toMatch(BLAME);
	},
);

it.each(['true', '', 1, null, {}])('the option Create Table of %j is refused', async (value) => {
	const error = await errorOf(open('Leads', { createTable: value }));
	expect(error).toMatchObject({ code: 'configuration' });
	expect(error.message).toMatch(/^Create Table is neither on nor off$/);
});

it.each([{}, { createTable: true }, { createTable: false }])('%j is taken', async (options) => {
	const input = destinationInput(credential, { table: ' MarketplaceLeads ' }, { options });
	const writer = await writing.open(input);
	expect(writer).toBeInstanceOf(AzureTableWriter);
	expect(writer).toMatchObject({ readBack: expect.any(Function), remove: expect.any(Function) });
});

it('a credential that is not filled in is refused before anybody is asked', async () => {
	const input = destinationInput({}, { table: 'Leads' });
	expect(await errorOf(openWriter(writing, input))).toMatchObject({
		code: 'configuration',
	});
});

it('any column can be written, so none are listed', () => {
	expect(writing.fields).toBeUndefined();
});
