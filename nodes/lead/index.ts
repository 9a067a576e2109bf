export type * from './types';
export { parseLead } from './parseLead';
export { readLeadInput } from './leadInput';
export { matchesFilter } from './filter';
export { isMarketplaceLead, leadSourceNeedles, type Needle } from './marketplace';
export { sampleLead } from './sample';
export { parseLeadSource, formatLeadSource } from './leadSource';
export { ACTIONS, SOURCES, STAGES } from './vocabulary';
