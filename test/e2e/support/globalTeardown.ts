import { shared } from './host.ts';

export default async function globalTeardown(): Promise<void> {
	await shared.marketplaceLeadsEnvironment?.stop();
}
