/** Single requests that change leads, as Dataverse checks them and carries them out. */
import type { FakeResponse } from '../fakeServer.ts';
import { findColumn, LEAD_COLUMNS } from './columns.ts';
import type { LeadColumn, LeadRow, Value } from './columns.ts';
import { fold, GUID } from './compare.ts';
import { KEY } from './query.ts';
import { ServiceError } from './errors.ts';
import type { LeadTable } from './table.ts';

export interface ApiRequest {
	method: string;
	/** Behind the API's own path, decoded. */
	path: string;
	search: URLSearchParams;
	headers: Readonly<Record<string, string>>;
	body: string;
}

/** `leads(<guid>)` or `leads(<column>='<text>')`. */
const ONE_LEAD = /^leads\((?:([0-9a-fA-F-]{36})|(\w+)='((?:[^']|'')*)')\)$/;

const EDM: Readonly<Record<string, string>> = {
	Boolean: 'Edm.Boolean',
	DateTime: 'Edm.DateTimeOffset',
	Integer: 'Edm.Int32',
	Memo: 'Edm.String',
	Money: 'Edm.Decimal',
	Picklist: 'Edm.Int32',
	State: 'Edm.Int32',
	String: 'Edm.String',
	Uniqueidentifier: 'Edm.Guid',
};

/** A lead that a request names. */
export interface NamedLead {
	/** `undefined` where it is named by another key and not there. */
	id: string | undefined;
	row: LeadRow | undefined;
	/** What the key says of the row. */
	key: Readonly<Record<string, Value>>;
}

export class LeadWriting {
	readonly privileges = { create: true, write: true, delete: true };
	/** Whether the rule is published that two leads have not the same email address. */
	duplicateRule = false;
	/** Columns that are alternate keys. */
	readonly alternateKeys = new Set(['contoso_leadid']);
	/** A plug-in of the environment: what it says keeps the lead out. */
	plugIn: (row: LeadRow) => string | undefined = () => undefined;
	private readonly table: LeadTable;
	private readonly root: () => string;

	constructor(table: LeadTable, root: () => string) {
		this.table = table;
		this.root = root;
	}

	/** `undefined` for a request that is about something else. @throws ServiceError */
	respond(request: ApiRequest): FakeResponse | undefined {
		const { method, path } = request;
		if (path === 'leads' && method === 'POST') return this.post(request);
		if (!ONE_LEAD.test(path)) return undefined;
		if (method === 'PATCH') return this.patch(request);
		return method === 'DELETE' ? this.delete(request) : undefined;
	}

	/** `undefined` for a path that names none. @throws ServiceError for a key that leads don't have */
	named(path: string): NamedLead | undefined {
		const [whole, guid, column = '', text = ''] = ONE_LEAD.exec(path) ?? [];
		if (whole === undefined) return undefined;
		if (guid !== undefined) {
			const id = guid.toLowerCase();
			if (!GUID.test(id)) throw badPayload(`Cannot convert '${guid}' to 'Edm.Guid'.`);
			return { id, row: this.table.find(id), key: { [KEY]: id } };
		}
		if (!this.alternateKeys.has(column)) {
			const said = 'The specified key properties are not defined for entity lead.';
			throw new ServiceError(400, '0x80060888', said);
		}
		const value = text.replaceAll("''", "'");
		const row = this.table.rows().find((one) => isSame(one[column], value));
		return { id: row && String(row[KEY]), row, key: { [column]: value } };
	}

	private post(request: ApiRequest): FakeResponse {
		const values = this.payload(request, 'creatable');
		return this.create(request, values);
	}

