import { domainOf } from './emailAddress';

type Lists = typeof import('../vendor/emailLists');

/**
 * Who reads a mailbox: one person, several (`sales@`), or nobody (`noreply@`, and what people write
 * into a form that wants an address, as `none@none.com`).
 */
export type MailboxKind = 'personal' | 'shared' | 'unread';

/** What stands for no address: before the @, or as the domain's own name. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(
	[
		'none noone nobody nomail noemail null notavailable notapplicable notprovided notgiven',
		'unknown undefined anonymous invalid fake fakeemail fakemail dummy nowhere withheld redacted nospam devnull',
		'test testtest testing testuser testmail testemail testaccount asdf asdfg asdasd qwerty qwertz xxx',
		'mailerdaemon bounce bounces keine ninguno aucun nessuno',
	].flatMap((words) => words.split(' ')),
);
/** What is a placeholder only where name and domain say the same: `email@email.com`. */
const EXAMPLES: ReadonlySet<string> = new Set(
	[
		'abc address asd bar company companyname demo domain email example foo mail me my mycompany mydomain na',
		'name nil no qwe sample someone somewhere spam temp trash user username you your youremail',
		'yourcompany yourdomain yourname yourself',
	].flatMap((words) => words.split(' ')),
);
/** Typed along with them: `a@b.com`. */
const NOBODYS: ReadonlySet<string> = new Set(['a@b', 'x@y', 'a@bc', 'abc@def', 'abc@xyz']);
/** Domains that are for examples (RFC 2606), and the one for tests. */
const EXAMPLE_DOMAIN = /^(?:.+\.)?(?:example\.(?:com|net|org)|test|localhost|localdomain)$/;

/**
 * Of the lists' providers those whose mailboxes are open to whoever knows their names, by what they
 * call themselves: two people may have the same one.
 */
const DISPOSABLE =
	/mailinator|guerrilla|sharklasers|yopmail|\d-?min(?:ute)?s?-?(?:e?mail)?|te?mp-?(?:e?mail|inbox|mail)|throw-?away|trash|wegwerf|maildrop|dispos|discard|fake-?(?:e?mail|inbox)|spam|junk|burner|getnada|mailnesia|mohmal|moakt|mailcatch|jetable/;

/** Providers that neither list has: forwarding addresses, and newer names of old ones. */
const MORE_PUBLIC_DOMAINS =
	'anonaddy.com magenta.de mozmail.com passmail.net simplelogin.co simplelogin.com tuta.com tutanota.com users.noreply.github.com'.split(
		' ',
	);

/** Mailboxes of departments that the list, which is mostly in English, lacks. */
const MORE_ROLES = [
	...'buero büro vertrieb einkauf verkauf verwaltung zentrale empfang sekretariat rechnung'.split(
		' ',
	),
	...'rechnungen buchhaltung bestellung bestellungen anfrage anfragen kundenservice'.split(' '),
	...'comptabilite compta achats accueil secretariat factures ventas compras facturacion'.split(
		' ',
	),
	...'administracion contabilidad contabilidade vendas financeiro comercial vendite acquisti'.split(
		' ',
	),
	...'amministrazione segreteria fatture verkoop inkoop administratie facturen sprzedaz'.split(' '),
	...'biuro ksiegowosc salg forsaljning ekonomi azure cloud microsoft'.split(' '),
	...'azureadmin cloudadmin o365admin m365admin microsoftadmin itadmin licenses licences vendor'.split(
		' ',
	),
	...'alliances cfo cio ciso coo cto assistant gdpr dpo soc noc ms cloudops'.split(' '),
];
/** Roles that companies have one of in each region: `sales-emea@`, `info.de@`. */
const REGIONAL_ROLES: ReadonlySet<string> = new Set(
	'accounts billing contact finance hello info it kontakt marketing office order orders procurement purchasing sales service support team vertrieb'.split(
		' ',
	),
);
const REGION =
	/^(?:[a-z]{2}|usa|emea|apac|latam|anz|dach|europe|asia|africa|global|intl|international|north|south|east|west)$/;
/** `n.a@`, where `na@` may be somebody's initials. */
const NOT_AVAILABLE = /^n[./_-]a[._-]?$/;

