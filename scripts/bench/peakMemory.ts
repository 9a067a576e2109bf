import { readFileSync } from 'node:fs';

const BYTES_PER_KB = 1_024;

/**
 * The most memory this process ever had, in bytes. Linux counts `maxRSS` on from the process that
 * started this one, which may have had more; the high-water mark begins anew with each program.
 */
export function peakMemory(): number {
	const own = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
	const mark = /^VmHWM:\s*(\d+) kB$/m.exec(own)?.[1];
	return Number(mark ?? process.resourceUsage().maxRSS) * BYTES_PER_KB;
}
