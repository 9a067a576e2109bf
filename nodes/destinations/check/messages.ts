import type { Lead } from '../../lead';
import { DestinationError } from '../destinationError';

export function tookTooLong(stepTime: number): DestinationError {
	return new DestinationError(`It took longer than ${stepTime / 1_000} seconds`, {
		description: 'Try again later, or give it more time with the option Timeout per Step.',
		code: 'unreachable',
	});
}

/** The time was up, or the connection was lost: the lead may have been written all the same. */
export function perhapsWritten(error: DestinationError, { id }: Lead): DestinationError {
	return error.with({
		description: `${error.description} The test lead ${id} may have been written all the same.`,
	});
}

export function gaveNoResult(displayName: string): DestinationError {
	return new DestinationError(
		`Nothing tells whether the test lead was written into ${displayName}`,
		{
			description: 'Look for it there, and update this node.',
			code: 'other',
		},
	);
}

export function notLookedFor(displayName: string): DestinationError {
	return new DestinationError(
		`${displayName} took the test lead, but nobody looked whether it made a lead of it`,
		{
			description:
				'It responds the same whether it creates one or not. To have the lead looked for, turn on the option for that.',
			code: 'configuration',
		},
	);
}

export function notFoundAgain(displayName: string, stepTime: number): DestinationError {
	return new DestinationError(
		`The test lead was written but is not found in ${displayName} after ${stepTime / 1_000} seconds`,
		{
			description:
				'Check that nothing there deletes, merges or hides new leads, such as an automation, and that the sign-in may read them. The option Timeout per Step gives it more time.',
			code: 'notFound',
		},
	);
}

export function cameBackChanged(displayName: string, names: readonly string[]): DestinationError {
	return new DestinationError(
		`The test lead came back from ${displayName} with other values: ${names.join(', ')}`,
		{
			description:
				'An automation there changes new leads, an additional field takes the place of the lead’s own, or the settings name another field for reading than for writing. The trigger reads leads with these values.',
			code: 'other',
		},
	);
}
