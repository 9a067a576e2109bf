import type { JsonObject, Lead, LeadDestinationName } from '../../lead';
import { parseLead } from '../../lead';
import { type Check, type CheckName, CHECKS, Report } from './report';
import { writeLeads } from '../../writing/writeLeads';
import {
	type DestinationDescription,
	DestinationError,
	type DestinationInput,
	type DirectWriter,
	type LeadWriter,
	type WriteResult,
	type WrittenLead,
} from '../contract';
import { pause, retried, type TimeLimits } from '../timeLimits';

export interface ConnectionToCheck {
	destination: DestinationDescription;
	input: DestinationInput;
	/** Whether the input holds what reading asks for; writing in another way may not ask for it. */
	mayOpenReader: boolean;
	testLead: Lead;
	/** Further fields of the test lead, as a mandatory one needs. */
	additional: JsonObject;
	/** Whether a test lead is written at all. */
	write: boolean;
	/** Whether it stays there. */
	keep: boolean;
	/** Milliseconds for each step. */
	stepTime: number;
	/** Ends it all. */
	signal: AbortSignal;
}

export interface ConnectionReport {
	checks: Check[];
	/** The record of the test lead, where one was written. */
	written: WrittenLead | undefined;
}

/** Of a step's time, what is waited for the whole record where a part of it shows sooner. */
const WHOLE_SHARE = 0.25;
/** Milliseconds between looks for the test lead, which some vendors show late; the last one repeats. */
const LOOKS = [0, 500, 1_000, 2_000, 4_000] as const;
/** Milliseconds in which a destination whose time is up can say so in its own words. */
const LAST_WORDS = 250;

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

/** Whether what comes after it can be tried. */
async function checkSignIn(connection: ConnectionToCheck, report: Report): Promise<boolean> {
	const { destination, input } = connection;
	const { duration, refusal } = await step(connection, async (limits) => {
		await retried(async () => {
			await destination.testCredential(input.credential, limits).catch((error: unknown) => {
				throw isBusy(error) ? worthAnotherTry(error) : error;
			});
		}, limits);
	});
	const isOpen = destination.reading === undefined;
	if (!refusal) {
		report.passed('reachable', duration, `${destination.displayName} answers`);
		if (isOpen) report.skipped('signedIn', NO_SIGN_IN);
		else report.passed('signedIn', duration, 'The sign-in is accepted');
		return true;
	}
	const check = checkOfSignIn(refusal, isOpen);
	if (check !== 'reachable') {
		if (refusal.httpCode === undefined) report.skipped('reachable', 'Nothing was asked');
		else report.passed('reachable', duration, 'The sign-in is answered');
	}
	if (check === 'mayRead') {
		if (refusal.code === 'permission') {
			report.passed('signedIn', duration, 'The sign-in is accepted');
		} else report.skipped('signedIn', 'It was not told before the destination asked to wait');
	}
	report.failed(check, duration, refusal);
	return refusal.code === 'permission';
}

const NO_SIGN_IN = 'There is no sign-in; a secret in the address shows when the test lead is sent';

