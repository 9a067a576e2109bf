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
	/** Most leads a poll, or the bare client; one after the other. */
	sides: Array<number | 'bare'>;
}

export interface CrmReport {
	/** In the order given. */
	seconds: number[];
	/** The most memory this process ever had, in bytes. */
	peakMemory: number;
}
