/** Leads to be written, and what became of them, for the tests of single writers. */
import type { WritableLead, WriteResult } from '../../nodes/destinations/contract.ts';
import type { DestinationError } from '../../nodes/destinations/destinationError.ts';
import { parseLead } from '../../nodes/lead/index.ts';
import type { JsonObject, Lead } from '../../nodes/lead/types.ts';
import { BLAME, expectNoSecret } from './pollContract/errors.ts';

/** Makes leads as the HTTPS trigger gives them, of a last name, received at the time of a clock. */
export function leadMaker(now: () => number) {
	return (name: string, fields: JsonObject = {}, id = `lead-${name}`): Lead => {
		const { LeadSource = 'SPZA-INS|contoso.add-on', Description = '', ...details } = fields;
		const Email = `${name.toLowerCase().replace(/\W/g, '')}@fabrikam.example`;
		const UserDetails = {
			FirstName: 'Kim',
			LastName: name,
			Email,
			Company: 'Fabrikam',
			...details,
		};
		const receivedAt = new Date(now()).toISOString();
		const record = { UserDetails, LeadSource, Description };
		return { ...parseLead(record, { destination: 'https', receivedAt }), id };
	};
}

export function writable(lead: Lead, additional: JsonObject = {}): WritableLead {
	return { lead, additional };
}

/** Of each result its outcome, or the message that it failed with. */
export function outcomes(results: readonly WriteResult[]): string[] {
	return results.map((result) => (result.ok ? result.written.outcome : result.error.message));
}

export function count(results: readonly WriteResult[], outcome: string): number {
	return outcomes(results).filter((one) => one === outcome).length;
}

/** The error of a lead that has to fail, in words that help and hold none of the secrets. */
export function writeErrorOf(
	result: WriteResult | undefined,
	secrets: readonly string[],
): DestinationError {
	if (!result || result.ok) throw new Error(`It did not fail: ${JSON.stringify(result)}`);
	expectHelpfulToWriters(result.error, secrets);
	return result.error;
}

export function expectHelpfulToWriters(error: DestinationError, secrets: readonly string[]): void {
	const { message, description } = error;
	expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(description).toMatch(/^[A-Z].{20,}\.$/);
	expect(`${message} ${description}`).not.toMatch(BLAME);
	expect(description).not.toMatch(/\bpoll\b/);
	expectNoSecret(error, secrets);
}
