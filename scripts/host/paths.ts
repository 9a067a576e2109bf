import { existsSync } from 'node:fs';
import path from 'node:path';

export const PROJECT_ROOT = path.resolve(import.meta.dirname, '..', '..');

/**
 * The Node that runs n8n and Azurite: the `node` package of this checkout where it is installed,
 * because both refuse the older Node that the user may have started us with.
 */
export function serverNode(): string {
	const bundled = path.join(PROJECT_ROOT, 'node_modules', 'node', 'bin', 'node');
	return existsSync(bundled) ? bundled : process.execPath;
}
