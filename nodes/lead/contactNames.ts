/**
 * The names and values by which systems say whether a customer may be contacted. Told to users in
 * docs/lead.md, which a test compares with this.
 */

/** Names of one kind, as people write them: casing, spaces and punctuation make no difference. */
export interface NameGroup {
	readonly title: string;
	readonly names: readonly string[];
}

/** Fields that forbid contact unless their value is a known "no". */
export const OPT_OUT_NAMES: readonly NameGroup[] = [
	{
		title: 'Any system',
		names: [
			'DNC',
			'Do Not Contact',
			'Do Not Call',
			'Do Not Mail',
			'Do Not Email',
			'Do Not Phone',
			'Do Not Text',
			'Do Not SMS',
			'Do Not Fax',
			'Do Not Market',
			'Do Not Write',
			'Do Not Message',
			'Do Not Disturb',
			'Do Not Solicit',
			'Dont Contact',
			'Dont Call',
			'Dont Mail',
			'Dont Email',
			'Dont Phone',
			'Dont Market',
			'Never Contact',
			'No Calls',
			'No Emails',
			'No Mailings',
			'No Marketing',
			'No Solicitation',
			'Cannot Contact',
			'Cannot Be Contacted',
			'May Not Contact',
			'Must Not Contact',
			'Must Not Be Contacted',
			'Contact Forbidden',
			'Opt Out',
			'Opt Outs',
			'Opted Out',
			'Email Opt Out',
			'Email Opted Out',
			'Phone Opt Out',
			'Call Opt Out',
			'SMS Opt Out',
			'Mail Opt Out',
			'Fax Opt Out',
			'Mobile Opt Out',
			'Marketing Opt Out',
			'Bulk Email Opt Out',
			'Global Opt Out',
			'Unsubscribe',
			'Unsubscribed',
			'Unsubscribes',
			'Unsubscription',
			'Email Unsubscribed',
			'Blacklist',
			'Black Listed',
			'Blocklist',
			'Block Listed',
			'Denylist',
			'Suppressed',
			'Suppression',
			'Suppression List',
			'Spam Complaint',
			'Contact Restricted',
			'Contact Restriction',
			'Right to Be Forgotten',
			'Objected to Contact',
			'Objected to Marketing',
			'Objects to Marketing',
		],
	},
	{
		title: 'Dynamics 365',
		names: [
			'donotbulkemail',
			'donotbulkpostalmail',
			'donotpostalmail',
			'donotsendmm',
			'Do Not Allow',
			'Do Not Send',
			'Do Not Bulk Mail',
		],
	},
	{
		title: 'Marketo',
		names: [
			'Marketing Suspended',
			'Unsubscribed Reason',
			'Black Listed Cause',
			'Do Not Call Reason',
		],
	},
	{
		title: 'Salesforce',
		names: [
			'Has Opted Out Of Email',
			'Has Opted Out Of Fax',
			'Has Opted Out Of Mobile',
			'Has Opted Out Solicit',
			'Has Opted Out Processing',
			'Dont Process',
			'Dont Solicit',
			'Should Forget',
			'Forget This Individual',
		],
	},
	{
		title: 'HubSpot',
		names: ['hs_email_optout', 'hs_email_is_unsubscribed', 'Unsubscribed From All Email'],
	},
	{
		title: 'Other languages',
		names: [
			'Nicht kontaktieren',
			'Nicht anrufen',
			'Keine Kontaktaufnahme',
			'Keine Werbung',
			'Keine E-Mails',
			'Keine Anrufe',
			'Kontaktsperre',
			'Kontaktverbot',
			'Werbesperre',
			'Abgemeldet',
			'Ne pas contacter',
			'Ne pas appeler',
			'Ne pas envoyer',
			'Ne pas autoriser',
			'Désabonné',
			'Désinscrit',
			'No contactar',
			'No llamar',
			'No permitir',
			'No enviar',
			'Dado de baja',
			'Não contatar',
			'Não contactar',
			'Não ligar',
			'Não permitir',
			'Descadastrado',
			'Non contattare',
			'Non chiamare',
			'Non consentire',
			'Disiscritto',
			'Niet contacteren',
			'Niet bellen',
			'Niet toestaan',
			'Uitgeschreven',
			'Nie kontaktować',
			'連絡不可',
			'連絡禁止',
			'配信停止',
			'请勿联系',
			'禁止联系',
		],
	},
];

