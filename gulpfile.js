'use strict';
/**
 * `gulp build` makes `dist/`, which is all that is published: our code compiled by tsc, the
 * libraries it uses bundled into one file each (so that a user installs no dependencies), their
 * licences, and the metadata from which n8n knows our nodes without loading their code.
 */
const { spawn } = require('node:child_process');
const { mkdir, readFile, readdir, rm, writeFile } = require('node:fs/promises');
const path = require('node:path');

const { cyclonedxEsbuildPlugin } = require('@cyclonedx/cyclonedx-esbuild');
const esbuild = require('esbuild');
const gulp = require('gulp');

const DIST = path.join(__dirname, 'dist');
const BILL_OF_MATERIALS = path.join(DIST, 'sbom.cdx.json');
const VENDOR = path.join(__dirname, 'nodes', 'vendor');

/** Licences that let us ship a library inside an MIT package. */
const LICENCES_WE_MAY_SHIP = new Set([
	'0BSD',
	'Apache-2.0',
	'BSD-2-Clause',
	'BSD-3-Clause',
	// Of sax, which jsforce reads XML with; as permissive as MIT.
	'BlueOak-1.0.0',
	'ISC',
	'MIT',
]);

const clean = () => rm(DIST, { recursive: true, force: true });

const compile = () => run(require.resolve('typescript/bin/tsc'), ['-p', 'tsconfig.json']);

/** Icons, codex files and output schemas, each beside its node; without `encoding` gulp breaks PNGs. */
const copyStatic = () =>
	gulp
		.src(['nodes/**/*.{json,png,svg}', 'credentials/**/*.{png,svg}'], {
			base: '.',
			encoding: false,
		})
		.pipe(gulp.dest('dist'));

/**
 * What the libraries name and never need here. Each would bring something that a reviewer has to ask
 * about, or that n8n's process must not have; the files in its place say what.
 */
const leftOut = (name) => ({ path: path.join(VENDOR, 'leftOut', `${name}.cjs`) });

const withoutUnused = {
	name: 'without-unused',
	setup({ onResolve }) {
		onResolve({ filter: /^(?:undici|open|form-data)$/ }, ({ path: name }) => leftOut(name));
		onResolve({ filter: /^\.\/registry$/ }, ({ importer }) =>
			/[\\/]jsforce[\\/]lib[\\/]/.test(importer) ? leftOut('registry') : undefined,
		);
	},
};

/** What is bundled, with versions and licences, in the form that tools for it read. */
const billOfMaterials = () =>
	cyclonedxEsbuildPlugin({
		specVersion: '1.6',
		outputFile: BILL_OF_MATERIALS,
		mcType: 'library',
		outputReproducible: true,
		validate: true,
	});

/** Writes each library over what tsc made of the module that re-exports it. */
async function bundleVendor() {
	const modules = (await readdir(VENDOR)).filter((name) => /(?<!\.d)\.ts$/.test(name));
	const { metafile, warnings } = await esbuild.build({
		entryPoints: modules.map((name) => path.join(VENDOR, name)),
		outdir: path.join(DIST, 'nodes', 'vendor'),
		bundle: true,
		platform: 'node',
		target: 'node22',
		format: 'cjs',
		// Shorter without hiding from a reviewer what the code is.
		minifySyntax: true,
		legalComments: 'external',
		metafile: true,
		plugins: [withoutUnused, billOfMaterials()],
		// Where esbuild cannot say what a CommonJS file's own address is, one line can.
		define: {
			'import.meta.url': 'vendorUrl',
			// Libraries that check more for those who develop with them ask the environment.
			'process.env.NODE_ENV': '"production"',
		},
		banner: { js: "const vendorUrl = require('node:url').pathToFileURL(__filename).href;" },
	});
	if (warnings.length > 0) {
		throw new Error('esbuild had doubts about a bundled library; they stand above.');
	}
	const packages = await readLicences(metafile);
	await writeLicences(packages);
	await completeBillOfMaterials(packages);
}

/** The licence of every package that esbuild put into a bundle, by name. */
async function readLicences({ inputs }) {
	const folders = new Set(Object.keys(inputs).map(packageFolder).filter(Boolean));
	const packages = await Promise.all([...folders].map(readLicence));
	return packages.sort((a, b) => (a.title < b.title ? -1 : 1));
}

