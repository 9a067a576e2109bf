/** n8n's own scanner of community packages, over a tarball that is not published yet. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { ensurePackage } from '../host/packages.ts';
import { PROJECT_ROOT } from '../host/paths.ts';
import { run } from '../host/run.ts';
import { temporaryFolder } from '../host/temporary.ts';
import type { Finding } from './findings.ts';

const SCANNER = '@n8n/scan-community-package';
/** n8n runs the newest; a newer one here is a deliberate change. */
const SCANNER_VERSION = '0.32.0';

/** What we use of its modules. */
interface Scanner {
	SOURCE_FILE_PATTERNS: string[];
	buildScanConfig(): Promise<unknown>;
}
interface Eslint {
	ESLint: new (options: unknown) => {
		lintFiles(files: string[]): Promise<
			Array<{
				filePath: string;
				messages: Array<{ severity: number; ruleId: string | null; message: string }>;
			}>
		>;
	};
}

/**
 * Everything the scanner would say of a tarball and of the source it was made from, errors and warnings.
 * The scanner itself takes a published package only; this asks its rules for both of its passes.
 */
export async function scan(tarball: string): Promise<Finding[]> {
	const modules = await ensurePackage(SCANNER, SCANNER_VERSION);
	const require = createRequire(path.join(modules, SCANNER, 'scanner', 'scanner.mjs'));
	const file = pathToFileURL(require.resolve('./scanner.mjs')).href;
	const { buildScanConfig, SOURCE_FILE_PATTERNS } = (await import(file)) as Scanner;
	const { ESLint } = require('eslint') as Eslint;
	const glob = require('fast-glob') as {
		sync(patterns: string[], options: object): string[];
	};
	const look = async (folder: string, patterns: string[]): Promise<Finding[]> => {
		const eslint = new ESLint({
			cwd: folder,
			allowInlineConfig: false,
			overrideConfigFile: true,
			overrideConfig: await buildScanConfig(),
		});
		const ignore = ['node_modules/**', '**/package-lock.json'];
		const files = glob.sync(patterns, { cwd: folder, absolute: true, ignore });
		const results = await eslint.lintFiles(files);
		return results.flatMap(({ filePath, messages }) =>
			messages.map(({ ruleId, message }) => ({
				rule: ruleId ?? 'unreadable',
				file: path.relative(folder, filePath).split(path.sep).join('/'),
				message,
			})),
		);
	};
	const unpacked = await temporaryFolder('scan');
	try {
		await run('tar', ['-xzf', tarball, '-C', unpacked.path], { cwd: PROJECT_ROOT, name: 'tar' });
		const packed = await look(path.join(unpacked.path, 'package'), ['**/*.js', 'package.json']);
		return [...packed, ...(await look(PROJECT_ROOT, SOURCE_FILE_PATTERNS))];
	} finally {
		await unpacked.remove();
	}
}
