import type {
	DirectWriter,
	WriteInput,
	WritingDescription,
} from '../../nodes/destinations/contract.ts';
import { writeLeads } from '../../nodes/writing/writeLeads.ts';

/** A writer as the nodes use it: by the engine. */
export async function openDirect(
	writing: WritingDescription,
	input: WriteInput,
): Promise<Required<DirectWriter>> {
	return byEngine(await writing.open(input));
}

/** The same of a writer that is made already. */
export function byEngine(
	writer: Awaited<ReturnType<WritingDescription['open']>>,
): Required<DirectWriter> {
	if (!('send' in writer)) return writer as Required<DirectWriter>;
	return {
		readBack: async (id, limits) => await writer.readBack!(id, limits),
		readBackInPart: async (id, limits) => await writer.readBackInPart!(id, limits),
		remove: async (id, limits) => await writer.remove!(id, limits),
		write: async (leads, limits) => await writeLeads(writer, leads, limits),
	};
}
