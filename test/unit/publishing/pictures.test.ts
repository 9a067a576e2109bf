/** The pictures of the documentation are those that `npm run pictures` makes, and each stands on a page. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../../..');
/** Of each, on npm's page and in the package that everybody downloads. */
const MAX_BYTES = 160_000;

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const pictures = readdirSync(path.join(ROOT, 'docs/images'));

it('are all made by the script', () => {
	const made = [...read('scripts/pictures.ts').matchAll(/take\('([\w-]+)'\)/g)];
	expect(made.map(([, name]) => `${name}.png`).sort()).toEqual(pictures.sort());
});

it.each(pictures)('%s is small, and stands on a page', (name) => {
	expect(statSync(path.join(ROOT, 'docs/images', name)).size).toBeLessThan(MAX_BYTES);
	const pages = ['docs', 'docs/destinations'].flatMap((folder) =>
		readdirSync(path.join(ROOT, folder)).map((file) => `${folder}/${file}`),
	);
	const shown = ['README.md', ...pages.filter((file) => file.endsWith('.md'))].filter((file) =>
		read(file).includes(`images/${name})`),
	);
	expect(shown).not.toEqual([]);
});
