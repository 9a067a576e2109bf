import type { WriteAbility, WrittenDestination } from './destination.ts';
import type { Written } from './written.ts';

/** What a part of the contract declares its tests with. */
export interface WriteContract {
	destination: WrittenDestination;
	/** A place of the destination without leads. */
	newPlace(): Promise<Written>;
	/** A test, skipped where the destination lacks one of these abilities, its reason in the name. */
	test(name: string, needs: readonly WriteAbility[], run: () => Promise<void>): void;
}
