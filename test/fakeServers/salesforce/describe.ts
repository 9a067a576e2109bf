/**
 * What `describe` tells of the Lead object and its fields, in the shape that jsforce's types have of it.
 * Types and flags: https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm
 */
import type { DescribeSObjectResult, Field as DescribedField } from 'jsforce';

import { isFilterable, isGroupable, isSortable } from './fields.ts';
import type { Field, FieldType } from './fields.ts';
import type { Organisation } from './organisation.ts';

const SOAP_TYPES: Readonly<Record<FieldType, string>> = {
	address: 'urn:address',
	boolean: 'xsd:boolean',
	currency: 'xsd:double',
	date: 'xsd:date',
	datetime: 'xsd:dateTime',
	email: 'xsd:string',
	id: 'tns:ID',
	phone: 'xsd:string',
	picklist: 'xsd:string',
	reference: 'tns:ID',
	string: 'xsd:string',
	textarea: 'xsd:string',
};

const NAME_PARTS = new Set(['FirstName', 'LastName']);
/** Set by Salesforce where a caller sets nothing. */
const DEFAULTED = new Set(['Status', 'OwnerId', 'HasOptedOutOfEmail', 'DoNotCall']);

export function describeLead(organisation: Organisation, version: string): DescribeSObjectResult {
	const { leadSources, countries = new Map<string, string>(), rights } = organisation;
	const entry = (value: string, label: string, active: boolean) => ({
		active,
		defaultValue: false,
		label,
		validFor: null,
		value,
	});
	const picklists: Readonly<Record<string, object[]>> = {
		LeadSource: leadSources.map(({ value, label, active }) => entry(value, label, active)),
		CountryCode: [...countries].map(([value, label]) => entry(value, label, true)),
		Status: ['Open - Not Contacted', 'Working - Contacted'].map((one) => entry(one, one, true)),
	};
	const base = `/services/data/v${version}/sobjects/Lead`;
	return {
		actionOverrides: [],
		activateable: false,
		childRelationships: [],
		compactLayoutable: true,
		createable: rights.create,
		custom: false,
		customSetting: false,
		deepCloneable: false,
		deletable: rights.remove,
		deprecatedAndHidden: false,
		feedEnabled: true,
		fields: organisation
			.visibleFields()
			.map((field) => describeField(field, picklists[field.name] ?? [], organisation)),
		hasSubtypes: false,
		idEnabled: true,
		isInterface: false,
		isSubtype: false,
		keyPrefix: '00Q',
		label: 'Lead',
		labelPlural: 'Leads',
		layoutable: true,
		listviewable: true,
		lookupLayoutable: true,
		mergeable: true,
		mruEnabled: true,
		name: 'Lead',
		namedLayoutInfos: [],
		networkScopeFieldName: null,
		queryable: true,
		recordTypeInfos: [
			{
				available: true,
				defaultRecordTypeMapping: true,
				master: true,
				name: 'Master',
				recordTypeId: '012000000000000AAA',
				urls: { layout: `${base}/describe/layouts/012000000000000AAA` },
			},
		],
		replicateable: true,
		retrieveable: true,
		searchLayoutable: true,
		searchable: true,
		supportedScopes: [{ label: 'All leads', name: 'everything' }],
		triggerable: true,
		undeletable: true,
		updateable: rights.create,
		urls: { sobject: base, describe: `${base}/describe`, rowTemplate: `${base}/{ID}` },
	};
}

function describeField(
	field: Field,
	picklistValues: object[],
	{ rules }: Organisation,
): DescribedField {
	const { name, label, type, custom, length, createable, updateable, externalId, required } = field;
	const isNumber = type === 'currency';
	return {
		aggregatable: type !== 'boolean' && type !== 'textarea' && type !== 'address',
		autoNumber: false,
		byteLength: length * 3,
		calculated: false,
		calculatedFormula: null,
		cascadeDelete: false,
		caseSensitive: false,
		compoundFieldName: NAME_PARTS.has(name) ? 'Name' : null,
		controllerName: null,
		createable,
		custom,
		defaultValue: null,
		defaultValueFormula: null,
		defaultedOnCreate: DEFAULTED.has(name) || !createable,
		dependentPicklist: false,
		deprecatedAndHidden: false,
		digits: 0,
		displayLocationInDecimal: false,
		encrypted: false,
		externalId,
		extraTypeInfo:
			type === 'textarea' ? 'plaintextarea' : NAME_PARTS.has(name) ? 'personname' : null,
		filterable: isFilterable(field),
		filteredLookupInfo: null as never,
		groupable: isGroupable(field),
		highScaleNumber: false,
		htmlFormatted: false,
		idLookup: externalId || name === 'Id' || name === 'Email',
		inlineHelpText: null,
		label,
		length,
		mask: null,
		maskType: null,
		name,
		nameField: name === 'Name',
		namePointing: name === 'OwnerId',
		nillable: !required && type !== 'boolean' && createable,
		permissionable: createable && !required,
		picklistValues,
		precision: isNumber ? 18 : 0,
		queryByDistance: type === 'address',
		referenceTargetField: null as never,
		referenceTo: name === 'OwnerId' ? ['Group', 'User'] : type === 'reference' ? ['User'] : [],
		relationshipName: type === 'reference' ? name.replace(/Id$/, '') : null,
		relationshipOrder: null,
		restrictedDelete: false,
		restrictedPicklist:
			name === 'CountryCode' || (name === 'LeadSource' && rules.leadSourceRestricted),
		scale: 0,
		soapType: SOAP_TYPES[type],
		sortable: isSortable(field),
		type,
		unique: externalId,
		updateable: updateable ?? createable,
		writeRequiresMasterRead: false,
	};
}
