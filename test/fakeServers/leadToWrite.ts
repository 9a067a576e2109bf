/** A lead to be written; what is not given is the harness's to make up. */
export interface LeadToWrite {
	/** Tells the lead from the others at its place: the customer's last name. */
	name: string;
	/** Of the record; made up by the vendor when absent. Marketo numbers its own. */
	id?: string;
	/** The customer's company. */
	company?: string;
	/** `Source-Action|Offer`. */
	leadSource?: string;
	offerTitle?: string;
	/** One text field holds Microsoft's placeholder. */
	isTest?: boolean;
	/** When the customer acted, epoch milliseconds; when the record was written, when absent. */
	createdAt?: number;
	/**
	 * When the record was written, by its clock, epoch milliseconds; when absent it is now, or
	 * `createdAt` where a record has no other time.
	 */
	writtenAt?: number;
}