/** "Do not reply", as mailboxes of machines are called in several languages. */
const NO_REPLY =
	/(?:no|not|dont|donot|never)(?:reply|replay|respond|response|answer)|noresponder|naoresponda|nepasrepondre|keineantwort|nichtantworten|nonrispondere|niet?beantwoorden/;

/** Built on first use and never changed: tables, not state. */
let publicDomains: ReadonlySet<string> | undefined;
let roles: ReadonlySet<string> | undefined;

/**
 * The company's domain in an address that `emailAddress` gave; empty for one at a provider where
 * anybody can have a mailbox, and for one that stands for none.
 */
export function companyDomain(address: string): string {
	const domain = domainOf(address);
	return factsOf(domain).isCompany ? domain : '';
}

/** What a domain's name says. */
interface DomainFacts {
	/** The letters and digits of its first label. */
	own: string;
	isPlaceholder: boolean;
	/** Whether it is a company's, and not a provider's where anybody can have a mailbox. */
	isCompany: boolean;
	/** Whether its mailboxes are open to whoever knows their names. */
	isDisposable: boolean;
}

/**
 * What was found, since most leads are from few providers. Bounded: a sender can make up new ones
 * for ever.
 */
const FACTS = new Map<string, DomainFacts>();
const MAX_KNOWN = 2_000;

function factsOf(domain: string): DomainFacts {
	let facts = FACTS.get(domain);
	if (!facts) {
		if (FACTS.size >= MAX_KNOWN) FACTS.clear();
		facts = readDomain(domain);
		FACTS.set(domain, facts);
	}
	return facts;
}

function readDomain(domain: string): DomainFacts {
	const [label = ''] = domain.split('.', 1);
	const isPlaceholder = isPlaceholderDomain(domain);
	// In this order: a lead without an address loads no lists.
	const isCompany = domain !== '' && !isPlaceholder && !isPublicDomain(domain);
	const isDisposable = DISPOSABLE.test(domain) && !isCompany;
	return { own: letters(label), isPlaceholder, isCompany, isDisposable };
}

function isPublicDomain(domain: string): boolean {
	publicDomains ??= new Set([...lists().publicDomains(), ...MORE_PUBLIC_DOMAINS]);
	return publicDomains.has(domain);
}

/** Who reads the mailbox of an address that `emailAddress` gave. */
export function mailboxKind(address: string): MailboxKind {
	const domain = domainOf(address);
	const [local = ''] = address.slice(0, address.lastIndexOf('@')).split('+', 1);
	const name = letters(local);
	const { own, isPlaceholder, isDisposable } = factsOf(domain);
	const isSame = name === own;
	if (NOT_AVAILABLE.test(local)) return 'unread';
	if (PLACEHOLDERS.has(name) || NO_REPLY.test(name) || isPlaceholder) return 'unread';
	// "123@123.com", "aaa@aaa.com"
	if ((EXAMPLES.has(name) && EXAMPLES.has(own)) || NOBODYS.has(`${name}@${own}`)) return 'unread';
	if (isSame && (EXAMPLES.has(name) || /^(?:(.)\1*|\d+)$/u.test(name))) return 'unread';
	roles ??= new Set([...lists().roles(), ...MORE_ROLES].flatMap((role) => [role, letters(role)]));
	const isRole = roles.has(local) || roles.has(name) || isRegional(local);
	return isSame || isRole || isDisposable ? 'shared' : 'personal';
}

function isRegional(local: string): boolean {
	const [one = '', other = '', more] = local.split(/[._-]/);
	if (more !== undefined) return false;
	return REGIONAL_ROLES.has(one)
		? REGION.test(other)
		: REGIONAL_ROLES.has(other) && REGION.test(one);
}

function isPlaceholderDomain(domain: string): boolean {
	const label = domain.slice(0, domain.indexOf('.')).replaceAll('-', '');
	return PLACEHOLDERS.has(label) || EXAMPLE_DOMAIN.test(domain) || domain.endsWith('.invalid');
}

/** Without separators, and without the number by which one mailbox is told from another. */
function letters(text: string): string {
	// Most names and domains, in which there is nothing to take away.
	if (/^[a-z]*$/.test(text)) return text;
	return text.replace(/[^\p{L}\p{M}\p{N}]+/gu, '').replace(/(?<=\D)\d+$/, '');
}

function lists(): Lists {
	// Not imported at the top: n8n's start, and leads without an address, need none of it.
	return require('../vendor/emailLists') as Lists;
}
