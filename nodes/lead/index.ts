export type { ParseContext } from './parseContext';
export type * from './types';
export { parseLead } from './parseLead';
export { readLeadInput } from './leadInput';
export {
	fieldMapping,
	MAPPABLE_FIELDS,
	pathOf,
	unknownNames,
	type FieldMapping,
	type MappableField,
} from './fieldMapping';
export { matchesFilter } from './filter';
export { isMarketplaceLead, leadSourcePatterns, type SearchPattern } from './marketplace';
export { sampleLead } from './sample';
export { simplified, simplifiedWithTime } from './simplified';
export { microsoftTestLead, type MicrosoftTestLead } from './microsoftTestLead';
export { parseLeadSource, formatLeadSource } from './leadSource';
export { ACTIONS, SOURCES, STAGES } from './vocabulary';
export type * from './merge/types';
export { mergeLeads, spansOffers } from './merge/mergeLeads';
export { looksMerged, readMergedCustomer } from './merge/readMergedCustomer';
export type * from './followUp/types';
export { composeFollowUp, followUpComposer } from './followUp/composeFollowUp';
export { followUpPreview } from './followUp/preview';
export { TEMPLATES as BUILT_IN_TEMPLATES } from './followUp/templates';
export { KIND_RULES } from './followUp/kind';
export { TemplateError } from './followUp/template';
export { REPEAT_LEVELS, repeatKeys, type RepeatLevel } from './identity/repeatKeys';
export { missingLeadFinder, repeatInListFinder, type Comparison } from './missing/findMissing';
export { PLACEHOLDER_NAMES } from './followUp/placeholders';
export type * from './owners/types';
export { ownerAssigner } from './owners/assignOwner';
export { MAX_OWNERS, OwnerError, readOwners, unreadColumns } from './owners/readOwner';
// What reports on leads is an entry of its own, report/index.ts: triggers load none of it.
export type * from './report/types';
