/** Known advisories of what is bundled, asked of a registry that responds as npm's own does. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';
import {
	askAdvisories,
	seriousOf,
	withAdvisories,
} from '../../../scripts/publishing/advisories.ts';
import type { Advisories, BillOfMaterials } from '../../../scripts/publishing/advisories.ts';

const bill = JSON.parse(
	readFileSync(path.join(PROJECT_ROOT, 'dist/sbom.cdx.json'), 'utf8'),
) as BillOfMaterials;
const axios = bill.components.find(({ name }) => name === 'axios')!;
const advisory = (id: number, severity: string, range: string) => ({
	id,
	url: `https://github.com/advisories/${id}`,
	title: `Advisory ${id}`,
	severity,
	vulnerable_versions: range,
});

let server: Server;
let registry: string;
let status = 200;
let response: unknown = {};
let asked: { url: string | undefined; body: Record<string, string[]> } | undefined;

beforeAll(async () => {
	server = createServer(async (request, reply) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		asked = { url: request.url, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as never };
		reply.writeHead(status, { 'content-type': 'application/json' });
		reply.end(typeof response === 'string' ? response : JSON.stringify(response));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/npm/`;
});

afterAll(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

async function noted(told: Advisories): Promise<BillOfMaterials> {
	[status, response] = [200, told];
	return withAdvisories(bill, await askAdvisories(registry, bill), '2026-02-03T04:05:06.000Z');
}

it('asks for every package that is bundled, in its version', async () => {
	expect(seriousOf(await noted({}))).toEqual([]);
	expect(asked?.url).toBe('/npm/-/npm/v1/security/advisories/bulk');
	const versions = Object.values(asked!.body).flat();
	expect(versions).toHaveLength(
		new Set(bill.components.map(({ group, name, version }) => `${group}/${name}@${version}`)).size,
	);
	expect(asked!.body['axios']).toEqual([axios.version]);
	expect(asked!.body['@azure/data-tables']).toHaveLength(1);
});

it('notes what is told in the bill of materials, and lets nothing serious out', async () => {
	const low = advisory(1, 'low', `<=${axios.version}`);
	const fixed = advisory(2, 'critical', `<${axios.version}`);
	const told = await noted({ axios: [low, fixed] });
	expect(told.vulnerabilities).toEqual([
		expect.objectContaining({ id: 'npm-1', affects: [{ ref: axios['bom-ref'] }] }),
	]);
	expect(seriousOf(told)).toEqual([]);
	for (const severity of ['high', 'critical']) {
		const serious = await noted({ axios: [advisory(3, severity, '*'), low] });
		expect(seriousOf(serious).map(({ id }) => id)).toEqual(['npm-3']);
	}
});

it.each([
	[405, ''],
	[503, {}],
	[200, 'null'],
	[200, '<html>'],
])('takes status %i with %j for no response', async (code, body) => {
	[status, response] = [code, body];
	await expect(askAdvisories(registry, bill)).rejects.toThrow(`status ${code}`);
});