	private patch(request: ApiRequest): FakeResponse {
		const { headers, path } = request;
		const { id, row, key } = this.named(path) as NamedLead;
		const match = headers['if-match'];
		if (row === undefined) {
			if (match !== undefined) throw missing(path);
			return this.create(request, { ...this.payload(request, 'creatable'), ...key });
		}
		if (headers['if-none-match'] === '*') throw duplicateKey();
		if (match !== undefined && match !== '*' && match !== etagOf(row)) throw otherVersion();
		this.need('write');
		const values = this.payload(request, 'updatable');
		this.checkKeys(values, id);
		if (row['statecode'] !== 0 && values['statecode'] === undefined) {
			throw new ServiceError(400, '0x80040203', 'This lead is already qualified and is read-only.');
		}
		this.runPlugIn({ ...row, ...values });
		this.table.change(String(id), values);
		return this.written(request, String(id), 200);
	}

	private delete({ path, headers }: ApiRequest): FakeResponse {
		const { id, row } = this.named(path) as NamedLead;
		this.need('delete');
		if (id === undefined || row === undefined) throw missing(path);
		const match = headers['if-match'];
		if (match !== undefined && match !== '*' && match !== etagOf(row)) throw otherVersion();
		this.table.remove(id);
		return { status: 204 };
	}

	private create(request: ApiRequest, values: Record<string, Value>): FakeResponse {
		this.need('create');
		const id = values[KEY];
		if (id !== undefined && this.table.find(String(id)) !== undefined) throw duplicateKey();
		this.checkKeys(values, undefined);
		const wantsDuplicates = request.headers['mscrm.suppressduplicatedetection'] === 'false';
		if (wantsDuplicates && this.duplicateRule) this.checkDuplicates(values);
		this.runPlugIn(values);
		return this.written(request, this.table.insert(values, {}), 201);
	}

	private written({ headers, search }: ApiRequest, id: string, status: number): FakeResponse {
		const url = `${this.root()}leads(${id})`;
		const row = this.table.find(id) ?? {};
		if (!/return=representation/.test(headers['prefer'] ?? '')) {
			return { status: 204, headers: { location: url, 'odata-entityid': url } };
		}
		const select = search.get('$select')?.split(',');
		const shown = LEAD_COLUMNS.filter(
			({ name }) => findColumn(name) && (name === KEY || (select?.includes(name) ?? true)),
		);
		return {
			status,
			headers: { 'preference-applied': 'return=representation', location: url },
			body: {
				'@odata.etag': etagOf(row),
				...Object.fromEntries(shown.map(({ name }) => [name, row[name] ?? null])),
			},
		};
	}

	/** The columns that a body names, each of its type. */
	private payload({ body }: ApiRequest, when: 'creatable' | 'updatable'): Record<string, Value> {
		let payload: unknown;
		try {
			payload = JSON.parse(body);
		} catch {
			throw badPayload('Invalid JSON.');
		}
		if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
			throw badPayload('A node of type StartObject was expected.');
		}
		const values: Record<string, Value> = {};
		for (const [name, value] of Object.entries(payload)) {
			if (name.startsWith('@')) continue;
			const column = findColumn(name);
			if (column === undefined) {
				throw badPayload(
					`The property '${name}' does not exist on type 'Microsoft.Dynamics.CRM.lead'. Make sure to only use property names that are defined by the type.`,
				);
			}
			const checked = checkedValue(column, value);
			// What the service keeps itself is passed over, without a word.
			if (column[when] ?? true) values[name] = checked;
		}
		return values;
	}

	private checkKeys(values: Readonly<Record<string, Value>>, own: string | undefined): void {
		for (const column of this.alternateKeys) {
			const value = values[column] ?? null;
			if (value === null) continue;
			const other = this.table.rows().find((row) => isSame(row[column], value));
			if (other === undefined || other[KEY] === own) continue;
			const said = `Entity Key ${column} violated. A record with the same value for ${column} already exists.`;
			throw new ServiceError(412, '0x80060892', said);
		}
	}

	private checkDuplicates({ emailaddress1 = null }: Readonly<Record<string, Value>>): void {
		if (emailaddress1 === null) return;
		if (!this.table.rows().some((row) => isSame(row['emailaddress1'], emailaddress1))) return;
		const said =
			'A record was not created or updated because a duplicate of the current record already exists.';
		throw new ServiceError(412, '0x80040333', said);
	}

	private runPlugIn(row: LeadRow): void {
		const said = this.plugIn(row);
		if (said !== undefined) throw new ServiceError(400, '0x80040265', said);
	}

	private need(privilege: keyof LeadWriting['privileges']): void {
		if (this.privileges[privilege]) return;
		const name = `prv${privilege.charAt(0).toUpperCase()}${privilege.slice(1)}Lead`;
		const said = `Principal user (Id=00000000-0000-0000-0000-000000000001, type=8, roleCount=1, privilegeCount=12) is missing ${name} privilege on OTC=4 for entity 'lead'.`;
		throw new ServiceError(403, '0x80040220', said);
	}
}

