/** All that was asked of a fake server, held against the model that it gives of itself. */
import { readBatch } from './batch.ts';
import { LEAD_COLUMNS } from './columns.ts';
import { writeCsdl } from './csdl.ts';
import type { FakeDynamics } from './dynamics.ts';
import { ServiceModel, type ServiceRequest } from './serviceModel.ts';

const API = /^\/api\/data\/v9\.2\//;

/**
 * What in the requests so far is otherwise than `$metadata` says, each once; by that of an environment
 * with all columns, since one that lacks some is found out by asking.
 */
export function violationsAt(dynamics: FakeDynamics): string[] {
	const model = new ServiceModel(writeCsdl(LEAD_COLUMNS, dynamics.writing.alternateKeys));
	return [...new Set(requestsTo(dynamics).flatMap((request) => model.check(request)))];
}

/** Those that go to the service, and those in batches in the place of the batches. */
export function requestsTo({ server, origin }: FakeDynamics): ServiceRequest[] {
	return server.requests.flatMap(({ method, url, headers, body }): ServiceRequest[] => {
		if (!API.test(url.pathname)) return [];
		const path = `${url.pathname}${url.search}`.replace(API, '');
		if (path !== '$batch') return [{ method, path, body }];
		const items = readBatch(headers['content-type'], body);
		const parts = items.flatMap((item) => ('request' in item ? [item.request] : item.changeSet));
		return parts.map((part) => {
			const { pathname, search } = new URL(part.url, `${origin}/api/data/v9.2/`);
			return {
				method: part.method,
				path: `${pathname}${search}`.replace(API, ''),
				body: part.body,
			};
		});
	});
}
