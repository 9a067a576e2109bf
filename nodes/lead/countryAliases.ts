import { nameKey } from './countryName';

/**
 * What people and Microsoft's forms write for a country and the library's lists lack. Only names
 * that mean one country to whoever writes them into a form ("Congo" alone does not).
 */
export const COUNTRY_ALIASES: Readonly<Record<string, readonly string[]>> = {
	AE: ['VAE', 'Emirates', 'الإمارات'],
	BO: ['Plurinational State of Bolivia'],
	CD: ['DRC', 'DR Congo', 'Congo DRC', 'Congo Zaire', 'Zaire'],
	CG: ['Congo Brazzaville', 'People’s Republic of Congo'],
	CN: ['PRC', 'PR China', 'P R of China', 'Mainland China', '中國'],
	CZ: ['Czech Rep.'],
	DE: ['德國', 'BRD'],
	FR: ['法國', 'Metropolitan France', 'France métropolitaine'],
	GB: [
		'England',
		'Scotland',
		'Wales',
		'Northern Ireland',
		'Britain',
		'G.B.',
		'United Kingdom of Great Britain and Northern Ireland',
		'İngiltere',
		'英國',
	],
	GE: ['Georgia Country'],
	GR: ['EL', 'Hellenic Republic'],
	HK: ['Hong Kong SAR', 'Hong Kong SAR China'],
	GW: ['Guinea Bissau'],
	IE: ['Republic of Ireland', 'Eire', 'Southern Ireland'],
	IR: ['IR Iran'],
	KP: ['DPRK', 'Korea North', 'DPR Korea', 'Korea DPR', 'Korea DPRK'],
	KR: ['Korea', 'Korea South', 'ROK', 'Korea ROK', 'S Korea', 'Republik Korea', '한국', '韓國'],
	LA: ['Lao PDR'],
	LY: ['Libyan Arab Jamahiriya'],
	MD: ['Republic of Moldova'],
	MK: [
		'Macedonia',
		'FYROM',
		'FYR Macedonia',
		'Macedonia FYR',
		'Former Yugoslav Republic of Macedonia',
	],
	MM: ['Burma'],
	MO: [
		'Macao Special Administrative Region',
		'Macau Special Administrative Region',
		'Macao SAR',
		'Macau SAR',
		'Macau SAR China',
	],
	MX: ['Méjico'],
	NL: ['Holland', 'Holanda'],
	NZ: ['N.Z.'],
	PS: [
		'Palestinian Authority',
		'Palestinian Territories',
		'Occupied Palestinian Territory',
		'West Bank and Gaza',
		'West Bank',
		'Gaza',
		'Gaza Strip',
	],
	RU: ['РФ'],
	SA: ['KSA', 'المملكة العربية السعودية'],
	SK: ['Slovak Republic'],
	SZ: ['Swaziland'],
	TH: ['ประเทศไทย'],
	TL: ['East Timor'],
	TZ: ['Tanzania UR'],
	TR: ['Republic of Türkiye'],
	TW: ['Chinese Taipei', 'Taiwan ROC', 'ROC Taiwan', '台灣', '臺灣'],
	US: [
		'ABD',
		'EUA',
		'EE.UU.',
		'US of A',
		'America',
		'Estados Unidos de América',
		'États-Unis',
		'Stati Uniti',
		'Соединенные Штаты',
		'Соединенные Штаты Америки',
		'アメリカ',
		'美國',
	],
	VA: ['Vatican', 'Vatican City'],
	VC: ['Saint Vincent'],
	VE: ['Bolivarian Republic of Venezuela', 'Venezuela RB'],
	VG: ['UK Virgin Islands', 'Virgin Islands UK'],
	VI: ['United States Virgin Islands', 'Virgin Islands of the United States'],
	XK: ['XKX', 'KOS', 'Kosovo'],
};

/** Names that several countries have, whatever one list or another says. */
export const NOT_ONE_COUNTRY: ReadonlySet<string> = new Set(
	['Congo', 'Kongo', 'Virgin Islands', 'Saint Martin', 'St. Martin', 'Timor', 'Guiana'].map(
		nameKey,
	),
);

/** Countries of ISO 3166-1 that lists name together with the one that they belong to. */
export const PART_OF: ReadonlyMap<string, string> = new Map(
	Object.entries({
		AU: 'CC CX HM NF',
		CN: 'HK MO TW',
		DK: 'FO GL',
		FI: 'AX',
		FR: 'BL GF GP MF MQ NC PF PM RE TF WF YT',
		GB: 'AI BM FK GG GI GS IM IO JE KY MS PN SH TC VG',
		NL: 'AW BQ CW SX',
		NO: 'BV SJ',
		NZ: 'CK NU TK',
		US: 'AS GU MP PR UM VI',
	}).flatMap(([country, parts]) => parts.split(' ').map((part) => [part, country] as const)),
);
