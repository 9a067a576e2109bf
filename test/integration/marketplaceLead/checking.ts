/** What the tests of Check Connection have in common. */
import type { INodeParameters } from 'n8n-workflow';

import { type Check, type CheckName, CHECKS } from '../../../nodes/destinations/check/report';
import { BLAME } from '../../support/pollContract/errors.ts';
import { asItems, run, type WritePlace } from '../../support/places/place';

export interface ConnectionChecked {
	ok: boolean;
	destination: string;
	checkedAt: string;
	failedCheck: string;
	message: string;
	toDo: string;
	checks: Check[];
	testLead: { id: string; recordId: string; url: string };
}

/** Of one item, in n8n's engine. @throws what the node threw, which it never may */
export async function check(
	place: WritePlace,
	given: {
		parameters?: INodeParameters;
		options?: INodeParameters;
		credential?: Record<string, unknown>;
	} = {},
): Promise<ConnectionChecked> {
	const [item] = await run(place, 'checkConnection', asItems({}), given);
	const report = item!.json as unknown as ConnectionChecked;
	expect(item!.pairedItem).toEqual({ item: 0 });
	expect(report.destination).toBe(place.destination);
	expect(report.checks.map(({ name }) => name)).toEqual(CHECKS);
	for (const { message, toDo } of [report, ...report.checks]) {
		expect(`${message} ${toDo}`).not.toMatch(BLAME);
	}
	return report;
}

export const statuses = ({ checks }: ConnectionChecked) =>
	Object.fromEntries(checks.map(({ name, status }) => [name, status]));

/**
 * That this check failed first: those before it passed and those after it were skipped, but for the
 * ones that are named with what they are.
 */
export function expectFailed(
	report: ConnectionChecked,
	failed: (typeof CHECKS)[number],
	message: RegExp,
	others: Partial<Record<CheckName, Check['status']>> = {},
): void {
	const at = CHECKS.indexOf(failed);
	const expected = CHECKS.map((name, index): [CheckName, string] => [
		name,
		index === at ? 'failed' : (others[name] ?? (index < at ? 'passed' : 'skipped')),
	]);
	expect({ message: report.message, ...statuses(report) }).toEqual({
		message: expect.stringMatching(message),
		...Object.fromEntries(expected),
	});
	expect(report).toMatchObject({ ok: false, failedCheck: failed });
	for (const { status, message: said, toDo } of report.checks) {
		if (status !== 'failed') continue;
		expect(said).toMatch(/^[A-Z].{10,}[^.]$/);
		expect(toDo).toMatch(/^[A-Z].{20,}\.$/);
	}
	expect(report.checks[at]).toMatchObject({ message: report.message, toDo: report.toDo });
}

export function expectNoSecret(report: ConnectionChecked, secrets: readonly string[]): void {
	const told = JSON.stringify(report);
	for (const secret of secrets) {
		expect(secret.length).toBeGreaterThan(8);
		expect(told).not.toContain(secret);
	}
}
