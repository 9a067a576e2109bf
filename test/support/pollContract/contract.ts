import type { Ability, DestinationServer, PolledDestination } from './harness.ts';

/** What a part of the contract declares its tests with. */
export interface Contract {
	destination: PolledDestination;
	newPlace: DestinationServer['newPlace'];
	/** A test, skipped where the destination lacks one of these abilities, its reason in the name. */
	test(name: string, needs: readonly Ability[], run: () => Promise<void>): void;
}
