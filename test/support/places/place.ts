/**
 * A destination as the nodes meet it in the tests: the real service or a fake server, and what the nodes
 * are told of it. The same places are polled (`PollHarness`) and written into (`WritePlace`).
 */
import type {
	ICredentialDataDecryptedObject,
	INode,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';

import type { WrittenLead } from '../../../nodes/destinations/contract.ts';
import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node.ts';
import { parseLead, type DestinationName, type JsonValue } from '../../../nodes/lead/index.ts';
import type { Fault, Traffic } from '../../fakeServers/faults.ts';
import { outputsOf, runNode } from '../engine.ts';

export interface WritePlace {
	readonly destination: DestinationName;
	/** Whether leads can be read here, too. */
	readonly reads: boolean;
	readonly credentialType: string;
	readonly credential: ICredentialDataDecryptedObject;
	/** The same with a secret that the destination rejects. */
	readonly badCredential: ICredentialDataDecryptedObject;
	/** A credential that its test rejects, where the test sends no secret; `badCredential` when absent. */
	readonly unreachable?: ICredentialDataDecryptedObject;
	/** What must never be read in an output or an error. */
	readonly secrets: readonly string[];
	/** Parameters that Marketplace Lead needs here, without the destination's name. */
	readonly writing: INodeParameters;
	/** Entries of the node's options. */
	readonly options: INodeParameters;
	/** Entries of the options that reading needs. */
	readonly readingOptions?: INodeParameters;
	/** Values of parameters that work here, by their paths, where the default does not. */
	readonly valid?: Readonly<Record<string, unknown>>;
	/** What becomes of a lead that is written again as it was, the way that `writing` says. */
	readonly again: WrittenLead['outcome'];
	/** The leads that are there, once for each record. */
	records(): Promise<StoredLead[]>;
	/** What was taken at the id that writing gives; only where leads can't be read. */
	readonly taken?: (id: string) => JsonValue | undefined;
	/** Parameters by which Mark as Handled marks here; absent where nothing can be marked. */
	readonly marking?: INodeParameters;
	/** How many leads are marked. */
	marked?(): Promise<number>;
	/** From now on rejects leads of this last name; gives what the node has to be told besides. */
	refuse(name: string): INodeParameters;
	/** Strikes requests that write: the first from now on, or a later one; once, or `times`. */
	strike(fault: Fault, request?: number, times?: number): void;
	/** How often faults have yet to strike: above 0, a test did not get where it meant to. */
	faultsLeft(): number;
	/** Does something just before a request that writes is answered: the first from now on, or a later one. */
	meanwhile(action: () => void, request?: number): void;
	/** Ends what the sign-in has given, as time does; absent where every request signs in. */
	endSession?(): void;
	/** From now on the sign-in is rejected, until what is given back is called. */
	loseSignIn(): () => void;
	/** Those of the sign-in included where they come to the same server. */
	traffic(since?: Traffic): Traffic;
	stop(): Promise<void>;
}

/** A lead as it stands at the destination. */
export interface StoredLead {
	/** As writing gives it. */
	id: string;
	lastName: string;
	title: string;
}

/** Places of a destination, whatever they share started once. */
export interface Places<Place> {
	/** A table, an organisation or a form of its own, empty, or not there until its first lead. */
	newPlace(options?: { absent?: boolean }): Promise<Place>;
	/** Stops the places that still run, and what they share. */
	stop(): Promise<void>;
}

/** Places that `start` makes; `stop` is called behind them all. */
export function placesOf<Place extends { stop(): Promise<void> }>(
	start: (options: { absent?: boolean }) => Promise<Place>,
	stop: () => Promise<void> = async () => undefined,
): Places<Place> {
	const places: Place[] = [];
	return {
		async newPlace(options = {}) {
			const place = await start(options);
			places.push(place);
			return place;
		},
		async stop() {
			await Promise.all(places.map(async (place) => await place.stop()));
			await stop();
		},
	};
}

/** Last names of the leads that are there, once for each record. */
export async function namesAt(place: WritePlace): Promise<string[]> {
	return (await place.records()).map(({ lastName }) => lastName);
}

/** Runs the node, and gives its items. @throws what the node threw */
export async function run(
	place: WritePlace,
	operation: string,
	items: INodeExecutionData[],
	{
		parameters = {},
		options = {},
		credential = place.credential,
		onError,
	}: {
		parameters?: INodeParameters;
		options?: INodeParameters;
		credential?: Record<string, unknown>;
		onError?: INode['onError'];
	} = {},
): Promise<INodeExecutionData[]> {
	const node = {
		type: new MarketplaceLead(),
		parameters: {
			operation,
			destination: place.destination,
			...place.writing,
			...parameters,
			options: { ...(operation === 'getLeads' ? place.readingOptions : place.options), ...options },
		},
		credentials: { [place.credentialType]: credential as ICredentialDataDecryptedObject },
		...(onError && { onError }),
	};
	return outputsOf(await runNode(node, items)).flat();
}

export const asItems = (...jsons: object[]): INodeExecutionData[] =>
	jsons.map((json) => ({ json })) as INodeExecutionData[];

/** What a record in the shape of the trigger's says of the customer. */
export function customerOf(record: unknown): Pick<StoredLead, 'lastName' | 'title'> {
	const { lastName, title } = parseLead(record as JsonValue, { destination: 'https' }).customer;
	return { lastName, title };
}

export const located = (name: string): INodeParameters[string] => ({
	__rl: true,
	mode: 'name',
	value: name,
});