/** Fields that forbid contact when their value is anything but a known "yes", or nothing. */
export const PERMISSION_NAMES: readonly NameGroup[] = [
	{
		title: 'Any system',
		names: [
			'Contact Permitted',
			'Contact Permission',
			'Contact OK',
			'Contactable',
			'Permission to Contact',
			'Allowed to Contact',
			'Allow Contact',
			'Allow Email',
			'Allow Emails',
			'Allow Bulk Email',
			'Allow Bulk Emails',
			'Allow Phone',
			'Allow Phone Calls',
			'Allow Calls',
			'Allow SMS',
			'Allow Mail',
			'Allow Marketing',
			'Email Allowed',
			'Phone Allowed',
			'Call Allowed',
			'Calls Allowed',
			'Marketing Allowed',
			'Can Contact',
			'Can Be Contacted',
			'May Contact',
			'May We Contact',
			'May Be Contacted',
			'OK to Contact',
			'OK to Email',
			'OK to Call',
			'Accepts Marketing',
			'Email Permission',
			'Marketing Permission',
			'Consent',
			'Consents',
			'Email Consent',
			'Marketing Consent',
			'Contact Consent',
			'GDPR Consent',
			'Opt In',
			'Opted In',
			'Email Opt In',
			'Marketing Opt In',
			'Has Opted In',
			'Subscribed',
		],
	},
	{ title: 'Other languages', names: ['Einwilligung', 'Werbeeinwilligung', 'Consentement'] },
];

/** This package's own answer: anything but a known "yes" forbids, nothing too. */
export const OWN_PERMISSION_NAMES: readonly string[] = ['Contact Allowed'];

/** Fields whose text can be "do not contact": the name's last words. */
export const STATE_NAMES: readonly string[] = [
	'Action',
	'Action Code',
	'Action Name',
	'Stage',
	'Stage Name',
	'Stage Code',
	'Status',
	'Status Code',
	'Status Reason',
	'State',
	'Disposition',
	'Contact Preference',
	'Contact Preferences',
	'Contact Method',
	'Preferred Contact Method',
	'Communication Preference',
	'Communication Preferences',
	'Preference',
	'Preferences',
	'Permission',
	'Permissions',
	'Tag',
	'Tags',
	'Label',
	'Labels',
];

/** Fields that hold a lead source string. */
export const LEAD_SOURCE_NAMES: readonly string[] = [
	'Lead Source',
	'Lead Source Code',
	'Source System Name',
];

/** Words behind a name that make something else of it: an address to unsubscribe at, say. */
export const NO_STATEMENT_ENDINGS: readonly string[] = [
	'URL',
	'URI',
	'Link',
	'Href',
	'Text',
	'Label',
	'Message',
	'Template',
	'Page',
	'Token',
	'Count',
	'Rate',
	'Footer',
];

/** The same behind permissions, which come with when and how they were given. */
export const NO_PERMISSION_ENDINGS: readonly string[] = [
	...NO_STATEMENT_ENDINGS,
	'At',
	'On',
	'Date',
	'Time',
	'Timestamp',
	'Version',
	'IP',
	'Source',
	'ID',
	'Method',
	'By',
];

/** Values that allow contact in any flag: an opt-out that holds one, and a permission. */
export const ALLOWING_VALUES: readonly string[] = [
	...['Allow', 'Allowed', 'Send', 'Opted In', 'Opt In', 'Subscribed', 'Not Opted Out'],
	...['Not Unsubscribed', 'Not Blacklisted', 'Not Suppressed', 'Permitted', 'Granted'],
	...['Zulassen', 'Autoriser', 'Permitir', 'Consenti', 'Toestaan', 'Senden', 'Envoyer', 'Enviar'],
];

/** Values that say nothing, in any flag. */
export const EMPTY_VALUES: readonly string[] = [
	...[
		'null',
		'none',
		'nil',
		'undefined',
		'NaN',
		'n/a',
		'Not Set',
		'Not Specified',
		'Not Applicable',
	],
];

/** Values that say no: an opt-out that holds one forbids nothing. */
export const NO_VALUES: readonly string[] = [
	...['false', 'no', 'n', 'f', 'off'],
	...['FALSCH', 'FAUX', 'FALSO', 'FALS', 'FALSK', 'FALSKT', 'ONWAAR', 'USANN', 'EPÄTOSI', 'FAŁSZ'],
	...['NEPRAVDA', 'HAMIS', 'ЛОЖЬ', 'ХИБНІСТЬ', 'YANLIŞ', 'ΨΕΥΔΕΣ', '거짓', '偽', '假'],
	...['nein', 'non', 'não', 'nee', 'nei', 'nej', 'ei', 'nie', 'ne', 'nem', 'nu', 'нет', 'ні', 'не'],
	...['hayır', 'όχι', 'いいえ', '否', '不', '아니요', '아니오', 'لا', 'לא', 'không', 'tidak'],
];

/** Values that say yes: a permission that holds one forbids nothing. */
export const YES_VALUES: readonly string[] = [
	...['true', 'yes', 'y', 't', 'on', 'ok', 'okay', 'Given', 'Agreed', 'Accepted', 'Confirmed'],
	...['WAHR', 'VRAI', 'VERDADERO', 'VERO', 'VERDADEIRO', 'WAAR', 'SAND', 'SANT', 'SANN', 'TOSI'],
	...['PRAWDA', 'PRAVDA', 'IGAZ', 'ИСТИНА', 'DOĞRU', 'ADEVĂRAT', '참', '真'],
	...['ja', 'oui', 'si', 'sim', 'tak', 'ano', 'igen', 'da', 'да', 'так', 'evet', 'ναι', 'kyllä'],
	...['はい', '是', '네', '예', 'نعم', 'כן', 'có', 'ya'],
];
