/**
 * Sentences by which customers, and colleagues in notes, say not to contact somebody. By their beginning
 * and by whole words, so that a product for do-not-call lists, or "do not hesitate to call", is none.
 */
import { COURTESY } from './contactWords';

/** Longer pieces are taken for prose, in characters. */
const MAX_LENGTH = 160;

/** By what one is contacted, as a verb in English. */
const VERB =
	'(?:contact|call|phone|telephone|ring|e ?mail|mail|text|sms|message|write|disturb|bother|solicit|spam|pester|harass|market|approach|follow up|reach out|get in touch|get in contact)';
const DOING =
	'(?:contacting|calling|phoning|telephoning|ringing|e ?mailing|mailing|texting|messaging|disturbing|bothering|soliciting|spamming|pestering|harassing|approaching|following up|reaching out|getting in touch)';
const DONE =
	'(?:contacted|called|phoned|telephoned|e ?mailed|mailed|texted|messaged|disturbed|bothered|solicited|spammed|approached|reached out to|followed up)';
const THINGS =
	'(?:(?:any|more|further|your|these|such|phone|sales|marketing|cold|unsolicited|promotional|follow up|advertising) ){0,4}(?:contact|calls?|e ?mails?|mails?|mailings?|messages?|texts?|sms|marketing|advertising|ads|adverts|newsletters?|spam|solicitations?|follow ups?|communications?|correspondence|visits|updates|offers|promotions)';
/** Whom, when and why; a product would have another noun there. */
const BEHIND =
	'(?:me|us|him|her|them|my|our|this|these|that|the (?:customer|client|lead|person|contact|prospect|user|number|company|account|address|recipient|individual|owner)|customer|client|lead|prospect|user|person|anyone|anybody|again|any ?more|any|ever|by|via|at|on|to|about|regarding|for (?:now|a|the|any|this|marketing|sales|at)|until|till|before|after|because|as|since|under|unless|without|or|and|nor|yet|further|directly|through|with (?:me|us|them|him|her)|please|thanks|thank|ref|per|legal)';
/** What makes a product of "do not contact". */
const PRODUCTS: ReadonlySet<string> = new Set(
	'list lists registry registries register center centers centre centres manager compliance tool tools software app apps feature features option flag field function solution integration button mode policy rule rules scrubbing service services system data database status preferences'.split(
		' ',
	),
);
/** What one does not do who asks for a call, in several languages. */
const HESITATING: ReadonlySet<string> = new Set(
	[
		'mind hesitate object forget been wait zogern zoegern zoger vergessen scheuen hesitez hesite oubliez',
		'dude duden dudes olvide olviden hesite hesitem esitare esitate esiti esitato aarzel vergeet tveka стесняитесь забудьте',
	].flatMap((words) => words.split(' ')),
);
/** Who is spoken of, before what is said. */
const SUBJECTS: ReadonlySet<string> = new Set(
	'the this our my customer client lead prospect person user company caller recipient individual he she they i we it'.split(
		' ',
	),
);
/** And how it is said. */
const MODALS: ReadonlySet<string> = new Set(
	[
		'do does would will should shall must may can have has am is are was s explicitly really definitely',
		'also currently now still said says states stated asked asks requested requests insists insisted prefer',
		'prefers like rather wants wishes wish want ask expect strongly',
	].flatMap((words) => words.split(' ')),
);
const MAX_BEFORE = 8;

/** Meant where the customer wrote it; elsewhere "no calls" may be what a system counted. */
const BY_CUSTOMER = [
	`no (?:more |further )?(?:(?:phone|sales|marketing|cold|unsolicited|promotional|follow up|advertising) ){0,3}(?:contact|calls|e ?mails|mails|mailings|messages|texts|marketing|advertising|ads|newsletters|spam|solicitations?|follow ups?|communications?) (?:for (?:me|us|now) |from (?:you|us|microsoft|sales) |wanted |desired |requested |required |needed |allowed |permitted |welcome |whatsoever |at all |to (?:me|us) )?(?:please |thanks |thank you )?$`,
	`no ${THINGS} (?:please |thanks |thank you |from (?:you|us|microsoft|sales) |wanted |desired )`,
];

