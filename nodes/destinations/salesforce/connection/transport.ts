import type { Transport } from '../../../vendor/jsforce';
import type { HttpClient, HttpRequest, HttpResponse } from '../../httpClient';

/** What sees the responses to one request of ours: with a renewed session, several. */
export type ResponseListener = (response: HttpResponse) => void;

/**
 * What jsforce sends its requests by. Its own transport takes the first proxy of the environment
 * for every host, follows redirects with the token, waits up to half an hour, and tries again
 * where a poll's time has long been over.
 */
export async function openTransport(
	http: HttpClient,
	signal: AbortSignal,
	listener: ResponseListener = () => undefined,
): Promise<Transport> {
	const jsforce = await import('../../../vendor/jsforce');
	type Request = Parameters<Transport['httpRequest']>[0];
	const send = async ({ method, url, headers, body }: Request) => {
		const response = await http.send({
			method: method as HttpRequest['method'],
			url,
			headers: { ...headers },
			...(typeof body === 'string' ? { body } : {}),
			signal,
		});
		listener(response);
		return { statusCode: response.status, headers: { ...response.headers }, body: response.body };
	};
	class PollTransport extends jsforce.Transport {
		override httpRequest(request: Request) {
			return jsforce.StreamPromise.create(() => ({
				// jsforce lays its pipes to it, but reads the response from the promise.
				stream: new jsforce.PassThrough(),
				promise: send(request),
			}));
		}
	}
	return new PollTransport();
}