function checkOfSignIn({ code, httpCode }: DestinationError, isOpen: boolean): CheckName {
	if (isOpen) return 'reachable';
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
			// Something else answers there than the destination.
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

/** A moment of being busy is no reason for an alarm, although the Test button tells of it at once. */
function worthAnotherTry(error: DestinationError): DestinationError {
	return error.with({ retryAfter: 0 });
}

/** Whether what comes after it can be tried: a sign-in may write and not read. */
async function checkReading(connection: ConnectionToCheck, report: Report): Promise<boolean> {
	const { reading, displayName } = connection.destination;
	if (!reading) {
		report.skipped('mayRead', `Nothing can be read from ${displayName}`);
		return true;
	}
	if (report.has('mayRead')) return true;
	if (!connection.mayOpenReader) {
		report.skipped('mayRead', 'What is written in this way is not read by the trigger');
		return true;
	}
	const { duration, refusal } = await step(connection, async (limits) => {
		const { reader } = await reading.open(connection.input);
		// What is there is of no interest, so as little as there is.
		const since = Date.now();
		await reader.readPage({ since, position: null, pageSize: 1, isKnown: () => true, ...limits });
	});
	if (refusal) report.failed('mayRead', duration, refusal);
	else report.passed('mayRead', duration, 'Leads can be read');
	return refusal === undefined || refusal.code === 'permission';
}

async function checkWriting(
	connection: ConnectionToCheck,
	report: Report,
): Promise<WrittenLead | undefined> {
	if (!connection.write) {
		for (const name of CHECKS.slice(CHECKS.indexOf('mayWrite'))) {
			report.skipped(name, 'The option Write Test Lead is off');
		}
		return undefined;
	}
	let writer: DirectWriter | LeadWriter | undefined;
	const { displayName, writing } = connection.destination;
	const { duration, refusal, value } = await step(connection, async (limits) => {
		writer = await writing.open(connection.input);
		const { testLead, additional } = connection;
		const [result] = await writeLeads(writer, [{ lead: testLead, additional }], limits);
		return result;
	});
	const result: WriteResult = refusal
		? { ok: false, error: refusal }
		: (value ?? { ok: false, error: gaveNoResult(displayName) });
	if (!writer || !result.ok) {
		if (!result.ok) tellRefusedWrite(connection, report, duration, result.error);
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

function tellRefusedWrite(
	{ testLead }: ConnectionToCheck,
	report: Report,
	duration: number,
	refusal: DestinationError,
): void {
	const { code: reason } = refusal;
	if (report.failure('mayRead')?.message === refusal.message) {
		report.skipped('mayWrite', 'Writing begins with reading, which is refused');
		return;
	}
	if (reason === 'permission' || reason === 'authentication') {
		report.failed('mayWrite', duration, refusal);
		return;
	}
	report.skipped('mayWrite', 'The test lead was not written, for another reason than permissions');
	const told = reason === 'unreachable' ? perhapsWritten(refusal, testLead) : refusal;
	report.failed('testLeadWritten', duration, told);
}

async function checkReadBack(
	connection: ConnectionToCheck,
	report: Report,
	writer: DirectWriter | LeadWriter,
	{ id }: WrittenLead,
): Promise<void> {
	const { displayName } = connection.destination;
	if (report.failure('mayRead')) return;
	if (!writer.readBack || id === '') {
		report.skipped('testLeadReadBack', `Nothing can be read back from ${displayName}`);
		return;
	}
	const { duration, refusal } = await step(connection, async (limits) => {
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
	if (refusal) report.failed('testLeadReadBack', duration, refusal);
	else report.passed('testLeadReadBack', duration, 'The test lead is there as it was written');
}

/** `undefined` when it did not come up in time. */
async function lookFor(writer: DirectWriter | LeadWriter, id: string, limits: TimeLimits) {
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
	writer: DirectWriter | LeadWriter,
	{ id, outcome }: WrittenLead,
): Promise<void> {
	if (connection.keep) {
		report.skipped('cleanedUp', 'The option Keep Test Lead is on');
		return;
	}
	if (outcome !== 'created') {
		// An additional field, such as the e-mail address, can make it somebody's who was there before.
		report.skipped('cleanedUp', 'The record was there before the test, so it stays');
		return;
	}
	if (!writer.remove || id === '') {
		report.skipped(
			'cleanedUp',
			`Nothing can be taken away again from ${connection.destination.displayName}`,
		);
		return;
	}
	const { duration, refusal } = await step(connection, async (limits) => {
		await writer.remove?.(id, limits);
	});
	if (refusal) report.failed('cleanedUp', duration, refusal);
	else report.passed('cleanedUp', duration, 'The test lead is taken away again');
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

interface StepResult<Value> {
	duration: number;
	refusal?: DestinationError;
	value?: Value;
}

/** Does one step in its time. @throws only what no destination is to blame for */
async function step<Value>(
	{ stepTime, signal }: ConnectionToCheck,
	work: (limits: TimeLimits) => Promise<Value>,
): Promise<StepResult<Value>> {
	const begun = Date.now();
	const own = AbortSignal.timeout(stepTime);
	const limits = { signal: AbortSignal.any([signal, own]), deadline: begun + stepTime };
	const done = new AbortController();
	try {
		// What is asked while a destination is opened knows no limits but its own.
		const value = await Promise.race([work(limits), isOver(limits.signal, done.signal)]);
		if (value === OVER) return { refusal: tookTooLong(stepTime), duration: Date.now() - begun };
		return { value, duration: Date.now() - begun };
	} catch (error) {
		const duration = Date.now() - begun;
		if (error instanceof DestinationError) return { refusal: error, duration };
		if (limits.signal.aborted || isOfTime(error)) {
			return { refusal: tookTooLong(stepTime), duration };
		}
		throw error;
	} finally {
		done.abort();
	}
}

/** A wait of the destination's own was ended. */
function isOfTime(error: unknown): boolean {
	const { name } = Object(error) as { name?: unknown };
	return name === 'AbortError' || name === 'TimeoutError';
}

const OVER = Symbol('The time is over');

/** Resolves a moment after the signal. */
async function isOver(signal: AbortSignal, done: AbortSignal): Promise<typeof OVER> {
	if (!signal.aborted) {
		await new Promise((resolve) => {
			signal.addEventListener('abort', resolve, { once: true, signal: done });
		});
	}
	await pause(LAST_WORDS, done);
	return OVER;
}

function tookTooLong(stepTime: number): DestinationError {
	return new DestinationError(`It took longer than ${stepTime / 1_000} seconds`, {
		description: 'Try again later, or give it more time with the option Timeout per Step.',
		code: 'unreachable',
	});
}

/** The time was up, or the connection was lost: the lead may have been written all the same. */
function perhapsWritten(error: DestinationError, { id }: Lead): DestinationError {
	return error.with({
		description: `${error.description} The test lead ${id} may have been written all the same.`,
	});
}

function gaveNoResult(displayName: string): DestinationError {
	return new DestinationError(
		`Nothing tells whether the test lead was written into ${displayName}`,
		{
			description: 'Look for it there, and update this node.',
			code: 'other',
		},
	);
}

function notLookedFor(displayName: string): DestinationError {
	return new DestinationError(
		`${displayName} took the test lead, but nobody looked whether it made a lead of it`,
		{
			description:
				'It answers the same whether it makes one or not. Let the lead be looked for: turn on the option that does.',
			code: 'configuration',
		},
	);
}

function notFoundAgain(displayName: string, stepTime: number): DestinationError {
	return new DestinationError(
		`The test lead was written but is not found in ${displayName} after ${stepTime / 1_000} seconds`,
		{
			description:
				'Check that nothing there deletes, merges or hides new leads, such as an automation, and that the sign-in may read them. The option Timeout per Step gives it more time.',
			code: 'notFound',
		},
	);
}

function cameBackChanged(displayName: string, names: readonly string[]): DestinationError {
	return new DestinationError(
		`The test lead came back from ${displayName} with other values: ${names.join(', ')}`,
		{
			description:
				'An automation there changes new leads, an additional field takes the place of the lead’s own, or the settings name another field for reading than for writing. The trigger reads leads with these values.',
			code: 'other',
		},
	);
}
