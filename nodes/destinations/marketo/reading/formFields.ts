/**
 * Reads the attribute "Form Fields" of a fill-out: what the customer sent, as PHP's `serialize`
 * writes an array, with lengths in bytes of UTF-8. Own because the readers on npm make objects of
 * classes the text names, and can be sent round in circles by negative lengths: the text comes from
 * whoever fills out the form.
 */

/** Fields by the names of the form, in their order; several values of one field are a list. */
export type FormField = [name: string, value: string | string[]];

export interface FormFields {
	fields: FormField[];
	/** Whether the whole text was read; otherwise `fields` are those before what could not be. */
	whole: boolean;
}

/** A form has some ten fields, and as many hidden ones. */
const MAX_FIELDS = 1_000;
/** Checkboxes are a list within the fields; nothing is deeper. */
const MAX_DEPTH = 3;
/** Digits of a length or count. */
const MAX_DIGITS = 9;

/** Never throws: what can't be read ends it, and what was read before is kept. */
export function readFormFields(text: string): FormFields {
	const fields: FormField[] = [];
	try {
		const reader = new Reader(text);
		for (const [name, value] of reader.readPairs(0)) fields.push([name, value]);
		reader.expectEnd();
		return { fields, whole: true };
	} catch (error) {
		if (!(error instanceof Unreadable)) throw error;
		return { fields, whole: false };
	}
}

class Unreadable extends Error {}

class Reader {
	private readonly bytes: Buffer;
	private at = 0;

	constructor(text: string) {
		this.bytes = Buffer.from(text, 'utf8');
	}

	/** `a:2:{…}`, entry by entry, so that those before a broken one are not lost. */
	*readPairs(depth: number): Generator<FormField> {
		if (depth > MAX_DEPTH) throw new Unreadable();
		this.expect('a:');
		const count = this.readNumber(':');
		this.expect('{');
		for (let read = 0; read < count; read += 1) {
			if (read >= MAX_FIELDS) throw new Unreadable();
			const key = this.readValue(depth);
			if (typeof key !== 'string') throw new Unreadable();
			yield [key, this.readValue(depth)];
		}
		this.expect('}');
	}

	expectEnd(): void {
		if (this.at !== this.bytes.length) throw new Unreadable();
	}

	private readValue(depth: number): string | string[] {
		switch (this.peek()) {
			case 's':
				return this.readString();
			case 'a': {
				const values: string[] = [];
				for (const [, value] of this.readPairs(depth + 1)) values.push(...[value].flat());
				return values;
			}
			case 'i':
			case 'd':
			case 'b':
				return this.readScalar();
			case 'N':
				this.expect('N;');
				return '';
			default:
				// Objects and references: no form field is one.
				throw new Unreadable();
		}
	}

	private readString(): string {
		this.expect('s:');
		const length = this.readNumber(':');
		this.expect('"');
		const value = this.bytes.toString('utf8', this.at, this.at + length);
		this.at += length;
		// The quote has to stand where the length says: a value with quotes in it can't end itself.
		this.expect('";');
		return value;
	}

	/** `i:5;`, `d:0.5;`, `b:1;` */
	private readScalar(): string {
		const end = this.bytes.indexOf(';', this.at);
		const text = end < 0 ? '' : this.bytes.toString('latin1', this.at + 2, end);
		if (!/^-?[\d.eE+-]{1,30}$/.test(text) || this.bytes[this.at + 1] !== COLON) {
			throw new Unreadable();
		}
		this.at = end + 1;
		return text;
	}

	private readNumber(end: string): number {
		const start = this.at;
		while (this.at - start <= MAX_DIGITS && isDigit(this.bytes[this.at])) this.at += 1;
		const digits = this.at - start;
		if (digits === 0 || digits > MAX_DIGITS) throw new Unreadable();
		this.expect(end);
		return Number(this.bytes.toString('latin1', start, start + digits));
	}

	private peek(): string {
		return this.bytes.toString('latin1', this.at, this.at + 1);
	}

	private expect(text: string): void {
		if (this.bytes.toString('latin1', this.at, this.at + text.length) !== text) {
			throw new Unreadable();
		}
		this.at += text.length;
	}
}

const COLON = 0x3a;

function isDigit(byte: number | undefined): boolean {
	return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
