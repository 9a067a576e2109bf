import type { INodeProperties } from 'n8n-workflow';

import type { WriteInput } from '../contract';
import { readBoolean } from '../input';

export const httpsOptions: INodeProperties[] = [
	{
		displayName: 'Allow HTTP on Localhost',
		name: 'allowHttpOnLocalhost',
		type: 'boolean',
		default: false,
		description:
			'Whether the Endpoint URL may begin with http:// where it names this machine (localhost), such as a proxy or receiver beside n8n. Any other address has to begin with https://.',
	},
];

/** @throws DestinationError where the option is neither on nor off */
export function readAllowHttpOnLocalhost(input: WriteInput): boolean {
	return readBoolean(input, 'allowHttpOnLocalhost', 'Allow HTTP on Localhost', false);
}
