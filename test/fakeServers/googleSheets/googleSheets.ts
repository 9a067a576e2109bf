/**
 * A fake server for Google Sheets: one document with one sheet, as far as reading and writing values goes,
 * by https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values. Erasable
 * TypeScript without imports from `nodes`.
 */
import { randomBytes } from 'node:crypto';

import type { FakeRequest, FakeResponse } from '../fakeServer.ts';
import { FakeVendorService } from '../fakeVendorService.ts';

interface ValueRange {
	range: string;
	values: unknown[][];
}

export class FakeGoogleSheets extends FakeVendorService {
	readonly accessToken = `ya29.${randomBytes(24).toString('hex')}`;
	readonly documentId = randomBytes(22).toString('hex');
	readonly title = 'Sheet1';
	/** What a person sees in the cells: a text that came as if typed, and begins like a formula, is none any more. */
	readonly rows: string[][] = [];

	protected override refuse(): FakeResponse {
		return failed(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded');
	}

	protected override respond({ method, url, headers, body }: FakeRequest): FakeResponse {
		if (headers['authorization'] !== `Bearer ${this.accessToken}`) {
			return failed(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
		}
		const document = `/v4/spreadsheets/${this.documentId}`;
		if (!url.pathname.startsWith(document)) {
			return failed(404, 'NOT_FOUND', 'Requested entity was not found.');
		}
		const path = decodeURIComponent(url.pathname.slice(document.length));
		const option = url.searchParams.get('valueInputOption') ?? '';
		if (method === 'GET' && path === '') {
			const { length } = this.rows;
			const gridProperties = { rowCount: length + 100, columnCount: 26 };
			const properties = { sheetId: 0, title: this.title, index: 0, gridProperties };
			return { status: 200, body: { sheets: [{ properties }] } };
		}
		if (method === 'GET' && path.startsWith('/values/')) {
			const range = withoutQuotes(path.slice('/values/'.length));
			if (range !== this.title) throw new Error(`This reads the whole sheet only, not ${range}`);
			// Without rows there is no member for them either.
			const values = this.rows.length === 0 ? {} : { values: this.rows };
			return { status: 200, body: { range, majorDimension: 'ROWS', ...values } };
		}
		if (method === 'POST' && path === '/values:batchUpdate') {
			const given = JSON.parse(body) as { data: ValueRange[]; valueInputOption: string };
			for (const { range, values } of given.data) this.put(range, values, given.valueInputOption);
			return { status: 200, body: { spreadsheetId: this.documentId } };
		}
		if (method === 'PUT' && path.startsWith('/values/')) {
			const { range, values } = JSON.parse(body) as ValueRange;
			this.put(range, values, option);
			return { status: 200, body: { updatedRange: range } };
		}
		if (method === 'POST' && path.endsWith(':append')) {
			// Behind the last row of the table, wherever the range begins.
			const { values } = JSON.parse(body) as ValueRange;
			this.put(`${this.title}!A${this.rows.length + 1}`, values, option);
			return { status: 200, body: { spreadsheetId: this.documentId } };
		}
		return failed(404, 'NOT_FOUND', `There is no ${method} ${path}`);
	}

	/** @param range of which the first cell or row counts, in A1 notation */
	private put(range: string, values: unknown[][], option: string): void {
		const [, letter = 'A', row] =
			/^(?:[^!]+!)?([A-Z]?)(\d+)(?::|$)/.exec(withoutQuotes(range)) ?? [];
		if (row === undefined) throw new Error(`This knows no range ${range}`);
		const left = letter === '' ? 0 : letter.charCodeAt(0) - 65;
		for (const [down, cells] of values.entries()) {
			const line = (this.rows[Number(row) - 1 + down] ??= []);
			for (const [right, value] of cells.entries()) {
				// Nothing leaves a cell as it is.
				if (value === null) continue;
				for (let at = line.length; at < left + right; at += 1) line[at] = '';
				line[left + right] = shown(value, option);
			}
		}
	}
}

/** Names of sheets may stand in quotation marks. */
const withoutQuotes = (range: string) => range.replaceAll("'", '');

/** A value as its cell shows it. */
function shown(value: unknown, option: string): string {
	const text = String(value);
	if (option === 'RAW') return text;
	if (option !== 'USER_ENTERED') throw new Error(`There is no valueInputOption ${option}`);
	return /^[=+]/.test(text) ? '#ERROR!' : text;
}

function failed(code: number, status: string, message: string): FakeResponse {
	return { status: code, body: { error: { code, message, status } } };
}
