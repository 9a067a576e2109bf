import type { Lead, LeadDestinationName } from '../../lead';
import { parseLead } from '../../lead';
import { writeLeads } from '../../writing/writeLeads';
import type { LeadWriter, WriteResult, WrittenLead } from '../contract';
import { DestinationError } from '../destinationError';
import { pause, retried, type TimeLimits } from '../timeLimits';
import {
	cameBackChanged,
	gaveNoResult,
	notFoundAgain,
	notLookedFor,
	perhapsWritten,
} from './messages';
import { type CheckName, CHECKS, type Report } from './report';
import { type ConnectionToCheck, step } from './step';

/** Of a step's time, what is waited for the whole record where a part of it shows sooner. */
const WHOLE_SHARE = 0.25;
/** Milliseconds between looks for the test lead, which some vendors show late; the last one repeats. */
const LOOKS = [0, 500, 1_000, 2_000, 4_000] as const;

/** Whether what comes after it can be tried. */
export async function checkSignIn(connection: ConnectionToCheck, report: Report): Promise<boolean> {
	const { destination, input } = connection;
	const { duration, error } = await step(connection, async (limits) => {
		await retried(async () => {
			await destination
				.testCredential(input.credential, limits, input.browser)
				.catch((error: unknown) => {
					throw isBusy(error) ? worthAnotherTry(error) : error;
				});
		}, limits);
	});
	const { signsIn } = destination;
	if (!error) {
		report.passed('reachable', duration, `${destination.displayName} responds`);
		if (signsIn) report.passed('signedIn', duration, 'The sign-in is accepted');
		else report.skipped('signedIn', NO_SIGN_IN);
		return true;
	}
	const check = checkOfSignIn(error, signsIn);
	if (check !== 'reachable') {
		if (error.httpCode === undefined) report.skipped('reachable', 'No request was sent');
		else report.passed('reachable', duration, 'The sign-in gets a response');
	}
	if (check === 'mayRead') {
		if (error.code === 'permission') {
			report.passed('signedIn', duration, 'The sign-in is accepted');
		} else report.skipped('signedIn', 'Not checked: the destination asked to wait');
	}
	report.failed(check, duration, error);
	return error.code === 'permission';
}

const NO_SIGN_IN = 'There is no sign-in; a secret in the address shows when the test lead is sent';

function checkOfSignIn({ code, httpCode }: DestinationError, signsIn: boolean): CheckName {
	if (!signsIn) return 'reachable';
	switch (code) {
		case 'permission':
		case 'quota':
		case 'queryTooLarge':
		case 'throttled':
			return 'mayRead';
		case 'duplicate':
		case 'other':
		case 'rejected':
		case 'timeout':
		case 'timeUp':
		case 'unexpectedResponse':
		case 'unreachable':
			return 'reachable';
		case 'configuration':
		case 'notFound':
			// Something else responds there than the destination.
			return /^(3\d\d|404)$/.test(httpCode ?? '') ? 'reachable' : 'signedIn';
		case 'authentication':
			return 'signedIn';
	}
}

function isBusy(error: unknown): error is DestinationError {
	return (
		error instanceof DestinationError &&
		error.code === 'throttled' &&
		error.retryAfter === undefined
	);
}

/** A busy moment is nothing to raise an alarm for, although the Test button tells of it at once. */
function worthAnotherTry(error: DestinationError): DestinationError {
	return error.with({ retryAfter: 0 });
}

/** Whether what comes after it can be tried: a sign-in may write and not read. */
export async function checkReading(
	connection: ConnectionToCheck,
	report: Report,
): Promise<boolean> {
	const { reading, displayName } = connection.destination;
	if (!reading) {
		report.skipped('mayRead', `Nothing can be read from ${displayName}`);
		return true;
	}
	if (report.has('mayRead')) return true;
	if (!connection.mayOpenReader) {
		report.skipped('mayRead', 'The trigger does not read what this method writes');
		return true;
	}
	const { duration, error } = await step(connection, async (limits) => {
		const { reader } = await reading.open(connection.input);
		// What is there is of no interest, so as little as there is.
		const since = Date.now();
		await reader.readPage({ since, position: null, pageSize: 1, isKnown: () => true, ...limits });
	});
	if (error) report.failed('mayRead', duration, error);
	else report.passed('mayRead', duration, 'Leads can be read');
	return error === undefined || error.code === 'permission';
}

/** Whether handled leads can be marked, as far as that can be told without a lead. */
export async function checkMarking(connection: ConnectionToCheck, report: Report): Promise<void> {
	const { openMarker } = connection;
	if (!openMarker) return;
	const { duration, error } = await step(connection, async (limits) => {
		const marker = await openMarker();
		await marker.check(limits);
	});
	if (error) report.failed('mayMark', duration, error);
	else report.passed('mayMark', duration, 'Leads can be marked as handled');
}

