/**
 * What is known of email addresses in general; the build bundles this module with the lists into
 * one file. Two lists of domains, because each knows providers that the other lacks.
 */
import emailProviders from 'email-providers/all.json';
import freeEmailDomains from 'free-email-domains/domains.json';

// The library has no types of its own.
const roleNames = require('role-based-email-addresses') as string[];

/** Domains at which anybody can have a mailbox, for good or for ten minutes. */
export function publicDomains(): string[] {
	return [...emailProviders, ...freeEmailDomains];
}

/** What stands before the @ of a mailbox that several people read, or nobody: `info`, `noreply`. */
export function roles(): string[] {
	return roleNames;
}