/** Of a sentence without its courtesies, by its beginning. */
const ENGLISH = [
	`(?:(?:do|would you|could you|can you|will you) (?:please )?not|never) (?:ever |please |try to |attempt to |need to |have to ){0,2}${VERB}(?: $| ${BEHIND} )`,
	`(?:must not|may not|should not|shall not|cannot|not to) ${VERB} (?:$|me |him |her |them |this |the (?:customer|client|lead|person|contact|prospect) |customer |client |lead )`,
	`(?:not|never|no longer|cannot|rather not) (?:[a-z0-9]+ ){0,2}(?:to be|being|be|get|getting) (?:contacted|phoned|telephoned|e ?mailed|disturbed|bothered|solicited|spammed|approached) `,
	`(?:not|never|no longer) (?:want|wish|like|need|expect|care|agree|consent) (?:[a-z0-9]+ ){0,2}(?:to be|being|be|get) ${DONE} `,
	`(?:would )?(?:rather|prefers?) not (?:to )?be ${DONE} `,
	`not to be ${DONE} (?:$|by |for |again )`,
	`(?:not|never|no longer) (?:[a-z0-9]+ ){0,2}(?:want|like|wish|need|accept|agree|consent)(?: for| to)? (?:(?:receive|get|hear|be sent) )?(?:${THINGS}|(?:anything )?from (?:you|us|microsoft|sales|any|anyone|them)) `,
	`(?:requested|requests|request|wants?|asked for|asks for|prefers?|demands?|demanded|insists on) no (?:further |more )?${THINGS} `,
	`(?:refrain from|abstain from|avoid|cease|desist from|quit|stop) (?:any |all )?(?:${DOING}|sending) (?:$|me |us |my |our |him |her |them |this |the (?:customer|client|lead) |anything |e ?mails? |mails? |messages? |spam )`,
	`(?:stop|cease|end) (?:all |any )?${THINGS} $`,
	`(?:i |we )?(?:remove|delete|erase|drop|unsubscribe|exclude|strike|opt) (?:me|us|him|her|this (?:person|contact|lead|customer|number|address|email)|(?:my|our|his|her|this) (?:personal )?(?:data|details|info|information|e ?mail|address|name|number|phone|contact|record)) `,
	`take (?:me|us|him|her|this [a-z]+|my [a-z]+) (?:off|out|from) `,
	`(?:have|has|want to|wants to|wish to|wishes to|would like to|need to) opt(?:ed)? out (?:$|of (?:all|any|e ?mails?|mails?|mailings?|marketing|communications?|contact|newsletters?|this|these|your|further|future|being|receiving) )`,
	`opt(?:ed)? out (?:of (?:all|any|e ?mails?|mails?|mailings?|marketing|communications?|contact|newsletters?|this|these|your|further|future|being|receiving) )`,
	`(?:want|wants|wish|wishes|would like|asked|asks|requested|requests) to (?:be )?(?:unsubscribed?|removed from|taken off|opted out|deleted)`,
	`(?:withdraws?|withdrew|withdrawn|revokes?|revoked|refuses?|refused|denies|denied|declines?|declined|does not give|do not give|did not give|gave no|gives no|give no|has no|without|no) (?:my |our |his |her |their |the |any |all |marketing |previous ){0,3}(?:consent|permission)(?: $| to | for | given | granted | was | has )`,
	`not (?:consent|agree) (?:$|to (?:be |being |any |receive |receiving |the use |${DOING}|${THINGS}|marketing))`,
	`(?:consent|permission)(?: to contact| for contact| for marketing)? (?:is |was |has been |have been )?(?:withdrawn|revoked|refused|denied|declined|not given|not granted|missing) $`,
	`contact(?:ing)? (?:is |was )?(?:not (?:permitted|allowed|wanted|desired|wished|welcome)|unwanted|undesired|prohibited|forbidden)`,
	`(?:not (?:allowed|permitted) to|not ok to|not okay to) (?:contact|call|e ?mail|be contacted) $`,
	`not contactable $`,
	`uncontactable by`,
	`(?:is |are |was |were |s )?(?:now |added |put |listed )?(?:on|in|to) (?:the |our |a |their |national |internal ){0,2}(?:dnc|do not (?:contact|call|e ?mail|mail)|robinson|suppression|block|opt out)(?: list| registry| register)? $`,
	`(?:dnc|d n c) (?:per|by|as|since|until|request|requested|yes|y|true|only|please|list|listed|registered|flagged|customer|client|lead|do) `,
	`(?:tag |tagged |mark |marked |flag |flagged )(?:as )?(?:dnc|do not contact) $`,
	`leave me alone`,
	`(?:do )?not (?:ever )?send (?:me|us|him|her|them|this|any|anything|e ?mails?|mails?|newsletters?|marketing) `,
];

