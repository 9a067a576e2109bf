import type { JsonObject, Lead, LeadDestinationName } from '../lead';
import { parseLead } from '../lead';
import type { DestinationDescription } from './destination.description';
import { pause, type RetryLimits } from './retry';
import { DestinationError, type DestinationInput } from './types';
import type { LeadWriter, WriteResult, WrittenLead } from './writing';

/** What is checked, in this order. */
export const CHECKS = [
	'reachable',
	'signedIn',
	'mayRead',
	'mayWrite',
	'testLeadWritten',
	'testLeadReadBack',
	'cleanedUp',
] as const;

export type CheckName = (typeof CHECKS)[number];

export interface Check {
	name: CheckName;
	status: 'failed' | 'passed' | 'skipped';
	/** Milliseconds; checks that the same call answered have the same. 0 for what was skipped. */
	duration: number;
	/** What was found, or why it was skipped; one sentence without a full stop. */
	message: string;
	/** What to do about it; empty where there is nothing to do. */
	toDo: string;
}

export interface ConnectionToCheck {
	destination: DestinationDescription;
	input: DestinationInput;
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

/** Milliseconds between looks for the test lead, which some vendors show late; the last one repeats. */
const LOOKS = [0, 500, 1_000, 2_000, 4_000] as const;

/**
 * Goes through a connection step by step, and tells of each what was found. Never throws for what a
 * destination does.
 */
export async function checkConnection(connection: ConnectionToCheck): Promise<ConnectionReport> {
	const report = new Report();
	const mayGoOn = await checkSignIn(connection, report);
	if (mayGoOn) await checkReading(connection, report);
	const written = mayGoOn ? await checkWriting(connection, report) : undefined;
	return { checks: report.checks(), written };
}

/** Whether what comes after it can be tried. */
async function checkSignIn(connection: ConnectionToCheck, report: Report): Promise<boolean> {
	const { destination, input } = connection;
	const { duration, refusal } = await step(connection, async (limits) => {
		await destination.testCredential(input.credential, limits);
	});
	const isOpen = destination.reading === undefined;
	if (!refusal) {
		report.passed('reachable', duration, `${destination.displayName} answers`);
		if (isOpen) report.skipped('signedIn', NO_SIGN_IN);
		else report.passed('signedIn', duration, 'The sign-in is accepted');
		return true;
	}
	const check = checkOfSignIn(refusal, isOpen);
	if (check !== 'reachable' && refusal.httpCode !== undefined) {
		report.passed('reachable', duration, `${destination.displayName} answers`);
	}
	if (check === 'mayRead') report.passed('signedIn', duration, 'The sign-in is accepted');
	report.failed(check, duration, refusal);
	return check === 'mayRead';
}

const NO_SIGN_IN = 'There is no sign-in; a secret in the address shows when the test lead is sent';

function checkOfSignIn({ reason, httpCode }: DestinationError, isOpen: boolean): CheckName {
	if (reason === 'permission') return 'mayRead';
	if (reason === 'unreachable' || isOpen) return 'reachable';
	return reason === 'notFound' && httpCode !== undefined ? 'reachable' : 'signedIn';
}

async function checkReading(connection: ConnectionToCheck, report: Report): Promise<void> {
	const { reading, displayName } = connection.destination;
	if (!reading) {
		report.skipped('mayRead', `Nothing can be read from ${displayName}`);
		return;
	}
	if (report.has('mayRead')) return;
	const { duration, refusal } = await step(connection, async (limits) => {
		const { reader } = await reading.open(connection.input);
		// What is there is of no interest, so as little as there is.
		const since = Date.now();
		await reader.readPage({ since, position: null, pageSize: 1, isKnown: () => true, ...limits });
	});
	if (refusal) report.failed('mayRead', duration, refusal);
	else report.passed('mayRead', duration, 'Leads can be read');
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
	let writer: LeadWriter | undefined;
	const { writing } = connection.destination;
	const { duration, refusal, value } = await step(connection, async (limits) => {
		writer = await writing?.open(connection.input);
		const { testLead, additional } = connection;
		const [result] = (await writer?.write([{ lead: testLead, additional }], limits)) ?? [];
		return result;
	});
	const result: WriteResult | undefined = refusal ? { ok: false, refusal } : value;
	if (!writer || !result?.ok) {
		if (result && !result.ok) tellRefusedWrite(report, duration, result.refusal);
		return undefined;
	}
	const { written } = result;
	report.passed('mayWrite', duration, 'Leads can be written');
	report.passed('testLeadWritten', duration, `The test lead ${connection.testLead.id} is written`);
	await checkReadBack(connection, report, writer, written);
	await checkCleanUp(connection, report, writer, written);
	return written;
}

function tellRefusedWrite(report: Report, duration: number, refusal: DestinationError): void {
	const isForbidden = refusal.reason === 'permission' || refusal.reason === 'authentication';
	if (!isForbidden) {
		report.skipped(
			'mayWrite',
			'The test lead was not written, for another reason than permissions',
		);
	}
	report.failed(isForbidden ? 'mayWrite' : 'testLeadWritten', duration, refusal);
}

async function checkReadBack(
	connection: ConnectionToCheck,
	report: Report,
	writer: LeadWriter,
	{ id, outcome }: WrittenLead,
): Promise<void> {
	const { displayName } = connection.destination;
	if (outcome === 'sent') {
		report.failed('testLeadReadBack', 0, notLookedFor(displayName));
		return;
	}
	if (!writer.read || id === '') {
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
async function lookFor(writer: LeadWriter, id: string, limits: RetryLimits) {
	for (let turn = 0; ; turn += 1) {
		const wait = LOOKS[turn] ?? LOOKS.at(-1) ?? 0;
		if (Date.now() + wait >= limits.deadline) return undefined;
		if (wait > 0 && !(await pause(wait, limits.signal))) return undefined;
		const found = await writer.read?.(id, limits);
		if (found !== undefined) return found;
	}
}

async function checkCleanUp(
	connection: ConnectionToCheck,
	report: Report,
	writer: LeadWriter,
	{ id }: WrittenLead,
): Promise<void> {
	if (connection.keep) {
		report.skipped('cleanedUp', 'The option Keep Test Lead is on');
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
	work: (limits: RetryLimits) => Promise<Value>,
): Promise<StepResult<Value>> {
	const begun = Date.now();
	const own = AbortSignal.timeout(stepTime);
	const limits = { signal: AbortSignal.any([signal, own]), deadline: begun + stepTime };
	try {
		return { value: await work(limits), duration: Date.now() - begun };
	} catch (error) {
		const duration = Date.now() - begun;
		if (error instanceof DestinationError) return { refusal: error, duration };
		if (limits.signal.aborted) return { refusal: tookTooLong(stepTime), duration };
		throw error;
	}
}

/** The checks as they come to be known. */
class Report {
	readonly #known = new Map<CheckName, Check>();

	has(name: CheckName): boolean {
		return this.#known.has(name);
	}

	passed(name: CheckName, duration: number, message: string): void {
		this.#known.set(name, { name, status: 'passed', duration, message, toDo: '' });
	}

	failed(name: CheckName, duration: number, { message, description }: DestinationError): void {
		this.#known.set(name, { name, status: 'failed', duration, message, toDo: description });
	}

	skipped(name: CheckName, message: string): void {
		this.#known.set(name, { name, status: 'skipped', duration: 0, message, toDo: '' });
	}

	checks(): Check[] {
		return CHECKS.map(
			(name) =>
				this.#known.get(name) ?? {
					name,
					status: 'skipped',
					duration: 0,
					message: 'Not tried because of what was found before',
					toDo: '',
				},
		);
	}
}

function tookTooLong(stepTime: number): DestinationError {
	return new DestinationError(`It took longer than ${stepTime / 1_000} seconds`, {
		description: 'Try again later, or give it more time with the option Timeout per Step.',
		reason: 'unreachable',
	});
}

function notLookedFor(displayName: string): DestinationError {
	return new DestinationError(
		`${displayName} took the test lead, but nobody looked whether it made a lead of it`,
		{
			description:
				'It answers the same whether it makes one or not. Let the lead be looked for: turn on the option that does.',
			reason: 'configuration',
		},
	);
}

function notFoundAgain(displayName: string, stepTime: number): DestinationError {
	return new DestinationError(
		`The test lead was written but is not found in ${displayName} after ${stepTime / 1_000} seconds`,
		{
			description:
				'Check that nothing there deletes, merges or hides new leads, such as an automation, and that the sign-in may read them. The option Timeout per Step gives it more time.',
			reason: 'notFound',
		},
	);
}

function cameBackChanged(displayName: string, names: readonly string[]): DestinationError {
	return new DestinationError(
		`The test lead came back from ${displayName} with other values: ${names.join(', ')}`,
		{
			description:
				'An automation there changes new leads, or the settings name another field for reading than for writing. Leads that come back so are read with these values.',
			reason: 'other',
		},
	);
}
