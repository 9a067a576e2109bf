import type { WrittenLead } from '../contract';
import { checkMarking, checkReading, checkSignIn, checkWriting } from './checks';
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
	const isSignedIn = await checkSignIn(connection, report);
	const mayGoOn = isSignedIn && (await checkReading(connection, report));
	if (isSignedIn) await checkMarking(connection, report);
	const written = mayGoOn ? await checkWriting(connection, report) : undefined;
	return { checks: report.checks(), written };
}
