/** What the REST API does not accept, as it responds: a list of one code and its message. */
export class SalesforceApiError extends Error {
	readonly status: number;
	readonly errorCode: string;

	constructor(status: number, errorCode: string, message: string) {
		super(message);
		this.name = 'SalesforceApiError';
		this.status = status;
		this.errorCode = errorCode;
	}

	get body(): unknown {
		return [{ message: this.message, errorCode: this.errorCode }];
	}
}
