/**
 * The names that each part of a lead goes by in the five destinations, lower-cased and without
 * `_`, `-` and spaces. Earlier names win over later ones of the same line.
 */
const ALIASES = {
	userDetails: ['userdetails', 'customerinfo'],

	firstName: ['firstname', 'givenname'],
	lastName: ['lastname', 'surname', 'familyname'],
	fullName: ['fullname', 'name'],
	email: ['email', 'emailaddress', 'emailaddress1', 'mail'],
	phone: ['phone', 'phonenumber', 'telephone', 'telephone1', 'mobilephone'],
	country: ['country', 'countrycode', 'countryregion', 'address1country'],
	company: ['company', 'companyname', 'organization', 'organisation'],
	title: ['title', 'jobtitle'],

	leadSource: ['leadsource'],
	leadSourceCode: ['leadsourcecode'],
	actionCode: ['actioncode'],
	offerId: ['offerid', 'productid'],
	offerTitle: ['offertitle', 'offerdisplayname', 'offername'],
	publisherName: ['publisherdisplayname', 'publishername'],
	description: ['description'],
	// Marketo: the fill-out of the form is the lead, the person may be known for years.
	createdAt: ['createdtime', 'createdon', 'createddate', 'activitydate', 'createdat'],

	partitionKey: ['partitionkey'],
	rowKey: ['rowkey'],
	salesforceId: ['id'],
	salesforceForm: ['oid'],
	salesforceRecord: ['attributes'],
	dynamicsId: ['leadid'],
	marketoId: ['marketoguid'],

	campaign: ['mktcmpid', 'campaign', 'campaignid', 'utmcampaign'],
	subject: ['subject'],
	doNotContact: [
		'donotcontact',
		'donotcall',
		'donotemail',
		'donotphone',
		'donotbulkemail',
		'hasoptedoutofemail',
		'unsubscribed',
	],
} as const satisfies Record<string, readonly string[]>;

export type FieldName = keyof typeof ALIASES;

export interface FieldMatch {
	readonly field: FieldName;
	/** 0 for the name that wins over all others. */
	readonly rank: number;
}

/** No alias is longer even when written with separators, in characters. */
const MAX_KEY_LENGTH = 48;

const MATCH_BY_ALIAS: ReadonlyMap<string, FieldMatch> = new Map(
	(Object.keys(ALIASES) as FieldName[]).flatMap((field) =>
		ALIASES[field].map((alias, rank): [string, FieldMatch] => [alias, { field, rank }]),
	),
);

const CUSTOMER_FIELDS: ReadonlySet<FieldName> = new Set<FieldName>([
	'firstName',
	'lastName',
	'fullName',
	'email',
	'phone',
	'country',
	'company',
	'title',
]);

/** Fields that other data has as well: alone they make no lead of a record. */
const COMMON_FIELDS: ReadonlySet<FieldName> = new Set<FieldName>([
	'fullName',
	'title',
	'description',
	'createdAt',
	'salesforceId',
	'salesforceForm',
	'salesforceRecord',
	'campaign',
	'subject',
	'doNotContact',
]);

/** The part of a lead that a key of a record names, in whatever casing. */
export function findField(key: string): FieldMatch | undefined {
	if (key.length > MAX_KEY_LENGTH) return undefined;
	const known = KNOWN.get(key);
	if (known !== undefined) return known ?? undefined;
	const lower = key.toLowerCase();
	const match = MATCH_BY_ALIAS.get(lower) ?? MATCH_BY_ALIAS.get(lower.replace(/[_\- ]+/g, ''));
	if (KNOWN.size >= MAX_KNOWN) KNOWN.clear();
	KNOWN.set(key, match ?? NO_FIELD);
	return match;
}

/**
 * What was found, since the same keys come with every lead. Bounded: a sender can make up new ones
 * for ever.
 */
const KNOWN = new Map<string, FieldMatch | typeof NO_FIELD>();
const NO_FIELD = null;
const MAX_KNOWN = 2_000;

export function isCustomerField(field: FieldName): boolean {
	return CUSTOMER_FIELDS.has(field);
}

/** Whether a key names something that makes its record look like a lead. */
export function isTellingKey(key: string): boolean {
	const match = findField(key);
	return match !== undefined && !COMMON_FIELDS.has(match.field);
}
