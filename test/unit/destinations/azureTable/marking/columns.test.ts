import { handledCells } from '../../../../../nodes/destinations/azureTable/marking/columns';

it('names who marked a lead in a text that the table takes', () => {
	const handledBy = (name: string) => handledCells(0, name)['LeadHandledBy'];
	expect(handledBy('Leads (a1)')).toBe('Leads (a1)');
	expect(handledBy('Le\0ads \ud83d (a1)')).toBe('Leads \ufffd (a1)');
	expect(handledBy(`${'x'.repeat(199)}😀 (a1)`)).toBe('x'.repeat(199));
});
