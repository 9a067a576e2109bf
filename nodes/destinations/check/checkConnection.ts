import type { WrittenLead } from '../contract';
import { checkReading, checkSignIn, checkWriting } from './checks';
import { type Check, Report } from './report';
import type { ConnectionToCheck } from './step';

export interface ConnectionReport {
	checks: Check[];
	/** The record of the test lead, where one was written. */
	written: WrittenLead | undefined;
}

/**
 * Goes through a connection step by step, and tells of each what was found. Never throws for what a
 * destination does.
 */
export async function checkConnection(connection: ConnectionToCheck): Promise<ConnectionReport> {
	const report = new Report();
	const mayGoOn =
		(await checkSignIn(connection, report)) && (await checkReading(connection, report));
	const written = mayGoOn ? await checkWriting(connection, report) : undefined;
	return { checks: report.checks(), written };
}
