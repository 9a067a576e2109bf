/** No response came. Holds nothing of the request, whose address and headers can be secret. */
export class HttpError extends Error {
	/** Of the socket or of TLS, as Node names it; `ABORTED`, `ETIMEDOUT`, `PROXY_AUTHENTICATION`. */
	readonly code: string;

	constructor(code: string) {
		super(`No response to the request (${code})`);
		this.name = 'HttpError';
		this.code = code;
	}
}
