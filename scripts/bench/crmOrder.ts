/** What the process that `drainCrms.ts` measures is told, and what it reports. */
export interface CrmOrder {
	packageFolder: string;
	/** What the node's parameter Destination holds. */
	destination: string;
	credentialType: string;
	credential: Record<string, string>;
	parameters: Record<string, unknown>;
	/** Named by a number from 0 on at the end of their last names. */
	leads: number;
	/** One after the other. */
	sides: CrmSide[];
}

/** Who reads, and the most leads at a time: of a poll, or of a request of the bare client's. */
export interface CrmSide {
	by: 'bare' | 'poll';
	limit: number;
}

export interface CrmReport {
	/** In the order given. */
	seconds: number[];
	/** The most memory this process ever had, in bytes. */
	peakMemory: number;
}