/**
 * Other languages, without accents and case as `wordsOf` has them. A word in brackets of its own may be
 * left out; `*` is any ending.
 */
const OTHERS: readonly string[] = [
	// German
	'(nicht|nie|niemals|keinesfalls) ((mehr|weiter|wieder|per|via|telefonisch|telefon|mail|e|email|direkt|zu|mich|uns|bitte|den|kunden) ){0,4}(kontaktieren|anrufen|anschreiben|anmailen|mailen|stören|belästigen|kontaktiert|angerufen|ansprechen)',
	'keine?[nrsm]? ((weiteren?|weiterer|telefonischen?|unaufgeforderten?) ){0,2}(kontakt|kontakte|kontaktaufnahme|anrufe?|werbeanrufe?|werbung|werbemails?|e mails?|emails?|mails?|newsletter|post|telefonate|rückrufe?|rückmeldung) ((erwünscht|gewünscht|mehr|bitte|zulassen|erlaubt|aufnehmen|senden|schicken|gestattet|von ihnen) ){0,3}$',
	'(kontaktieren|rufen|schreiben|mailen|belästigen|stören) sie (mich|uns) ([a-z]+ ){0,2}(nicht|nie) ',
	'(kontaktiere|kontaktiert|ruf|ruft|schreib|schreibt) (mich|uns) ([a-z]+ ){0,2}(nicht|nie) ',
	'((ich|wir|kunde|kundin|der kunde|die kundin|er|sie) )?(möchte|möchten|will|wollen|wünsche|wünscht|wünschen|bitte|bittet|darf|dürfen|soll|sollte|sollen|hat gebeten) ([a-z]+ ){0,2}(nicht|keinesfalls) ([a-z]+ ){0,2}(kontaktiert|angerufen|angeschrieben|angemailt|belästigt|gestört) ',
	'((ich|wir|kunde|kundin|der kunde|die kundin|er|sie) )?(möchte|möchten|will|wollen|wünsche|wünscht|wünschen) ([a-z]+ ){0,2}keine?[nrsm]? (weitere[a-z]* )?(kontakt|kontaktaufnahme|anrufe?|werbung|e mails?|emails?|mails?|newsletter)',
	'kontakt(aufnahme)? (ist )?(unerwünscht|nicht (erwünscht|gewünscht|erlaubt|gestattet)|untersagt|verboten)',
	'(löschen|entfernen|streichen|nehmen) sie (mich|uns|meine|unsere)',
	'(hiermit )?(ich |wir )?(hiermit )?(widerspreche|widersprechen|widerspruch gegen)',
	// French
	'ne (pas|plus|jamais) ((me|nous|le|la|les|m|l|lui) )?(re)?(contacter|appeler|rappeler|téléphoner|joindre|écrire|envoyer|déranger|solliciter|démarcher|relancer)',
	'ne (me |nous |m)(re)?(contactez|contacte|appelez|appelle|rappelez|téléphonez|écrivez|dérangez|sollicitez|relancez|envoyez) ([a-z]+ ){0,2}(pas|plus|jamais|aucun|rien)',
	'(je |nous |le client |la cliente |client )?ne (souhaite|souhaitons|veux|veut|voulons|désire|désirons) (pas|plus|aucun) ([a-z]+ ){0,2}(re)?(contacte|appele|rappele|sollicite|demarche|derange|relance|recevoir|contact|appel)',
	'(pas|aucun|aucune|plus|sans) (de |d)?(contact|appel|appels|démarchage|prospection|publicité|e mails?|emails?|mails?|sollicitations?)( $| (svp|merci|telephonique|commercial)|s? $)',
	'(supprimez|retirez|désinscrivez|désabonnez|effacez|radiez) (moi|mes|mon|nous|nos)',
	// Spanish
	'no (me |nos |lo |la |les? )?(quiero que me |deseo que me |queremos que nos )?(contactar|contactarme|contactarnos|contacten|contacte|contactes|contactéis|llamar|llamarme|llamen|llame|llames|llaméis|escribir|escriban|escribirme|molestar|molesten|moleste|enviar|envíen|envíe|manden|mandar)',
	'(el cliente |la clienta |cliente )?no (deseo|deseamos|desea|quiero|queremos|quiere|autorizo|acepto) ([a-z]+ ){0,2}(contactad|contacten|contacto|llamad|llamen|llamadas|recib|molestad|publicidad)',
	'sin (contacto|llamadas|publicidad) $',
	'((quiero|deseo|solicito) )?(elimin[a-z]*|borr[a-z]*) (mis|mi|nuestros) ',
	'((quiero|deseo|solicito) )?(dar|darme|denme|deme) (de|la) baja',
	// Portuguese
	'não (me |nos |o |a )?(entre|entrem|entrar) em conta(c)?to',
	'não (me |nos )?(conta(c)?te|conta(c)?tem|conta(c)?tar|ligue|liguem|ligar|telefone|telefonem|telefonar|incomode|incomodem|incomodar|enviar|envie|enviem|perturbar)',
	'(o cliente |a cliente |cliente )?não (quero|queremos|quer|desejo|desejamos|deseja|aceito|autorizo) ([a-z]+ ){0,2}(conta(c)?tad|conta(c)?to|receber|ligac|perturbad)',
	'sem conta(c)?to $',
	'(remova|removam|retire|exclua|apague) (me|meus?|minhas?|nossos?) ',
	// Italian
	'non (mi |ci |lo |la )?(contattare|contattarmi|contattarci|contattatemi|contattateci|contattate|contatti|contattino|contattarlo|chiamare|chiamarmi|chiamatemi|chiamateci|chiamate|chiami|telefonare|telefonatemi|disturbare|disturbatemi|disturbarmi|inviare|inviatemi|inviarmi|scrivere|scrivetemi)',
	'(il cliente |la cliente |cliente )?non (desidero|desideriamo|desidera|voglio|vogliamo|vuole|vorrei|acconsento|autorizzo) ([a-z]+ ){0,2}(contattat|contatt|chiamat|ricev|disturbat|comunicazioni)',
	'(nessun|nessuna|niente) (contatto|contatti|chiamata|chiamate|telefonate|pubblicità|email) $',
	'(cancellate|rimuovete|eliminate|cancellatemi|rimuovetemi)( |$)(i |il )?(miei|mio|mia|mi)?',
	// Dutch
	'niet ((meer|per|via|telefonisch|te|telefoon) ){0,3}(contacteren|bellen|opbellen|mailen|benaderen|storen|contact opnemen|lastig vallen)',
	'(neem |gelieve )?([a-z]+ ){0,2}geen (verder |verdere |telefonisch |telefonische )?(contact|telefoontjes|reclame|mails?|e mails?|nieuwsbrief|nieuwsbrieven)( $| (meer|opnemen|op|met))',
	'(bel|mail|contacteer|benader) (me|mij|ons) ([a-z]+ )?niet',
	'(ik |wij |we |klant |de klant )?(wil|wens|wenst|willen|wensen) ([a-z]+ )?niet ([a-z]+ ){0,2}(gebeld|gecontacteerd|gemaild|benaderd|gecontacteerd)',
	// Polish
	'nie (się |proszę |chcę |chcemy |życzę |sobie |być ){0,3}(kontaktować|kontaktuj|kontaktujcie|kontaktowany|kontaktowana|kontaktu|dzwonić|dzwoń|dzwońcie|telefonować|pisać|wysyłać|przeszkadzać)',
	'nie wyrażam zgody',
	'brak zgody',
	// Swedish, Danish, Norwegian
	'(kontakta|ring|maila|mejla|stör|kontakt|skriv|mail|forstyr) ((mig|mej|oss|meg|os|kunden) ){0,2}(inte|ej|icke|ikke)',
	'(inte|ej|icke|ikke) ((ta|tag) )?(kontakta|kontaktas|kontakt|kontakte|kontaktes|ring|ringa|ringe|maila|forstyrr|forstyrres)( |$)',
	'(jag |jeg |vi |kunden )?(vill|önskar|ønsker|vil) ([a-z]+ )?(inte|ej|ikke) ([a-zæøå]+ ){0,2}(kontaktas|kontaktad|uppringd|kontaktet|kontaktes|oppringt|ringet|kontakt)',
	'(ingen|inga) (kontakt|samtal|mejl|mail|utskick|opkald|anrop|telefonsalg|reklame|reklam) $',
	// Finnish
	'(älä|älkää|ei saa|ei tarvitse) ([a-z]+ )?(ota|ottako|ottaa|soita|soittako|soittaa|lähetä|lähettäkö|häiritse|häiritä) ',
	'(en halua|ei) ([a-z]+ )?(yhteydenotto|yhteydenottoja|puheluita|soittoja|mainontaa|markkinointia)',
	// Czech, Slovak
	'(nekontaktujte|nekontaktovat|nekontaktuj|nevolat|nevolejte|nevolajte|neoslovovat|neposílat|neposílejte|nerušit|nezasílat|nepřeji si|neželám si)',
	// Hungarian
	'ne ([a-z]+ )?(keressenek|keressen|keress|hívjanak|hívjon|hívj|zavarjanak|küldjenek|vegyék|vegye fel)',
	// Romanian
	'nu (mă |ma |ne )?(mai )?(contactați|contacta|contacteze|sunați|suna|deranjați|apelați|trimiteți)',
	'nu (doresc|vreau|dorim) ([a-z]+ ){0,2}(contactat|sunat|primesc)',
	// Turkish
	'([a-z]+ ){0,2}(aramayın|aramayınız|arama yapmayın|iletişime geçmeyin|iletişime geçmeyiniz|rahatsız etmeyin|rahatsız etmeyiniz|göndermeyin|göndermeyiniz|ulaşmayın|aranmak istemiyorum|istemiyorum iletişim|aranmasın)',
	// Indonesian, Malay, Vietnamese
	'(jangan|tidak ingin|tidak mau|mohon tidak|harap tidak|tolong jangan) ([a-z]+ )?(hubungi|menghubungi|dihubungi|telepon|ditelepon|telpon|kirim|ganggu|mengganggu|kontak)',
	'(không|đừng|xin đừng|vui lòng không|xin không) (được )?(liên hệ|liên lạc|gọi|gửi|làm phiền)',
	// Croatian, Serbian, Slovenian, Baltic, Estonian
	'(ne|nemojte) (me |nas )?(kontaktirati|kontaktirajte|zvati|zovite|zvat|klicati|kličite)',
	'(nesusisiekti|nesusisiekite|neskambinti|neskambinkite|nesazināties|nesazinieties|nezvanīt|nezvaniet)',
	'(ärge|ära|mitte) ([a-z]+ )?(võtke ühendust|võta ühendust|helista|helistage|helistada|kontakteeru)',
	// Russian, Ukrainian, Bulgarian
	'не (надо |нужно |нельзя |мне |нам |меня |нас |со мной |с нами |больше |по телефону ){0,3}(звоните|звонить|звони|связывайтесь|связываться|контактировать|контактируйте|беспокоить|беспокойте|беспокоили|пишите|писать|присылайте|присылать|отправляйте|звонили|связывались|дзвоніть|дзвонити|телефонуйте|телефонувати|звязуйтесь|зв язуйтесь|контактуйте|турбуйте|турбувати|пишіть|се свързвайте|ме търсете|ми се обаждайте|ме безпокойте|свързвайте)',
	'(я |мы |клиент )?не (хочу|желаю|хотим|желаем|хочет|желает|согласен|согласна) ([^ ]+ ){0,2}(связ|звон|получ|контакт|беспоко|обработк)',
	'(удалите|отпишите|исключите) (меня|нас|мои|наши)',
	// Greek
	'(να )?μην? (με |μου |μας )?(επικοινων|καλεσ|καλει|τηλεφων|ενοχλ|στελν|στειλ)',
	'δεν (επιθυμω|θελω|επιθυμουμε) ([^ ]+ ){0,2}(επικοινων|ενοχλ|λαμβαν|καλε)',
	// Arabic, Hebrew
	'(لا|عدم|ممنوع|يرجى عدم|الرجاء عدم|أرجو عدم) (ت)?(تتصل|تتصلوا|تتصلي|الاتصال|التواصل|تواصل|تتواصل|تتواصلوا|تراسل|تراسلني|الإزعاج|الازعاج|ازعاج)',
	'(نا )?(לא|אל|נא לא|אין) (ליצור קשר|ליצור|לפנות|להתקשר|תיצרו קשר|תצרו קשר|תתקשרו|תפנו|לשלוח|להטריד)',
];

