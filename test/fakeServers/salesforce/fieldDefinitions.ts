/** The Tooling API's responses about the set-up of an object's fields. */
import { parseQuery } from '@jetstreamapp/soql-parser-js';
import type { Query } from '@jetstreamapp/soql-parser-js';

import type { Organisation } from './organisation.ts';
import { SalesforceApiError } from './apiError.ts';
import { malformed } from './soqlLiteral.ts';

type Definition = Record<'DurableId' | 'Label' | 'QualifiedApiName', string>;

/** @throws SalesforceApiError for what Salesforce would refuse, or this does not support */
export function selectFieldDefinitions(soql: string, organisation: Organisation): object[] {
	const query = parsed(soql);
	if (query.sObject !== 'FieldDefinition') {
		const message = `sObject type '${query.sObject ?? ''}' is not supported.`;
		throw new SalesforceApiError(400, 'INVALID_TYPE', message);
	}
	const names = (query.fields ?? []).map((entry) => {
		if (entry.type !== 'Field') throw malformed('only fields can be selected here');
		return entry.field;
	});
	return definitions(objectOf(query), organisation).map((definition) => ({
		attributes: { type: 'FieldDefinition', url: `/tooling/${definition.DurableId}` },
		...Object.fromEntries(names.map((name) => [name, valueOf(definition, name)])),
	}));
}

function parsed(soql: string): Query {
	try {
		return parseQuery(soql);
	} catch {
		throw malformed('unexpected token');
	}
}

/** Salesforce tells them of one object at a time only. */
function objectOf({ where }: Query): string {
	const condition = where?.left;
	if (!condition || !('value' in condition) || !('field' in condition) || 'right' in where) {
		throw malformed('only one condition is supported here');
	}
	const { field, operator, value } = condition;
	const [, name] = /^'(\w+)'$/.exec(String(value)) ?? [];
	if (field !== 'EntityDefinition.QualifiedApiName' || operator !== '=' || name === undefined) {
		throw malformed('a filter on EntityDefinition is required');
	}
	return name;
}

/** Custom fields go by their ids, the others by their names. */
function definitions(object: string, organisation: Organisation): Definition[] {
	if (object !== 'Lead') return [];
	return organisation.everyField().map(({ name, label }) => ({
		DurableId: `Lead.${organisation.fieldIds.get(name) ?? name}`,
		Label: label,
		QualifiedApiName: name,
	}));
}

function valueOf(definition: Definition, name: string): string {
	if (Object.hasOwn(definition, name)) return definition[name as keyof Definition];
	throw new SalesforceApiError(400, 'INVALID_FIELD', `No such column '${name}'`);
}
