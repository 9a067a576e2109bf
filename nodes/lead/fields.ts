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
	createdAt: [
		'createdtime',
		'createdon',
		'createddate',
		'activitydate',
		'createdat',
		// The one column of Partner Center's export that is documented.
		'leadcreationdatetime',
	],

	/** Only by a mapping: each destination calls it differently. */
	leadId: [],
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
	/** Whether it is a header of other systems, which counts only where no name of a destination does. */
	readonly isLikely?: boolean;
}

/**
 * Headers of exports, forms and other CRMs, as they write them: of HubSpot, Salesforce, Dynamics
 * 365 and Partner Center, and what people call a column. They are compared by letters and digits
 * alone. Told to users in docs/lead.md, which a test compares with this.
 */
export const LIKELY_HEADERS = {
	firstName: ['Forename', 'FName', 'Vorname', 'Prénom', 'Nombre', 'Voornaam', 'Nome'],
	lastName: ['LName', 'Nachname', 'Nom de famille', 'Apellido', 'Apellidos', 'Cognome'],
	fullName: ['Contact Person', 'Display Name', 'Your Name', 'Ansprechpartner', 'Kontaktperson'],
	email: [
		'Work Email',
		'Business Email',
		'Company Email',
		'Corporate Email',
		'Primary Email',
		'User Email',
		'Your Email',
		'Email ID',
		'Email 1',
		'Mail Address',
		'E-Mail-Adresse',
		'Mailadresse',
		'Courriel',
		'Adresse e-mail',
		'Correo',
		'Correo electrónico',
		'E-mailadres',
	],
	phone: [
		'Business Phone',
		'Work Phone',
		'Main Phone',
		'Primary Phone',
		'Company Phone',
		'Phone 1',
		'Mobile',
		'Mobile Number',
		'Mobile Phone Number',
		'Cell',
		'Cell Phone',
		'Telephone Number',
		'Contact Number',
		'Tel',
		'Phone No',
		'Telefon',
		'Telefonnummer',
		'Téléphone',
		'Teléfono',
		'Telefone',
		'Mobilnummer',
	],
	country: [
		'Country Name',
		'Country or Region',
		'Country/Territory',
		'Billing Country',
		'Mailing Country',
		'Address 1: Country/Region',
		'Land',
		'Pays',
		'País',
		'Paese',
	],
	company: [
		'Account Name',
		'Company / Account',
		'Company or Account',
		'Organization Name',
		'Organisation Name',
		'Business Name',
		'Employer',
		'Firma',
		'Firmenname',
		'Raison sociale',
		'Razón social',
		'Ragione sociale',
		'Unternehmen',
		'Société',
		'Entreprise',
		'Empresa',
		'Azienda',
	],
	title: ['Job Role', 'Job Position', 'Designation', 'Jobtitel', 'Cargo'],

	leadSource: ['Marketplace Lead Source', 'Lead Source Text', 'Lead Source String'],
	actionCode: ['Lead Action', 'Customer Action'],
	offerId: ['Marketplace Offer ID', 'Offer Identifier'],
	offerTitle: ['Offer', 'Product Name', 'Solution Name', 'Listing Name', 'Offer Display Title'],
	publisherName: ['Publisher'],
	description: ['Notes', 'Note', 'Comments', 'Comment', 'Message', 'Customer Notes', 'Remarks'],
	createdAt: [
		'Lead Creation Date',
		'Lead Creation Time',
		'Lead Created Date',
		'Lead Created On',
		'Create Date',
		'Creation Date',
		'Creation Time',
		'Date Created',
		'Created Date Time',
		'Created',
		'Submitted At',
		'Submitted On',
		'Submission Date',
		'Submission Time',
	],
	dynamicsId: ['(Do Not Modify) Lead'],
	campaign: ['Campaign Name'],
	subject: ['Topic'],
} as const satisfies Partial<Record<FieldName, readonly string[]>>;

/** Before a field of the customer they say whose it is: "Customer email", `UserDetails.Email`. */
export const WHOSE = [
	'Customer',
	'Contact',
	'Lead',
	'Prospect',
	'Buyer',
	'Primary Contact',
	'User Details',
	'Customer Info',
] as const;
/** Of them one behind the other: `lead.customer.email`. */
const MAX_WHOSE = 3;

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

/** Headers by their letters and digits. */
const MATCH_BY_HEADER: ReadonlyMap<string, FieldMatch> = new Map(
	(Object.entries(LIKELY_HEADERS) as [FieldName, readonly string[]][]).flatMap(([field, headers]) =>
		headers.map((header, at): [string, FieldMatch] => [
			lettersOf(header),
			{ field, rank: ALIASES[field].length + at, isLikely: true },
		]),
	),
);
/** The longest first, because "Primary Contact" ends like another. */
const WHOSE_KEYS = WHOSE.map(lettersOf).sort((one, other) => other.length - one.length);

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

/** Of headers fewer tell: "Position" and "Mobile" stand in any table. */
const TELLING_HEADERS: ReadonlySet<FieldName> = new Set<FieldName>([
	'firstName',
	'lastName',
	'email',
	'company',
	'leadSource',
	'actionCode',
	'offerId',
]);

/** The part of a lead that a key of a record names, in whatever casing. */
export function findField(key: string): FieldMatch | undefined {
	const match = findHeader(key);
	return match?.isLikely ? undefined : match;
}

/** The same, also by what other systems than the destinations call it. */
export function findHeader(key: string): FieldMatch | undefined {
	if (key.length > MAX_KEY_LENGTH) return undefined;
	const known = KNOWN.get(key);
	if (known !== undefined) return known ?? undefined;
	const lower = key.toLowerCase();
	const match =
		MATCH_BY_ALIAS.get(lower) ??
		MATCH_BY_ALIAS.get(lower.replace(/[_\- ]+/g, '')) ??
		likelyField(lettersOf(key)) ??
		// "Email (required)"
		likelyField(lettersOf(key.replace(/\([^()]*\)|\[[^[\]]*\]/g, '')));
	if (KNOWN.size >= MAX_KNOWN) KNOWN.clear();
	KNOWN.set(key, match ?? NO_FIELD);
	return match;
}

function likelyField(letters: string): FieldMatch | undefined {
	const match = MATCH_BY_ALIAS.get(letters) ?? MATCH_BY_HEADER.get(letters);
	if (match !== undefined) return { ...match, isLikely: true };
	let rest = letters;
	for (let count = 0; count < MAX_WHOSE; count++) {
		const whose = WHOSE_KEYS.find((key) => rest.startsWith(key));
		if (whose === undefined) return undefined;
		rest = rest.slice(whose.length);
		const own = MATCH_BY_ALIAS.get(rest) ?? MATCH_BY_HEADER.get(rest);
		if (own !== undefined && CUSTOMER_FIELDS.has(own.field)) return { ...own, isLikely: true };
	}
	return undefined;
}

/** Letters and digits of any script, lower-cased and without accents. */
export function lettersOf(text: string): string {
	return text
		.normalize('NFKD')
		.toLowerCase()
		.replace(/[^\p{L}\p{N}]+/gu, '');
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
	const match = findHeader(key);
	if (match === undefined) return false;
	return match.isLikely ? TELLING_HEADERS.has(match.field) : !COMMON_FIELDS.has(match.field);
}
