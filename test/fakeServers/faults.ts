/** The bad days that a test has a fake server go through, and what it counts. */
export type Fault =
	/** Turned away: over the caller's rate, the service short of means, or broken inside. */
	| { kind: 'refused'; why: 'throttled' | 'busy' | 'broken'; waitSeconds?: number }
	/**
	 * The connection ends before the request is taken, or once it is carried out: before anything of
	 * the response is sent, or in the middle of it.
	 */
	| { kind: 'cut'; where: 'afterTaking' | 'beforeResponse' | 'inResponse' }
	/** The response takes so long to begin. */
	| { kind: 'slow'; milliseconds: number }
	/** It is carried out, and something comes that the vendor would not send. */
	| { kind: 'garbage'; what: Garbage };

export interface Garbage {
	/** 200 when absent. */
	status?: number;
	headers: Readonly<Record<string, string>>;
	/** What comes instead of this body of the vendor's. */
	body: (whole: Buffer) => Buffer;
}

export interface Traffic {
	requests: number;
	/** Records in responses that were sent whole. */
	records: number;
}
