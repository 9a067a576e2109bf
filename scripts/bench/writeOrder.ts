/** What the process that `writeLeads.ts` measures is told, and what it reports. */
import type { DestinationName } from '../../nodes/lead/types.ts';

export type BareWriterName = DestinationName;

export type WriteSide = 'bare' | 'ours';

export interface WriteOrder {
	packageFolder: string;
	client: BareWriterName;
	credentialType: string;
	credential: Record<string, string>;
	parameters: Record<string, unknown>;
	/** Entries of the node's options. */
	options: Record<string, unknown>;
	leads: number;
	/** Leads written before these. */
	warmUp: number;
	side: WriteSide;
}

export interface WriteReport {
	/** For the leads, without the warm-up. */
	seconds: number;
	/** The most memory this process ever had, in bytes. */
	peakMemory: number;
}
