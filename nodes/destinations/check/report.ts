import type { DestinationError } from '../destinationError';

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

/** Checked behind them where it is asked for. */
export const MARKING_CHECK = 'mayMark';

export type CheckName = (typeof CHECKS)[number] | typeof MARKING_CHECK;

export interface Check {
	name: CheckName;
	status: 'failed' | 'passed' | 'skipped';
	/** Milliseconds; checks of the same call have the same. 0 for what was skipped. */
	duration: number;
	/** What was found, or why it was skipped; one sentence without a full stop. */
	message: string;
	/** What to do about it; empty where there is nothing to do. */
	toDo: string;
}

/** The checks as they come to be known. */
export class Report {
	private readonly known = new Map<CheckName, Check>();
	private readonly errors = new Map<CheckName, DestinationError>();

	has(name: CheckName): boolean {
		return this.known.has(name);
	}

	/** Whether the check failed for the same: the same code, by the same status. */
	failedFor(name: CheckName, { code, httpCode }: DestinationError): boolean {
		const error = this.errors.get(name);
		return error?.code === code && error.httpCode === httpCode;
	}

	/** What the check failed for; `undefined` where it did not. */
	failure(name: CheckName): Check | undefined {
		const check = this.known.get(name);
		return check?.status === 'failed' ? check : undefined;
	}

	passed(name: CheckName, duration: number, message: string): void {
		this.known.set(name, { name, status: 'passed', duration, message, toDo: '' });
	}

	failed(name: CheckName, duration: number, error: DestinationError): void {
		const { message, description } = error;
		this.errors.set(name, error);
		this.known.set(name, { name, status: 'failed', duration, message, toDo: description });
	}

	skipped(name: CheckName, message: string): void {
		this.known.set(name, { name, status: 'skipped', duration: 0, message, toDo: '' });
	}

	checks(): Check[] {
		const asked: readonly CheckName[] = this.known.has(MARKING_CHECK)
			? [...CHECKS, MARKING_CHECK]
			: CHECKS;
		return asked.map(
			(name) =>
				this.known.get(name) ?? {
					name,
					status: 'skipped',
					duration: 0,
					message: 'Skipped because an earlier check did not pass',
					toDo: '',
				},
		);
	}
}
