import type { RestClient } from '../../../scripts/host/rest.ts';

/** A data table of the owner's, as the editor makes one, with columns of text. */
export class DataTable<Row extends object> {
	private readonly rest: RestClient;
	private readonly address: string;

	private constructor(rest: RestClient, address: string) {
		this.rest = rest;
		this.address = address;
	}

	static async create<Row extends object>(
		rest: RestClient,
		name: string,
		columns: readonly string[],
	): Promise<DataTable<Row>> {
		const project = await rest.get<{ id: string }>('/rest/projects/personal');
		const tables = `/rest/projects/${project.id}/data-tables`;
		const { id } = await rest.post<{ id: string }>(tables, {
			name,
			columns: columns.map((column) => ({ name: column, type: 'string' })),
		});
		return new DataTable(rest, `${tables}/${id}`);
	}

	/** All rows, oldest first. */
	async rows(): Promise<Row[]> {
		const params = { take: 250, sortBy: 'id:asc' };
		return (await this.rest.get<{ data: Row[] }>(`${this.address}/rows`, { params })).data;
	}

	/** Somebody edits the rows whose column has this value. */
	async update(column: string, value: string, data: Partial<Row>): Promise<void> {
		const filters = [{ columnName: column, condition: 'eq', value }];
		await this.rest.patch(`${this.address}/rows`, { filter: { type: 'and', filters }, data });
	}

	async remove(): Promise<void> {
		await this.rest.delete(this.address);
	}
}
