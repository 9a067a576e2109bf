/** What a text says of contact by itself, in whatever field it stands. */
import { NO_SENTENCES, OPT_OUT_NAMES, SENTENCES, STOP_MESSAGES } from './contactNames';
import { mayBeBase64, withLatinLetters } from './asTyped';
import { withControls } from './contactControls';
import { asksForNoContact } from './contactSentences';
import { readTable } from './contactTable';
import { flagForbids, refuses } from './contactValues';
import {
	contactName,
	COURTESY,
	isCertain,
	keysOf,
	meaning,
	saysDoNotContact,
	wordsOf,
	type ContactName,
} from './contactWords';
import { findHeader, type FieldName } from './fields';
import { FORBIDS_CONTACT } from './warnings';

/** Any of Microsoft's sources with a dash behind it, anywhere in a text, and what follows. */
const SOURCE_AND_ACTION =
	/(?:azure\s?marketplace|azure\s?portal|test\s?drive|spza|appsource)\)?\s{0,4}[-\u2010-\u2015\u2212]([^|\r\n&=;,?"<>(){}[\]]{1,40})/gi;
/** The shortest text that says something by itself: `DNC`, or two letters of a script of words. */
const SHORTEST = 3;
const LAST_OF_ASCII = 0x7f;

/** A quick look: a text that is JSON, has a field of its own, or can hold one of the sources. */
const MAY_SAY =
	/^[\ufeff\s]*[[{"]|[=>?☐□☑☒✅✓✔]|:(?!\d\d)|%[\da-f]{2}|&(?:#|[a-z]{2,6};)|\\u|azure|drive|spza|source/i;
/** The same for a field of a few words: what it states, it begins with. */
const MAY_SAY_IN_SHORT =
	/^[\ufeff\s]*(?:[[{"]|do|dnc|un|opt|black|n[eiou]|ikke|till)|%[\da-f]{2}|&#|\\u|azure|drive|spza|source|[^\0-\x7f]/i;
const DASH = /[-\u2010-\u2015\u2212\uff0d]/;

/** What Dataverse shows for an opt-out, which some of its forms label "Email" or "Phone". */
const FORBIDDING_LABEL = /^\s*do[ _-]?not[ _-]?(?:allow|send)\s*$/i;
const MAX_LABEL_LENGTH = 40;

/** As many full-width letters as there are: `ＤＮＣ` is written so in Japan. */
const FULL_WIDTH = /[\uff01-\uff5e]/;

/** Where a sentence, a field of a form or a tag begins and ends, so that each is read by itself. */
const BREAK =
	/[<&;,\n\r|(){}[\]\u3001\u3002\uff0c\uff1b]|(?<![Nn]o(?=\.\s\d))[.!?](?=\s|$)|\s[-\u2013\u2014]\s/;
/** What stands between the name of a field and its value: in a mail, a query, XML or broken JSON. */
const ASSIGNS = /[:=>\t\uff1a]/;
/** What stands around names and values in such texts. */
const AROUND = ' \t"\'*_>';
const LINK = /^(?:https?|mailto):/i;
/** Reading one takes the time of so many other pieces. */
const COST_OF_SENTENCE = 12;
/** Longer pieces are prose that states nothing in so many words, in characters. */
const MAX_PIECE_LENGTH = 120;

const CONTRACTIONS: ReadonlyMap<string, readonly string[]> = new Map([
	['dont', ['do', 'not']],
	['doesnt', ['does', 'not']],
	['cant', ['cannot']],
	['wont', ['will', 'not']],
	['mustnt', ['must', 'not']],
	['didnt', ['did', 'not']],
	['isnt', ['is', 'not']],
	['arent', ['are', 'not']],
	['shouldnt', ['should', 'not']],
	['wouldnt', ['would', 'not']],
	['havent', ['have', 'not']],
	['hasnt', ['has', 'not']],
	['im', ['i', 'am']],
	['id', ['i', 'would']],
	['ive', ['i', 'have']],
]);

/** What says it as a sentence of its own, as `sentenceKey` writes it. */
export const TOLD_BY: ReadonlySet<string> = sentencesOf([
	...OPT_OUT_NAMES.flatMap(({ names }) => names)
		// Names of columns, as `donotbulkemail`, are no language of anybody's.
		.filter((name) => /\s|[^\0-\u024f]/.test(name) && !NO_SENTENCES.includes(name)),
	...SENTENCES,
]);
/** Words by one of which every such sentence is known; other texts need no second look. A test holds them to it. */
const TELLING_WORD =
	/\b(?:n[eio]|do[ns_]|dnc|d\.n\.c|opt|unsub|stop|remove|take|leave|black|cannot|object|forget|kein|kont|werb|robin|contact f|suppress|marketing s|abgem|dado|delet|eras|supprimez|widersp|ich w|beni ar|nu [mp]|refus|rifiuto|recusa|abb|abm|till|ikke|afm|avm|avp|avr|baja|fecha|solicita|rechaza|cancel|annul|bezwaar|peru|doesn|inte|ej\b|icke|pas\b|aucun|sans\b|sin\b|sem\b|nessun|nessuna|cancell|rimuov|elimin|borr|retir|effacez|brak|ing(?:en|a)\b|mitte|ei\b|jangan|tidak|withdr|revok|revoc|declin|denie|deny|cease|refrain|avoid|abstain|desist|quit|drop|exclude|strike|uncontact|consent|permission|tagged|flag|mark|without|isn|wasn|shouldn|wouldn|desca|desu|susc|insc|iscri|disis|desin|desab|opposi|geen|afgem|uitg|wypis)|[^\0-\x7f]/i;

/** A warning of ours that came back without its lead. */
const OWN_WARNING = sentenceKey(FORBIDS_CONTACT);

/** Meant only in what the customer wrote, or with a "please" or "me". */
const TOLD_BY_CUSTOMER = sentencesOf(['DNC', 'Unsubscribe', 'Opt Out', 'No Contact', 'Stop']);

/** As all that a text is, by the customer or in a field that is nobody's. */
const STOPPING = keysOf(STOP_MESSAGES);
const STOPPING_ANYWHERE = keysOf(STOP_MESSAGES.slice(0, 4));
const POLITE: ReadonlySet<string> = new Set(
	'please pls plz kindly thanks thank you hello hi bitte danke merci svp gracias grazie obrigado'.split(
		' ',
	),
);
/** One of them that no word of another sentence makes plain. */
const STOP_MESSAGE =
	/^\W{0,9}(?:please |pls )?(?:end|alto|parar?|pare|salir|sair)(?:[, ]{1,2}(?:please|thanks))?\W{0,9}$/i;
/** "Stop by", "stop at", "stop for": no request to stop. */
const STOPPING_BY: ReadonlySet<string> = new Set(
	'by at in on for to with via and or but'.split(' '),
);

/** Names of things, which may hold the words: `Do Not Contact` is a product, too. */
const NAMES_OF_THINGS: ReadonlySet<FieldName> = new Set<FieldName>([
	'campaign',
	'company',
	'offerId',
	'offerTitle',
	'publisherName',
	'subject',
	'title',
]);

/** Whether a text certainly says nothing of contact, at a glance; `isShort` is its field's. */
export function saysNothing(text: string, isShort = false): boolean {
	if (text.length < SHORTEST) return text.length < 2 || text.charCodeAt(0) <= LAST_OF_ASCII;
	if (isShort) return !MAY_SAY_IN_SHORT.test(text);
	if (MAY_SAY.test(text) || TELLING_WORD.test(text)) return false;
	if (text.length <= MAX_LABEL_LENGTH && STOP_MESSAGE.test(text)) return false;
	return !mayBeBase64(text);
}

/** What a text was found to say, and into how many pieces it had to be taken apart for that. */
export interface TextStatement {
	readonly how: 'clearly' | 'unclear' | undefined;
	readonly pieces: number;
}

/**
 * Whether a text says in so many words not to contact the customer: "Please do not call me.", or
 * `Do not contact: yes` as forms, mails and broken JSON have it. `name` is the field's.
 */
export function readStatement(text: string, name: string, most: number): TextStatement {
	const field = findHeader(name)?.field;
	if (field !== undefined && NAMES_OF_THINGS.has(field)) return { how: undefined, pieces: 0 };
	const table = readTable(text, most);
	if (table) return { how: table.how, pieces: table.cells };
	const isByCustomer = field === 'description';
	const mayBeLabel = (field === undefined || isByCustomer) && text.length <= MAX_LABEL_LENGTH;
	if (mayBeLabel && isLabel(text, name, isByCustomer)) return { how: 'clearly', pieces: 1 };
	const pieces = asFields(withControls(text, most)).split(BREAK, most);
	const told = readNamed(pieces);
	if (told !== undefined) return { how: told, pieces: pieces.length };
	let cost = pieces.length;
	let heading = '';
	for (const piece of pieces) {
		if (piece.length > MAX_PIECE_LENGTH) continue;
		const opened = pieces.length > 1 ? headingIn(piece) : undefined;
		if (opened !== undefined) heading = opened;
		if (TELLING_WORD.test(piece)) cost += COST_OF_SENTENCE;
		// What is left unread may say it, which the caller tells.
		if (cost > most) break;
		const how = readPiece(piece, heading, isByCustomer);
		if (how !== undefined) return { how, pieces: cost };
	}
	return { how: undefined, pieces: cost };
}

/** What a field that is nobody's name or product says by these letters alone. */
function isLabel(text: string, name: string, isByCustomer: boolean): boolean {
	const words = wordsOf(text);
	const key = words.join('');
	if (key === 'dnc') return true;
	if (isByCustomer && STOPPING.has(words.filter((word) => !POLITE.has(word)).join(''))) return true;
	// "opt_out" may be what the field of a form is called.
	return STOPPING_ANYWHERE.has(key) && !meaning(name).isName;
}

/** Boxes of a form, as `[x] Do not contact` or `☐ May be contacted`, and questions with their answers, as fields. */
function asFields(text: string): string {
	const boxed = BOX.test(text) ? text.split('\n').map(withoutBoxes).join('\n') : text;
	if (!boxed.includes('?')) return boxed;
	return boxed.replace(LOST_APOSTROPHE, "'").replace(ANSWERED, ': ');
}

/** "Don?t", as it comes out of a system that knows no such sign. */
const LOST_APOSTROPHE = /(?<=\b(?:ca|do|does|did|is|wo)n)\?(?=t\b)/gi;
const BOX = /\[[ xX✓✔]?\]|\([ xX✓✔]\)|[☐□☑☒✅✓✔]/u;
/** With what stands behind them, up to the next one. */
const BOXES = /(\[[ xX✓✔]?\]|\([ xX✓✔]\)|[☐□☑☒✅✓✔])([^☐□☑☒✅✓✔[\](){}]{0,120})/gu;
const TICKED = /[xX☑☒✅✓✔]/u;
/** A short word or two behind a question mark, and nothing else in the line. */
const ANSWERED =
	/\?[ \t]{0,4}[:=]?[ \t]{0,4}(?=[^\s?]{1,20}(?:[ \t][^\s?]{1,20}){0,2}[ \t]{0,4}(?:[\r\n]|$))/g;

function withoutBoxes(line: string): string {
	if (!BOX.test(line)) return line;
	const before = line.slice(0, line.search(BOX)).trim();
	const boxes = Array.from(line.matchAll(BOXES), ([, box = '', label = '']) => ({
		isTicked: TICKED.test(box),
		label: label.trim(),
	}));
	if (before === '') {
		const named = boxes.filter(({ label }) => label !== '');
		return named.map(({ isTicked, label }) => (isTicked ? label : `${label}: no`)).join('\n');
	}
	const [only, other] = boxes;
	const name = before.replace(/[:?]$/, '');
	// "Do not contact [x]", or "Do not contact: [x] Yes [ ] No"
	if (other === undefined && only?.label === '') return `${name}: ${only.isTicked ? 'yes' : 'no'}`;
	const chosen = boxes.filter(({ isTicked }) => isTicked).map(({ label }) => label);
	return `${name}: ${chosen.join(' ')}`;
}

/** A piece that is nothing but a field's name, and the piece behind it: a cell of HTML, a line, a part of a form. */
function readNamed(pieces: readonly string[]): TextStatement['how'] {
	let kind: ContactName | undefined;
	for (const piece of pieces) {
		const text =
			piece.length > MAX_PIECE_LENGTH ? '' : unquoted(piece.slice(piece.lastIndexOf('>') + 1));
		if (text === '' || TAG_BEHIND.test(piece)) continue;
		if (refuses(kind, text)) return 'clearly';
		if (isAllowing(kind) && flagForbids(kind, text) === 'clearly') return 'clearly';
		const value = unquoted(text.slice(text.search(/=/) + 1));
		kind = value.length <= MAX_LABEL_LENGTH ? contactName(value) : undefined;
	}
	return undefined;
}

/** Whether a no to it forbids contact. */
function isAllowing(
	kind: ContactName | undefined,
): kind is 'ownPermission' | 'permission' | 'wish' {
	return kind === 'permission' || kind === 'ownPermission' || kind === 'wish';
}

/** `/td>`, which only ends what stands before it. */
const TAG_BEHIND = /^\s*\/[a-z]+>\s*$/i;

/** What fields below it belong to: `contact:` in YAML, `[contact]` in an INI file. */
function headingIn(piece: string): string | undefined {
	if (piece.length > MAX_HEADING_LENGTH) return undefined;
	const name = unquoted(piece.replace(/:\s*$/, ''));
	return name !== '' && !ASSIGNS.test(name) && meaning(name).begins ? name : undefined;
}
const MAX_HEADING_LENGTH = 30;

function readPiece(piece: string, heading: string, isByCustomer: boolean): TextStatement['how'] {
	const at = piece.search(ASSIGNS);
	if (at < 0) return isSentence(piece, isByCustomer) ? 'clearly' : undefined;
	const value = unquoted(piece.slice(at + 1));
	const name = unquoted(piece.slice(0, at));
	const kind =
		contactName(name) ?? (heading === '' ? undefined : contactName(`${heading} ${name}`));
	// "To unsubscribe: https://…" is an address to unsubscribe at.
	if (kind === 'optOut') return LINK.test(value) ? undefined : flagForbids(kind, value);
	if (isAllowing(kind)) return flagForbids(kind, value) === 'clearly' ? 'clearly' : undefined;
	if (refuses(kind, value)) return 'clearly';
	const isState = (kind === 'state' || kind === 'choice') && saysDoNotContact(value);
	return isState || isSentence(value, isByCustomer) ? 'clearly' : undefined;
}

/** "Don't" as the two words it is, so that either spelling is the same sentence. */
function spelledOut(words: readonly string[]): string[] {
	return words.flatMap((word) => CONTRACTIONS.get(word) ?? [word]);
}

/** The words of a sentence as one: what sentences are compared by. */
export function sentenceKey(text: string): string {
	return spelledOut(wordsOf(text)).join('');
}

function sentencesOf(texts: readonly string[]): ReadonlySet<string> {
	return new Set(texts.map(sentenceKey));
}

function unquoted(text: string): string {
	let [start, end] = [0, text.length];
	while (start < end && AROUND.includes(text.charAt(start))) start += 1;
	while (start < end && AROUND.includes(text.charAt(end - 1))) end -= 1;
	return text.slice(start, end);
}

function isSentence(text: string, isByCustomer: boolean): boolean {
	if (!TELLING_WORD.test(text)) return false;
	const words = spelledOut(wordsOf(text));
	const joined = words.join('');
	if (isCertain(joined) || joined.endsWith(OWN_WARNING)) return true;
	if (isAboutReachingUs(words)) return false;
	if (clausesOf(words).some((clause) => asksForNoContact(clause, isByCustomer))) return true;
	const first = words.findIndex((word) => !COURTESY.has(word));
	for (let end = words.length; end > first && first >= 0; end--) {
		for (const start of first === 0 ? [0] : [0, first]) {
			const said = words.slice(start, end).join('');
			const isAsked = isByCustomer || start > 0 || end < words.length;
			const isStop = said !== 'stop' || !STOPPING_BY.has(words[end] ?? '');
			if (TOLD_BY.has(said) || (isAsked && isStop && TOLD_BY_CUSTOMER.has(said))) return true;
		}
		if (!COURTESY.has(words[end - 1] ?? '')) break;
	}
	return false;
}

/** The whole, and what is asked for behind an "and" or a "but": "Send me prices and do not call me". */
function clausesOf(words: readonly string[]): (readonly string[])[] {
	const starts = words.flatMap((word, at) => (CONJUNCTIONS.has(word) ? [at + 1] : []));
	const clauses = starts.slice(0, MAX_CLAUSES).map((start) => words.slice(start));
	return [words, ...clauses.filter(([first = '', next = '']) => ASKING.test(`${first} ${next} `))];
}
const CONJUNCTIONS: ReadonlySet<string> = new Set(
	'and but und aber et mais y pero e ma mas en maar och men og и но'.split(' '),
);
const MAX_CLAUSES = 4;
const ASKING =
	/^(?:please|pls|kindly|do not|never|i|we|bitte|nicht|ich|wir|ne|je|nous|no me|no nos|nao|non|niet|gelieve|не|(?:rufen|kontaktieren|schreiben|mailen) sie) /;

/**
 * "I cannot contact you by phone": who writes so could not reach the vendor. With anything behind it by which it
 * could be meant otherwise, it is not taken for that.
 */
function isAboutReachingUs(words: readonly string[]): boolean {
	const at = words.findIndex((word) => word === 'you' || word === 'your');
	const denials = words.filter((word) => DENIALS.has(word));
	if (at < 0 || denials.length !== 1 || words.some((word) => MEANT_OTHERWISE.has(word)))
		return false;
	const before = words.slice(0, at);
	const isOfSender = before.some((word) => word === 'i' || word === 'we');
	const isDenied = before.some((word) => DENIALS.has(word));
	const done = before.at(-1) === 'to' ? before.at(-2) : before.at(-1);
	if (isOfSender && isDenied && REACHING.has(done ?? '')) return true;
	return NOT_REACHED.test(`${words.slice(at + 1).join(' ')} `);
}
const DENIALS: ReadonlySet<string> = new Set(['cannot', 'never', 'not']);
const REACHING: ReadonlySet<string> = new Set(
	'call contact email mail message phone reach ring text write'.split(' '),
);
/** "You cannot be contacted", "Your support team cannot be reached". */
const NOT_REACHED =
	/^(?:[a-z]+ )?(?:[a-z]+ )?(?:can not|cannot|could not) be (?:called|contacted|emailed|phoned|reached) /;
/** Somebody else who is spoken of, or another request. */
const MEANT_OTHERWISE: ReadonlySet<string> = new Set(
	'no stop dnc unsubscribe remove delete opt me us my our'.split(' '),
);

/** Whether a text forbids contact in whatever field it stands: it holds a lead source that does. */
export function textForbids(text: string): boolean {
	if (text.length <= MAX_LABEL_LENGTH && FORBIDDING_LABEL.test(text)) return true;
	if (!DASH.test(text)) return false;
	const plain = withLatinLetters(FULL_WIDTH.test(text) ? text.normalize('NFKC') : text);
	// Not by matchAll, which makes a new expression for each text.
	SOURCE_AND_ACTION.lastIndex = 0;
	for (let found = SOURCE_AND_ACTION.exec(plain); found; found = SOURCE_AND_ACTION.exec(plain)) {
		if (saysDoNotContact(found[1] ?? '')) return true;
	}
	return false;
}
