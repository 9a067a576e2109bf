import fc from 'fast-check';

import { toFilter } from '../../nodes/destinations/dynamics365/reading/query';
import { sourceCondition } from '../../nodes/destinations/salesforce/reading/leadSources';
import { likeLiteral, textLiteral } from '../../nodes/destinations/salesforce/connection/soql';
import { leadSourcePatterns } from '../../nodes/lead';
import { parseFilter } from '../fakeServers/dynamics365/filter';
import { STANDARD_FIELDS } from '../fakeServers/salesforce/fields';
import { select } from '../fakeServers/salesforce/soql';
import { fuzz, inLinearTime } from './support/fuzz';
import { longText } from './support/inputs';

const WORDS = ["'", "\\'", '" OR ', "') OR ('", 'contains(', ' and ', '*', '%', '_', '&$', "''"];
const fields = new Map(STANDARD_FIELDS.map((field) => [field.name.toLowerCase(), field]));
/** A literal of SOQL has 4,000 characters at most, six for each that is escaped. */
const PARSED = 600;

fuzz('SOQL', longText(WORDS), (text) => {
	const literals = inLinearTime(() => [textLiteral(text), likeLiteral(text)]);
	inLinearTime(() =>
		sourceCondition([text, null], { filter: { sources: ['SPZA'] }, others: true }),
	);
	const name = text.slice(0, PARSED);
	if (name.trim() === '' || !name.isWellFormed()) return;
	if (name.length < text.length) literals[0] = textLiteral(name);
	const records = [{ LastName: name }, { LastName: `${name}x` }];
	const soql = `SELECT LastName FROM Lead WHERE LastName = ${literals[0]}`;
	const { rows } = select(soql, { fields, records });
	expect(rows.map(({ LastName }) => LastName)).toEqual([name]);
});

fuzz('OData', fc.array(longText(WORDS, 100_000), { maxLength: 5 }), (offers) => {
	const patterns = inLinearTime(() => leadSourcePatterns({ filter: { offers }, others: true }));
	const searchables = new Map([['subject', { name: 'subject', kind: 'text' } as const]]);
	for (const list of patterns) {
		const condition = { columns: ['subject'], patterns: list, filled: [], testLeads: false };
		const filter = inLinearTime(() => toFilter([condition], searchables));
		// The parser reads a query as it stands in an address.
		if (filter !== undefined && filter.length < PARSED) parseFilter(filter.replaceAll('%', '_'));
	}
});
