import type {
	LeadWriter,
	WritableLead,
	WriteInput,
	WriteResult,
	WritingDescription,
} from '../../nodes/destinations/contract.ts';
import type { TimeLimits } from '../../nodes/destinations/timeLimits.ts';
import { writeLeads } from '../../nodes/writing/writeLeads.ts';

/** A vendor's writer with the engine around it, as the nodes use it. */
export interface EngineWriter extends Required<
	Pick<LeadWriter, 'readBack' | 'readBackInPart' | 'remove'>
> {
	/** One result for each lead, in their order. */
	write(leads: readonly WritableLead[], limits: TimeLimits): Promise<WriteResult[]>;
}

export async function openWriter(
	writing: WritingDescription,
	input: WriteInput,
): Promise<EngineWriter> {
	return byEngine(await writing.open(input));
}

/** The same of a writer that is made already. */
export function byEngine(writer: LeadWriter): EngineWriter {
	return {
		readBack: async (id, limits) => await writer.readBack!(id, limits),
		readBackInPart: async (id, limits) => await writer.readBackInPart!(id, limits),
		remove: async (id, limits) => await writer.remove!(id, limits),
		write: async (leads, limits) => await writeLeads(writer, leads, limits),
	};
}
