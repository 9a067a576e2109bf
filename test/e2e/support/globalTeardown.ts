import { shared } from './host.ts';

export default async function globalTeardown(): Promise<void> {
	for (const stop of shared.marketplaceLeadsStops?.reverse() ?? []) await stop();
}