export async function checkWriting(
	connection: ConnectionToCheck,
	report: Report,
): Promise<WrittenLead | undefined> {
	if (!connection.write) {
		for (const name of CHECKS.slice(CHECKS.indexOf('mayWrite'))) {
			report.skipped(name, 'The option Write Test Lead is off');
		}
		return undefined;
	}
	let writer: LeadWriter | undefined;
	const { displayName, writing } = connection.destination;
	const { duration, error, value } = await step(connection, async (limits) => {
		writer = await writing.open(connection.input);
		const { testLead, additional } = connection;
		const [result] = await writeLeads(writer, [{ lead: testLead, additional }], limits);
		return result;
	});
	const result: WriteResult = error
		? { ok: false, error: error }
		: (value ?? { ok: false, error: gaveNoResult(displayName) });
	if (!writer || !result.ok) {
		if (!result.ok) tellFailedWrite(connection, report, duration, result.error);
		return undefined;
	}
	const { written } = result;
	if (written.outcome === 'sent') {
		report.skipped(
			'mayWrite',
			`${displayName} doesn't tell whether it makes leads of what it takes`,
		);
		report.failed('testLeadWritten', duration, notLookedFor(displayName));
		return written;
	}
	report.passed('mayWrite', duration, 'Leads can be written');
	report.passed('testLeadWritten', duration, `The test lead ${connection.testLead.id} is written`);
	await checkReadBack(connection, report, writer, written);
	await checkCleanUp(connection, report, writer, written);
	return written;
}

function tellFailedWrite(
	{ testLead }: ConnectionToCheck,
	report: Report,
	duration: number,
	error: DestinationError,
): void {
	const { code, operation } = error;
	const isReading = operation === 'read' || report.failedFor('mayRead', error);
	if (isReading && report.failure('mayRead')) {
		report.skipped('mayWrite', 'Writing starts with reading, which is not permitted');
		return;
	}
	if (code === 'permission' || code === 'authentication') {
		report.failed('mayWrite', duration, error);
		return;
	}
	report.skipped('mayWrite', 'The test lead was not written, for another reason than permissions');
	const told = error.mayBeDone ? perhapsWritten(error, testLead) : error;
	report.failed('testLeadWritten', duration, told);
}

async function checkReadBack(
	connection: ConnectionToCheck,
	report: Report,
	writer: LeadWriter,
	{ id }: WrittenLead,
): Promise<void> {
	const { displayName } = connection.destination;
	if (report.failure('mayRead')) return;
	if (!writer.readBack || id === '') {
		report.skipped('testLeadReadBack', `Nothing can be read back from ${displayName}`);
		return;
	}
	const { duration, error } = await step(connection, async (limits) => {
		const found = await lookFor(writer, id, limits);
		if (found === undefined) throw notFoundAgain(displayName, connection.stepTime);
		const { name } = connection.destination;
		const changed = changedFields(
			connection.testLead,
			parseLead(found, { destination: name }),
			name,
		);
		if (changed.length > 0) throw cameBackChanged(displayName, changed);
	});
	if (error) report.failed('testLeadReadBack', duration, error);
	else report.passed('testLeadReadBack', duration, 'The test lead is there as it was written');
}

/** `undefined` when it did not come up in time. */
async function lookFor(writer: LeadWriter, id: string, limits: TimeLimits) {
	const begun = Date.now();
	for (let turn = 0; ; turn += 1) {
		const wait = LOOKS[turn] ?? LOOKS.at(-1) ?? 0;
		if (Date.now() + wait >= limits.deadline) return undefined;
		if (wait > 0 && !(await pause(wait, limits.signal))) return undefined;
		const found = await writer.readBack?.(id, limits);
		if (found !== undefined) return found;
		// An alarm about nothing but the vendor's own slowness would soon be nobody's alarm.
		const isLate = Date.now() - begun > (limits.deadline - begun) * WHOLE_SHARE;
		const part = isLate ? await writer.readBackInPart?.(id, limits) : undefined;
		if (part !== undefined) return part;
	}
}

async function checkCleanUp(
	connection: ConnectionToCheck,
	report: Report,
	writer: LeadWriter,
	{ id, outcome }: WrittenLead,
): Promise<void> {
	if (connection.keep) {
		report.skipped('cleanedUp', 'The option Keep Test Lead is on');
		return;
	}
	if (outcome !== 'created') {
		// An additional field, such as the email address, can make it somebody's who was there before.
		report.skipped('cleanedUp', 'The record was there before the test, so it stays');
		return;
	}
	if (!writer.remove || id === '') {
		report.skipped(
			'cleanedUp',
			`Nothing can be deleted from ${connection.destination.displayName}`,
		);
		return;
	}
	const { duration, error } = await step(connection, async (limits) => {
		await writer.remove?.(id, limits);
	});
	if (error) report.failed('cleanedUp', duration, error);
	else report.passed('cleanedUp', duration, 'The test lead was deleted');
}

/** What says who the lead is and where it comes from; other fields not every destination holds. */
function changedFields(sent: Lead, found: Lead, destination: LeadDestinationName): string[] {
	const pairs: Record<string, [unknown, unknown]> = {
		email: [sent.customer.email, found.customer.email],
		firstName: [sent.customer.firstName, found.customer.firstName],
		lastName: [sent.customer.lastName, found.customer.lastName],
		company: [sent.customer.company, found.customer.company],
		leadSource: [sent.leadSource, found.leadSource],
		isTest: [true, found.isTest],
		destination: [destination, found.destination],
	};
	return Object.entries(pairs)
		.filter(([, [before, after]]) => before !== after)
		.map(([name]) => name);
}
