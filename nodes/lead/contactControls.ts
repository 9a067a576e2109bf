/** What controls of a form, and elements with attributes, say of contact: as lines of a name and a value. */
import { contactName, meaning } from './contactWords';

/** A tag with attributes, or an `input` without any. */
const TAG = /<([a-z_][\w:.-]*)(\s[^<>]*)?>/gi;
const ATTRIBUTE = /([^\s"'=<>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?/g;
/** A quick look. */
const MAY_HOLD = /<[a-z_][\w:.-]*\s/i;
const INLINE = /<\/?(?:b|em|font|i|label|small|span|strong|u)(?:\s[^<>]*)?>/gi;
const LINE_BREAK =
	/<(?:br|\/?(?:div|fieldset|form|li|ol|option|p|select|tr|ul))(?:\s[^<>]*)?\/?>/gi;

/** What is there to be clicked, and states nothing. */
const BUTTON = /^(?:button|image|reset|submit)$/i;
const BOX = /^(?:checkbox|radio)$/i;
const RADIO = /^radio$/i;
const LINKS: ReadonlySet<string> = new Set(
	'a area base button form img link script style'.split(' '),
);
/** How something looks, where it leads, and what is told of it. */
const NO_FIELD = /^(?:action|alt|class|href|on|placeholder|rel|src|style|title|xmlns)/i;

/** By attribute, lower-cased; those without a value have an empty one. */
type Attributes = ReadonlyMap<string, string>;

/**
 * A text with its controls as the fields they are: `<input name="dnc" value="1">` and `<lead dnc="1">` as
 * `dnc: 1`, a ticked box as `[x]`. A text without any is as it was. Linear; reads `most` tags.
 */
export function withControls(text: string, most: number): string {
	if (!text.includes('<') || !MAY_HOLD.test(text)) return text;
	let left = most;
	/** The name of the list whose options follow. */
	let list = '';
	const read = text.replace(TAG, (whole, tag: string, rest = '') => {
		left -= 1;
		if (left < 0) return whole;
		const element = tag.toLowerCase();
		if (rest === '' || LINKS.has(element)) return whole;
		const attributes = attributesOf(rest as string);
		const name = nameIn(attributes);
		if (element === 'select') list = name;
		const told =
			element === 'option' ? optionOf(list, attributes) : controlOf(element, name, attributes);
		return told ?? whole;
	});
	return read === text ? text : read.replace(INLINE, ' ').replace(LINE_BREAK, '\n');
}

function optionOf(list: string, attributes: Attributes): string | undefined {
	if (list === '') return undefined;
	return attributes.has('selected') ? fieldOf(list, attributes.get('value') ?? '') : '\n';
}

/** A control or another element as text; `undefined` where it says nothing of contact. */
function controlOf(element: string, name: string, attributes: Attributes): string | undefined {
	if (element === 'input') return inputOf(name, attributes);
	const own = Array.from(attributes, ([key, value]) =>
		isFlag(key) ? fieldOf(key, value || 'yes') : '',
	);
	const stated = own.join('');
	const value = valueIn(attributes);
	if (name !== '') return stated + fieldOf(name, value);
	// `<DoNotContact value="true"/>`
	if (value !== undefined && isFlag(element)) return stated + fieldOf(element, value);
	return stated === '' ? undefined : stated;
}

function inputOf(name: string, attributes: Attributes): string | undefined {
	const type = attributes.get('type') ?? '';
	if (BUTTON.test(type)) return '\n';
	const isTicked = attributes.has('checked') || attributes.get('aria-checked') === 'true';
	if (!isTicked && !BOX.test(type)) {
		return name === '' ? undefined : fieldOf(name, attributes.get('value') ?? '');
	}
	const value = isTicked ? attributes.get('value') || 'yes' : 'no';
	// Of several with one name those that are not chosen say nothing.
	const told = name !== '' && (isTicked || !RADIO.test(type)) ? fieldOf(name, value) : '';
	if (isFlag(name)) return told;
	// What a box is called stands before or behind it.
	return `${told}${isTicked ? '[x] ' : '[ ] '}`;
}

/** A line of its own; without a value what follows in the text is it: `<field name="dnc">true</field>`. */
function fieldOf(name: string, value: string | undefined): string {
	return value === undefined ? `\n${name}: ` : `\n${name}: ${value}\n`;
}

/** What names a field that says something of contact: `name`, `id`, `key`, `aria-label` … */
function nameIn(attributes: Attributes): string {
	for (const [key, value] of attributes) {
		if (meaning(key).isName && !NO_FIELD.test(key) && contactName(value) !== undefined)
			return value;
	}
	return '';
}

function valueIn(attributes: Attributes): string | undefined {
	for (const [key, value] of attributes) {
		if (meaning(key).isValue && !NO_FIELD.test(key)) return value;
	}
	return undefined;
}

function isFlag(name: string): boolean {
	const kind = contactName(name);
	if (kind === undefined || NO_FIELD.test(name)) return false;
	return kind === 'optOut' || kind === 'ownPermission' || kind === 'permission';
}

function attributesOf(text: string): Attributes {
	const attributes = new Map<string, string>();
	for (const [, key = '', double, single, plain] of text.matchAll(ATTRIBUTE)) {
		const name = key.toLowerCase();
		if (!attributes.has(name)) attributes.set(name, double ?? single ?? plain ?? '');
	}
	return attributes;
}
