/** The part of parse5 that we use; the build bundles this module with all it imports. */
export { type DefaultTreeAdapterTypes, parse } from 'parse5';
