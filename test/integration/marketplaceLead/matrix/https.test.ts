import { MarketplaceLead } from '../../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { matrixOf, parametersInMatrix } from '../../../support/marketplaceLeadMatrix';

matrixOf('https', 270);

it('all matrices together hold every parameter', () => {
	const held = parametersInMatrix();
	for (const { name, noDataExpression, type } of new MarketplaceLead().description.properties) {
		if (noDataExpression !== true || type === 'resourceMapper') expect(held).toContain(name);
	}
});
