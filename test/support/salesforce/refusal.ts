/** What the REST API turns away, as it answers it: a list of one code and its message. */
export class SalesforceRefusal extends Error {
	readonly status: number;
	readonly errorCode: string;

	constructor(status: number, errorCode: string, message: string) {
		super(message);
		this.name = 'SalesforceRefusal';
		this.status = status;
		this.errorCode = errorCode;
	}

	get body(): unknown {
		return [{ message: this.message, errorCode: this.errorCode }];
	}
}
