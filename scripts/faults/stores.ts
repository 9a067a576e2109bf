/** Where leads are written, waiting to be handled, and looked at from outside n8n. */

export interface Written {
	/** As the trigger gives it. */
	id: string;
	/** The same for all repeats of a lead. */
	lead: string;
}

export interface LeadStore {
	readonly displayName: string;
	/** The value of the node's parameter. */
	readonly destination: string;
	readonly credentialType: string;
	readonly credential: object;
	/** Of both nodes: where the leads are. */
	readonly parameters: object;
	/** Of both nodes: how leads are marked. */
	readonly marking: object;
	write(count: number): Promise<Written[]>;
	/** How many leads are not marked. */
	pending(): Promise<number>;
	marked(): Promise<number>;
	/** How often leads were handed over, where the destination knows. */
	handOvers(): Promise<number | undefined>;
	/** The same for all stores whose clock is one. */
	readonly clock: unknown;
	/** Turns the destination's clock: redeliveries are timed by it. */
	turnClock(milliseconds: number): void;
}
