/** Far more than any response takes, and less than a test may: a caller left hanging is told apart. */
const RESPONSE_TIMEOUT_MS = 240_000;

export interface HttpResponse {
	status: number;
	headers: Headers;
	text: string;
	/** The body as JSON; undefined when it is something else. */
	json: unknown;
}

export interface SendOptions {
	headers?: Record<string, string>;
	/** Added to the URL as `?code=…`. */
	code?: string;
	/** Empty for a request that names none. */
	contentType?: string;
}

/** Sends a body as Partner Center does; text and bytes go as they are. */
export async function send(
	url: string,
	body: unknown,
	options: SendOptions = {},
): Promise<HttpResponse> {
	const { headers, code, contentType = 'application/json' } = options;
	const response = await fetch(code === undefined ? url : `${url}?code=${code}`, {
		method: 'POST',
		headers: { ...(contentType !== '' && { 'content-type': contentType }), ...headers },
		body: bytesOf(body, contentType),
		signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MS),
	});
	const text = await response.text();
	return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

/** Of a text, fetch would name a type of its own. */
function bytesOf(body: unknown, contentType: string): string | Uint8Array<ArrayBuffer> {
	if (body instanceof Uint8Array) return new Uint8Array(body);
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return contentType === '' ? new TextEncoder().encode(text) : text;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** A lead in Partner Center's shape; the company tells one from the other. */
export function httpsLead(company: string, changes: Record<string, unknown> = {}) {
	return {
		UserDetails: {
			FirstName: 'Kim',
			LastName: 'Sample',
			Email: `kim@${company.toLowerCase().replace(/\W+/g, '-')}.example`,
			Phone: '4255550100',
			Country: 'US',
			Company: company,
			Title: 'Buyer',
		},
		LeadSource: 'AzureMarketplace',
		ActionCode: 'INS',
		OfferTitle: 'Contoso Gateway',
		Description: '',
		...changes,
	};
}
