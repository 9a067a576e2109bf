/** Where in HTML a value would stand, and so how it has to be escaped; `nowhere` if it cannot be. */
export type HtmlContext = 'attribute' | 'nowhere' | 'text' | 'url';

/** Attributes that a browser follows. */
const URL_ATTRIBUTES: ReadonlySet<string> = new Set(
	'action background cite data formaction href longdesc manifest ping poster src xlink:href'.split(
		' ',
	),
);

/** Attributes that are read as script, style or markup, where no escaping of HTML is enough. */
const CODE_ATTRIBUTE = /^(?:on|content$|srcdoc$|srcset$|style$)/;
const CODE_URL = /^\s*(?:data|javascript|vbscript):/;

/** Elements whose content is no HTML: nothing is escaped in it. */
const RAW_ELEMENTS: ReadonlySet<string> = new Set(
	'iframe noembed noframes noscript plaintext script style xmp'.split(' '),
);

/** Enough of a tag to know its name by, in characters. */
const MAX_TAG_NAME = 32;

/** A tag behind whose "=" a value begins. Declarations and the like end at their first ">". */
const VALUE_NEXT = /^<\/?[a-z].*=\s*$/s;
/** The name before it; in `href= x="` the "x" belongs to the value of href, which then is unquoted. */
const ATTRIBUTE_NEXT = /[^\s=]\s+([^\s"'<>/=]+)\s*=\s*$/;

type State = 'comment' | 'quoted' | 'raw' | 'tag' | 'text';

/** Follows the literal parts of an HTML template, to tell what stands around each placeholder. */
export class HtmlScanner {
	private state: State = 'text';
	/** What came since the state began; in a tag without the values in quotation marks. */
	private seen = '';
	private quote = '';
	private attribute = '';
	private attributeValue = '';
	private element = '';

	/** Where a value would stand that comes next. */
	get context(): HtmlContext {
		switch (this.state) {
			case 'text':
				// A value behind a single "<" would name a tag.
				return this.seen.endsWith('<') ? 'nowhere' : 'text';
			case 'quoted':
				return this.attributeContext();
			default:
				return 'nowhere';
		}
	}

	read(literal: string): void {
		for (const character of literal) this.next(character);
	}

	/** A value came: whatever it is, it changes no context. */
	skipValue(): void {
		if (this.state === 'quoted') this.attributeValue += '?';
		else this.seen = '';
	}

	private attributeContext(): HtmlContext {
		if (this.attribute === '' || CODE_ATTRIBUTE.test(this.attribute)) return 'nowhere';
		if (!URL_ATTRIBUTES.has(this.attribute)) return 'attribute';
		return CODE_URL.test(this.attributeValue) ? 'nowhere' : 'url';
	}

	private next(character: string): void {
		switch (this.state) {
			case 'text':
				this.inText(character);
				return;
			case 'tag':
				this.inTag(character);
				return;
			case 'quoted':
				if (character === this.quote) this.state = 'tag';
				else this.attributeValue += character.toLowerCase();
				return;
			case 'comment':
				this.seen = `${this.seen}${character}`.slice(-3);
				if (this.seen === '-->') this.enter('text');
				return;
			case 'raw':
				this.seen = `${this.seen}${character.toLowerCase()}`.slice(-(this.element.length + 2));
				if (this.seen === `</${this.element}`) this.enter('tag', this.seen);
		}
	}

	private inText(character: string): void {
		if (!this.seen.endsWith('<')) {
			this.seen = character;
		} else if (/[a-z/!?]/i.test(character)) {
			this.enter('tag', `<${character.toLowerCase()}`);
		} else {
			this.seen = character;
		}
	}

	private inTag(character: string): void {
		if (character === '>') {
			this.endTag();
			return;
		}
		if ((character === '"' || character === "'") && VALUE_NEXT.test(this.seen)) {
			this.state = 'quoted';
			this.quote = character;
			this.attribute = ATTRIBUTE_NEXT.exec(this.seen)?.[1] ?? '';
			this.attributeValue = '';
			// Ends in no "=", behind which a second value in quotation marks would seem to begin.
			this.seen = `${this.seen.slice(0, MAX_TAG_NAME)}" `;
			return;
		}
		this.seen += character.toLowerCase();
		if (this.seen === '<!--') this.enter('comment');
	}

	private endTag(): void {
		const element = /^<([a-z][^\s/>]*)/.exec(this.seen)?.[1] ?? '';
		this.element = element;
		this.enter(RAW_ELEMENTS.has(element) ? 'raw' : 'text');
	}

	private enter(state: State, seen = ''): void {
		this.state = state;
		this.seen = seen;
	}
}
