/** What the process that `writeLeads.ts` measures is told, and what it reports. */
export type BareWriterName = 'azureTable' | 'dynamics365' | 'https' | 'marketo' | 'salesforce';

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
