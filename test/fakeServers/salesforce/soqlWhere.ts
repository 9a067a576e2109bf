/** The parser's tree of conditions is a chain with parentheses counted on it: laid out as tokens. */
import type { WhereClause } from '@jetstreamapp/soql-parser-js';

import { malformed } from './soqlLiteral.ts';

export interface Condition {
	field: string;
	operator: string;
	/** As it stands in the query, quotes and escapes included. */
	literal: string | string[];
}

export type Token = Condition | 'AND' | 'OR' | 'NOT' | '(' | ')';

export function tokensOf(where: WhereClause): Token[] {
	const tokens: Token[] = [];
	let clause: WhereClause | undefined = where;
	while (clause) {
		const { left } = clause;
		for (let open = left?.openParen ?? 0; open > 0; open -= 1) tokens.push('(');
		if (left && 'operator' in left) {
			if (!('field' in left) || !('value' in left)) throw malformed('unsupported condition');
			tokens.push({ field: left.field, operator: left.operator, literal: left.value });
			for (let close = left.closeParen ?? 0; close > 0; close -= 1) tokens.push(')');
		}
		if (!('right' in clause)) break;
		tokens.push(clause.operator as Token);
		clause = clause.right;
	}
	return tokens;
}
