/** What stands in the fixture of this version, with which later ones have to go on. */
import path from 'node:path';

import { PACKAGE } from '../../../scripts/host/demo.ts';
import { readFixture } from '../../../scripts/publishing/fixtures.ts';
import { readManifest } from '../../../scripts/publishing/sources.ts';

const { version, n8n } = readManifest();
const fixture = readFixture(version);
/** What a node or credential of a file is called. */
const nameOf = (file: string) => {
	const [first = '', ...rest] = path.basename(file).replace(/\.(?:node|credentials)\.js$/, '');
	return first.toLowerCase() + rest.join('');
};

it('has every node of the package at work', () => {
	const used = fixture.workflows.flatMap(({ nodes }) => nodes.map(({ type }) => type));
	expect(used).toEqual(
		expect.arrayContaining(n8n.nodes.map((file) => `${PACKAGE}.${nameOf(file)}`)),
	);
});

it('has every credential of the package', () => {
	const types = new Set(fixture.credentials.map(({ type }) => type));
	expect([...types].sort()).toEqual(n8n.credentials.map(nameOf).sort());
});

it('has every way in which a lead counts as handled', () => {
	const ways = fixture.workflows.map(({ nodes }) => nodes[0]?.parameters['handledWhen']);
	expect(new Set(ways)).toEqual(
		new Set([undefined, 'executionFinishes', 'executionFinishesSuccessfully', 'markedInWorkflow']),
	);
});
