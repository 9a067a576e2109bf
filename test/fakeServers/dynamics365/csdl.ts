/**
 * `$metadata`: the service in CSDL, as far as leads and the descriptions of their columns go.
 * https://learn.microsoft.com/power-apps/developer/data-platform/webapi/web-api-service-documents
 */
import type { AttributeType, LeadColumn } from './columns.ts';

export const NAMESPACE = 'Microsoft.Dynamics.CRM';
const ALTERNATE_KEYS = 'OData.Community.Keys.V1';

/** `undefined` for what is no property: the companions of other columns. */
const EDM: Readonly<Record<AttributeType, string | undefined>> = {
	Boolean: 'Edm.Boolean',
	DateTime: 'Edm.DateTimeOffset',
	Integer: 'Edm.Int32',
	Memo: 'Edm.String',
	Money: 'Edm.Decimal',
	Owner: undefined,
	Picklist: 'Edm.Int32',
	State: 'Edm.Int32',
	String: 'Edm.String',
	Uniqueidentifier: 'Edm.Guid',
	Virtual: undefined,
};

export function edmTypeOf({ type, dateOnly = false }: LeadColumn): string | undefined {
	return dateOnly ? 'Edm.Date' : EDM[type];
}

/** Types that describe columns: name, base, properties, navigation properties. */
const DESCRIPTIONS: ReadonlyArray<
	[name: string, base: string | undefined, properties: Properties, navigation?: Properties]
> = [
	['MetadataBase', 'crmbaseentity', { MetadataId: 'Edm.Guid', HasChanged: 'Edm.Boolean' }],
	[
		'EntityMetadata',
		'MetadataBase',
		{ LogicalName: 'Edm.String', EntitySetName: 'Edm.String', DisplayName: 'mscrm.Label' },
		{ Attributes: 'Collection(mscrm.AttributeMetadata)' },
	],
	[
		'AttributeMetadata',
		'MetadataBase',
		{
			AttributeOf: 'Edm.String',
			AttributeType: 'mscrm.AttributeTypeCode',
			DisplayName: 'mscrm.Label',
			IsValidForCreate: 'Edm.Boolean',
			IsValidForRead: 'Edm.Boolean',
			IsValidForUpdate: 'Edm.Boolean',
			LogicalName: 'Edm.String',
		},
	],
	['StringAttributeMetadata', 'AttributeMetadata', { MaxLength: 'Edm.Int32' }],
	['MemoAttributeMetadata', 'AttributeMetadata', { MaxLength: 'Edm.Int32' }],
	[
		'DateTimeAttributeMetadata',
		'AttributeMetadata',
		{ DateTimeBehavior: 'mscrm.DateTimeBehavior' },
	],
	[
		'EnumAttributeMetadata',
		'AttributeMetadata',
		{ DefaultFormValue: 'Edm.Int32' },
		{ OptionSet: 'mscrm.OptionSetMetadata', GlobalOptionSet: 'mscrm.OptionSetMetadata' },
	],
	['PicklistAttributeMetadata', 'EnumAttributeMetadata', {}],
	['OptionSetMetadataBase', 'MetadataBase', { Name: 'Edm.String', IsGlobal: 'Edm.Boolean' }],
	['OptionSetMetadata', 'OptionSetMetadataBase', { Options: 'Collection(mscrm.OptionMetadata)' }],
];

const COMPLEX: Readonly<Record<string, Properties>> = {
	DateTimeBehavior: { Value: 'Edm.String' },
	Label: {
		LocalizedLabels: 'Collection(mscrm.LocalizedLabel)',
		UserLocalizedLabel: 'mscrm.LocalizedLabel',
	},
	LocalizedLabel: {
		Label: 'Edm.String',
		LanguageCode: 'Edm.Int32',
		IsManaged: 'Edm.Boolean',
		MetadataId: 'Edm.Guid',
	},
	OptionMetadata: { Value: 'Edm.Int32', Label: 'mscrm.Label' },
	WhoAmIResponse: {
		BusinessUnitId: 'Edm.Guid',
		UserId: 'Edm.Guid',
		OrganizationId: 'Edm.Guid',
	},
};