/** One text with all of them. */
async function writeLicences(packages) {
	const head =
		'The files in nodes/vendor contain the following packages, each under its own licence.\n';
	const rule = '='.repeat(78);
	const text = packages.map(({ title, licence, text }) =>
		[rule, `${title} (${licence})`, rule, '', text.trim(), ''].join('\n'),
	);
	await mkdir(DIST, { recursive: true });
	await writeFile(path.join(DIST, 'THIRD-PARTY-LICENSES.txt'), [head, ...text].join('\n'));
}

/**
 * Gives licences to packages that have further manifests within, with a name and no licence: the bill's
 * maker takes those for the packages' own.
 */
async function completeBillOfMaterials(packages) {
	const bill = JSON.parse(await readFile(BILL_OF_MATERIALS, 'utf8'));
	const licences = new Map(packages.map(({ title, licence }) => [title, licence]));
	for (const component of bill.components) {
		const { group, name, version, licenses = [] } = component;
		const expression = licences.get(`${group ? `${group}/` : ''}${name} ${version}`);
		if (licenses.length === 0 && expression) component.licenses = [{ expression }];
	}
	await writeFile(BILL_OF_MATERIALS, `${JSON.stringify(bill, null, 2)}\n`);
}

/** `node_modules/a/node_modules/@b/c/lib/x.js` → `node_modules/a/node_modules/@b/c`. */
function packageFolder(file) {
	return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

async function readLicence(folder) {
	const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
	const title = `${manifest.name} ${manifest.version}`;
	const licence = String(manifest.license ?? '');
	if (!mayShip(licence)) {
		throw new Error(
			`${title} has the licence "${licence || 'none'}", which gulpfile.js does not let into the package.`,
		);
	}
	const isLicence = (name) => /^(licen[cs]e|copying|notice)/i.test(name);
	const within = await readdir(folder, { withFileTypes: true });
	const files = within
		.filter((entry) => entry.isFile())
		.map(({ name }) => name)
		.filter(isLicence);
	// What a library has taken over from others may have a folder: echarts, from d3.
	if (within.some((entry) => entry.isDirectory() && entry.name === 'licenses')) {
		const further = await readdir(path.join(folder, 'licenses'));
		files.push(...further.filter(isLicence).map((name) => path.join('licenses', name)));
	}
	const texts = await Promise.all(
		files.sort().map((name) => readFile(path.join(folder, name), 'utf8')),
	);
	const readme = within.find(({ name }) => /^readme(?:\.md)?$/i.test(name));
	if (texts.length === 0 && readme) {
		texts.push(licenceIn(await readFile(path.join(folder, readme.name), 'utf8')));
	}
	const text = texts.join('\n\n') || withoutText(manifest);
	return { title, licence, text };
}

/** What a README says under "License", where that is the licence and not its name alone; else nothing. */
function licenceIn(readme) {
	const heading = /^(?:#{1,6} *licen[cs]e\b.*|licen[cs]e *\r?\n[-=]{3,} *)$/im.exec(readme);
	if (!heading) return '';
	const section = readme.slice(heading.index + heading[0].length);
	const [text] = section.split(/^(?:#{1,6} .*|.+\r?\n[-=]{3,} *)$/m);
	return /copyright/i.test(text) ? text : '';
}

/** The licence asks for the author's name to go with the code. */
function withoutText({ license, author }) {
	const name = (typeof author === 'string' ? author : author?.name) || 'nobody';
	return `The package has no licence text. Its manifest says ${license} and names as the author: ${name}.`;
}

/** Whether an SPDX expression leaves us a licence that we may ship; "OR" is our choice. */
function mayShip(expression) {
	const choices = expression.replace(/[()]/g, '').split(/\s+OR\s+/);
	return choices.some((choice) =>
		choice.split(/\s+AND\s+/).every((licence) => LICENCES_WE_MAY_SHIP.has(licence.trim())),
	);
}

const generateMetadata = () => run(require.resolve('n8n-core/bin/generate-metadata'), []);

/** Runs a script under the Node that runs gulp; rejects when it does not end with 0. */
function run(script, args) {
	const child = spawn(process.execPath, [script, ...args], { cwd: __dirname, stdio: 'inherit' });
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code) =>
			code === 0 ? resolve() : reject(new Error(`${path.basename(script)} left with ${code}.`)),
		);
	});
}

exports.clean = clean;
exports.build = gulp.series(clean, compile, copyStatic, bundleVendor, generateMetadata);
exports.default = exports.build;