export function etagOf(row: LeadRow): string {
	return `W/"${row['versionnumber']}"`;
}

/** A lead that is named but not there. */
export function missing(path: string): ServiceError {
	const id = /\(([^)]*)\)/.exec(path)?.[1] ?? '';
	return new ServiceError(404, '0x80040217', `Entity 'lead' With Id = ${id} Does Not Exist`);
}

function checkedValue(column: LeadColumn, value: unknown): Value {
	const { name, type, maxLength, options, dateOnly } = column;
	if (value === null) return null;
	const edm = dateOnly ? 'Edm.Date' : (EDM[type] ?? 'Edm.String');
	// Made where it is thrown: it notes the stack, which takes longer than all the rest.
	const wrong = () =>
		badPayload(`Cannot convert the literal '${String(value)}' to the expected type '${edm}'.`);
	switch (edm) {
		case 'Edm.Boolean':
			if (typeof value !== 'boolean') throw wrong();
			return value;
		case 'Edm.Int32':
			if (!Number.isInteger(value) || Math.abs(Number(value)) > 2 ** 31) throw wrong();
			if (options && !Object.hasOwn(options, String(value))) {
				const said = `A validation error occurred. The value ${String(value)} of '${name}' on record of type 'lead' is outside the valid range. Accepted Values: ${Object.keys(options).join(',')}`;
				throw new ServiceError(400, '0x8004431a', said);
			}
			return Number(value);
		case 'Edm.Decimal':
			if (typeof value !== 'number') throw wrong();
			return value;
		case 'Edm.Guid':
			if (typeof value !== 'string' || !GUID.test(value.toLowerCase())) throw wrong();
			return value.toLowerCase();
		case 'Edm.Date':
			if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) throw wrong();
			return value;
		case 'Edm.DateTimeOffset':
			if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(value))
				throw wrong();
			return `${new Date(value).toISOString().slice(0, 19)}Z`;
		default:
			if (typeof value !== 'string') throw wrong();
			if (value.length <= (maxLength ?? 100)) return value;
			throw new ServiceError(
				400,
				'0x80044331',
				`A validation error occurred.  The length of the '${name}' attribute of the 'lead' entity exceeded the maximum allowed length of '${maxLength ?? 100}'.`,
			);
	}
}

function badPayload(message: string): ServiceError {
	const said = `Error identified in Payload provided by the user for Entity :'leads'.  InnerException : Microsoft.OData.ODataException: ${message}`;
	return new ServiceError(400, '0x80048d19', said);
}

function duplicateKey(): ServiceError {
	return new ServiceError(412, '0x80040237', 'A record with matching key values already exists.');
}

function otherVersion(): ServiceError {
	const said = "The version of the existing record doesn't match the RowVersion property provided.";
	return new ServiceError(412, '0x80060882', said);
}

/** The database has no regard to case and accents. */
function isSame(a: Value | undefined, b: Value): boolean {
	return a !== null && a !== undefined && fold(String(a)) === fold(String(b));
}