const ATTRIBUTE_TYPES: readonly AttributeType[] = [
	'Boolean',
	'DateTime',
	'Integer',
	'Memo',
	'Money',
	'Owner',
	'Picklist',
	'State',
	'String',
	'Uniqueidentifier',
	'Virtual',
];

/** Names with their types. */
type Properties = Readonly<Record<string, string>>;

/**
 * @param columns of the table Lead
 * @param keys columns of it that are alternate keys
 */
export function writeCsdl(columns: readonly LeadColumn[], keys: Iterable<string>): string {
	const own = columns.flatMap((column): Array<[string, string]> => {
		const type = edmTypeOf(column);
		return type === undefined ? [] : [[column.name, type]];
	});
	const lookups = columns.filter(({ type }) => type === 'Owner').map(({ name }) => name);
	const values = lookups.map((name): [string, string] => [`_${name}_value`, 'Edm.Guid']);
	const targets = lookups.map((name): [string, string] => [name, 'mscrm.principal']);
	const types = [
		'<EntityType Name="crmbaseentity" Abstract="true" />',
		entityType('principal', { key: 'ownerid', properties: { ownerid: 'Edm.Guid' } }),
		entityType('lead', {
			key: 'leadid',
			properties: Object.fromEntries([...own, ...values]),
			navigation: Object.fromEntries(targets),
		}),
		...DESCRIPTIONS.map(([name, base, properties, navigation]) =>
			entityType(name, {
				...(base === undefined ? {} : { base }),
				...(name === 'MetadataBase' ? { key: 'MetadataId' } : {}),
				properties,
				...(navigation === undefined ? {} : { navigation }),
			}),
		),
		...Object.entries(COMPLEX).map(
			([name, properties]) =>
				`<ComplexType Name="${name}">${propertiesOf(properties)}</ComplexType>`,
		),
		`<EnumType Name="AttributeTypeCode">${ATTRIBUTE_TYPES.map(
			(name, value) => `<Member Name="${name}" Value="${value}" />`,
		).join('')}</EnumType>`,
		'<Function Name="WhoAmI"><ReturnType Type="mscrm.WhoAmIResponse" Nullable="false" /></Function>',
		`<EntityContainer Name="System">
<EntitySet Name="leads" EntityType="${NAMESPACE}.lead" />
<EntitySet Name="EntityDefinitions" EntityType="${NAMESPACE}.EntityMetadata" />
<FunctionImport Name="WhoAmI" Function="${NAMESPACE}.WhoAmI" />
</EntityContainer>`,
		alternateKeys('lead', keys),
		alternateKeys('EntityMetadata', ['LogicalName']),
		alternateKeys('AttributeMetadata', ['LogicalName']),
	];
	return `<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="${NAMESPACE}" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">
${types.join('\n')}
</Schema></edmx:DataServices></edmx:Edmx>
`;
}

function entityType(
	name: string,
	{
		base = 'crmbaseentity',
		key,
		properties,
		navigation = {},
	}: { base?: string; key?: string; properties: Properties; navigation?: Properties },
): string {
	const keys = key === undefined ? '' : `<Key><PropertyRef Name="${key}" /></Key>`;
	const others = Object.entries(navigation)
		.map(([one, type]) => `<NavigationProperty Name="${one}" Type="${type}" />`)
		.join('');
	return `<EntityType Name="${name}" BaseType="mscrm.${base}">${keys}${propertiesOf(properties)}${others}</EntityType>`;
}

function propertiesOf(properties: Properties): string {
	return Object.entries(properties)
		.map(([name, type]) => `<Property Name="${name}" Type="${type}" />`)
		.join('');
}

function alternateKeys(type: string, names: Iterable<string>): string {
	const records = [...names].map(
		(
			name,
		) => `<Record Type="${ALTERNATE_KEYS}.AlternateKey"><PropertyValue Property="Key"><Collection>
<Record Type="${ALTERNATE_KEYS}.PropertyRef"><PropertyValue Property="Alias" String="${name}" /><PropertyValue Property="Name" PropertyPath="${name}" /></Record>
</Collection></PropertyValue></Record>`,
	);
	return `<Annotations Target="mscrm.${type}"><Annotation Term="${ALTERNATE_KEYS}.AlternateKeys"><Collection>${records.join('')}</Collection></Annotation></Annotations>`;
}
