/**
 * The nodes at home in n8n: once in one as it comes, once in one that is kept short: no access to the
 * environment, a file system that can only be read but for n8n's own folder, a path of its own, and
 * the expression engine of older versions, which shares objects between the items of a workflow.
 */
import { asItComes, itIsAtHome, keptShort } from './support/atHome.ts';

describe('n8n as it comes', () => itIsAtHome(asItComes, false));
describe('n8n kept short', () => itIsAtHome(keptShort, true));