/** The patterns as they are held against words: without accents. A test looks at each. */
export const SENTENCE_PATTERNS = {
	byCustomer: BY_CUSTOMER.map(anchored),
	byAnybody: [...ENGLISH, ...OTHERS].map(anchored),
};

function anchored(pattern: string): string {
	const plain = pattern
		.normalize('NFKD')
		.replace(/\p{M}+/gu, '')
		.replaceAll('ı', 'i');
	return `^(?:${plain})`;
}

/** Built on first use and never changed: a table, not state. */
let known: Record<keyof typeof SENTENCE_PATTERNS, RegExp> | undefined;
/**
 * Whether the words of a sentence, lower-cased and spelled out, say not to contact somebody; with
 * `isByCustomer` in the customer's own words.
 */
export function asksForNoContact(words: readonly string[], isByCustomer: boolean): boolean {
	const first = words.findIndex((word) => !COURTESY.has(word));
	if (first < 0 || words.some((word) => HESITATING.has(word))) return false;
	known ??= {
		byCustomer: new RegExp(SENTENCE_PATTERNS.byCustomer.join('|')),
		byAnybody: new RegExp(SENTENCE_PATTERNS.byAnybody.join('|')),
	};
	const { byCustomer, byAnybody } = known;
	const said = behind(words, first, (word) => SUBJECTS.has(word));
	const meant = behind(words, said, (word) => MODALS.has(word));
	return [...new Set([0, first, said, meant])].some((start) => {
		const rest = words.slice(start);
		const text = `${rest.join(' ')} `;
		if (text.length > MAX_LENGTH) return false;
		if (byAnybody.test(text) || isNoProduct(rest)) return true;
		return isByCustomer && start <= said && byCustomer.test(text);
	});
}

/** Behind the words from a start on that are of a kind. */
function behind(words: readonly string[], start: number, isOne: (word: string) => boolean): number {
	let at = start;
	while (at < words.length - 1 && at - start < MAX_BEFORE && isOne(words[at] ?? '')) at += 1;
	return at;
}

/** "Do not contact Kim", but not "do not contact list". */
function isNoProduct([one, two, three, ...others]: readonly string[]): boolean {
	if (one !== 'do' || two !== 'not' || three !== 'contact') return false;
	return !others.slice(0, 2).some((word) => PRODUCTS.has(word));
}
